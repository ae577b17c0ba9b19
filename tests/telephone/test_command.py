"""`expertpool voice-agent` as it is started."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.worker import ROOT, environment_of, kill


@pytest.mark.django_db(transaction=True)
def test_without_a_line_it_waits_for_one_and_ends_when_it_is_told() -> None:
    command = [sys.executable, "-m", "config.cli", "voice-agent"]
    agent = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment_of(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    )
    try:
        assert agent.stdout is not None
        assert any("没有选用电话线路" in line for line in agent.stdout)
        agent.send_signal(signal.SIGTERM)
        assert agent.wait(30) == 0
    finally:
        kill(agent)
        if agent.stdout is not None:
            agent.stdout.close()
