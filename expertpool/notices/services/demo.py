"""Notices to experts who do not exist."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.notices.models import ExpertNotice
from expertpool.notices.services.sending import send_notice, send_out
from expertpool.notices.services.writing import add_addressees, save_notice

TRAINING = """各位专家：

省评标专家年度培训将于 12 月 15 日至 16 日举行，线上线下同步。请于 12 月 10 日前确认是否参加，并留意后续的班次安排。

地点：长沙市岳麓区麓云路 100 号三楼会议室。
"""
CODE = """新修订的《评审专家行为规范》自 2027 年 1 月 1 日起施行，请各位专家认真阅读，评审时遵照执行。"""
SENT = (
    ("关于参加年度培训的通知", TRAINING, True, 3),
    ("《评审专家行为规范》修订说明", CODE, False, 1),
)
MANY, WAYS = 24, ["site", "sms"]


@transaction.atomic
def ensure_demo_notices(*, expert: Expert, actor: User, now: datetime) -> None:
    """Send two, ``expert`` among others, and begin a third; once."""
    if ExpertNotice.objects.exists():
        return
    others = Expert.objects.filter(status=ExpertStatus.FORMAL).exclude(pk=expert.pk).order_by("pk")
    keys = [expert.pk, *others.values_list("pk", flat=True)[:MANY]]
    for title, text, needs_receipt, days in SENT:
        values = {"text": text, "channels": WAYS, "needs_receipt": needs_receipt}
        at = now - timedelta(days=days)
        row = save_notice(row=ExpertNotice(), values={"title": title} | values, actor=actor, now=at)
        add_addressees(notice=row, experts=keys, actor=actor, now=at)
        send_notice(notice=row, count=len(keys), actor=actor, now=at)
        send_out(notice_id=row.pk, now=at)
    values = {"title": "元旦期间值班联系方式", "text": "", "channels": WAYS}
    row = save_notice(row=ExpertNotice(), values=values, actor=actor, now=now)
    add_addressees(notice=row, experts=keys[:8], actor=actor, now=now)
