"""What a user can do with an expert."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import codes_reaching
from expertpool.experts.enums import NOT_SIGNED_IN, ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.admission import Part, is_returned, part_of


@dataclass(frozen=True)
class Actions:
    """Which actions make sense on an expert as he is now, and may be taken by the user."""

    edit: bool
    # The approval to which he would agree now, and why he cannot though it is his step (`queries.admission.Part`).
    approve: int | None
    why_not_approve: str
    send_back: bool
    hand_in: bool
    freeze: bool
    unfreeze: bool
    blacklist: bool
    unblacklist: bool
    leave: bool
    delete: bool
    restore: bool
    tags: bool
    account: bool
    link_account: bool
    merge: bool


def actions_for(user: User, expert: Expert) -> Actions:
    """Return what ``user`` can do with ``expert`` now; rights are those over this very record."""
    names = ("edit", "admit", "blacklist", "leave", "delete", "tags")
    reaching = codes_reaching(user, expert, (f"experts.{name}" for name in names))
    edit, admit, blacklist, leave, delete, tags = (f"experts.{name}" in reaching for name in names)
    status = expert.status
    here = status != ExpertStatus.DELETED
    waits = status == ExpertStatus.PENDING
    part = part_of(user, expert, now=timezone.now()) if admit and waits else Part()
    return Actions(
        edit=edit and here,
        approve=None if part.why_not else part.approval,
        why_not_approve=part.why_not,
        send_back=part.approval is not None,
        hand_in=edit and waits and is_returned(expert),
        freeze=edit and status == ExpertStatus.FORMAL,
        unfreeze=edit and status == ExpertStatus.FROZEN,
        blacklist=blacklist and status in {ExpertStatus.FORMAL, ExpertStatus.FROZEN},
        unblacklist=blacklist and status == ExpertStatus.BLACKLISTED,
        leave=here and leave,
        delete=delete and here,
        restore=delete and expert.is_restorable,
        tags=tags and here,
        account=edit and status not in NOT_SIGNED_IN,
        merge=edit and delete and here,
        link_account=edit and user.has_permission("accounts.users"),
    )
