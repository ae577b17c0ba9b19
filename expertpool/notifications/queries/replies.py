"""Answers in writing: by which code they are known (what they say: `wording`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from expertpool.core.crypto import blind_index
from expertpool.core.mandates import Mandate
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.enums import ChannelCode, Decision
from expertpool.notifications.models import Message, Reply
from expertpool.notifications.queries.wording import CODE_DIGITS

LATELY = timedelta(days=1)


def _lately(now: datetime) -> QuerySet[Reply]:
    return Reply.objects.filter(received_at__gt=now - LATELY).select_related("message")


# In a day so many wrong ones are taken of a telephone from one network, and from all: whoever knows the address of
# the callback guesses no code. A right one after them is not dropped: its expert is asked to answer otherwise.
MOST_WRONG = 10
MOST_WRONG_OF_ALL = 100


def _wrong(now: datetime) -> QuerySet[Reply]:
    return Reply.objects.filter(message__isnull=True, received_at__gt=now - LATELY).order_by()


def may_be_guessed(sender: bytes, source: bytes, now: datetime) -> bool:
    """Tell whether so many wrong ones came in the name of a telephone that a right one may be a guess."""
    rows = _wrong(now).filter(sender=sender)
    found = rows.aggregate(all=Count("pk"), here=Count("pk", filter=Q(source=source)))
    return bool(found["here"] >= MOST_WRONG or found["all"] >= MOST_WRONG_OF_ALL)


def telephones_in_doubt(now: datetime) -> int:
    """Return in the name of how many telephones so many wrong ones came within a day."""
    often = _wrong(now).values("sender", "source").annotate(n=Count("pk")).filter(n__gte=MOST_WRONG)
    return often.values("sender").distinct().count()


REPLIES = Mandate("notifications.replies", "短信回复", _lately)


def code_of(named: str) -> str:
    """Return the code by which whoever is asked of ``named`` answers: digits that nobody guesses."""
    number = int.from_bytes(blind_index("notifications.answer-code", named), "big")
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def answer_key(address: str, code: str) -> bytes:
    """Return the blind index by which an answer from ``address`` with ``code`` finds its message: of each letter
    that asks of something else another, so that no two of them are seen to go to one person."""
    return blind_index("notifications.answer", f"{address}:{code}")


def how_to_answer(code: str) -> str:
    """Return how a short message with ``code`` is answered, as the beginning of a sentence; empty where it
    cannot be."""
    return CHANNELS[ChannelCode.SMS].how_to_answer(code) if ChannelCode.SMS in CHANNELS else ""


def replies_to(message: Message) -> Sequence[tuple[str, datetime]]:
    """Return what the recipient of ``message`` wrote back, and when. The caller has seen to it that this may be
    told."""
    rows = message.replies.order_by("received_at", "pk")
    return [(str(Decision(row.decision).label), row.received_at) for row in rows]
