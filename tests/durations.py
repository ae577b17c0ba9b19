"""Where the time of a run goes, by folder and by file, at the end of one with ``--durations``: the slowest tests
alone come to a tenth of it (docs/decisions/0821)."""

from __future__ import annotations

from collections import defaultdict
from heapq import nlargest
from pathlib import PurePath
from typing import Any

import pytest

SHOWN = 20


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if not config.option.durations:
        return
    folders: defaultdict[str, float] = defaultdict(float)
    files = folders.copy()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                file = PurePath(report.nodeid.partition("::")[0])
                files[str(file)] += report.duration
                folders[str(file.parent)] += report.duration
    terminalreporter.section(f"用时最多的 {SHOWN} 个目录和文件（各进程相加）")
    for counted in (folders, files):
        for place, seconds in nlargest(SHOWN, counted.items(), key=lambda one: one[1]):
            terminalreporter.line(f"{seconds:8.0f} 秒 {place}")
