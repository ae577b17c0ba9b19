"""An office at work while the product is hurt: draws that run, experts who answer; and what must hold after it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from random import Random

from django.db import DatabaseError, connection
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.audit.services.chain import verify_chain
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.checking import difference_in
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.replies import answer
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.models import Message
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tools.bench.soak import _TWICE

SPARE = 5  # experts for each seat: who does not answer is followed by another
ACCEPTING = 0.5
STUCK = timedelta(minutes=2)


def open_draws(
    count: int, *, seats: int, now: datetime, reply_minutes: int, before: int = 0
) -> list[Draw]:
    """Seal ``count`` draws at ``now``, after so many ``before``; a worker writes the letters."""
    for number in range(0 if before else seats * SPARE):
        make_expert(email=f"torture{number}@example.cn", created_at=now - timedelta(days=1))
    return [
        make_draw(
            now=now,
            seats=seats,
            reply_minutes=reply_minutes,
            opens_in_hours=72 + 24 * number,
            channels=("email",),
            reached=False,
        )
        for number in range(before, before + count)
    ]


def at_rest() -> bool:
    """Tell whether nothing is due any more."""
    due = ProcrastinateJob.objects.filter(status__in=("todo", "doing"))
    waiting = due.exclude(scheduled_at__gt=timezone.now()).exclude(task_name__startswith="builtin")
    letters = Message.objects.filter(state__in=(DeliveryState.QUEUED, DeliveryState.SENDING))
    return not waiting.exists() and not letters.exists()


def rest(seconds: float) -> None:
    """Wait until nothing is due: what a killed worker had in hand is queued again within two minutes."""
    end = time.monotonic() + seconds
    while not at_rest() and time.monotonic() < end:
        time.sleep(1)


def one_answers(random: Random) -> list[tuple[int, str]]:
    """Let one who is asked answer; return his line and what the system has acknowledged, if it did."""
    try:
        asked = Invitation.objects.filter(
            state=InvitationState.INVITED, deadline_at__gt=timezone.now()
        )
        line = random.choice(asked.order_by("pk"))
        accept = random.random() < ACCEPTING
        reason = "" if accept else "时间冲突"
        now, entropy = timezone.now(), SystemEntropy()
        answer(
            invitation=line,
            accept=accept,
            reason=reason,
            via=ReplyVia.LINK,
            now=now,
            entropy=entropy,
        )
    except (IndexError, DatabaseError, ReplyRefused):
        return []
    return [(line.pk, InvitationState.ACCEPTED if accept else InvitationState.DECLINED)]


def not_as_answered(answered: list[tuple[int, str]]) -> list[str]:
    """Return which acknowledged answers are lost."""
    stored = dict(Invitation.objects.values_list("pk", "state"))
    return [
        f"line {pk}: answered {state}, is {stored[pk]}"
        for pk, state in answered
        if stored[pk] != state
    ]


def faults() -> list[str]:
    """Return what is lost, done twice or stuck, in sentences; nothing when all is well."""
    now = timezone.now()
    found = [
        f"draw {draw.pk}: {why}" for draw in Draw.objects.all() if (why := difference_in(draw))
    ]
    if broken := verify_chain({}):
        found.append(f"chain: {broken}")
    with connection.cursor() as cursor:
        cursor.execute(_TWICE)
        if twice := cursor.fetchone()[0]:
            found.append(f"{twice} seats of one expert at one time")
    jobs = ProcrastinateJob.objects.filter(task_name="draws.expire_invitation")
    kept = Counter(
        arguments["invitation_id"]
        for arguments in jobs.filter(status__in=("todo", "doing")).values_list("args", flat=True)
    )
    asked = Invitation.objects.filter(state=InvitationState.INVITED, deadline_at__isnull=False)
    found += [f"line {line.pk}: no job for its deadline" for line in asked if not kept[line.pk]]
    late = asked.filter(deadline_at__lt=now - STUCK)
    found += [f"line {line.pk}: its deadline is over since {line.deadline_at}" for line in late]
    letters = Message.objects.filter(occasion="draw.invitation")
    doubled = letters.values("about_id", "channel").annotate(n=Count("pk")).filter(n__gt=1)
    found += [f"line {row['about_id']}: {row['n']} letters" for row in doubled]
    return found + [f"failed: {name} {count} times" for name, count in Counter(_given_up()).items()]


def faults_of_letters(accepted: Sequence[EmailMessage]) -> list[str]:
    """Return which letters say that they were sent and were not taken by the mail server, and which it took too often: one
    whose attempt was killed goes out again, under the same number."""
    taken = Counter(letter["Message-ID"] for letter in accepted)
    sent = Message.objects.filter(channel=ChannelCode.EMAIL, sent_at__isnull=False)
    return [
        f"letter {pk}: taken {taken[number]} times, tried {attempts} times"
        for pk, number, attempts in sent.values_list("pk", "provider_id", "attempts")
        if not 1 <= taken[number] <= attempts
    ]


def _given_up() -> list[str]:
    """Return the tasks of jobs that failed, but those of the clock that came again since: these are begun anew each time."""
    jobs = ProcrastinateJob.objects.order_by()
    since = jobs.filter(task_name=OuterRef("task_name"), pk__gt=OuterRef("pk"), status="succeeded")
    by_clock = Exists(since) & Q(queueing_lock=F("task_name"))
    return list(jobs.filter(status="failed").exclude(by_clock).values_list("task_name", flat=True))
