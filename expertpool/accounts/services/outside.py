"""Signing in somebody whom others vouch for: all that holds at the door holds for him, too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from expertpool.accounts.enums import LoginMethod, LoginOutcome
from expertpool.accounts.models import User
from expertpool.accounts.registry import second_step, why_shut_out
from expertpool.accounts.services.addresses import is_open_at, may_try_all_the_same
from expertpool.accounts.services.login import SignIn, note_sign_in

STOPPED = "您的账号已停用，不能登录；请联系管理员。"
LOCKED = "这个账号连续失败次数太多，请过一会儿再试，或请管理员解除锁定。"
LIMITED = "从这个网络地址失败的次数太多，暂不能登录；请稍后再试，或联系管理员。"


@dataclass(frozen=True)
class Vouching:
    """By what somebody was vouched for, as ``typed`` (its digest) counts; ``shows_second``: by more than a password."""

    method: LoginMethod
    typed: bytes
    shows_second: bool = False


@transaction.atomic
def admit(
    *, user: User, by: Vouching, address: str, device: str, known: int | None, now: datetime
) -> SignIn:
    """Sign ``user`` in, who was shown to be himself by others; the caller opens the session, or lets him wait for his
    second step (``SignIn.waits``). An account that is disabled, locked or barred, and an address that is blocked, are
    refused with the reason (``why``): he is known. Each attempt leaves a LoginRecord."""
    outcome, why = _checked(user, address, known, now)
    if outcome == LoginOutcome.SUCCESS and not by.shows_second and second_step(user):
        outcome = LoginOutcome.SECOND_STEP
    note_sign_in(
        user,
        outcome,
        method=by.method,
        typed=by.typed,
        address=address,
        device=device,
        now=now,
    )
    if outcome == LoginOutcome.SUCCESS:
        return SignIn(outcome, user, method=by.method)
    if outcome == LoginOutcome.SECOND_STEP:
        return SignIn(outcome, waits=user, method=by.method, typed=by.typed)
    return SignIn(outcome, why=why)


def _checked(
    user: User, address: str, known: int | None, now: datetime
) -> tuple[LoginOutcome, str]:
    if not is_open_at(address, now=now) and not may_try_all_the_same(user, known):
        return LoginOutcome.RATE_LIMITED, LIMITED
    if not user.is_active:
        return LoginOutcome.DISABLED, STOPPED
    if why := why_shut_out(user):
        return LoginOutcome.DISABLED, why
    if user.locked_until and user.locked_until > now:
        return LoginOutcome.LOCKED, LOCKED
    return LoginOutcome.SUCCESS, ""
