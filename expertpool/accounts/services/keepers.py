"""In whose hands an account was beside its owner's: whoever opened it or reset its password.

He may have chosen one himself, by the one-time password that he read, and kept a session, or have himself vouched for as
whose it is. While the account allows nothing beyond his own rights that is his to do; where it is given more, it would be
given to him (docs/decisions/0642, 0670).
"""

from __future__ import annotations

from expertpool.accounts.models import User
from expertpool.accounts.registry import password_link
from expertpool.accounts.services.guards import SECURITY
from expertpool.accounts.services.rights import Rights, rights_of
from expertpool.audit.queries import entries_for

# By which somebody reads, or has a link sent for, a password that is not his.
GIVES_PASSWORD = ("user.create", "user.reset_password")
# What the entry begins with by which all that was before has ended.
GIVEN_MORE = "增加了权限；"


def keeper_of(user: User, *, had: Rights, giver: User) -> User | None:
    """Return who gave ``user`` a password, as the log has it, if that one lacks what ``user`` may do now and gained by
    ``giver``; None: nobody did, or whoever did may act for him all the same. Whoever gave one later did not end what was set up
    by the one before: that does the entry which is `GIVEN_MORE` alone."""
    has = rights_of(user)
    if not has.beyond(had) or password_link(user) is not None:
        return None
    gave = entries_for((User, [user.pk])).filter(action__in=GIVES_PASSWORD)
    for actor_id, note in gave.values_list("actor_id", "note"):
        if actor_id not in (None, giver.pk, user.pk):
            keeper = User.objects.filter(pk=actor_id).first()
            if keeper and not keeper.has_permission(SECURITY) and has.beyond(rights_of(keeper)):
                return keeper
        if note.startswith(GIVEN_MORE):
            return None
    return None
