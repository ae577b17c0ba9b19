"""What was recorded, and who may hear it; which calls are under way."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.configuration import value_of
from expertpool.core.configuration.reading import UNREADABLE
from expertpool.core.fields import is_vouched
from expertpool.core.models import DutyRun
from expertpool.notifications.channels.voice.settings import SIP, TRUNK
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import messages_visible_to
from expertpool.notifications.queries.subjects import readable_by
from expertpool.notifications.registry import AttemptFiles, KeptSound
from expertpool.siteconfig.models import SettingChange
from expertpool.telephone.channels.sentences import RECORDINGS, Spoken, spoken_by_office
from expertpool.telephone.models import Call
from expertpool.telephone.rules import LOST_AFTER

logger = logging.getLogger(__name__)

LIVES = "telephone.agent"
# Six notes left out: a restart takes less.
LATE_AFTER = timedelta(minutes=1)
NOBODY_CALLS = "没有电话程序在运行，或者它接不上线路。"


def recorded_call(user: User, uid: UUID, number: int) -> Call | None:
    """Return the call of the attempt ``number`` of a message that ``user`` may read now, if it was recorded."""
    message = messages_visible_to(user).filter(uid=uid, deleted_at__isnull=True).first()
    if message is None or message.pk not in readable_by(user, [message]):
        return None
    rows = Call.objects.filter(attempt__message=message, attempt__number=number)
    return rows.exclude(tape="").select_related("attempt__message").first()


def recorded_calls(messages: QuerySet[Message]) -> QuerySet[Call]:
    """Return the calls of ``messages`` that were recorded, in their order, for code that checks who may hear them."""
    rows = Call.objects.filter(attempt__message__in=messages.order_by()).exclude(tape="")
    return rows.select_related("attempt__message").order_by("began_at", "pk")


def heard_calls(user: User, messages: QuerySet[Message]) -> list[Call]:
    """Return those of the recorded calls of ``messages`` that ``user`` may hear now, in their order."""
    if not user.has_permission("notifications.view"):
        return []
    found = list(recorded_calls(messages.filter(deleted_at__isnull=True)))
    may = readable_by(user, [call.attempt.message for call in found])
    return [call for call in found if call.attempt.message_id in may]


def tapes_of(message: Message) -> Mapping[int, Sequence[KeptSound]]:
    """Return the recordings of the calls of ``message``, by attempt."""
    rows = Call.objects.filter(attempt__message=message).exclude(tape="")
    found: dict[int, list[KeptSound]] = defaultdict(list)
    for attempt, number, sha256 in rows.values_list("attempt", "attempt__number", "sha256"):
        url = reverse("telephone:tape", args=[message.uid, number])
        found[attempt].append(KeptSound("通话录音", url, sha256))
    return found


def office_sentences() -> dict[str, bytes]:
    """Return the sound of the sentences that the office has recorded and uploaded, by name: what does not open is spoken."""
    found, broken = spoken_by_office(_recordings())
    if broken:
        logger.warning("recorded sentences do not open: %s", "、".join(broken))
    return found


def broken_sentences() -> list[str]:
    """Return what those are called that do not open any more."""
    return [RECORDINGS[name].label for name in spoken_by_office(_recordings())[1]]


def all_sentences() -> Iterator[Spoken]:
    """Yield the sentences that the office has recorded, now or before: what was set last counts where a row was altered."""
    settings = {one.code: one for one in RECORDINGS.values()}
    for change in SettingChange.objects.filter(code__in=settings).order_by("pk"):
        for stored in (change.before, change.after):
            with suppress(*UNREADABLE):
                if spoken := settings[change.code].kind.load(stored):
                    yield spoken


def _recordings() -> list[tuple[str, Spoken | None]]:
    return [(name, value_of(setting)) for name, setting in RECORDINGS.items()]


def time_of_all() -> datetime:
    """Return the time by the clock of the database, which all telephone programs share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def calls_by_a_line() -> bool:
    """Tell whether the office calls by a line of its own: of what a cloud does nobody knows before it is over."""
    return bool(value_of(TRUNK) == SIP)


def nobody_calls(now: datetime) -> bool:
    """Tell whether the office calls by a line of its own and no telephone program has it: what is due waits, and fails nowhere."""
    if not calls_by_a_line():
        return False
    # What lies ahead was written before the clock was set back.
    runs = DutyRun.objects.filter(name=LIVES, at__range=(now - LATE_AFTER, now + LATE_AFTER))
    return not any(map(is_vouched, runs))


def is_calling(now: datetime) -> bool:
    """Tell whether anybody is being called: what is due and has not begun waits for a line that works."""
    return Call.objects.filter(ended_at__isnull=True, seen_at__gt=now - LOST_AFTER).exists()


def talks_at(about_type: str, ids: Collection[str], *, at: datetime) -> dict[str, bool]:
    """Return about which of ``ids`` somebody was being called at ``at``, and whether he had taken the call by then."""
    rows = Call.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at),
        attempt__message__about_type=about_type,
        attempt__message__about_id__in=ids,
        began_at__lte=at,
    )
    found = rows.order_by("pk").values_list("attempt__message__about_id", "answered_at")
    return {about: taken is not None and taken <= at for about, taken in found}


TAPES = AttemptFiles("telephone.tapes", tapes_of)
