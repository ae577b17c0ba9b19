"""The leader's machine dies and another leads: nothing that was acknowledged is lost, draws end, jobs are done
once. The long form, with every fault: `make ha-test`."""

from __future__ import annotations

import subprocess
import sys

import pytest

from config.environment import BASE_DIR
from tests.ha.programs import Missing, find_programs
from tests.worker import environment_of


@pytest.mark.long
@pytest.mark.timeout(900)  # two minutes and a half on a machine at rest
@pytest.mark.django_db(transaction=True)
def test_a_leader_that_dies_takes_nothing_along() -> None:
    try:
        find_programs()
    except Missing as missing:
        pytest.skip(str(missing))
    new = environment_of()["DATABASE_OWNER_URL"]
    command = [sys.executable, "-m", "tests.ha", "--short", "--like", new]
    with subprocess.Popen(
        command, cwd=BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as rehearsal:
        try:
            told, _ = rehearsal.communicate()
        finally:
            rehearsal.terminate()  # it ends what it has started
    assert rehearsal.returncode == 0, told
    assert ", 0 lost," in told
    assert "nothing lost, nothing twice, nothing stuck" in told
