"""Two workers at one action, and two who press 重新执行. With their controls."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.automation.enums import FiringState
from expertpool.automation.exceptions import ReplayRefused
from expertpool.automation.models import Firing, Occurrence
from expertpool.automation.registry import RULE_ACTIONS, RuleAction
from expertpool.automation.services import acting
from expertpool.automation.services.acting import act, replay
from expertpool.automation.services.happening import consider
from expertpool.automation.services.rules import ActionData
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_department, make_user
from tests.factories.automation import make_firing, make_rule
from tests.factories.projects import make_project

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


class Slow:
    """An action that waits for another which does the same, as far as the lock lets it come."""

    def __init__(self, seconds: float) -> None:
        self.barrier, self.seconds, self.calls = threading.Barrier(2), seconds, 0

    def __call__(self, doing: Any) -> str:
        self.calls += 1
        try:
            self.barrier.wait(timeout=self.seconds)
        except threading.BrokenBarrierError:
            pass
        make_department("由规则新增")
        return "好了"


def done_twice_at_once(slow: Slow) -> list[Any]:
    action = RuleAction(code="test.slow", label="慢", run=slow, words=lambda kind, values: "慢")
    with RULE_ACTIONS.holding(action):
        make_rule(ActionData("test.slow"))
        make_project("approved")
        consider(occurrence_id=Occurrence.objects.get().pk, now=timezone.now())
        pk, now = Firing.objects.get().pk, timezone.now()
        return run_at_once(*[lambda: act(firing_id=pk, now=now)] * 2)


def test_two_workers_do_an_action_once() -> None:
    slow = Slow(1)
    assert done_twice_at_once(slow) == [None, None]
    assert slow.calls == 1
    assert Firing.objects.get().state == FiringState.DONE
    assert Department.objects.filter(name="由规则新增").count() == 1


def test_without_the_lock_both_would_begin_and_the_database_keeps_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: the action is begun twice; the trigger undoes one."""
    monkeypatch.setattr(Firing.objects, "select_for_update", lambda **_: Firing.objects.all())
    slow = Slow(20)
    results = done_twice_at_once(slow)
    assert slow.calls == 2
    assert sum(one is not None for one in results) == 1
    assert Department.objects.filter(name="由规则新增").count() == 1


def replayed_at_once(actor: User) -> list[Any]:
    firing, now = make_firing(), timezone.now()
    return run_at_once(*[lambda: replay(firing=firing, actor=actor, now=now)] * 2)


def test_two_who_press_again_do_it_once() -> None:
    results = replayed_at_once(make_user("admin"))
    assert sorted(type(one) for one in results if isinstance(one, Exception)) == [ReplayRefused]
    assert Firing.objects.filter(replay_of__isnull=False).count() == 1


def test_without_the_lock_the_database_refuses_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the second is refused by the constraint, in no words."""
    barrier = threading.Barrier(2)
    may = acting.may_replay

    def meet(firing: Firing) -> bool:
        found = may(firing)
        barrier.wait(timeout=20)
        return found

    monkeypatch.setattr(acting, "may_replay", meet)
    monkeypatch.setattr(Firing.objects, "select_for_update", lambda **_: Firing.objects.all())
    results = replayed_at_once(make_user("admin"))
    refused = [one for one in results if isinstance(one, Exception)]
    assert len(refused) == 1
    assert not isinstance(refused[0], ReplayRefused)
    assert Firing.objects.filter(replay_of__isnull=False).count() == 1
