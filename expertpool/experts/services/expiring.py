"""Experts and those who answer for them are told before a term ends, and once it has (EXP-48)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
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
# So many days after its end at most: the system may have stood still over the holidays, and longer.
LONG_LATE = 60
OVER = "over"  # the mark of the notice that says so
ENDED = -1  # days before, of that notice


def tell_expiring(*, now: datetime) -> int:
    """Tell each member whose term ends in as many days as the office has chosen, or has just ended, and
    all who answer for him by one message for each day of ending; return how many experts were told of.

    However often it is called, everybody is told once of each: a renewed term is another one. Whose term was set
    so late that no notice is left is told at once, and so is whose last notices fell into days on which the system
    stood still.
    """
    today = timezone.localdate(now)
    count = _tell_late(today, now=now) + _tell_ended(today, now=now)
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
        yield today - timedelta(days=late), "已届满", OVER


def _tell_late(today: date, *, now: datetime) -> int:
    """Tell whose term ends before the next notice would come, and who heard nothing of that end as near as the last
    notice is: it was set or imported with fewer days left, or the day of that notice was missed. Returns how many."""
    mark = min((int(days) for days in value_of(TERM_NOTICES)), default=0)
    last = today + timedelta(days=mark - LATE - 1)
    rows = Expert.objects.filter(
        status=ExpertStatus.FORMAL, term_end_date__range=(today, last)
    ).select_related("user")
    nearest = _nearest_told(rows)
    fresh = [one for one, told in nearest.items() if told is None or told > mark]
    for end, experts in _tell_some(fresh, f"在 {mark} 天内届满", f"late:{today}", now=now):
        left = (end - today).days
        words = f"将在 {left} 天后届满" if left else "今天届满"
        _tell_experts(experts, end, words, str(mark), now=now)
    return len(fresh)


def _tell_ended(today: date, *, now: datetime) -> int:
    """Tell whose term has ended longer ago than `_notices` goes back, and who heard before that it would and not that
    it has. Of what was over when it came here, by an import, nobody is told. Returns how many."""
    first, last = today - timedelta(days=LONG_LATE), today - timedelta(days=LATE + 2)
    rows = Expert.objects.filter(
        status=ExpertStatus.FORMAL, term_end_date__range=(first, last)
    ).select_related("user")
    nearest = _nearest_told(rows)
    missed = [one for one, told in nearest.items() if told is not None and told > ENDED]
    for end, experts in _tell_some(missed, "已届满", f"missed:{today}", now=now):
        _tell_experts(experts, end, "已届满", OVER, now=now)
    return len(missed)


def _tell_some(
    experts: Iterable[Expert], words: str, key: str, *, now: datetime
) -> Iterator[tuple[date, list[Expert]]]:
    """Tell the office of ``experts``, then yield them by the end of their terms: whoever has been told himself is found
    no more."""
    by_day: dict[date, list[Expert]] = defaultdict(list)
    for expert in experts:
        if expert.term_end_date:
            by_day[expert.term_end_date].append(expert)
    if by_day:
        among = [expert.pk for of_day in by_day.values() for expert in of_day]
        _tell_office((min(by_day), max(by_day)), words, key, now=now, among=among)
    yield from by_day.items()


def _nearest_told(rows: QuerySet[Expert]) -> dict[Expert, int | None]:
    """Return how many days before the end of their terms ``rows`` were last told of it: `ENDED` once it was over, None
    of whom nothing was told."""
    experts = [(one, one.term_end_date) for one in rows.order_by("pk") if one.term_end_date]
    heard: dict[str, int] = {}
    for start in range(0, len(experts), AT_ONCE):
        about = [subject_key(one) for one, _ in experts[start : start + AT_ONCE]]
        told = Message.objects.filter(
            occasion=TERM_ENDING.code,
            about_type=about[0][0],
            about_id__in=[key for _, key in about],
        )
        for key in told.values_list("key", flat=True):
            of_term, mark, _ = key.rsplit(":", 2)
            days = ENDED if mark == OVER else int(mark)
            heard[of_term] = min(days, heard.get(of_term, days))
    return {one: heard.get(_of_term(one, end)) for one, end in experts}


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
