"""Whoever runs the system hears that nobody makes the calls."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.health import CHECKS, Health, look
from expertpool.core.models import DutyRun
from expertpool.notifications.channels.voice import settings as voice
from expertpool.notifications.services.delivery import reap_stuck
from expertpool.telephone.models import Call
from expertpool.telephone.services import agent as agents
from expertpool.telephone.services.agent import Agent
from expertpool.telephone.services.health import note_agent
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.telephone.loopback import LoopLine
from tests.telephone.test_agent import (  # noqa: F401 - fixtures
    Short,
    ask,
    letter,
    line_chosen,
    one_connection,
    pool,
    run,
)
from tests.worker import run_async

pytestmark = pytest.mark.django_db


def state(after: timedelta = timedelta()) -> Health:
    (found,) = look([CHECKS["voice_agent"]], now=timezone.now() + after)
    assert not found.finding.state.is_bad or "expertpool voice-agent" in found.finding.mend
    return found.finding.state


@pytest.mark.shows("SYS-01", "DRAW-40")
def test_a_line_without_a_program_is_a_fault_until_one_has_it() -> None:
    """A call that was due for three hours failed nowhere: nobody had tried."""
    letter("13800138001")
    reap_stuck(now=timezone.now() + timedelta(hours=3))
    assert state(timedelta(hours=3)) is Health.FAILED
    run(LoopLine())
    assert Call.objects.filter(ended_at__isnull=False).exists()
    assert state() is Health.OK
    assert state(timedelta(seconds=50)) is Health.OK
    assert state(timedelta(seconds=90)) is Health.FAILED  # it was killed


@pytest.mark.shows("OVW-08", "SYS-01")
def test_the_page_of_the_channels_says_so_too(client: Client, admin: User) -> None:
    """Beside it the channel read 正常, since nothing had failed."""
    page = login(client, admin).get("/messages/channels/").content.decode()
    assert "没有电话程序在运行" in page
    assert "expertpool voice-agent" in page
    note_agent(now=timezone.now())
    assert "没有电话程序" not in client.get("/messages/channels/").content.decode()


@pytest.mark.parametrize("trunk", [voice.NONE, voice.ALIYUN])
def test_who_calls_by_no_line_of_his_own_needs_none(trunk: str) -> None:
    configure(voice.TRUNK, trunk)
    assert state() is Health.OFF


def test_it_is_noted_again_and_again_without_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents, "LOOK_FOR_LOST", 0.05)

    async def idle() -> None:
        stop = asyncio.Event()
        agent = Agent(LoopLine(), Short(), name="a", ask=ask)  # type: ignore[arg-type]
        running = asyncio.create_task(agent.run(stop))
        notes = DutyRun.objects.filter(name="telephone.agent", n__gt=2)
        for _ in range(100):
            await asyncio.sleep(0.1)
            if await ask(notes.exists):
                break
        stop.set()
        await running

    run_async(idle())
    assert DutyRun.objects.get(name="telephone.agent").n > 2


def test_a_note_that_somebody_else_wrote_says_nothing() -> None:
    now = timezone.now()
    DutyRun.objects.create(name="telephone.agent", at=now)
    assert state() is Health.OK
    DutyRun.objects.filter(name="telephone.agent").update(
        at=now + timedelta(seconds=30), n=1, proof=b""
    )
    assert state() is Health.FAILED


def test_what_was_written_before_the_clock_was_set_back_says_nothing() -> None:
    DutyRun.objects.create(name="telephone.agent", at=timezone.now() + timedelta(hours=2))
    assert state() is Health.FAILED
