"""Services for which experts ask, and what the office answers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.audit.services import record
from expertpool.core.fields import is_vouched
from expertpool.core.text import SAY_MORE, is_reason
from expertpool.experts.models import Expert
from expertpool.experts.services.contacts import recipient_of
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Envelope, send_messages
from expertpool.points.exceptions import PointsRefused
from expertpool.points.models import Benefit, BenefitRequest
from expertpool.points.occasions import ANSWERED
from expertpool.points.queries.ledger import balance_of
from expertpool.points.queries.levels import may_ask
from expertpool.points.queries.requests import requests_of

MOST_TEXT = 500
NOT_ASKED = "这项申请不是专家在系统中提出的，不能答复，请告诉审计员。"
WAITS = "这项服务您已申请，请等待答复。"


@transaction.atomic
def ask_benefit(
    *, expert: Expert, benefit: Benefit, text: str, actor: User, now: datetime
) -> BenefitRequest:
    """Ask, as the expert himself, for ``benefit``. Logged without what he wrote.

    Refuses (PointsRefused) another's record, a service that is not in use or of a level above his, too few words
    or too many, and a second request while one waits.
    """
    if actor.pk != expert.user_id:
        raise PointsRefused("只有专家本人可以申请服务。")
    if not may_ask(benefit, balance_of(expert)):
        raise PointsRefused("您的积分等级还不能申请这项服务，或它已停用；请刷新页面。")
    text = text.strip()
    if not is_reason(text):
        raise PointsRefused(f"请写明需要什么{SAY_MORE}。")
    if len(text) > MOST_TEXT:
        raise PointsRefused(f"最多写 {MOST_TEXT} 字，请精简。")
    # Of two clicks at once the second waits here. What nobody asked here takes no place.
    Expert.objects.select_for_update(of=("self",), no_key=True).get(pk=expert.pk)
    if requests_of(expert).filter(benefit=benefit, answered_at__isnull=True).exists():
        raise PointsRefused(WAITS)
    # What he wrote is for who answers: the log says only for what he asked.
    row = BenefitRequest(expert=expert, benefit=benefit, text=text, asked_at=now)
    row.save(force_insert=True)
    record("points.request", actor=actor, now=now, subject=expert, after={"服务": str(benefit)})
    return row


@transaction.atomic
def answer_request(
    *, request: BenefitRequest, agree: bool, answer: str, actor: User, now: datetime
) -> BenefitRequest:
    """Answer ``request`` for good; its expert is told. Logged.

    Refuses (PointsRefused) the account of an expert, an answer without words, what was answered already, and what its
    expert did not ask here.
    """
    if is_outsider(actor):
        raise PointsRefused("专家账号不能答复服务申请，请使用工作账号。")
    answer = answer.strip()
    if not answer:
        raise PointsRefused("请填写答复，专家会收到。")
    rows = BenefitRequest.objects.filter(pk=request.pk, answered_at__isnull=True)
    # Read under the lock: of two who answer at once the second finds none that waits.
    row = rows.select_for_update(of=("self",)).select_related("expert").first()
    if row is None:
        raise PointsRefused("这项申请已经有人答复，请刷新页面。")
    if not is_vouched(row):
        raise PointsRefused(NOT_ASKED)
    row.agreed, row.answer, row.answered_by, row.answered_at = agree, answer, actor, now
    row.save(update_fields=["agreed", "answer", "answered_by", "answered_at", "answer_proof"])
    request.refresh_from_db()
    expert = request.expert
    words = {
        "专家姓名": expert.name,
        "服务": request.benefit.name,
        "结果": "同意" if agree else "未同意",
        "答复": answer,
    }
    send_messages(
        occasion=ANSWERED.code,
        envelopes=[
            Envelope(
                recipient=recipient_of(expert),
                context=words,
                about=expert,
                key=f"{ANSWERED.code}:{request.pk}",
            )
        ],
        channels=[ChannelCode.SITE, ChannelCode.EMAIL, ChannelCode.SMS],
        now=now,
    )
    record(
        "points.answer",
        actor=actor,
        now=now,
        subject=expert,
        after={"服务": request.benefit.name, "结果": words["结果"]},
        note=answer,
    )
    return request
