"""Notices to experts, as the services make them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.notices.models import Addressee, ExpertNotice
from expertpool.notices.services.sending import send_notice, send_out
from expertpool.notices.services.writing import add_addressees, save_notice
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user

WORDS = {"title": "年度培训通知", "text": "请于十二月十日前选择班次。", "channels": ["site"]}


def make_notice(*experts: Expert, actor: User | None = None, **values: Any) -> ExpertNotice:
    """A draft to ``experts``."""
    actor, now = actor or make_user("admin"), timezone.now()
    row = save_notice(row=ExpertNotice(), values=WORDS | values, actor=actor, now=now)
    add_addressees(notice=row, experts=[one.pk for one in experts], actor=actor, now=now)
    return row


def sent_notice(
    *experts: Expert, actor: User | None = None, now: datetime | None = None, **values: Any
) -> ExpertNotice:
    """One that was sent to ``experts``, whose messages went out."""
    row = make_notice(*experts, actor=actor, **values)
    now = now or timezone.now()
    send_notice(notice=row, count=len(experts), actor=row.created_by, now=now)
    send_out(notice_id=row.pk, now=now)
    return ExpertNotice.objects.get(pk=row.pk)


def deliver_all(now: datetime | None = None) -> None:
    """Let every message that waits go out (within a test's transaction they cannot)."""
    at = now or timezone.now()
    Message.objects.filter(state="queued").update(state="sent", sent_at=at)


def addressee_of(notice: ExpertNotice, expert: Expert) -> Addressee:
    return Addressee.objects.select_related("notice", "expert").get(notice=notice, expert=expert)
