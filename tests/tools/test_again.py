"""What the end of a run tells of tests that were tried again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.inner_run import run_tests

TESTS = """
import pytest
from pathlib import Path

TRIED = Path(__file__).with_name("tried")

def tried() -> int:
    times = len(TRIED.read_text()) if TRIED.exists() else 0
    TRIED.write_text("+" * (times + 1))
    return times

def test_sometimes():
    assert tried() == 1, "the button was not there"

def test_never():
    assert False, "nothing was there"

@pytest.mark.race
def test_of_a_race():
    assert False, "no second time"
"""


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_a_failed_test_has_a_second_try_and_the_first_is_told(workers: str, tmp_path: Path) -> None:
    (tmp_path / "test_pages.py").write_text(TESTS)
    plugins = ["-ptests.again", "-pxdist", "-ppytest_rerunfailures"]
    ran = run_tests(tmp_path, *plugins, workers)
    assert ran.returncode == 1
    assert "2 failed, 1 passed, 2 rerun" in ran.stdout
    told = ran.stdout.split("再试了一次")[1]
    assert "test_sometimes：第二次通过" in told
    assert "the button was not there" in told
    assert "test_never：仍未通过" in told
    assert "test_of_a_race" not in told.split("请查清楚")[0]
