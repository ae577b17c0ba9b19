"""Services for which experts ask, and what the office answers."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.audit.services import record
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

MOST_TEXT = 500
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
    # What he wrote is for who answers: the log says only for what he asked.
    row = BenefitRequest(expert=expert, benefit=benefit, text=text, asked_at=now)
    try:
        # Of two clicks at once only the constraint sees the other.
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise PointsRefused(WAITS) from None
    record("points.request", actor=actor, now=now, subject=expert, after={"服务": str(benefit)})
    return row


@transaction.atomic
def answer_request(
    *, request: BenefitRequest, agree: bool, answer: str, actor: User, now: datetime
) -> BenefitRequest:
    """Answer ``request`` for good; its expert is told. Logged.

    Refuses (PointsRefused) the account of an expert, an answer without words, and what was answered already.
    """
    if is_outsider(actor):
        raise PointsRefused("专家账号不能答复服务申请，请使用工作账号。")
    answer = answer.strip()
    if not answer:
        raise PointsRefused("请填写答复，专家会收到。")
    rows = BenefitRequest.objects.filter(pk=request.pk, answered_at__isnull=True)
    # Of two who answer at once the second finds none that waits.
    if not rows.update(agreed=agree, answer=answer, answered_by=actor, answered_at=now):
        raise PointsRefused("这项申请已经有人答复，请刷新页面。")
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
