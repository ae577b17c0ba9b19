"""Which of the threads that answer pages is taken, and how connections fall on several processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from config.server import GIVEN_WAY, GIVES_WAY_TO, MARK_SECONDS, Dispatcher, Mark, giving_way
from expertpool.core.answering import LATE_AFTER, is_answering, last_answering
from tests.ports import free_port
from tests.worker import program, wait_for

THREADS = 5


class Task:
    """What notes by which thread it was done."""

    def __init__(self, noted: list[str], goes_on: threading.Event | None = None) -> None:
        self._noted, self._goes_on = noted, goes_on
        self.is_done = threading.Event()

    def service(self) -> None:
        if self._goes_on is not None:
            self._goes_on.wait(10)
        self._noted.append(threading.current_thread().name)
        self.is_done.set()

    def cancel(self) -> None:
        """Nothing: none is left."""


@pytest.fixture
def dispatcher() -> Dispatcher:
    made = Dispatcher()
    made.set_thread_count(THREADS)
    until(lambda: made.active_count == 0)
    return made


def until(is_so: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if is_so():
            return
        time.sleep(0.005)
    raise AssertionError


def test_one_request_after_the_other_is_answered_by_one_thread(dispatcher: Dispatcher) -> None:
    noted: list[str] = []
    for _ in range(3 * THREADS):
        task = Task(noted)
        dispatcher.add_task(task)
        assert task.is_done.wait(10)
        until(lambda: dispatcher.active_count == 0)
    assert len(set(noted)) == 1
    dispatcher.shutdown()
    assert not dispatcher.threads


def test_many_at_once_are_answered_by_all(dispatcher: Dispatcher) -> None:
    noted: list[str] = []
    goes_on = threading.Event()
    tasks = [Task(noted, goes_on) for _ in range(3 * THREADS)]
    for task in tasks:
        dispatcher.add_task(task)
    until(lambda: dispatcher.active_count == THREADS)
    goes_on.set()
    assert all(task.is_done.wait(10) for task in tasks)
    assert len(noted) == len(tasks)
    dispatcher.shutdown()


def test_a_process_with_more_connections_waits_longer_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    open_ones = iter([0, 3, 500])
    accept = giving_way(lambda: "connection", lambda: next(open_ones))
    assert [accept() for _ in range(3)] == ["connection"] * 3
    assert slept == [0, 3 * GIVEN_WAY, GIVES_WAY_TO * GIVEN_WAY]


def test_that_pages_are_answered_is_noted_by_a_thread_that_answers(dispatcher: Dispatcher) -> None:
    noted: list[str] = []
    mark = Mark(lambda: noted.append(threading.current_thread().name))
    for second in range(2 * MARK_SECONDS + 1):
        mark.look(1_000.0 + second, dispatcher.add_task)
        until(lambda: dispatcher.active_count == 0 and not dispatcher.queue)
    assert len(noted) == 2
    assert set(noted) <= {f"waitress-{number}" for number in range(THREADS)}
    mark.look(5.0, dispatcher.add_task)  # the clock was set back
    until(lambda: len(noted) == 3)
    dispatcher.shutdown()


def test_a_process_that_dies_again_and_again_notes_nothing(dispatcher: Dispatcher) -> None:
    """Each of them lives for seconds: nobody can open a page meanwhile."""
    noted: list[str] = []
    for start in range(0, 10 * MARK_SECONDS, MARK_SECONDS):
        mark = Mark(lambda: noted.append("answers"))
        for second in range(MARK_SECONDS):
            mark.look(1_000.0 + start + second, dispatcher.add_task)
    assert noted == []
    assert not dispatcher.queue
    dispatcher.shutdown()


def test_a_restart_is_no_gap() -> None:
    """What one takes at most (docs/decisions/0530), since the last note of the process before."""
    assert timedelta(seconds=2 * MARK_SECONDS + 44) < LATE_AFTER


def test_where_all_threads_hang_nothing_is_noted(dispatcher: Dispatcher) -> None:
    goes_on, noted = threading.Event(), list[str]()
    mark = Mark(lambda: noted.append("answers"))
    for _ in range(THREADS):
        dispatcher.add_task(Task([], goes_on))
    for second in range(10 * MARK_SECONDS):
        mark.look(1_000.0 + second, dispatcher.add_task)
    assert noted == []
    assert dispatcher.queue.count(mark) == 1
    goes_on.set()
    until(lambda: noted == ["answers"])
    dispatcher.shutdown()


def test_a_note_that_fails_ends_no_thread(dispatcher: Dispatcher) -> None:
    def fails() -> None:
        raise OSError

    tries: list[str] = []
    mark = Mark(lambda: tries.append("") or fails())  # type: ignore[func-returns-value]
    mark.look(1_000.0, dispatcher.add_task)
    for number in range(2):
        mark.look(1_000.0 + (number + 1) * MARK_SECONDS, dispatcher.add_task)
        until(lambda: len(tries) == number + 1 and dispatcher.active_count == 0)  # noqa: B023
    dispatcher.shutdown()


def test_a_web_process_notes_that_it_answers(transactional_db: None) -> None:
    assert last_answering() is None
    with program("serve", PORT=str(free_port())):
        wait_for(lambda: last_answering() is not None, seconds=120)
    assert is_answering(now=timezone.now())
