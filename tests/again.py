"""A test that fails is tried once more, unless it is one of a race, and the end of the run tells of it
(docs/decisions/0263)."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.usepdb:
        return  # who looks into a failure wants that one
    for item in items:
        if not item.get_closest_marker("race"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    first = terminalreporter.getreports("rerun")
    if not first:
        return
    terminalreporter.section("第一次没有通过、再试了一次的测试", red=True, bold=True)
    failed = {
        report.nodeid
        for name in ("failed", "error")
        for report in terminalreporter.getreports(name)
    }
    for report in first:
        ended = "仍未通过" if report.nodeid in failed else "第二次通过"
        terminalreporter.line(f"{report.nodeid}：{ended}", yellow=True, bold=True)
        terminalreporter.line(_what_it_said(report))
    terminalreporter.line("两次结果不同，不是测试没有等到该等的，就是产品有时会错：请查清楚。")


def _what_it_said(report: pytest.TestReport) -> str:
    """Return the place and the words of a failure, not the way to it."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return f"{crash.path}:{crash.lineno}\n{crash.message}" if crash else report.longreprtext
