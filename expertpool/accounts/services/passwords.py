"""Passwords: choosing, resetting, and not using an old one again."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from expertpool.accounts.exceptions import NotAllowed
from expertpool.accounts.models import UsedPassword, User
from expertpool.accounts.registry import password_link, why_no_password
from expertpool.accounts.services.announcing import announce
from expertpool.accounts.services.guards import check_may_act_for
from expertpool.accounts.services.login import check_own_password, forget_attempts
from expertpool.accounts.services.sessions import drop_sessions
from expertpool.accounts.settings import PASSWORDS_KEPT
from expertpool.audit.services import record
from expertpool.core.configuration import value_of

# Without look-alikes (0 O 1 l I), to be read out on the telephone.
LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS = "23456789"


def change_own_password(*, user: User, old: str, new: str, now: datetime) -> None:
    """Change the password of the user who is signed in; his other sessions end.

    Refuses a wrong old password (WrongPassword), whoever tried too many (TooManyAttempts), and a new
    one that breaks the rules or was one of the last ones (ValidationError), and who has none here (NotAllowed). Not atomic: a wrong attempt counts.
    """
    if why := why_no_password(user):
        raise NotAllowed(why)
    check_own_password(user, old, now=now)
    validate_password(new, user)
    with transaction.atomic():
        user.must_change_password = False
        store_password(user, new, now=now)
        record("user.change_password", actor=user, subject=user, now=now)


@transaction.atomic
def reset_password(*, user: User, actor: User | None, now: datetime) -> str:
    """Give ``user`` a random one-time password and return it; it is kept nowhere in clear.

    Ends his sessions and the lock of his account; at the next sign-in he can do nothing but choose
    a password. Whose password nobody else sets (`accounts.registry.PasswordLink`) is sent a link to
    choose one, and nothing is returned. Refuses an account that may do more than the actor, and one
    whose owner no link reaches, or who has no password here (NotAllowed).
    """
    # Given more at this moment, it was else looked at by neither (docs/decisions/0642).
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    check_may_act_for(actor, user)
    if why := why_no_password(user):
        raise NotAllowed(f"不能重置密码：{why}")
    link = password_link(user)
    password = take_password(user, now=now)
    # Whoever forgot his password has locked himself out, too, as a rule.
    forget_attempts(user)
    announce(record("user.reset_password", actor=actor, subject=user, now=now), user)
    if link is None:
        return password
    link.send(user, now, False)
    return ""


def take_password(user: User, *, now: datetime) -> str:
    """Put a random one-time password, which is returned, in the place of the one of ``user``."""
    password = one_time_password()
    user.must_change_password = True
    store_password(user, password, now=now)
    return password


def store_password(user: User, password: str, *, now: datetime) -> None:
    """Hash ``password``, save it with ``must_change_password`` (of a new user everything), and
    remember the hash among the last ones. The caller has checked the password."""
    user.set_password(password)
    is_new = user.pk is None
    user.save(update_fields=None if is_new else ["password", "must_change_password"])
    if not is_new:
        drop_sessions(user)  # by which he is signed in no more
    UsedPassword.objects.create(user=user, password=user.password, at=now)
    used = user.used_passwords.order_by("-id").values_list("id", flat=True)
    kept = used[: value_of(PASSWORDS_KEPT)]
    UsedPassword.objects.filter(user=user).exclude(id__in=list(kept)).delete()


def one_time_password() -> str:
    """Return a random password like kQvw-8352-hTmy (56 bits)."""
    words = [
        "".join(secrets.choice(LETTERS) for _ in range(4)),
        "".join(secrets.choice(DIGITS) for _ in range(4)),
        "".join(secrets.choice(LETTERS) for _ in range(4)),
    ]
    return "-".join(words)
