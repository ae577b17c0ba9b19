"""What second steps somebody has, and whether he has to show one."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import BooleanField, Case, Exists, OuterRef, QuerySet, When
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import users_visible_to
from expertpool.accounts.services.authenticators import has_app
from expertpool.audit.queries import entries_for
from expertpool.audit.services import proven
from expertpool.core.fields import is_vouched
from expertpool.core.visibility import told_later
from expertpool.secondfactor.models import Passkey, RecoveryCode
from expertpool.secondfactor.settings import REQUIRED_OF
from expertpool.siteconfig.queries.counting import counted

# What the log has of authenticators and passkeys.
STEPS = (
    *("user.set_up_app", "user.take_away_app"),
    *("second.passkey", "second.passkey_removed", "second.reset"),
)
ONLY_ONE = "您的角色登录须第二步验证：请先设置另一个通行密钥或验证器，再停用这一个。"


def site_host() -> str:
    """Return the name of this site (``SITE_URL``), of which browsers make and show passkeys."""
    return (urlsplit(settings.SITE_URL).hostname or "").lower()


def passkeys_of(user: User) -> list[Passkey]:
    """Return the passkeys of ``user`` that this system registered, under whatever name, the oldest first."""
    rows = Passkey.objects.filter(user=user).select_related("user")
    return [row for row in rows if is_vouched(row)]


def usable_passkeys_of(user: User) -> list[Passkey]:
    """Return those that open something under the present name of the site (docs/decisions/0497)."""
    return [row for row in passkeys_of(user) if not other_host_of(row)]


def other_host_of(passkey: Passkey) -> str:
    """Return the name, not the present one, under which ``passkey`` was registered; empty: it is of this site."""
    is_other = passkey.host != site_host() and is_vouched(passkey, "host_proof")
    return passkey.host if is_other else ""


def codes_left(user: User) -> int:
    """Return how many recovery codes ``user`` may still use."""
    return RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()


def has_factor(user: User) -> bool:
    """Tell whether ``user`` has anything by which he may show a second step again and again, or could under another
    name of this site: who has his password sets up no other in its place."""
    return has_app(user) or bool(passkeys_of(user))


def is_required_of(user: User) -> bool:
    """Tell whether the office demands a second step of one of the roles of ``user``, or did within a day: whoever
    takes that back may be who has his password."""
    # Also for a day what was demanded before: taking it back has to be noticed first.
    required = counted(REQUIRED_OF, timezone.now())
    return bool(required) and not user.role_codes.isdisjoint(required)


def has_to_show(user: User) -> bool:
    """Tell whether a password alone does not sign ``user`` in: his role demands more, or he has set up a passkey. Where
    all of his are of another name of this site: if he has another step to show."""
    if is_required_of(user) or usable_passkeys_of(user) or is_altered(user):
        return True
    return bool(passkeys_of(user)) and (has_app(user) or codes_left(user) > 0)


def is_altered(user: User) -> bool:
    """Tell whether ``user`` has, by the log, an authenticator or passkeys that his rows lack: somebody cleared them past
    this system, who may have the password, too. A reset by two security administrators ends it."""
    app, keys, steps = False, 0, entries_for(user).filter(action__in=STEPS).order_by("id")
    for entry in proven(steps):
        if entry.action == "second.reset":
            app, keys = False, 0
        elif entry.action in ("user.set_up_app", "user.take_away_app"):
            app = entry.action == "user.set_up_app"
        else:
            keys += 1 if entry.action == "second.passkey" else -1
    return (app and not has_app(user)) or keys > len(passkeys_of(user))


def why_app_is_needed(user: User) -> str:
    """Return why ``user`` may not do without his authenticator, for himself; empty: he may."""
    return ONLY_ONE if is_required_of(user) and not usable_passkeys_of(user) else ""


def why_needed(passkey: Passkey) -> str:
    """Return why the owner of ``passkey`` may not do without it, for himself; empty: he may."""
    user = passkey.user
    others = has_app(user) or any(one.pk != passkey.pk for one in usable_passkeys_of(user))
    return ONLY_ONE if is_required_of(user) and not others else ""


def users_with_factors(viewer: User) -> QuerySet[User]:
    """Return the users whom ``viewer`` manages, with what they have beside ``app_set_up_at``: ``has_passkey`` of the
    present name of this site, ``has_any_passkey``, ``has_codes``; and of whom that ``is_told_later``: what an expert
    has set up today says that he was there."""
    later = Case(When(told_later(User), then=True), default=False, output_field=BooleanField())
    left = RecoveryCode.objects.filter(user=OuterRef("pk"), used_at__isnull=True)
    keys = Passkey.objects.filter(user=OuterRef("pk"))
    return (
        users_visible_to(viewer)
        .filter(is_active=True)
        .annotate(
            has_passkey=Exists(keys.filter(host__in=("", site_host()))),
            has_any_passkey=Exists(keys),
            has_codes=Exists(left),
            is_told_later=later,
        )
        .select_related("department")
        .prefetch_related("roles")
    )
