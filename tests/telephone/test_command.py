"""`expertpool voice-agent` as it is started."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from config import supervisor
from expertpool.notifications.channels.voice import settings as voice
from tests.factories.siteconfig import configure
from tests.worker import ROOT, environment_of, kill


@pytest.mark.django_db(transaction=True)
@pytest.mark.shows("DRAW-40")
@pytest.mark.parametrize(
    ("trunk", "runs"), [(voice.SIP, True), (voice.NONE, False), (voice.ALIYUN, False)]
)
def test_whoever_starts_all_starts_it_where_a_line_is_chosen(trunk: str, runs: bool) -> None:
    configure(voice.SERVER, "10.8.0.5")
    configure(voice.USER, "02788886666")
    configure(voice.TRUNK, trunk)
    assert [one[-1] for one in supervisor._calls().values()] == ["voice-agent"] * runs


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["", "json"])
def test_without_a_line_it_waits_for_one_and_ends_when_it_is_told(form: str) -> None:
    """It says so in a line of the form that LOG_FORMAT chooses."""
    command = [sys.executable, "-m", "config.cli", "voice-agent"]
    agent = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment_of(LOG_FORMAT=form),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    )
    try:
        assert agent.stdout is not None
        told = next(line for line in agent.stdout if "没有选用电话线路" in line)
        if form:
            said = json.loads(told)
            assert (said["level"], said["process"]) == ("INFO", agent.pid)
        else:
            assert " INFO expertpool.telephone." in told
        agent.send_signal(signal.SIGTERM)
        assert agent.wait(30) == 0
    finally:
        kill(agent)
        if agent.stdout is not None:
            agent.stdout.close()
