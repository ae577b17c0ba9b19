"""What every test shares: the database server and the browser, nothing else."""

from __future__ import annotations

import gc
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from coverage import Coverage, CoverageData
from hypothesis import HealthCheck, settings
from playwright.sync_api import ConsoleMessage, Page

from config.database import database_running
from expertpool.core.reading import apart
from tools.browser import FLAGS, missing, small_browser_path

pytest_plugins = [
    "tests.again",
    "tests.database",
    "tests.durations",
    "tests.fixtures",
    "tests.files.converting",
    "tests.left_open",
]

# A busy machine must not fail a property test by its clock.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


def pytest_configure(config: pytest.Config) -> None:
    """Start the database server in the first process; its xdist workers find it by its place."""
    # Many a container says that nothing compiled be kept: each of hundreds of programs would compile Django again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    # Playwright's loop makes Django believe that tests, and what comes after them, are asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    if not hasattr(config, "workerinput"):
        stack = ExitStack()
        stack.enter_context(database_running(durable=False))
        config.add_cleanup(stack.close)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long tests first: what begins last would be waited for by all."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    _skip_without_browser(items)


def pytest_collection_finish() -> None:
    """Leave what is loaded for good out of the collecting of garbage, and let that happen less often: a tenth
    of the processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


@pytest.fixture(scope="session", autouse=True)
def measured_readings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Count the lines that the child runs, where lines are counted."""
    if Coverage.current() is None:
        yield
        return
    folder = tmp_path_factory.mktemp("lines")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "MODULE", "tests.measured_child")
        patch.setitem(apart.ENVIRONMENT, "LINES_INTO", str(folder))
        yield
    lines: defaultdict[str, set[int]] = defaultdict(set)
    for file in folder.glob("*.done"):
        for name, run in json.loads(file.read_text(encoding="utf-8")).items():
            lines[name].update(run)
    data = CoverageData(suffix=True)  # beside those of the programs that tests start
    data.add_lines(lines)
    data.write()


# --- Browser tests -----------------------------------------------------------------------------


def _skip_without_browser(items: list[pytest.Item]) -> None:
    """Skip browser tests where there is no browser; CI must have one."""
    if not missing():
        return
    reason = f"no browser test was run, missing: {', '.join(missing())}"
    if os.environ.get("CI"):
        raise pytest.UsageError(reason)
    for item in items:
        if item.get_closest_marker("e2e"):
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = [
        report for report in terminalreporter.getreports("skipped") if "e2e" in report.keywords
    ]
    if skipped:
        terminalreporter.section("浏览器测试没有运行", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} 个浏览器测试没有运行，缺少：{'、'.join(missing())}")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the machine's Chromium, the one without windows where it is."""
    return browser_type_launch_args | {
        "executable_path": small_browser_path(),
        "args": FLAGS,
    }


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page that fails its test for whatever the content security policy had to block."""
    blocked: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            blocked.append(message.text)

    page.on("console", listen)
    yield page
    assert not blocked
