"""What the end of a run tells of where its time went."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.inner_run import run_tests

SLOW = """
import time

def test_slow():
    time.sleep(1)

def test_slow_too():
    time.sleep(1)
"""


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_all_tests_of_a_folder_and_of_a_file_are_counted(workers: str, tmp_path: Path) -> None:
    for place in ("pages", "jobs"):
        (tmp_path / place).mkdir()
    (tmp_path / "pages" / "test_slow.py").write_text(SLOW)
    (tmp_path / "pages" / "test_also.py").write_text(SLOW)
    (tmp_path / "jobs" / "test_quick.py").write_text("def test_quick():\n    pass\n")

    def said(*more: str) -> str:
        ran = run_tests(tmp_path, "-ptests.durations", "-pxdist", workers, *more)
        assert ran.returncode == 0
        return ran.stdout

    lines = [line.split() for line in said("--durations=20").splitlines() if " 秒 " in line]
    assert [place for *_, place in lines[:2]] == ["pages", "jobs"]
    taken = {place: int(seconds) for seconds, _, place in lines}
    assert taken["pages"] >= 4
    assert taken["pages/test_slow.py"] >= 2
    assert " 秒 " not in said()
