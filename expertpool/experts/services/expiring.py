"""Experts and those who answer for them are told before a term ends, and once it has (EXP-48)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.queries import is_outsider, users_with_permission
from expertpool.core.configuration import value_of
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.occasions import TERM_ENDING, TERMS_ENDING
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.services.contacts import recipient_of
from expertpool.experts.settings import TERM_NOTICES
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages

RIGHT = "experts.edit"
AT_ONCE = 200  # messages of one transaction
# So many days late a notice still goes out: the system may have stood still over a weekend.
LATE = 3


def tell_expiring(*, now: datetime) -> int:
    """Tell each member whose term ends in as many days as the office has chosen, or has just ended, and
    all who answer for him by one message for each day of ending; return how many experts were told of.

    However often it is called, everybody is told once of each: a renewed term is another one.
    """
    today = timezone.localdate(now)
    count = 0
    for end, words, mark in _notices(today):
        rows = Expert.objects.filter(status=ExpertStatus.FORMAL, term_end_date=end)
        experts = list(rows.select_related("user").order_by("pk"))
        if not experts:
            continue
        for start in range(0, len(experts), AT_ONCE):
            _tell_experts(experts[start : start + AT_ONCE], end, words, mark, now=now)
        _tell_office(end, words, mark, now=now)
        count += len(experts)
    return count


def _notices(today: date) -> Iterator[tuple[date, str, str]]:
    """Yield for which last days notices are due, with their words and a mark of the notice."""
    chosen = sorted((int(days) for days in value_of(TERM_NOTICES)), reverse=True)
    for at, days in enumerate(chosen):
        nearer = chosen[at + 1] if at + 1 < len(chosen) else -1
        for late in range(LATE + 1):
            # Of two that are due at once the nearer is told.
            if days - late > nearer:
                left = days - late
                said = f"将在 {left} 天后届满" if left else "今天届满"
                yield today + timedelta(days=left), said, str(days)
    for late in range(1, LATE + 2):
        yield today - timedelta(days=late), "已届满", "over"


def _tell_experts(
    experts: list[Expert], end: date, words: str, mark: str, *, now: datetime
) -> None:
    envelopes = [
        Envelope(
            recipient=recipient_of(expert),
            context={"专家姓名": expert.name, "届满情况": words, "到期日": end.isoformat()},
            about=expert,
            key=f"expert.term:{expert.pk}:{end}:{mark}",
        )
        for expert in experts
    ]
    with transaction.atomic():
        send_messages(
            occasion=TERM_ENDING.code,
            envelopes=envelopes,
            channels=[ChannelCode.SITE, ChannelCode.EMAIL],
            now=now,
            surely=True,
        )


def _tell_office(end: date, words: str, mark: str, *, now: datetime) -> None:
    """Tell each who answers for experts how many of his these are."""
    query = urlencode({"tab": "formal", "term": f"{end} 至 {end}"})
    link = f"{settings.SITE_URL}{reverse('experts:list')}?{query}"
    envelopes = []
    for user in users_with_permission(RIGHT):
        if is_outsider(user):
            continue
        mine = experts_visible_to(user, RIGHT).filter(status=ExpertStatus.FORMAL, term_end_date=end)
        if count := mine.count():
            envelopes.append(
                Envelope(
                    recipient=Recipient(account=user.username, name=user.name),
                    context={
                        "收件人": user.name,
                        "人数": str(count),
                        "届满情况": words,
                        "到期日": end.isoformat(),
                        "链接": link,
                    },
                    about=("experts.terms", user.pk),
                    key=f"expert.terms:{end}:{mark}:{user.pk}",
                )
            )
    with transaction.atomic():
        send_messages(
            occasion=TERMS_ENDING.code, envelopes=envelopes, channels=[ChannelCode.SITE], now=now
        )
