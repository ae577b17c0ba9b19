"""In whose hands an account was beside its owner's: whoever opened it, reset its password, or wrote where its owner is reached.

He may have chosen a password himself, by the one-time password that he read or a link that waited, and kept a session, or have
himself vouched for as whose it is. While the account allows nothing beyond his own rights that is his to do; where it is given
more, it would be given to him (docs/decisions/0642, 0670, 0688).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from expertpool.accounts.models import User
from expertpool.accounts.registry import password_link
from expertpool.accounts.services.contacts import CONTACTS
from expertpool.accounts.services.guards import SECURITY
from expertpool.accounts.services.rights import Rights, rights_of
from expertpool.audit.models import Entry
from expertpool.audit.queries import entries_for

# By which somebody reads, or has a link sent for, a password that is not his.
GIVES_PASSWORD = ("user.create", "user.reset_password")
EDITS = "user.edit"
# What the entry begins with by which all that was before has ended.
GIVEN_MORE = "增加了权限；"


class Keeper(NamedTuple):
    """In whose hands an account was, and ``since`` when it may have been in any but its owner's."""

    user: User
    since: datetime


def keeper_of(user: User, *, had: Rights, giver: User) -> Keeper | None:
    """Return who first had ``user`` in hand, as the log has it, of those who may lack what it allows now and gained by
    ``giver``; None: nobody did, or whoever did may act for him all the same. Whoever had it later did not end what was set up
    by the one before: that does the entry which is `GIVEN_MORE` alone."""
    has = rights_of(user)
    if not has.beyond(had) or password_link(user) is not None:
        return None
    first = None
    for entry in entries_for((User, [user.pk])).filter(action__in=(*GIVES_PASSWORD, EDITS)):
        if entry.actor_id not in (None, giver.pk, user.pk) and _lets_in(entry):
            keeper = User.objects.filter(pk=entry.actor_id).first()
            if keeper and _may_lack(has, keeper, entry):
                first = Keeper(keeper, entry.at)
        if entry.note.startswith(GIVEN_MORE):
            break
    return first


def _lets_in(entry: Entry) -> bool:
    """Whether who did it may be in the account since: letters with links go to phone and mail, and by the mail others vouch."""
    return entry.action != EDITS or not CONTACTS.keys().isdisjoint(entry.after or {})


def _may_lack(has: Rights, keeper: User, entry: Entry) -> bool:
    """Tell whether whoever did ``entry`` as ``keeper`` may do less than ``has`` says: nothing where that one was put out, and
    nobody knows where his own account was in other hands until after that."""
    taken = entries_for((User, [keeper.pk])).filter(
        action="user.reset_password", note__startswith=GIVEN_MORE, pk__gt=entry.pk
    )
    if not keeper.is_active or taken.exists():
        return True
    return not keeper.has_permission(SECURITY) and bool(has.beyond(rights_of(keeper)))
