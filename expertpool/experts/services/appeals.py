"""An expert objects to his entry on the blacklist by the link that he was sent; somebody else than who put him on
it decides, by the flow of the office (docs/decisions/0210)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider, users_with_permission
from expertpool.audit.services import record
from expertpool.core.jobs import defer
from expertpool.core.visibility import told
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import BlacklistAppeal, BlacklistEntry, Expert
from expertpool.experts.occasions import APPEALED
from expertpool.experts.queries.appeals import appeals_decidable_by, sound, who_blacklisted
from expertpool.experts.queries.availability import day_start
from expertpool.experts.queries.experts import account_of
from expertpool.experts.services.blacklist import remove_from_blacklist
from expertpool.experts.services.reasons import required_reason
from expertpool.experts.services.telling import tell_refused
from expertpool.files.services import attach
from expertpool.files.services.receiving import receive
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.workflow.enums import Verdict
from expertpool.workflow.exceptions import DecisionRefused
from expertpool.workflow.queries.second_person import why_not_second
from expertpool.workflow.services.approvals import decide, start_approval, why_not_now

MOST = 3  # appeals against one entry
MOST_FILES = 5
LONGEST = 1000
OVER = "您现在不在黑名单中，无需申诉。"
NOT_SAID = "这项申诉不是专家在系统中提出的，或在系统之外改动过，不能处理，请告诉审计员。"
SETTLED = "这项申诉已经处理，请刷新页面。"


def file_appeal(
    *, entry: BlacklistEntry, reason: str, files: Sequence[UploadedFile] = (), now: datetime
) -> BlacklistAppeal:
    """Appeal as the expert of ``entry``, whose link was shown.

    Refuses (ExpertRefused) a missing reason, an entry that has ended, a second appeal while one waits, more
    than three against one entry and more than five files; FileRefused what cannot be stored. Who may decide is told: on the next
    day, where the minute would say too much while names are sealed (docs/decisions/0185).
    """
    reason = required_reason(reason, called="申诉理由", most=LONGEST)
    if len(files) > MOST_FILES:
        raise ExpertRefused(f"一次最多上传 {MOST_FILES} 个文件，请合并后再传。")
    actor = account_of(entry.expert)
    found = [receive(one, subject_type=BlacklistAppeal, actor=actor, now=now) for one in files]
    with transaction.atomic():
        expert = Expert.objects.select_for_update(of=("self",)).get(pk=entry.expert_id)
        entry = BlacklistEntry.objects.get(pk=entry.pk)
        if entry.removed_at or expert.status != ExpertStatus.BLACKLISTED:
            raise ExpertRefused(OVER)
        # What nobody said takes no place of his.
        said = sound(BlacklistAppeal.objects.filter(entry=entry))
        if any(one.decided_at is None for one in said):
            raise ExpertRefused("您已提交申诉，请等待处理结果，不必重复提交。")
        if len(said) >= MOST:
            raise ExpertRefused(f"已申诉 {MOST} 次，如有新的情况，请直接联系专家库管理单位。")
        appeal = BlacklistAppeal(entry=entry, reason=reason, asked_at=now)
        appeal.full_clean()
        appeal.save(force_insert=True)
        start_approval(subject=appeal, now=now)
        for one in found:
            attach(subject=appeal, uploaded_file=one, actor=actor, now=now)
        # What he says stands in the row alone, encrypted.
        record("expert.appeal", actor=actor, now=now, subject=expert, after={"附件": len(found)})
        if told(BlacklistAppeal.objects.filter(pk=appeal.pk)).exists():
            tell_office(appeal_id=appeal.pk, now=now)
        else:
            tomorrow = day_start(timezone.localdate(now) + timedelta(days=1))
            defer("experts.tell_appeal", at=tomorrow, appeal_id=appeal.pk)
    return appeal


@transaction.atomic
def decide_appeal(
    *, appeal: BlacklistAppeal, agree: bool, note: str, actor: User, now: datetime
) -> Verdict:
    """Decide on the step at which ``appeal`` waits; the last one that agrees takes the expert off the blacklist.

    Refuses (ExpertRefused) who put him on it, by the row or by the log, and who is no second person to him
    (docs/decisions/0082), who may not decide this step, to decide without saying why, what was settled, and what nobody
    said here. The expert is told what came of it.
    """
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=appeal.entry.expert_id)
    appeal = BlacklistAppeal.objects.select_related("entry__expert").get(pk=appeal.pk)
    entry = appeal.entry
    if appeal.decided_at or entry.removed_at or expert.status != ExpertStatus.BLACKLISTED:
        raise ExpertRefused(SETTLED)
    if why := _why_not_another(appeal, actor, now=now):
        raise ExpertRefused(why)
    note = required_reason(note, called="处理意见", most=300)
    try:
        verdict = decide(subject=appeal, agree=agree, note=note, actor=actor, now=now)
    except DecisionRefused as error:
        raise ExpertRefused(str(error)) from error
    record(
        "expert.appeal_decide",
        actor=actor,
        now=now,
        subject=expert,
        after={"结果": verdict.label},
        note=note,
    )
    if verdict in (Verdict.APPROVED, Verdict.REJECTED):
        appeal.agreed, appeal.note = verdict == Verdict.APPROVED, note
        appeal.decided_by, appeal.decided_at = actor, now
        appeal.save(update_fields=["agreed", "note", "decided_by", "decided_at", "proof"])
        if appeal.agreed:
            remove_from_blacklist(expert=expert, reason=f"申诉成立：{note}", actor=actor, now=now)
        else:
            tell_refused(appeal, now=now)
    return verdict


def why_not_to_decide(*, appeal: BlacklistAppeal, actor: User, now: datetime) -> str:
    """Return why ``actor`` may not decide on ``appeal`` now, before he types anything."""
    another = _why_not_another(appeal, actor, now=now)
    return another or why_not_now(subject=appeal, actor=actor, now=now)


def _why_not_another(appeal: BlacklistAppeal, actor: User, *, now: datetime) -> str:
    if not appeal.is_sound:
        return NOT_SAID
    if actor.pk in (firsts := who_blacklisted(appeal.entry)):
        return "申诉须由将其移入黑名单以外的人处理。"
    return why_not_second(actor, firsts, asked_at=appeal.asked_at, now=now)


@transaction.atomic
def tell_office(*, appeal_id: int, now: datetime) -> None:
    """Tell all who may decide of an appeal, unless somebody has, or nobody made it; once, however often it is called."""
    rows = BlacklistAppeal.objects.select_related("entry__expert")
    appeal = rows.get(pk=appeal_id)
    if appeal.decided_at is not None or not appeal.is_sound:
        return
    expert = appeal.entry.expert
    envelopes = [
        Envelope(
            recipient=Recipient(account=user.username, name=user.name),
            context={"收件人": user.name, "专家姓名": expert.name, "专家编号": expert.number},
            about=expert,
            key=f"{APPEALED.code}:{appeal.pk}:{user.pk}",
        )
        for user in users_with_permission("experts.blacklist")
        if not is_outsider(user) and appeals_decidable_by(user).filter(pk=appeal.pk).exists()
    ]
    send_messages(occasion=APPEALED.code, envelopes=envelopes, channels=[ChannelCode.SITE], now=now)
