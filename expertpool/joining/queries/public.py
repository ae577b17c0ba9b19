"""What the public page shows, and whether a phone or mail is known: which nobody is told."""

from __future__ import annotations

import logging

from expertpool.accounts.models import User, contact_index
from expertpool.audit.models import Entry
from expertpool.audit.queries import entries_for
from expertpool.core.configuration import value_of
from expertpool.core.fields import is_vouched, readable
from expertpool.core.mandates import vouched
from expertpool.core.permissions import BuiltInRole
from expertpool.experts.models import Expert
from expertpool.experts.queries.accounts import is_of_expert
from expertpool.joining.enums import Purpose
from expertpool.joining.models import ConsentText, FriendLink
from expertpool.joining.settings import IS_OPEN

logger = logging.getLogger(__name__)


def is_open() -> bool:
    return value_of(IS_OPEN)


def friend_links() -> list[FriendLink]:
    """Return what the public page shows: none that somebody else wrote, altered, or brought back after the office
    had deleted it, of which the log has the number (docs/decisions/0235)."""
    rows = vouched(FriendLink.objects.filter(active=True))
    gone = Entry.objects.filter(action="joining.link", note__in=[str(row.uid) for row in rows])
    deleted = set(gone.values_list("note", flat=True))
    return [row for row in rows if str(row.uid) not in deleted]


def current_consent(purpose: str = Purpose.JOINING) -> ConsentText | None:
    """Return what is agreed to for ``purpose`` now: no version that somebody else has written (docs/decisions/0198)."""
    rows = ConsentText.objects.filter(purpose=purpose).order_by("-number")
    return next((one for one in rows if is_vouched(one)), None)


def account_by_contact(field: str, value: str) -> User | None:
    """Return the account that is signed in by ``value``, of whomever."""
    return User.objects.filter(**{f"{field}_index": contact_index(field, value)}).first()


def is_in_pool(field: str, value: str) -> bool:
    """Tell whether a record of an expert has ``value``, a deleted one as well."""
    return Expert.objects.filter(**{f"{field}_index": contact_index(field, value)}).exists()


def has_only_applied(user: User) -> bool:
    """Tell whether this system made ``user`` an applicant, and nothing stands beside it: no other role, given
    here or written by somebody, and no record of an expert."""
    applied, is_experts = {BuiltInRole.APPLICANT.value}, is_of_expert(user)
    # Each read of whomever, as `may_set_password` says.
    given, held = user.given_roles, user.role_codes
    return given == held == applied and not is_experts


def may_set_password(user: User, field: str, value: str) -> bool:
    """Tell whether whoever has shown that ``value`` (of ``field``) is his may choose a new password for
    ``user``: an applicant who has and had no other right, and whose ``value`` it is, as it is encrypted for
    him; the index by which he was found is a row that somebody may have written (docs/decisions/0192).
    Asks the database the same of everybody, so that no time tells who somebody is (docs/decisions/0694)."""
    has_applied = has_only_applied(user)
    was_changed = was_given(user, "roles", "phone", "email")
    if not user.is_active or not has_applied:
        return False
    if readable(user, field).lower() != value.lower():
        logger.error("%s of user %s is not the one that its index says", field, user.pk)
        return False
    return not was_changed


def was_given(user: User, *names: str) -> bool:
    """Tell whether somebody else has ever changed one of ``names`` (roles, phone, email) of ``user``'s
    account: as the log has it, from which nobody takes anything away."""
    edits = entries_for(user).filter(action="user.edit").exclude(actor=user)
    return any(set(names) & (entry.after or {}).keys() for entry in edits)
