"""`expertpool voice-agent` as it is started."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from tests.worker import ROOT, environment_of, kill


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
