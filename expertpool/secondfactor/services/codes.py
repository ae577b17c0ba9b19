"""备用码: ten codes on paper, each of which stands in once for an authenticator that is lost."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.accounts.services.announcing import announce
from expertpool.accounts.services.authenticators import takes_code
from expertpool.accounts.services.login import check_own_password, is_himself
from expertpool.audit.services import record
from expertpool.core.crypto import blind_index
from expertpool.core.text import clean_code
from expertpool.secondfactor.exceptions import SecondFactorRefused
from expertpool.secondfactor.models import RecoveryCode

COUNT = 10
# Without what looks alike: 0 O 1 I L.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 10  # 49 bits; guesses are limited as those of passwords are
APP_DIGITS = 6
WRONG = (
    "数字或备用码不对，请核对：验证器的数字每 30 秒换一次，每个只能用一次；备用码每个也只能用一次。"
)


@transaction.atomic
def make_codes(*, user: User, now: datetime) -> list[str]:
    """Make new codes for ``user``, which are shown this once, in the place of those before; logs it."""
    # Used rather than deleted: whoever owns the tables cannot bring one back.
    RecoveryCode.objects.filter(user=user, used_at__isnull=True).update(used_at=now)
    codes = ["".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(COUNT)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=_digest(user, code), created_at=now) for code in codes
    )
    announce(record("second.codes", actor=user, subject=user, now=now), user)
    # In two halves, to be copied from paper; the sign is left out when it is typed.
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def make_codes_anew(*, user: User, password: str, now: datetime) -> list[str]:
    """The same, for whoever shows his password. Refuses (AccountError) a wrong one. Not atomic: it counts."""
    check_own_password(user, password, now=now)
    return make_codes(user=user, now=now)


def show_by_code(*, user: User, code: str, now: datetime) -> None:
    """Let ``code``, of the authenticator of ``user`` or of his paper, show that it is he; it is used up.

    Refuses (SecondFactorRefused) a wrong one, and (TooManyAttempts) whoever tried too often, as at the door. Not
    atomic: a wrong attempt counts.
    """
    typed = clean_code(code).upper().replace("-", "").replace(" ", "")
    if len(typed) == APP_DIGITS and typed.isdecimal():
        # That counts by itself, as at the door.
        is_right = takes_code(user, typed, now=now)
    else:
        is_right = is_himself(user, lambda: _uses_up(user, typed, now), now=now)
    if not is_right:
        raise SecondFactorRefused(WRONG)


@transaction.atomic
def _uses_up(user: User, code: str, now: datetime) -> bool:
    # One conditional update: of two at one moment one finds it used.
    rows = RecoveryCode.objects.filter(user=user, digest=_digest(user, code), used_at__isnull=True)
    if not rows.update(used_at=now):
        return False
    announce(record("second.code_used", actor=user, subject=user, now=now), user)
    return True


def _digest(user: User, code: str) -> bytes:
    # With the name: a digest copied into another's row fits no code of his.
    return blind_index("secondfactor.code", f"{user.username}:{code}")
