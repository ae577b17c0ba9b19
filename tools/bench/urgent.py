"""How soon an invitation goes out behind the letters of a bulk approval, by a worker that is sending them: `--only urgent`."""

from __future__ import annotations

import time

from django.utils import timezone

from expertpool.draws.occasions import INVITATION
from expertpool.experts.models import Expert
from expertpool.experts.occasions import ADMITTED
from expertpool.experts.services.contacts import recipient_of
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.models import Message
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.services.sending import Envelope, send_messages
from tools.bench.delivery import Gateway, prepare, running_workers, wait_for_arrivals
from tools.bench.reporting import Reporter

LETTERS = 9_800  # two for each of 4,900 people
SENT_FIRST = 200  # the worker is in the middle of them
TIMES = 5
AIM = 5  # seconds


def measure_urgent(reporter: Reporter, size: int) -> None:
    """Queue the letters, let one worker send, and invite somebody now and then."""
    with Gateway() as gateway, running_workers() as workers:
        prepare(gateway, ADMITTED, INVITATION)
        _tell(ADMITTED, LETTERS)
        workers.start()
        wait_for_arrivals(gateway, SENT_FIRST)
        seconds = []
        for at in range(TIMES):
            (invitation,) = _tell(INVITATION, 1, at)
            began = time.perf_counter()
            while Message.objects.get(pk=invitation.pk).state != DeliveryState.SENT:
                time.sleep(0.02)
            seconds.append(time.perf_counter() - began)
        waiting = Message.objects.filter(occasion=ADMITTED.code, state=DeliveryState.QUEUED).count()
    reporter.report("urgent", seconds, aim=AIM, size=size, letters=LETTERS, waiting=waiting)


def _tell(occasion: Occasion, count: int, at: int = 0) -> list[Message]:
    rows = Expert.objects.select_related("user").exclude(phone_index=None).order_by("pk")
    experts = list(rows[: min(count, 4_900)])
    envelopes = [
        Envelope(
            recipient_of(expert),
            {**occasion.placeholders, "专家姓名": expert.name},
            ("bench.urgent", str(expert.pk)),
            f"bench-urgent:{occasion.code}:{at}:{part}:{expert.pk}",
        )
        for part in range(max(1, count // len(experts)))
        for expert in experts
    ]
    messages: list[Message] = []
    for first in range(0, len(envelopes), 1000):
        part = envelopes[first : first + 1000]
        messages += send_messages(
            occasion=occasion.code,
            envelopes=part,
            channels=[ChannelCode.SMS],
            now=timezone.now(),
            kind="" if occasion.by_kind else None,
        )
    return messages
