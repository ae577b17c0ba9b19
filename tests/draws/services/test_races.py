"""Two at once: over one small pool, and an answer against its deadline. Each with its control."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from expertpool.core.locks import lock_transaction
from expertpool.draws.enums import AlarmKind, DrawStatus, InvitationState, ReplyVia
from expertpool.draws.exceptions import DrawError, ReplyRefused
from expertpool.draws.models import Draw, Hold, Invitation
from expertpool.draws.services import replies, sealing, seating
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.sealing import start_draw
from expertpool.projects.exceptions import BatchRefused
from expertpool.projects.models import Project, ProjectBatch
from expertpool.projects.services.batches import add_projects
from tests.factories.accounts import make_user
from tests.factories.batches import make_batch, make_members
from tests.factories.draws import expert_id_of, make_draw, make_ready_project
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
CONSTRAINT = "draws_no_double_booking"


def run_at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run each call in a thread with a connection of its own; return results or exceptions."""
    results: list[Any] = [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            results[place] = call()
        except Exception as error:  # noqa: BLE001 (handed to the test)
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both draws look at the pool before either is stored, as far as the lock lets them."""
    barrier = threading.Barrier(2)
    evaluate = sealing.evaluate

    def evaluate_together(*args: Any, **kwargs: Any) -> Any:
        found = evaluate(*args, **kwargs)
        try:
            # With the lock the other one is kept out, so waiting for him is soon given up.
            barrier.wait(timeout=1 if sealing.lock_transaction is lock_transaction else 20)
        except threading.BrokenBarrierError:
            pass
        return found

    monkeypatch.setattr(sealing, "evaluate", evaluate_together)


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = (f"D{n}" for n in count(1))  # gapless numbers need the lock too
    monkeypatch.setattr(sealing, "next_number", lambda now: next(numbers))
    monkeypatch.setattr(sealing, "lock_transaction", lambda name: None)
    monkeypatch.setattr(seating, "lock_transaction", lambda name: None)


@pytest.fixture
def without_constraint() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [CONSTRAINT]
        )
        definition = cursor.fetchone()[0]
        cursor.execute(f"ALTER TABLE draws_hold DROP CONSTRAINT {CONSTRAINT}")
    yield
    Hold.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE draws_hold ADD CONSTRAINT {CONSTRAINT} {definition}")


def draw_two_projects_at_once(experts: int, seats: int) -> list[Any]:
    for _ in range(experts):
        make_expert()
    projects = [make_ready_project(now=NOW, seats=seats) for _ in range(2)]

    def draw(project: Project, seed: int) -> Callable[[], Any]:
        operator = make_user("operator")  # one person's tries wait for each other
        return lambda: start_draw(
            project=project, actor=operator, now=NOW, entropy=SeededEntropy(seed)
        )

    return run_at_once(draw(projects[0], 1), draw(projects[1], 2))


def holders() -> list[bytes]:
    """Who is held for each seat: the keys of the first hour, the same of all draws here."""
    rows = (
        Hold.objects.filter(active=True)
        .order_by("invitation_id", "during")
        .distinct("invitation_id")
    )
    return list(rows.values_list("holder", flat=True))


@pytest.mark.shows("DRAW-08", "DRAW-39")
def test_two_draws_over_one_small_pool_never_share_an_expert(meeting: None) -> None:
    results = draw_two_projects_at_once(experts=5, seats=3)
    assert not [result for result in results if isinstance(result, Exception)]
    held = holders()
    assert len(held) == len(set(held)) == 5  # 3 for the first, the 2 that were left for the other


def test_without_the_lock_the_constraint_still_refuses_the_second(
    meeting: None, without_lock: None
) -> None:
    results = draw_two_projects_at_once(experts=3, seats=3)
    # Both seals stand; the second is ordered when the next sweep finds it, and told until then.
    assert not [result for result in results if isinstance(result, Exception)]
    waiting = Draw.objects.get(status=DrawStatus.SEALED)
    assert [alarm.kind for alarm in waiting.alarms.all()] == [AlarmKind.ORDER]
    held = holders()
    assert len(held) == len(set(held)) == 3
    assert Invitation.objects.count() == 3  # nothing half-written stays


def test_without_lock_and_constraint_experts_are_booked_twice(
    meeting: None, without_lock: None, without_constraint: None
) -> None:
    """Negative control: the two tests above would see a double booking if there were one."""
    draw_two_projects_at_once(experts=3, seats=3)
    held = holders()
    assert len(held) == 6
    assert len(set(held)) == 3


# --- An answer against its deadline -------------------------------------------------------------


@pytest.fixture
def looking_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two answers look before either writes, as far as the lock lets them."""
    barrier, settle, lock = threading.Barrier(2), replies._settle, replies.lock_draw

    def meet_and_settle(*args: Any, **kwargs: Any) -> None:
        try:
            barrier.wait(timeout=1 if replies.lock_draw is lock else 20)
        except threading.BrokenBarrierError:
            pass
        settle(*args, **kwargs)

    monkeypatch.setattr(replies, "_settle", meet_and_settle)


@pytest.fixture
def reply_against_deadline(looking_together: None) -> Callable[[], list[Any]]:
    """One accepts in the last second, the deadline passes."""
    for _ in range(3):
        make_expert()
    row = Invitation.objects.get(draw=make_draw(now=NOW, seats=1, reply_minutes=30))

    def accept() -> Any:
        return replies.answer(
            invitation=row,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=row.deadline_at - timedelta(seconds=1),
            entropy=SeededEntropy(1),
        )

    def expire() -> Any:
        return replies.expire(invitation_id=row.pk, now=row.deadline_at, entropy=SeededEntropy(2))

    return lambda: run_at_once(accept, expire)


@pytest.fixture
def without_lock_of_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(draw_id: int, **_: Any) -> Draw:
        return Draw.objects.select_related("project").get(pk=draw_id)

    monkeypatch.setattr(replies, "lock_draw", read)


def check_one_winner(accepted: Any, expired: Any) -> None:
    first = Invitation.objects.get(line=1)
    if isinstance(accepted, DrawError):
        assert expired is True
        assert first.state == InvitationState.NO_ANSWER
        assert Invitation.objects.filter(line=2, state=InvitationState.INVITED).exists()
    else:
        assert expired is False or isinstance(expired, DrawError)
        assert first.state == InvitationState.ACCEPTED
        assert Invitation.objects.count() == 1


@pytest.mark.shows("DRAW-21", "DRAW-22")
def test_answer_against_deadline_has_one_winner(
    reply_against_deadline: Callable[[], list[Any]],
) -> None:
    check_one_winner(*reply_against_deadline())


def test_without_the_lock_the_conditional_update_lets_one_win(
    reply_against_deadline: Callable[[], list[Any]], without_lock_of_draw: None
) -> None:
    check_one_winner(*reply_against_deadline())


def test_without_lock_and_conditional_update_a_seat_is_given_twice(
    reply_against_deadline: Callable[[], list[Any]],
    without_lock_of_draw: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: whoever was told that he takes part would find another on his seat."""
    monkeypatch.setattr(replies, "_as_read", lambda line: Invitation.objects.filter(pk=line.pk))
    accepted, expired = reply_against_deadline()
    assert isinstance(accepted, Invitation)
    assert expired is True
    assert Invitation.objects.count() == 2


# --- One expert by two ways ---------------------------------------------------------------------


@pytest.fixture
def by_two_ways(looking_together: None) -> Callable[[], list[Any]]:
    """His short message agrees while his key declines."""
    for _ in range(3):
        make_expert()
    row = Invitation.objects.get(draw=make_draw(now=NOW, seats=1, reply_minutes=30))

    def answer(via: ReplyVia, *, accept: bool) -> Callable[[], Any]:
        return lambda: replies.answer(
            invitation=Invitation.objects.get(pk=row.pk),
            accept=accept,
            reason="" if accept else "按键不参加",
            via=via,
            now=NOW + timedelta(minutes=1),
            entropy=SeededEntropy(1),
        )

    return lambda: run_at_once(
        answer(ReplyVia.SMS, accept=True), answer(ReplyVia.VOICE, accept=False)
    )


def check_first_counts(agreed: Any, declined: Any) -> None:
    """That one stands, and the other was told that he had answered."""
    first = Invitation.objects.get(line=1)
    assert isinstance(agreed, ReplyRefused) != isinstance(declined, ReplyRefused)
    if isinstance(declined, ReplyRefused):
        assert (first.state, first.replied_via) == (InvitationState.ACCEPTED, ReplyVia.SMS)
        assert Invitation.objects.count() == 1
    else:
        assert (first.state, first.replied_via) == (InvitationState.DECLINED, ReplyVia.VOICE)
        assert Invitation.objects.filter(line=2, state=InvitationState.INVITED).exists()


@pytest.mark.shows("DRAW-22", "DRAW-40")
def test_of_two_answers_by_two_ways_at_once_one_counts(
    by_two_ways: Callable[[], list[Any]],
) -> None:
    check_first_counts(*by_two_ways())


def test_without_the_lock_the_conditional_update_lets_one_answer_count(
    by_two_ways: Callable[[], list[Any]], without_lock_of_draw: None
) -> None:
    check_first_counts(*by_two_ways())


def test_without_lock_and_conditional_update_both_answers_count(
    by_two_ways: Callable[[], list[Any]],
    without_lock_of_draw: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: he is thanked for agreeing, and another sits on his seat."""
    monkeypatch.setattr(replies, "_as_read", lambda line: Invitation.objects.filter(pk=line.pk))
    assert not [one for one in by_two_ways() if isinstance(one, Exception)]
    assert Invitation.objects.count() == 2


# --- Two exits ----------------------------------------------------------------------------------


@pytest.mark.shows("DRAW-15")
def test_two_declines_at_once_are_supplemented_by_two_people() -> None:
    for _ in range(4):
        make_expert()
    draw = make_draw(now=NOW, seats=2)
    rows = list(Invitation.objects.filter(draw=draw))

    def decline(row: Invitation, seed: int) -> Callable[[], Any]:
        return lambda: replies.answer(
            invitation=row,
            accept=False,
            reason="时间冲突",
            via=ReplyVia.LINK,
            now=NOW,
            entropy=SeededEntropy(seed),
        )

    results = run_at_once(decline(rows[0], 1), decline(rows[1], 2))
    assert not [result for result in results if isinstance(result, Exception)]
    everybody = [expert_id_of(row) for row in Invitation.objects.filter(draw=draw)]
    assert len(everybody) == len(set(everybody)) == 4
    assert Invitation.objects.filter(draw=draw, state=InvitationState.INVITED).count() == 2


def draw_two_batches_at_once(experts: int, seats: int) -> list[Any]:
    """Two batches of two projects each; of the first one project, of the second both, at one time."""
    for _ in range(experts):
        make_expert()
    batches = [
        make_batch(make_members(72, hours, now=NOW), now=NOW, seats=seats) for hours in (96, 72)
    ]

    def draw(batch: ProjectBatch, seed: int) -> Callable[[], Any]:
        project, operator = batch.members[-1], make_user("operator")
        return lambda: start_draw(
            project=project, actor=operator, now=NOW, entropy=SeededEntropy(seed)
        )

    return run_at_once(draw(batches[0], 1), draw(batches[1], 2))


@pytest.mark.shows("PRJ-02")
def test_two_batches_over_one_small_pool_never_share_an_expert(meeting: None) -> None:
    results = draw_two_batches_at_once(experts=5, seats=3)
    assert not [result for result in results if isinstance(result, Exception)]
    rows = Invitation.objects.filter(state=InvitationState.INVITED).select_related("draw")
    assert len({expert_id_of(row) for row in rows}) == len(rows) == 5


def test_without_lock_and_constraint_two_batches_share_experts(
    meeting: None, without_lock: None, without_constraint: None
) -> None:
    """Negative control."""
    results = draw_two_batches_at_once(experts=3, seats=3)
    assert not [result for result in results if isinstance(result, Exception)]
    rows = Invitation.objects.filter(state=InvitationState.INVITED).select_related("draw")
    assert len({expert_id_of(row) for row in rows}) == 3 < len(rows) == 6


def test_a_project_that_joins_while_the_batch_is_sealed_comes_before_or_is_refused() -> None:
    """Whoever is first holds the batch: the draw knows the new member, or he is kept out."""
    for _ in range(4):
        make_expert()
    batch = make_batch(make_members(72, 96, now=NOW), now=NOW, seats=2)
    (late,) = make_members(120, now=NOW)
    operator = make_user("operator")
    first = batch.members[0]
    drawn, joined = run_at_once(
        lambda: start_draw(project=first, actor=operator, now=NOW, entropy=SeededEntropy(1)),
        lambda: add_projects(batch=batch, projects=[late], actor=operator, now=NOW),
    )
    numbers = set(drawn.rule.projects)
    if isinstance(joined, Exception):
        assert isinstance(joined, BatchRefused)
        assert len(numbers) == 2
    else:
        assert late.number in numbers
    assert numbers == {member.number for member in ProjectBatch.objects.get().members}
