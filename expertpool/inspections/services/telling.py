"""Experts are told of their inspections, each of the same thing once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from expertpool.experts.services.contacts import recipient_of
from expertpool.inspections.models import Inspection
from expertpool.inspections.occasions import DECIDED, SUSPENDED
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.queries.subjects import About
from expertpool.notifications.services.sending import Envelope, send_messages

WAYS = (ChannelCode.SITE, ChannelCode.EMAIL)
# What came of it is told by all ways; what a whole round is asked costs no short messages.
RESULTS = (DECIDED, SUSPENDED)


def tell(
    occasion: Occasion,
    rows: Iterable[Inspection],
    *,
    key: str,
    now: datetime,
    words: Callable[[Inspection], Mapping[str, str]] = lambda row: {},
    about: Callable[[Inspection], About] = lambda row: row.expert,
) -> None:
    """Tell the experts of ``rows`` (with round and expert), of `RESULTS` also by short message; ``key`` says beside the row what of, ``words`` what else
    to whom."""
    by_ways: dict[tuple[ChannelCode, ...], list[Envelope]] = defaultdict(list)
    for row in rows:
        envelope = Envelope(
            recipient=recipient_of(row.expert),
            context={
                name: value
                for name, value in (words_of(row) | dict(words(row))).items()
                if name in occasion.placeholders
            },
            about=about(row),
            key=f"{occasion.code}:{row.pk}:{key}",
        )
        whom = envelope.recipient
        more = ways_outside(occasion, phone=whom.phone, email=whom.email)
        # A way that he does not have is noted once as missing, among those by which all are told.
        ways = dict.fromkeys((*WAYS, *more)) if occasion in RESULTS else WAYS
        by_ways[tuple(ways)].append(envelope)
    for channels, envelopes in by_ways.items():
        send_messages(
            occasion=occasion.code, envelopes=envelopes, channels=channels, now=now, surely=True
        )


def words_of(row: Inspection) -> dict[str, str]:
    return {
        "专家姓名": row.expert.name,
        "年检": row.round.name,
        "截止日期": row.due_on.isoformat(),
        "网址": settings.SITE_URL + reverse("inspections:own"),
        "后果": consequence(row),
    }


def consequence(row: Inspection) -> str:
    """Say what comes of it if the expert does not pass; nothing where nothing does."""
    day = row.round.suspend_from
    return f"未通过或未按期提交的，自 {day} 起暂停抽取。" if day else ""
