"""Experts and those who answer for them are told before a term ends, and once it has (EXP-48)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
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
from expertpool.notifications.models import Message
from expertpool.notifications.queries.subjects import subject_key
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages

RIGHT = "experts.edit"
AT_ONCE = 200  # messages of one transaction
# So many days late a notice still goes out: the system may have stood still over a weekend.
LATE = 3


def tell_expiring(*, now: datetime) -> int:
    """Tell each member whose term ends in as many days as the office has chosen, or has just ended, and
    all who answer for him by one message for each day of ending; return how many experts were told of.

    However often it is called, everybody is told once of each: a renewed term is another one. Whose term was set
    so late that no notice is left is told at once.
    """
    today = timezone.localdate(now)
    count = _tell_late(today, now=now)
    for end, words, mark in _notices(today):
        rows = Expert.objects.filter(status=ExpertStatus.FORMAL, term_end_date=end)
        experts = list(rows.select_related("user").order_by("pk"))
        if not experts:
            continue
        _tell_experts(experts, end, words, mark, now=now)
        _tell_office((end, end), words, f"{end}:{mark}", now=now)
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


def _tell_late(today: date, *, now: datetime) -> int:
    """Tell whose term ends before the next notice would come, and who never heard of that end: it was set or
    imported with fewer days left than the last notice has. Returns how many."""
    mark = min((int(days) for days in value_of(TERM_NOTICES)), default=0)
    last = today + timedelta(days=mark - LATE - 1)
    rows = Expert.objects.filter(
        status=ExpertStatus.FORMAL, term_end_date__range=(today, last)
    ).select_related("user")
    fresh = _unheard(rows.order_by("pk"))
    if not fresh:
        return 0
    by_day: dict[date, list[Expert]] = defaultdict(list)
    for expert, end in fresh:
        by_day[end].append(expert)
    # The office first: whoever has been told is no longer found here.
    _tell_office(
        (min(by_day), max(by_day)),
        f"在 {mark} 天内届满",
        f"late:{today}",
        now=now,
        among=[expert.pk for expert, _ in fresh],
    )
    for end, experts in by_day.items():
        left = (end - today).days
        words = f"将在 {left} 天后届满" if left else "今天届满"
        _tell_experts(experts, end, words, str(mark), now=now)
    return len(fresh)


def _unheard(rows: QuerySet[Expert]) -> list[tuple[Expert, date]]:
    """Return those of ``rows``, with the end of their term, who were told nothing of it."""
    experts = [(one, one.term_end_date) for one in rows if one.term_end_date]
    heard: set[str] = set()
    for start in range(0, len(experts), AT_ONCE):
        about = [subject_key(one) for one, _ in experts[start : start + AT_ONCE]]
        told = Message.objects.filter(
            occasion=TERM_ENDING.code,
            about_type=about[0][0],
            about_id__in=[key for _, key in about],
        )
        heard.update(key.rsplit(":", 2)[0] for key in told.values_list("key", flat=True))
    return [(one, end) for one, end in experts if _of_term(one, end) not in heard]


def _of_term(expert: Expert, end: date) -> str:
    return f"expert.term:{expert.pk}:{end}"


def _tell_experts(
    experts: Sequence[Expert], end: date, words: str, mark: str, *, now: datetime
) -> None:
    """Tell ``experts`` whose terms end on ``end``, some in each transaction."""
    for start in range(0, len(experts), AT_ONCE):
        envelopes = [
            Envelope(
                recipient=recipient_of(expert),
                context={"专家姓名": expert.name, "届满情况": words, "到期日": end.isoformat()},
                about=expert,
                key=f"{_of_term(expert, end)}:{mark}",
            )
            for expert in experts[start : start + AT_ONCE]
        ]
        send_messages(
            occasion=TERM_ENDING.code,
            envelopes=envelopes,
            channels=[ChannelCode.SITE, ChannelCode.EMAIL],
            now=now,
            surely=True,
        )


def _tell_office(
    ends: tuple[date, date],
    words: str,
    key: str,
    *,
    now: datetime,
    among: Sequence[int] | None = None,
) -> None:
    """Tell each who answers for experts how many of his these are: all whose terms end then, or those
    ``among`` them."""
    first, last = ends
    days = f"{first}" if first == last else f"{first} 至 {last}"
    query = urlencode({"tab": "formal", "term": f"{first} 至 {last}"})
    link = f"{settings.SITE_URL}{reverse('experts:list')}?{query}"
    envelopes = []
    for user in users_with_permission(RIGHT):
        if is_outsider(user):
            continue
        mine = experts_visible_to(user, RIGHT).filter(
            status=ExpertStatus.FORMAL, term_end_date__range=ends
        )
        if among is not None:
            mine = mine.filter(pk__in=among)
        if count := mine.count():
            envelopes.append(
                Envelope(
                    recipient=Recipient(account=user.username, name=user.name),
                    context={
                        "收件人": user.name,
                        "人数": str(count),
                        "届满情况": words,
                        "到期日": days,
                        "链接": link,
                    },
                    about=("experts.terms", user.pk),
                    key=f"expert.terms:{key}:{user.pk}",
                )
            )
    with transaction.atomic():
        send_messages(
            occasion=TERMS_ENDING.code, envelopes=envelopes, channels=[ChannelCode.SITE], now=now
        )
