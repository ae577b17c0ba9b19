"""An expert asks for an avoidance to be removed that the office has set of him; the office decides by its
flow, and he is told (docs/decisions/0098)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider, users_with_permission
from expertpool.audit.services import record
from expertpool.core.jobs import defer
from expertpool.core.text import if_seen, whole
from expertpool.core.visibility import told
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import AvoidanceRemoval, AvoidanceUnit, Expert
from expertpool.experts.occasions import OWN_REMOVED, REMOVAL_ASKED, REMOVAL_DECIDED
from expertpool.experts.queries.availability import next_day
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.queries.removals import waiting_about
from expertpool.experts.services.avoidance import is_of_office, remove_avoidance_unit
from expertpool.experts.services.contacts import recipient_of
from expertpool.experts.services.reasons import required_reason
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.workflow.enums import Verdict
from expertpool.workflow.exceptions import DecisionRefused
from expertpool.workflow.services.approvals import decide, start_approval, withdraw_approval

NOT_ASKED = "这项申请不是专家在系统中提出的，或在系统之外改动过，不能核定，请告诉审计员。"
ALTERED = "这条回避在申请之后改动过，不能按原申请移除；请核对后直接移除这条回避，或不同意这项申请。"
SETTLED = "这项申请已经处理，或回避已被移除，请刷新页面。"
MOST_DECISION = 300  # letters of a note on a request
REMOVED = "管理部门已移除这条回避"


@transaction.atomic
def request_removal(
    *, row: AvoidanceUnit, reason: str, actor: User, now: datetime
) -> AvoidanceRemoval:
    """Ask as the expert himself for ``row`` to be removed; it counts until the office agrees.

    Refuses (ExpertRefused) what is not of the office (he removes it himself), another's, a missing
    reason, and a second one while the first waits. Tells all who may decide: on the next day, where the
    minute would say who is at his account while names are sealed.
    """
    # Who decides, and who removes it, hold the same lock.
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=row.expert_id)
    if actor.pk != expert.user_id:
        raise ExpertRefused("只有专家本人可以申请移除自己的回避。")
    if not is_of_office(row):
        raise ExpertRefused("这条回避由您自己登记，可以直接移除。")
    reason = required_reason(reason, called="申请移除的理由")
    # What nobody asked here takes no place of his.
    if waiting_about(row):
        raise ExpertRefused("已有一项待核定的申请，请等待管理部门答复。")
    removal = AvoidanceRemoval(
        expert=expert,
        avoidance=row,
        target=row.target,
        kind=row.kind,
        reason=reason,
        asked_by=actor,
        asked_at=now,
    )
    removal.full_clean()
    removal.save(force_insert=True)
    start_approval(subject=removal, now=now)
    record(
        "expert.removal_ask",
        actor=actor,
        now=now,
        subject=expert,
        # Why stands in the row alone, encrypted (docs/decisions/0185).
        after={"回避": row.target, "关系": row.get_kind_display()},
    )
    if told(AvoidanceRemoval.objects.filter(pk=removal.pk)).exists():
        tell_office(removal_id=removal.pk, now=now)
    else:
        defer("experts.tell_removal", at=next_day(now), removal_id=removal.pk)
    return removal


@transaction.atomic
def decide_removal(
    *, removal: AvoidanceRemoval, agree: bool, note: str, actor: User, now: datetime
) -> Verdict:
    """Decide on the step at which ``removal`` waits; the last one that agrees removes the avoidance.

    Refuses (ExpertRefused) the account of an expert and whoever asked, who may not decide this step,
    to turn it down without a note, what was settled, what nobody asked here, and to agree about an avoidance that is
    not the one he asked about. Tells the expert what came of it.
    """
    Expert.objects.select_for_update(of=("self",)).get(pk=removal.expert_id)
    removal = AvoidanceRemoval.objects.select_related("expert", "avoidance__unit").get(
        pk=removal.pk
    )
    if removal.decided_at is not None or removal.avoidance is None:
        raise ExpertRefused(SETTLED)
    if not removal.is_sound:
        raise ExpertRefused(NOT_ASKED)
    if agree and not removal.is_about:
        raise ExpertRefused(ALTERED)
    if actor.pk == removal.asked_by_id or is_outsider(actor):
        raise ExpertRefused("专家账号不能核定移除回避的申请，请使用工作账号。")
    note = whole(if_seen(note), MOST_DECISION, ExpertRefused)
    if not agree and not note:
        raise ExpertRefused("请填写不同意的原因，专家会收到。")
    try:
        verdict = decide(subject=removal, agree=agree, note=note, actor=actor, now=now)
    except DecisionRefused as error:
        raise ExpertRefused(str(error)) from error
    record(
        "expert.removal_decide",
        actor=actor,
        now=now,
        subject=removal.expert,
        after={"回避": removal.target, "结果": verdict.label},
        note=note,
    )
    if verdict in (Verdict.APPROVED, Verdict.REJECTED):
        row = removal.avoidance
        _end(removal, agreed=verdict == Verdict.APPROVED, note=note, actor=actor, now=now)
        if removal.agreed:
            remove_avoidance_unit(row=row, actor=actor, now=now)
    return verdict


@transaction.atomic
def remove_for_office(*, row: AvoidanceUnit, reason: str = "", actor: User, now: datetime) -> None:
    """Remove ``row`` without being asked; what its expert asked for ends so. Of one that he declared himself he is
    told, with the ``reason``, without which it is refused (ReasonRequired)."""
    if row.is_own:
        reason = required_reason(reason, called="移除原因")
    Expert.objects.select_for_update(of=("self",)).get(pk=row.expert_id)
    for removal in waiting_about(row):
        withdraw_approval(subject=removal, now=now)
        _end(removal, agreed=True, note=REMOVED, actor=actor, now=now)
    if row.is_own:
        _tell_removed(row, reason, now=now)
    remove_avoidance_unit(row=row, reason=reason, actor=actor, now=now)


def _tell_removed(row: AvoidanceUnit, reason: str, *, now: datetime) -> None:
    words = {
        "专家姓名": row.expert.name,
        "回避": row.target,
        "关系": row.get_kind_display(),
        "原因": reason,
    }
    told = Envelope(
        recipient=recipient_of(row.expert),
        context=words,
        about=row.expert,
        key=f"{OWN_REMOVED.code}:{row.pk}",
    )
    channels = [ChannelCode.SITE, ChannelCode.EMAIL]
    send_messages(occasion=OWN_REMOVED.code, envelopes=[told], channels=channels, now=now)


def _end(removal: AvoidanceRemoval, *, agreed: bool, note: str, actor: User, now: datetime) -> None:
    removal.agreed, removal.note = agreed, note
    removal.decided_by, removal.decided_at = actor, now
    removal.save(update_fields=["agreed", "note", "decided_by", "decided_at", "proof"])
    expert = removal.expert
    words = {
        "专家姓名": expert.name,
        "回避": removal.target,
        "结果": "同意移除" if agreed else "未同意移除，这条回避继续有效",
        "意见": note or "无",
    }
    _send(REMOVAL_DECIDED.code, [(recipient_of(expert), words)], removal, now=now)


@transaction.atomic
def tell_office(*, removal_id: int, now: datetime) -> None:
    """Tell all who may decide of what an expert asked, unless somebody has; once, however often it is
    called."""
    removal = AvoidanceRemoval.objects.select_related("expert").get(pk=removal_id)
    if removal.decided_at is not None or not removal.is_sound:
        return
    users = [
        user
        for user in users_with_permission("experts.edit")
        if experts_visible_to(user, "experts.edit").filter(pk=removal.expert_id).exists()
    ]
    words = {
        "专家姓名": removal.expert.name,
        "专家编号": removal.expert.number,
        "回避": removal.target,
        "理由": removal.reason,
    }
    told = [
        (Recipient(account=user.username, name=user.name), words | {"收件人": user.name})
        for user in users
        if not is_outsider(user)
    ]
    _send(REMOVAL_ASKED.code, told, removal, now=now)


def _send(
    occasion: str,
    told: list[tuple[Recipient, dict[str, str]]],
    removal: AvoidanceRemoval,
    *,
    now: datetime,
) -> None:
    envelopes = [
        Envelope(
            recipient=recipient,
            context=words,
            about=removal.expert,
            key=f"{occasion}:{removal.pk}:{at}",
        )
        for at, (recipient, words) in enumerate(told)
    ]
    to_office = occasion == REMOVAL_ASKED.code
    channels = [ChannelCode.SITE] if to_office else [ChannelCode.SITE, ChannelCode.EMAIL]
    send_messages(occasion=occasion, envelopes=envelopes, channels=channels, now=now)
