"""Services name tasks: every name exists, and takes what it is given."""

from __future__ import annotations

import ast
import inspect

from django.conf import settings
from procrastinate.contrib.django import app

from tests.architecture.app_order import APPS_DIR

OPTIONS = {"at", "lock"}
# They queue the tasks that are registered there, and what is asked of them in somebody's name.
BY_NAME = {APPS_DIR / "core/duties.py", APPS_DIR / "core/asking.py"}


def calls(*functions: str) -> list[tuple[str, ast.Call]]:
    return [
        (f"{path.relative_to(APPS_DIR)}:{node.lineno}", node)
        for path in APPS_DIR.rglob("*.py")
        if path not in BY_NAME
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in functions
    ]


def test_every_task_that_is_deferred_exists() -> None:
    found = calls("defer", "defer_batch")
    assert len(found) > 10
    for where, call in found:
        name = call.args[0]
        assert isinstance(name, ast.Constant), f"{where}: write the name of the task itself"
        assert name.value in app.tasks, f"{where}: no task is called {name.value}"


def test_every_task_takes_what_it_is_given() -> None:
    for where, call in calls("defer"):
        name = call.args[0]
        assert isinstance(name, ast.Constant)
        given = dict.fromkeys(word.arg for word in call.keywords if word.arg not in OPTIONS)
        try:
            inspect.signature(app.tasks[name.value].func).bind(**given)
        except TypeError as error:
            raise AssertionError(f"{where}: {name.value}: {error}") from error


def test_every_task_that_is_asked_for_exists_and_takes_what_was_asked() -> None:
    found = [(where, one) for where, one in calls("ask") if isinstance(one.args[0], ast.Constant)]
    assert found
    for where, call in found:
        name = call.args[0]
        assert isinstance(name, ast.Constant)
        assert name.value in app.tasks, f"{where}: no task is called {name.value}"
        inspect.signature(app.tasks[name.value].func).bind(asked_id=1)


def test_somebody_works_on_every_queue() -> None:
    worked_on = {queue for queues in settings.WORKERS.values() for queue in queues}
    assert {task.queue for task in app.tasks.values()} - {"builtin"} <= worked_on
