"""What second steps somebody has, and whether he has to show one."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from expertpool.accounts.models import User
from expertpool.accounts.queries import users_visible_to
from expertpool.accounts.services.authenticators import has_app
from expertpool.core.configuration import value_of
from expertpool.core.fields import is_vouched
from expertpool.secondfactor.models import Passkey, RecoveryCode
from expertpool.secondfactor.settings import REQUIRED_OF


def passkeys_of(user: User) -> list[Passkey]:
    """Return the passkeys of ``user`` that were registered here, the oldest first."""
    rows = Passkey.objects.filter(user=user).select_related("user")
    return [row for row in rows if is_vouched(row)]


def codes_left(user: User) -> int:
    """Return how many recovery codes ``user`` may still use."""
    return RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()


def has_factor(user: User) -> bool:
    """Tell whether ``user`` has anything by which he may show a second step again and again."""
    return has_app(user) or bool(passkeys_of(user))


def is_required_of(user: User) -> bool:
    """Tell whether the office demands a second step of one of the roles of ``user``."""
    required = value_of(REQUIRED_OF)
    return bool(required) and not user.role_codes.isdisjoint(required)


def has_to_show(user: User) -> bool:
    """Tell whether a password alone does not sign ``user`` in: his role demands more, or he has set up a passkey."""
    return is_required_of(user) or bool(passkeys_of(user))


def users_with_factors(viewer: User) -> QuerySet[User]:
    """Return the users whom ``viewer`` manages, with what they have: ``has_passkey``, ``has_codes``, beside ``app_set_up_at``."""
    left = RecoveryCode.objects.filter(user=OuterRef("pk"), used_at__isnull=True)
    return (
        users_visible_to(viewer)
        .filter(is_active=True)
        .annotate(
            has_passkey=Exists(Passkey.objects.filter(user=OuterRef("pk"))),
            has_codes=Exists(left),
        )
        .select_related("department")
        .prefetch_related("roles")
    )
