"""Who knows the password of an account beside its owner: whoever opened it or reset its password last.

He may have chosen one himself, by the one-time password that he read, and kept a session. While the account allows
nothing beyond his own rights that is his to do; where it is given more, it would be given to him (docs/decisions/0642).
"""

from __future__ import annotations

from expertpool.accounts.models import User
from expertpool.accounts.registry import password_link, why_no_password
from expertpool.accounts.services.guards import SECURITY
from expertpool.accounts.services.rights import Rights, rights_of
from expertpool.audit.queries import entries_for

# By which somebody reads, or has a link sent for, a password that is not his.
GIVES_PASSWORD = ("user.create", "user.reset_password")


def keeper_of(user: User, *, had: Rights, giver: User) -> User | None:
    """Return who gave ``user`` his password, as the log has it, if that one lacks what ``user`` may do now and gained by
    ``giver``; None: nobody did, or whoever did may act for him all the same."""
    has = rights_of(user)
    if not has.beyond(had) or why_no_password(user) or password_link(user) is not None:
        return None
    gave = entries_for((User, [user.pk])).filter(action__in=GIVES_PASSWORD)
    last = gave.values_list("actor_id", flat=True).first()
    if last is None or last in (giver.pk, user.pk):
        return None
    keeper = User.objects.filter(pk=last).first()
    if keeper is None or keeper.has_permission(SECURITY) or not has.beyond(rights_of(keeper)):
        return None
    return keeper
