"""Handing over what waits for somebody, for a time, to another who may decide it as well."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.audit.services import record
from expertpool.core.text import clean_text, is_reason
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Recipient, send_message
from expertpool.workflow.exceptions import DelegationRefused
from expertpool.workflow.models import Delegation
from expertpool.workflow.occasions import HANDED
from expertpool.workflow.registry import FLOW_SUBJECTS

LONGEST = timedelta(days=90)
LONGEST_REASON = 200


@transaction.atomic
def delegate(
    *,
    to: User,
    begins_at: datetime,
    ends_at: datetime,
    reason: str,
    actor: User,
    now: datetime,
) -> Delegation:
    """Hand over what waits for ``actor`` to ``to`` from ``begins_at`` until ``ends_at``; logs it, tells ``to``.

    Refuses (DelegationRefused) oneself, an account that is disabled or of an expert, whoever lacks one of
    ``actor``'s rights to decide, a time that is over, turned round, longer than 90 days or during which something is
    handed over already, and no reason.
    """
    User.objects.select_for_update().get(pk=actor.pk)  # two at once would overlap
    _check_person(to, actor)
    reason = clean_text(reason)
    if not is_reason(reason):
        raise DelegationRefused("请填写委托的事由，如「出差」。")
    if len(reason) > LONGEST_REASON:
        raise DelegationRefused(f"事由最多 {LONGEST_REASON} 字，请缩短。")
    if ends_at <= max(begins_at, now):
        raise DelegationRefused("结束日期应在开始日期当天或之后，且不早于今天。")
    if ends_at - begins_at > LONGEST or begins_at > now + 4 * LONGEST:
        raise DelegationRefused(f"一次最多委托 {LONGEST.days} 天，请分次办理。")
    if _open_of(actor, now).filter(begins_at__lt=ends_at, ends_at__gt=begins_at).exists():
        raise DelegationRefused("这段时间您已委托他人，请先结束原来的委托，或改选日期。")
    made = Delegation(
        giver=actor,
        to=to,
        begins_at=begins_at,
        ends_at=ends_at,
        reason=reason,
        made_at=now,
    )
    made.save(force_insert=True)
    words = {"开始": _day(begins_at), "结束": _day(ends_at - timedelta(minutes=1)), "事由": reason}
    record(
        "workflow.delegate",
        actor=actor,
        now=now,
        subject=made,
        after={"受托人": to.name, **words},
    )
    send_message(
        occasion=HANDED.code,
        recipient=Recipient(to.username, to.name),
        channels=[ChannelCode.SITE],
        context={"收件人": to.name, "委托人": actor.name, **words},
        about=made,
        key=f"delegated:{made.pk}",
        now=now,
    )
    return made


@transaction.atomic
def end_delegation(*, delegation: Delegation, actor: User, now: datetime) -> None:
    """End one's own ``delegation`` at once; logs it. Refuses (DelegationRefused) another's, and what is over."""
    rows = Delegation.objects.select_for_update(of=("self",)).select_related("giver", "to")
    one = rows.get(pk=delegation.pk)
    if one.giver_id != actor.pk:
        raise DelegationRefused("只有委托人本人可以结束委托。")
    if one.ended_at or one.ends_at <= now:
        raise DelegationRefused("这项委托已经结束，请刷新页面。")
    one.ended_at = now
    one.save(update_fields=["ended_at", "proof"])
    record("workflow.undelegate", actor=actor, now=now, subject=one, after={"受托人": one.to.name})


def rights_to_decide(user: User) -> set[str]:
    """Return the permissions by which ``user`` decides anything."""
    return {one.permission for one in FLOW_SUBJECTS if user.has_permission(one.permission)}


def _check_person(to: User, actor: User) -> None:
    mine = rights_to_decide(actor)
    if not mine or is_outsider(actor):
        raise DelegationRefused("没有审批权限的账号没有可以委托的审批。")
    if to.pk == actor.pk:
        raise DelegationRefused("请选择另一个人。")
    if not to.is_active or is_outsider(to):
        raise DelegationRefused(f"「{to.name}」的账号已停用或是专家账号，请选择在用的工作账号。")
    if mine - rights_to_decide(to):
        raise DelegationRefused(f"「{to.name}」没有您的全部审批权限，请选择权限相同的人。")


def _open_of(user: User, now: datetime) -> QuerySet[Delegation]:
    return Delegation.objects.filter(giver=user, ended_at__isnull=True, ends_at__gt=now)


def _day(moment: datetime) -> str:
    return f"{timezone.localdate(moment):%Y-%m-%d}"
