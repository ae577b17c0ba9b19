"""Many calls at once as an office makes them: by telephone programs, each with its lines, from rows to rows and recordings.

`make bench-agents` makes two of sixty: a minute each, as the issue asks of 120 calls. Here there are fewer.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
import wave
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.utils import timezone

from expertpool.draws.occasions import INVITATION
from expertpool.notifications.channels.voice import settings as voice
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.models import Attempt, Message, Reply
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.telephone.channels.line import RATE
from expertpool.telephone.models import Call
from expertpool.telephone.services.calls import open_tape
from tests.factories.siteconfig import configure
from tests.telephone.phones import phones
from tests.telephone.sound import noise
from tests.telephone.test_processes import AGREES, agent, line, speak  # noqa: F401 - a fixture
from tests.worker import wait_for

pytestmark = [
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("programs", "no_quiet_hours"),
    pytest.mark.timeout(600),
]
EACH = int(os.environ.get("CALLS_EACH", "10"))  # of two programs
THANKS = 40.0  # seconds, for which a call goes on after the answer


def invite(many: int) -> None:
    """Write an invitation by telephone to each of ``many``, who all agree."""
    envelopes = [
        Envelope(
            Recipient(None, f"专家{at}", phone=f"138{at:06}{AGREES}"),
            {**INVITATION.placeholders, "专家姓名": f"专家{at}"},
            ("tests.calls", str(at)),
            f"tests-calls:{at}",
        )
        for at in range(many)
    ]
    send_messages(
        occasion=INVITATION.code,
        envelopes=envelopes,
        channels=[ChannelCode.VOICE],
        now=timezone.now(),
        kind="",
    )


def at_once(calls: list[Call]) -> int:
    """Return how many were talking at the fullest moment."""
    return max(
        sum(one.answered_at <= it.answered_at < one.ended_at for one in calls)  # type: ignore[operator]
        for it in calls
    )


@pytest.mark.shows("OVW-08", "DRAW-40", "PRJ-17")
@pytest.mark.parametrize(("how_many", "each"), [(1, 20), (2, EACH)], ids=["one", "two"])
def test_each_is_called_once_and_has_his_row_and_his_recording(
    tmp_path: Path,
    line: int,  # noqa: F811
    how_many: int,
    each: int,
) -> None:
    """All talk at the same time, and no program makes a call that is the other's."""
    many = how_many * each
    speak(tmp_path, "thanks-yes", noise(THANKS, 9))
    configure(voice.LINES, each)
    invite(many)
    began = time.monotonic()
    with ExitStack() as stack:
        stack.enter_context(phones(tmp_path, port=line, capture={}, calls=many + 9, seconds=500))
        for _ in range(how_many):
            stack.enter_context(agent(tmp_path))
        wait_for(lambda: Reply.objects.count() == many, seconds=240)
        wait_for(lambda: not Call.objects.filter(ended_at=None).exists(), seconds=120)
    seconds = time.monotonic() - began
    calls = list(Call.objects.order_by("pk"))
    full = at_once(calls)
    found = {
        "programs": how_many,
        "calls": len(calls),
        "at_once": full,
        "seconds": round(seconds, 1),
    }
    sys.stdout.write(f"{json.dumps(found)}\n")
    assert Attempt.objects.count() == len(calls) == many
    assert {(one.outcome, one.pressed) for one in calls} == {("yes", "yes")}
    states = set(Message.objects.values_list("state", "attempts"))
    assert states == {(DeliveryState.DELIVERED, 1)}
    assert len({one.agent for one in calls}) == how_many
    assert full == many
    tapes = [open_tape(one) for one in calls]
    assert len({one.sha256 for one in calls}) == many
    for tape in tapes:
        with wave.open(io.BytesIO(tape)) as file:
            assert (file.getnchannels(), file.getframerate()) == (2, RATE)
            assert file.getnframes() > THANKS * RATE
