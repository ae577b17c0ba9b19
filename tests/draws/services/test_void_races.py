"""Two persons ask for a draw to be voided, or decide about it, at once. With their controls."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from expertpool.draws.enums import DrawStatus
from expertpool.draws.exceptions import VoidRefused
from expertpool.draws.models import Draw, VoidRequest
from expertpool.draws.services import voiding
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.voiding import decide_void, request_void
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(minutes=10)
CONSTRAINT = "draws_one_open_voidrequest"


@pytest.fixture
def draw() -> Draw:
    for _ in range(3):
        make_expert()
    return make_draw(now=NOW, seats=2)


@pytest.fixture
def meet() -> Callable[[], None]:
    """Where both stop, once they have looked and before they write, as far as the lock lets them."""
    barrier = threading.Barrier(2)

    def wait() -> None:
        try:
            # With the lock the other one is kept out, so waiting for him is soon given up.
            barrier.wait(timeout=1 if voiding.lock_draw is lock_draw else 20)
        except threading.BrokenBarrierError:
            pass

    return wait


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(draw_id: int, **_: Any) -> Draw:
        return Draw.objects.select_related("project").get(pk=draw_id)

    monkeypatch.setattr(voiding, "lock_draw", read)


# --- Two ask ------------------------------------------------------------------------------------


@pytest.fixture
def without_constraint() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [CONSTRAINT])
        definition = cursor.fetchone()[0]
        cursor.execute(f"DROP INDEX {CONSTRAINT}")
    yield
    VoidRequest.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(definition)


@pytest.fixture
def asked_by_two(
    draw: Draw, meet: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], list[Any]]:
    save = VoidRequest.save

    def meet_and_save(self: VoidRequest, *args: Any, **kwargs: Any) -> None:
        meet()
        save(self, *args, **kwargs)

    monkeypatch.setattr(VoidRequest, "save", meet_and_save)

    def ask(reason: str) -> Callable[[], Any]:
        actor = make_user("operator")
        return lambda: request_void(draw=draw, reason=reason, actor=actor, now=LATER)

    return lambda: run_at_once(ask("漏填回避单位"), ask("人数有误"))


def errors(results: list[Any]) -> list[Exception]:
    return [result for result in results if isinstance(result, Exception)]


@pytest.mark.shows("DRAW-11", "DRAW-14")
def test_of_two_who_ask_at_once_one_is_told_that_a_request_waits(
    asked_by_two: Callable[[], list[Any]],
) -> None:
    (error,) = errors(asked_by_two())
    assert isinstance(error, VoidRefused)
    assert "已有待确认的作废申请" in str(error)
    assert VoidRequest.objects.count() == 1


def test_without_the_lock_the_constraint_refuses_the_second_request(
    asked_by_two: Callable[[], list[Any]], without_lock: None
) -> None:
    (error,) = errors(asked_by_two())
    assert isinstance(error, VoidRefused)
    assert isinstance(error.__cause__, IntegrityError)
    assert CONSTRAINT in str(error.__cause__)
    assert VoidRequest.objects.count() == 1


def test_without_lock_and_constraint_two_requests_wait(
    asked_by_two: Callable[[], list[Any]], without_lock: None, without_constraint: None
) -> None:
    """Negative control: the tests above would see a second request."""
    assert not errors(asked_by_two())
    assert VoidRequest.objects.filter(decided_at=None).count() == 2


# --- Two decide ---------------------------------------------------------------------------------


@pytest.fixture
def decided_by_two(
    draw: Draw, meet: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], list[Any]]:
    """One agrees, another one turns the same request down."""
    request = request_void(draw=draw, reason="条件有误", actor=make_user("operator"), now=LATER)
    settle = voiding.settle

    def meet_and_settle(request: VoidRequest, **decision: Any) -> None:
        meet()
        settle(request, **decision)

    monkeypatch.setattr(voiding, "settle", meet_and_settle)

    def decide(*, agree: bool) -> Callable[[], Any]:
        actor = make_user("supervisor")
        return lambda: decide_void(request=request, agree=agree, note="", actor=actor, now=LATER)

    return lambda: run_at_once(decide(agree=True), decide(agree=False))


def outcome(draw: Draw) -> tuple[bool, bool | None]:
    """Whether the draw is void, and what the request says."""
    draw.refresh_from_db()
    return draw.status == DrawStatus.VOID, VoidRequest.objects.get().agreed


def check_one_decision(draw: Draw, results: list[Any]) -> None:
    (error,) = errors(results)
    assert isinstance(error, VoidRefused)
    assert "已经有人处理" in str(error)
    agreed = results[1] is error
    assert outcome(draw) == (agreed, agreed)


@pytest.mark.shows("DRAW-11", "DRAW-14")
def test_of_two_who_decide_at_once_one_is_told_that_it_is_settled(
    draw: Draw, decided_by_two: Callable[[], list[Any]]
) -> None:
    check_one_decision(draw, decided_by_two())


def test_without_the_lock_the_conditional_update_refuses_the_second_decision(
    draw: Draw, decided_by_two: Callable[[], list[Any]], without_lock: None
) -> None:
    check_one_decision(draw, decided_by_two())


def test_without_lock_and_conditional_update_both_decisions_hold(
    draw: Draw,
    decided_by_two: Callable[[], list[Any]],
    without_lock: None,
    meet: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: the draw would be void though the request was turned down, or reverse."""

    def settle_blindly(
        request: VoidRequest, *, agree: bool, actor: Any, now: datetime, **_: Any
    ) -> None:
        assert VoidRequest.objects.get(pk=request.pk).decided_at is None
        meet()
        VoidRequest.objects.filter(pk=request.pk).update(
            agreed=agree, decided_by=actor, decided_at=now
        )
        request.refresh_from_db()

    monkeypatch.setattr(voiding, "settle", settle_blindly)
    assert not errors(decided_by_two())
    void, _ = outcome(draw)
    assert void
