"""Taking away the second steps of somebody who has lost them: one security administrator asks, another agrees."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.accounts.services.announcing import announce
from expertpool.accounts.services.authenticators import remove_app
from expertpool.accounts.services.users import end_access
from expertpool.audit.services import record
from expertpool.core.text import SAY_MORE, is_reason
from expertpool.secondfactor.exceptions import SecondFactorRefused
from expertpool.secondfactor.models import Passkey, RecoveryCode, ResetRequest
from expertpool.secondfactor.queries import codes_left, has_factor, is_altered
from expertpool.workflow.services.two_persons import ask, settle

NOTHING = "这位用户没有设置验证器、通行密钥或备用码，不需要重置。"
OWN = "不能申请或确认重置自己的第二步验证，请由另外两位安全管理员办理。"


@transaction.atomic
def request_reset(*, user: User, reason: str, actor: User, now: datetime) -> ResetRequest:
    """Ask that all second steps of ``user`` be taken away. Refuses (SecondFactorRefused) his own, without a reason,
    where there is nothing to take, and while another request is open. Of an expert it is never said that there is nothing:
    when he set something up, he was at his account (docs/decisions/0396)."""
    user = lock_user(user)
    if not is_reason(reason):
        raise SecondFactorRefused(f"请写明重置的原因，如怎样核实了本人{SAY_MORE}。")
    _check(user, actor)
    if not (is_outsider(user) or has_factor(user) or codes_left(user) or is_altered(user)):
        raise SecondFactorRefused(NOTHING)
    request = ResetRequest(user=user, reason=reason)
    ask(request, action="second.request", actor=actor, now=now, refused=SecondFactorRefused)
    return request


@transaction.atomic
def decide_reset(
    *, request: ResetRequest, agree: bool, note: str, actor: User, now: datetime
) -> ResetRequest:
    """Agree, which takes them away and ends all that he is signed in by, or turn it down. He and the security
    administrators are told. Refuses (SecondFactorRefused) who asked, and whose they are."""
    user = lock_user(request.user)
    _check(user, actor)
    settle(request, agree=agree, note=note, actor=actor, now=now, refused=SecondFactorRefused)
    if not agree:
        record("second.refuse", actor=actor, now=now, subject=user, note=note.strip())
        return request
    Passkey.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user, used_at__isnull=True).update(used_at=now)
    remove_app(user)
    # Whoever has his device may be signed in with it at this moment.
    end_access(user=user, actor=actor, now=now)
    announce(record("second.reset", actor=actor, subject=user, now=now, note=request.reason), user)
    return request


def check_reset(*, request: ResetRequest, actor: User, now: datetime) -> None:
    """Refuse (SecondFactorRefused) that ``actor`` agrees as things stand."""
    _check(request.user, actor)


def lock_user(user: User) -> User:
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def _check(user: User, actor: User) -> None:
    if user.pk == actor.pk:
        raise SecondFactorRefused(OWN)
