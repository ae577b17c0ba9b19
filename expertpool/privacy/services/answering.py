"""What the office answers, and that it is reminded of it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider, users_with_permission
from expertpool.audit.services import record
from expertpool.core.configuration import value_of
from expertpool.core.fields import is_vouched
from expertpool.core.text import SAY_MORE, is_reason
from expertpool.core.visibility import told
from expertpool.core.workdays import end_of_working_days, is_working_day
from expertpool.experts.services.contacts import recipient_of
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.privacy.exceptions import PrivacyRefused
from expertpool.privacy.models import DataRequest
from expertpool.privacy.occasions import ANSWERED, DUE
from expertpool.privacy.permissions import DECIDE
from expertpool.privacy.queries.requests import requests_waiting
from expertpool.privacy.settings import REMIND_DAYS

MOST_ANSWER = 500
BY_TWO = "同意删除须两人办理：请在该请求上点「申请抹去」，由另一人确认。"
NOT_ASKED = "这项请求不是专家在系统中提出的，不能答复，请告诉审计员。"
ANSWERED_ALREADY = "这项请求已经有人答复，请刷新页面。"


@transaction.atomic
def answer_data_request(
    *, request: DataRequest, agree: bool, answer: str, actor: User, now: datetime
) -> DataRequest:
    """Answer ``request`` for good; its expert is told. Logged without the words.

    Refuses (PrivacyRefused) the account of an expert, an answer without words, to agree alone to what erases, what
    was not told yet, and what was answered already.
    """
    if is_outsider(actor):
        raise PrivacyRefused("专家账号不能答复，请使用工作账号。")
    if agree and request.erases:
        raise PrivacyRefused(BY_TWO)
    answer = answer.strip()
    if not is_reason(answer):
        raise PrivacyRefused(f"请填写答复和理由，专家会收到{SAY_MORE}。")
    if len(answer) > MOST_ANSWER:
        raise PrivacyRefused(f"答复最多写 {MOST_ANSWER} 字，请精简。")
    settle_data_request(request=request, agree=agree, answer=answer, actor=actor, now=now)
    return request


def settle_data_request(
    *, request: DataRequest, agree: bool, answer: str, actor: User, now: datetime
) -> None:
    """Write the answer and tell the expert; the caller has checked who may. Refuses what was answered already, and
    what its expert did not ask here."""
    rows = told(DataRequest.objects.filter(pk=request.pk, answered_at__isnull=True))
    # Read under the lock: of two who answer at once the second finds none that waits.
    row = rows.select_for_update(of=("self",)).select_related("expert").first()
    if row is None:
        raise PrivacyRefused(ANSWERED_ALREADY)
    if not is_vouched(row):
        raise PrivacyRefused(NOT_ASKED)
    row.agreed, row.answer, row.answered_by, row.answered_at = agree, answer, actor, now
    row.save(update_fields=["agreed", "answer", "answered_by", "answered_at", "answer_proof"])
    words = {
        "专家姓名": row.expert.name,
        "事项": row.get_kind_display(),
        "结果": "同意" if agree else "未同意",
        "答复": answer,
    }
    envelope = Envelope(
        recipient=recipient_of(row.expert),
        context=words,
        about=row.expert,
        key=f"{ANSWERED.code}:{row.pk}",
    )
    send_messages(
        occasion=ANSWERED.code,
        envelopes=[envelope],
        channels=[ChannelCode.SITE, ChannelCode.EMAIL, ChannelCode.SMS],
        now=now,
    )
    after = {"事项": words["事项"], "结果": words["结果"]}
    record("privacy.answer", actor=actor, now=now, subject=row.expert, after=after)
    request.refresh_from_db()


def remind_of_requests(*, now: datetime) -> int:
    """Tell all who may answer how many requests are nearly due or overdue, each working morning once; return how
    many persons were told. However often it is called on a day, each is told once."""
    today = timezone.localdate(now)
    if not is_working_day(today):
        return 0
    near = end_of_working_days(value_of(REMIND_DAYS), after=now)
    url = f"{settings.SITE_URL}{reverse('privacy:requests')}"
    envelopes = []
    for user in users_with_permission(DECIDE):
        waiting = [] if is_outsider(user) else list(requests_waiting(user).filter(due_at__lte=near))
        if not waiting:
            continue
        late = sum(one.due_at <= now for one in waiting)
        said = f"即将到期（其中 {late} 件已超期）" if late else "即将到期"
        envelopes.append(
            Envelope(
                recipient=Recipient(account=user.username, name=user.name),
                context={
                    "收件人": user.name,
                    "件数": str(len(waiting)),
                    "情况": said,
                    "链接": url,
                },
                about=("privacy.due", user.pk),
                key=f"{DUE.code}:{today}:{user.pk}",
            )
        )
    if envelopes:
        send_messages(
            occasion=DUE.code,
            envelopes=envelopes,
            channels=[ChannelCode.SITE, ChannelCode.EMAIL],
            now=now,
        )
    return len(envelopes)
