"""Erasing the personal data of an expert: what law does not want kept goes, a tombstone stays (个人信息保护法 第四十七条)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.text import SAY_MORE, is_reason
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import ERASERS, why_not_erased
from expertpool.privacy.enums import RequestKind
from expertpool.privacy.exceptions import PrivacyRefused
from expertpool.privacy.models import ErasureRequest
from expertpool.privacy.queries.deletions import deleted_by_log
from expertpool.privacy.queries.erasures import erasure_of
from expertpool.privacy.queries.requests import requests_of
from expertpool.privacy.services.answering import settle_data_request
from expertpool.workflow.services.two_persons import ask, settle

IN_POOL = "先从专家库删除这位专家，再申请抹去：删除时列出他将要参加的评审。"
MERGED = "这份档案已合并，请抹去合并后的那一份，这一份随之抹去。"
ERASED = "这位专家的个人信息已经抹去。"
NOT_LOGGED = (
    "操作日志里没有这位专家（或并入他的档案）在这个时间从专家库删除的记录，不能抹去："
    "可能有人绕过系统改动了档案，请告诉审计员。"
)
DONE = "您的个人信息已经抹去；抽取、评审、劳务费记录和操作日志依法保存到期，期间不作他用。"


def check_erasable(expert: Expert) -> None:
    """Refuse (PrivacyRefused) who is in the pool, merged or erased, who was deleted by nobody here
    (docs/decisions/0478), and what something keeps from it now."""
    if expert.erased_at is not None:
        raise PrivacyRefused(ERASED)
    if expert.merged_into_id is not None:
        raise PrivacyRefused(MERGED)
    if expert.status != ExpertStatus.DELETED:
        raise PrivacyRefused(IN_POOL)
    if reasons := why_not_erased(expert):
        raise PrivacyRefused("".join(reasons))
    if len(deleted_by_log(all_of := [expert, *expert.merged.all()])) < len(all_of):
        raise PrivacyRefused(NOT_LOGGED)


@transaction.atomic
def request_erasure(*, expert: Expert, reason: str, actor: User, now: datetime) -> ErasureRequest:
    """Ask for the personal data of ``expert`` to be erased; nothing changes until a second person agrees.

    Refuses (PrivacyRefused) without a reason, what `check_erasable` refuses, and while a request waits.
    """
    expert = lock_expert(expert)
    if not is_reason(reason):
        raise PrivacyRefused(f"请写明抹去的理由{SAY_MORE}。")
    check_erasable(expert)
    request = ErasureRequest(expert=expert, reason=reason.strip(), plan=erasure_of(expert).words)
    ask(request, action="privacy.erase_ask", actor=actor, now=now, refused=PrivacyRefused)
    return request


@transaction.atomic
def decide_erasure(
    *, request: ErasureRequest, agree: bool, note: str, actor: User, now: datetime
) -> ErasureRequest:
    """Agree to a request, which erases at once and for good, or turn it down.

    Refuses (PrivacyRefused) the person who asked, a request that was decided, and what `check_erasable` refuses.
    An open request of the expert himself to erase is answered by it.
    """
    expert = lock_expert(request.expert)
    settle(request, agree=agree, note=note, actor=actor, now=now, refused=PrivacyRefused)
    if not agree:
        record("privacy.erase_refuse", actor=actor, now=now, subject=expert, note=note)
        return request
    check_erasable(expert)
    # While it is known where he is reached.
    waiting = requests_of(expert).filter(kind=RequestKind.ERASE, answered_at__isnull=True)
    for asked in waiting:
        settle_data_request(request=asked, agree=True, answer=DONE, actor=actor, now=now)
    erase(expert, actor=actor, now=now)
    return request


def check_erasure(*, request: ErasureRequest, actor: User, now: datetime) -> None:
    """Refuse (PrivacyRefused) what nobody can agree to as things stand."""
    check_erasable(Expert.objects.get(pk=request.expert_id))


def erase(expert: Expert, *, actor: User | None, now: datetime) -> None:
    """Erase what law does not want kept of ``expert``, whom the caller holds, and of the records that were merged into
    him. Logged by number, without his name."""
    for one in (*expert.merged.all(), expert):
        plan = erasure_of(one)
        for eraser in ERASERS:
            eraser.erase(one, actor, now)
        Expert.objects.filter(pk=one.pk).update(name_until=plan.name_until)
        # What was led to him by others is not his.
        for asked in requests_of(one):
            asked.text = ""
            asked.save(update_fields=["text"])
        after = {"专家编号": one.number, "抹去": plan.words}
        record("privacy.erase", actor=actor, now=now, subject=one, after=after)


def lock_expert(expert: Expert) -> Expert:
    """Hold the record of ``expert``: who asks and who decides about it come one after the other."""
    rows = Expert.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("user").get(pk=expert.pk)
