"""The second step of whoever has shown his password: how often, what is kept of it, and what of a wrong one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.exceptions import AccountError, TooManyAttempts
from expertpool.accounts.services.authenticators import take_up
from expertpool.accounts.services.second_steps import (
    TOO_OFTEN,
    Waiting,
    finish,
    is_too_often,
    note_failure,
)
from expertpool.secondfactor.exceptions import SecondFactorRefused
from expertpool.secondfactor.queries import has_factor, is_altered
from expertpool.secondfactor.services.codes import make_codes, show_by_code
from expertpool.secondfactor.services.passkeys import Place, show_by_passkey

ALTERED = (
    "您登录时的第二步验证（验证器、通行密钥）在系统之外被删除或改动过，不能只凭密码重新设置。"
    "请联系安全管理员，由两位安全管理员重置后再登录。"
)
HAS_ONE = "这个账号已经设置过第二步验证，请重新登录后出示。"
TOO_LATE = "等得太久，请重新登录。"


@dataclass(frozen=True)
class Caller:
    """From where somebody tries: the address, the User-Agent, and the account (id) as whose this browser is known."""

    address: str
    device: str
    known: int | None


def step_by_code(*, waiting: Waiting, code: str, caller: Caller, now: datetime) -> None:
    """Let ``code``, of an authenticator or of paper, be the second step of who is ``waiting``; the caller opens the
    session. Refuses (SecondFactorRefused, AccountError) a wrong one, whoever tried too often, and an address that failed
    too often. Each failure is kept like one of a password. Not atomic: it counts."""
    user = waiting.user
    _step(waiting, lambda: show_by_code(user=user, code=code, now=now), caller, now)


def step_by_passkey(
    *, waiting: Waiting, place: Place, challenge: str, answer: Any, caller: Caller, now: datetime
) -> None:
    """The same, by what a passkey signed of ``challenge``; without one (SecondFactorRefused) nothing was asked."""
    if not challenge:
        raise SecondFactorRefused(TOO_LATE)
    asked = {"place": place, "challenge": challenge, "answer": answer, "now": now}
    _step(waiting, lambda: show_by_passkey(user=waiting.user, **asked), caller, now)


def step_by_setting_up(
    *, waiting: Waiting, secret: str, code: str, caller: Caller, now: datetime
) -> list[str]:
    """Let who has none set up an authenticator by ``secret`` and the ``code`` that it shows, as his second step; return
    his new recovery codes. Refuses as above, and who has a step already or had one that was taken past this system."""
    check_may_set_up(waiting)
    user = waiting.user
    _step(waiting, lambda: take_up(user=user, secret=secret, code=code, now=now), caller, now)
    return make_codes(user=user, now=now)


def check_may_set_up(waiting: Waiting) -> None:
    """Refuse (SecondFactorRefused) that who is ``waiting`` sets up his first step: he has one, or his was altered."""
    if has_factor(waiting.user):
        raise SecondFactorRefused(HAS_ONE)
    if is_altered(waiting.user):
        raise SecondFactorRefused(ALTERED)


def _step(waiting: Waiting, show: Callable[[], object], caller: Caller, now: datetime) -> None:
    if is_too_often(waiting, caller.address, known=caller.known, now=now):
        raise SecondFactorRefused(TOO_OFTEN)
    try:
        show()
    except (SecondFactorRefused, AccountError) as refusal:
        was_looked_at = not isinstance(refusal, TooManyAttempts)
        outcome = LoginOutcome.WRONG_CODE if was_looked_at else LoginOutcome.LOCKED
        note_failure(waiting, outcome, address=caller.address, device=caller.device, now=now)
        raise
    finish(waiting, address=caller.address, device=caller.device, now=now)
