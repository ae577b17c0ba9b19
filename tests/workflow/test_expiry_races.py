"""A second person agrees at the moment in which the request runs out of time. With its controls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.utils import timezone

from expertpool.draws.enums import DrawStatus
from expertpool.draws.exceptions import VoidRefused
from expertpool.draws.models import Draw, VoidRequest
from expertpool.draws.services import matters, voiding
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.notifications.models import Message
from expertpool.workflow.enums import RequestOutcome
from expertpool.workflow.services import two_persons
from expertpool.workflow.services.two_persons import expire
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
END = NOW + timedelta(days=7)
# Clocks of two processes differ by more than this.
JUST_BEFORE = END - timedelta(milliseconds=1)


@pytest.fixture
def draw() -> Draw:
    for _ in range(3):
        make_expert()
    return make_draw(now=NOW, seats=2, opens_in_hours=400)


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(draw_id: int, **_: Any) -> Draw:
        return Draw.objects.select_related("project").get(pk=draw_id)

    monkeypatch.setattr(voiding, "lock_draw", read)
    monkeypatch.setattr(matters, "lock_draw", read)


@pytest.fixture
def at_once(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Any]]:
    """Both have seen the request wait before either writes its end, as far as the lock lets them."""
    asked = request_void(draw=draw, reason="条件有误", actor=make_user("operator"), now=NOW)
    barrier = threading.Barrier(2)
    end, second = two_persons._end, make_user("supervisor")
    is_locked = voiding.lock_draw

    def meet_and_end(*args: Any, **kwargs: Any) -> bool:
        try:
            barrier.wait(timeout=1 if voiding.lock_draw is is_locked else 20)
        except threading.BrokenBarrierError:
            pass
        return end(*args, **kwargs)

    monkeypatch.setattr(two_persons, "_end", meet_and_end)

    def agree() -> Any:
        request = VoidRequest.objects.select_related("draw__project").get(pk=asked.pk)
        return decide_void(request=request, agree=True, note="", actor=second, now=JUST_BEFORE)

    def run_out() -> bool:
        return expire(VoidRequest.objects.select_related("draw__project").get(pk=asked.pk), now=END)

    return lambda: run_at_once(agree, run_out)


def check_one_end(draw: Draw, results: list[Any]) -> None:
    """Either the draw is void, or its author is told that nobody decided."""
    agreed, expired = results
    draw.refresh_from_db()
    is_void = draw.status == DrawStatus.VOID
    assert expired is not is_void
    assert Message.objects.filter(occasion="request.expired").exists() is expired
    outcome = RequestOutcome.AGREED if is_void else RequestOutcome.EXPIRED
    assert VoidRequest.objects.get().outcome == outcome
    if expired:
        assert isinstance(agreed, VoidRefused)
        assert "已经有人处理" in str(agreed)


def test_a_request_ends_in_one_way(draw: Draw, at_once: Callable[[], list[Any]]) -> None:
    check_one_end(draw, at_once())


def test_without_the_lock_the_conditional_update_lets_one_end_it(
    draw: Draw, at_once: Callable[[], list[Any]], without_lock: None
) -> None:
    check_one_end(draw, at_once())


def test_without_lock_and_conditional_update_it_ends_in_both(
    draw: Draw,
    at_once: Callable[[], list[Any]],
    without_lock: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: the draw is void, and its author is told that nobody decided."""
    end = two_persons._end

    def end_blindly(request: VoidRequest, still: Q, **values: Any) -> bool:
        return end(request, Q(), **values)

    monkeypatch.setattr(two_persons, "_end", end_blindly)
    agreed, expired = at_once()
    assert not isinstance(agreed, Exception)
    assert expired
    draw.refresh_from_db()
    assert draw.status == DrawStatus.VOID
    assert Message.objects.filter(occasion="request.expired").exists()
