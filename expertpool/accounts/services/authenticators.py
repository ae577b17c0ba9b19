"""验证器: an app on one's telephone that shows a new code every half minute (TOTP, RFC 6238).

A code says who is there. It counts once, and guesses are limited by the rules of signing in
(`login.is_himself`): an account waits longer after each.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.contrib.auth.hashers import check_password
from django.core import signing
from django.db import transaction

from expertpool.accounts.exceptions import AuthenticatorRefused
from expertpool.accounts.models import User
from expertpool.accounts.registry import why_app_stays
from expertpool.accounts.services.announcing import announce
from expertpool.accounts.services.login import is_himself
from expertpool.audit.services import record
from expertpool.core.fields import UNREADABLE, is_vouched, readable

SALT = "portal.app"
VALID = 30 * 60  # seconds between opening a form and sending it
SECRET_BYTES = 20  # what apps expect of SHA-1
DIGITS = 6
APP = ("app_secret", "app_step", "app_set_up_at", "app_proof")  # columns of an account
SECONDS = 30
CLOCKS_APART = 1  # steps by which telephone and server may differ

WRONG_CODE = "验证器上的数字不对，请核对；数字每 30 秒换一次，每个只能用一次。"
TAKEN_UP = "这个账号刚刚已设置了验证器，请刷新页面，用它验证；不是您设置的，请立即联系安全管理员。"
WRONG = "密码或验证器上的数字不对，请核对；数字每 30 秒换一次，每个只能用一次。"


def address_for_app(secret: str, user: User, *, site: str) -> str:
    """Return what the QR code says that an app reads ``secret`` (base32) from."""
    return _totp(secret).get_provisioning_uri(user.username, site)


def as_text(secret: bytes) -> str:
    """Return ``secret`` as people type it into an app that cannot see the QR code."""
    return base64.b32encode(secret).decode()


def set_up(*, user: User, secret: str, password: str, code: str, now: datetime) -> None:
    """Let the app that holds ``secret`` speak for ``user``, once it has shown a right ``code``; logs it.

    It takes the place of the one before. Refuses (AuthenticatorRefused) a wrong password or code, and
    (TooManyAttempts) whoever tried too often. Not atomic: a wrong attempt counts.
    """
    step = _step_of(secret, code, now)
    _check(user, password, now, and_code=step is not None)
    with transaction.atomic():
        row = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        row.app_secret, row.app_step, row.app_set_up_at = secret, step, now
        row.save(update_fields=APP)
        announce(record("user.set_up_app", actor=user, subject=user, now=now), user)


def take_up(*, user: User, secret: str, code: str, now: datetime) -> None:
    """Let the app that holds ``secret`` speak for ``user``, who has none and has shown his password just now; logs it.

    Refuses (AuthenticatorRefused) a wrong ``code``, and where another app speaks for him by now; and
    (TooManyAttempts) whoever tried too often. Not atomic: a wrong attempt counts.
    """
    step = _step_of(secret, code, now)
    if not is_himself(user, lambda: step is not None, now=now):
        raise AuthenticatorRefused(WRONG_CODE)
    with transaction.atomic():
        row = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        # Of two who know the password the second does not push the first one's out.
        if has_app(row):
            raise AuthenticatorRefused(TAKEN_UP)
        row.app_secret, row.app_step, row.app_set_up_at = secret, step, now
        row.save(update_fields=APP)
        announce(record("user.set_up_app", actor=user, subject=user, now=now), user)


def remove_app(user: User) -> None:
    """Let no app speak for ``user`` any more, within a reset that is logged by its own."""
    row = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    row.app_secret, row.app_step, row.app_set_up_at = "", None, None
    row.save(update_fields=APP)


def seal_secret(user_id: int, secret: str) -> str:
    """Return a fresh ``secret`` as a form carries it until its code was right: kept nowhere, of this user alone."""
    return signing.dumps([user_id, secret], salt=SALT)


def open_secret(user_id: int, sealed: str) -> str:
    """Return what `seal_secret` sealed for ``user_id``; empty for anything else, and after half an hour."""
    try:
        owner, secret = signing.loads(sealed, salt=SALT, max_age=VALID)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(secret) if owner == user_id else ""


def take_away(*, user: User, password: str, now: datetime) -> None:
    """Let no app speak for ``user`` any more; logs it. Refuses as `set_up` does, and (AuthenticatorRefused) where he
    has nothing else to show of what is demanded of him: the next who knows his password would set up his own."""
    if why := why_app_stays(user):
        raise AuthenticatorRefused(why)
    _check(user, password, now)
    with transaction.atomic():
        row = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        row.app_secret, row.app_step, row.app_set_up_at = "", None, None
        row.save(update_fields=APP)
        announce(record("user.take_away_app", actor=user, subject=user, now=now), user)


def has_app(user: User) -> bool:
    """Tell whether an app speaks for ``user``."""
    return user.app_set_up_at is not None and bool(_secret_of(user))


def takes_code(user: User, code: str, *, now: datetime) -> bool:
    """Tell whether the app of ``user`` shows ``code`` now; the code is used up by that, and a wrong
    one counts as a failed attempt. Refuses whoever tried too often (TooManyAttempts)."""
    if not has_app(user):
        return False
    return is_himself(user, lambda: _uses_up(user, code, now), now=now)


def prove_by_app(*, user: User, code: str, now: datetime) -> None:
    """Keep that whoever has the app of ``user`` is there, as ``code`` shows; logs it. Refuses
    (AuthenticatorRefused) a wrong code, and (TooManyAttempts) whoever tried too often. Not atomic: a
    wrong attempt counts."""
    if not takes_code(user, code, now=now):
        raise AuthenticatorRefused(WRONG_CODE)
    record("user.verify_app", actor=user, subject=user, now=now)


def _uses_up(user: User, code: str, now: datetime) -> bool:
    step = _step_of(_secret_of(user), code, now)
    if step is None:
        return False
    with transaction.atomic():
        # Of two at one moment with the same code, one finds it used.
        row = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        if row.app_step is not None and row.app_step >= step:
            return False
        # What somebody else has written of it is not vouched for by a code.
        also = ["app_proof"] if is_vouched(row, "app_proof") else []
        row.app_step = step
        row.save(update_fields=["app_step", *also])
    return True


def shown_by_app(user: User, before: datetime) -> datetime | None:
    """Return when an app that spoke for ``user`` before ``before`` showed its last code, to half a
    minute on the safe side; None where there is none: one set up later shows who did that."""
    if user.app_set_up_at is None or user.app_set_up_at >= before or not has_app(user):
        return None
    if not is_vouched(user, "app_proof"):  # somebody else wrote when
        return None
    step = user.app_step or 0
    return datetime.fromtimestamp((step - CLOCKS_APART) * SECONDS, tz=UTC)


def _secret_of(user: User) -> str:
    """Return what his app knows; one that was altered or moved is none."""
    secret = readable(user, "app_secret")
    return "" if secret == UNREADABLE else secret


def _check(user: User, password: str, now: datetime, *, and_code: bool = True) -> None:
    """Refuse a wrong password, or code, without saying which."""
    if not is_himself(
        user, lambda: check_password(password, user.password_hash) and and_code, now=now
    ):
        raise AuthenticatorRefused(WRONG)


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    return next((step for step in _steps(now) if _is(secret, step, code)), None)


def _steps(now: datetime) -> Iterator[int]:
    """Yield the numbers of the half minutes whose codes count, the oldest first."""
    step = int(now.timestamp()) // SECONDS
    yield from range(step - CLOCKS_APART, step + CLOCKS_APART + 1)


def _is(secret: str, step: int, code: str) -> bool:
    return bytes_eq(_totp(secret).generate(step * SECONDS), code.strip().encode())


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), SECONDS)  # noqa: S303 (what apps know)
