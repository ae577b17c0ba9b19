"""The service was off while people should have answered: the time does not count, and all are told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier, local

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.services import record
from expertpool.audit.services.anchors import anchor
from expertpool.core.duties import note_run
from expertpool.core.models import DutyRun
from expertpool.draws import tasks
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.clock import closing_of, is_withheld
from expertpool.draws.queries.meetings import last_closing
from expertpool.draws.services import leavers, names, outage, replies
from expertpool.draws.services.checking import difference_in
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.overdue import sweep
from expertpool.draws.services.pausing import pause_draw
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.records import build_record
from expertpool.draws.services.written import write_lines
from expertpool.notifications.models import Message
from tests.factories.draws import EVERYBODY, make_draw
from tests.factories.experts import make_expert
from vdraw.verify import find_difference

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_quiet_hours")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DEAD = NOW + timedelta(minutes=20)  # when the service goes off: 40 minutes are left
BACK = NOW + timedelta(hours=5)


@pytest.fixture
def draw(operator: User, supervisor: User) -> Draw:
    """Two seats and a standby, an hour to reply, of six; the panel sits in three days."""
    for _ in range(6):
        make_expert()
    groups = [GroupInput("技术", 2, [EVERYBODY], 1)]
    draw = make_draw(now=NOW, operator=operator, groups=groups, reply_minutes=60)
    note_run("draws.sweep", now=DEAD)
    anchor(now=DEAD)
    return draw


def expire(row: Invitation, now: datetime, number: int = 1) -> bool:
    return replies.expire(invitation_id=row.pk, now=now, entropy=SeededEntropy(number))


def run_sweep(now: datetime) -> None:
    sweep(now=now, entropy=SeededEntropy(2))
    note_run("draws.sweep", now=now)


def lines(draw: Draw) -> list[Invitation]:
    return list(Invitation.objects.filter(draw=draw).order_by("line"))


def test_a_deadline_that_passed_while_the_service_was_off_takes_no_seat(draw: Draw) -> None:
    assert not any(expire(row, BACK) for row in lines(draw))  # the jobs come before the sweep
    run_sweep(BACK)
    assert {row.state for row in lines(draw)} == {InvitationState.INVITED}
    assert {row.deadline_at for row in lines(draw)} == {BACK + timedelta(minutes=40)}
    end = BACK + timedelta(minutes=40)
    note_run("draws.sweep", now=end)
    assert all(expire(row, end, n) for n, row in enumerate(lines(draw)[:2]))


def test_who_runs_and_who_watches_is_told_once(
    draw: Draw, operator: User, supervisor: User
) -> None:
    run_sweep(BACK)
    told = Message.objects.filter(occasion="draw.service_off")
    count = told.count()
    for minute in range(1, 3):
        run_sweep(BACK + timedelta(minutes=minute))
    assert {one.recipient for one in told} == {operator.name, supervisor.name}
    assert told.count() == count
    assert "2026-11-24 09:20 至 2026-11-24 14:00 没有运行" in told[0].body
    assert Entry.objects.filter(action="draw.service_off").count() == 1
    assert difference_in(Draw.objects.get(pk=draw.pk)) is None


def test_whoever_was_reminded_hears_until_when_he_can_answer_now(draw: Draw) -> None:
    Invitation.objects.filter(draw=draw).update(reminded_at=DEAD)
    run_sweep(BACK)
    assert {row.reminded_at for row in lines(draw)} == {None}


def test_a_letter_that_went_out_just_before_keeps_its_time(draw: Draw) -> None:
    """The job that starts his clock was killed with the service."""
    row = lines(draw)[0]
    row.draw = draw
    write_lines([row], reached_at=None, deadline_at=closing_of(row))
    run_sweep(BACK)
    row.refresh_from_db()
    assert row.deadline_at == BACK + timedelta(minutes=40)


def test_what_fails_after_the_clocks_takes_no_time_from_anybody(
    draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(outage, "tell_staff", fails)
    run_sweep(BACK)
    assert {row.deadline_at for row in lines(draw)} == {BACK + timedelta(minutes=40)}


def test_where_one_thing_cannot_be_looked_at_the_sweep_goes_on(
    draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would be as if the service was off, and all would get their time again every three minutes."""

    def fails(*, now: datetime) -> list[int]:
        raise RuntimeError

    monkeypatch.setattr(leavers, "draws_to_stop", fails)
    run_sweep(BACK)
    end = BACK + timedelta(minutes=42)
    note_run("draws.sweep", now=end)
    run_sweep(end)
    assert {row.state for row in lines(draw)[:2]} == {InvitationState.NO_ANSWER}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_sweeps_at_once_one_gives_the_time_back(
    draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a start one waits already, and the minute adds another."""
    barrier, met, look = Barrier(2), local(), outage.off_since

    def looked(now: datetime) -> datetime | None:
        found = look(now)
        if not getattr(met, "once", False):
            met.once = True
            barrier.wait(timeout=20)
        return found

    monkeypatch.setattr(outage, "off_since", looked)
    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(sweep_and_close, number) for number in range(2)]
        assert sorted(one.result() for one in tries) == [0, 1]
    assert {row.deadline_at for row in lines(draw)} == {BACK + timedelta(minutes=40)}
    assert Entry.objects.filter(action="draw.service_off").count() == 1


def sweep_and_close(number: int) -> int:
    try:
        return outage.make_up(now=BACK, entropy=SeededEntropy(number))
    finally:
        connection.close()


def test_a_restart_of_a_minute_changes_nothing(draw: Draw) -> None:
    before = [row.deadline_at for row in lines(draw)]
    run_sweep(DEAD + timedelta(minutes=2))
    assert [row.deadline_at for row in lines(draw)] == before
    assert not Message.objects.filter(occasion="draw.service_off").exists()


def test_whoever_answers_before_the_first_sweep_is_heard(draw: Draw) -> None:
    row = lines(draw)[0]
    replies.answer(
        invitation=row,
        accept=True,
        reason="",
        via=ReplyVia.LINK,
        now=BACK,
        entropy=SeededEntropy(1),
    )
    row.refresh_from_db()
    assert row.state == InvitationState.ACCEPTED


def test_names_wait_for_those_whose_time_is_given_back(draw: Draw) -> None:
    late = draw.reveal_at + timedelta(minutes=5)
    assert not names.release(draw_id=draw.pk, now=late)
    run_sweep(late)
    draw.refresh_from_db()
    assert draw.released_at is None


def test_who_could_not_answer_before_the_panel_sat_is_in_conflict(draw: Draw) -> None:
    """Nobody is invited then, nor told that he moves up."""
    replies.answer(
        invitation=next(row for row in lines(draw) if row.is_standby),
        accept=True,
        reason="",
        via=ReplyVia.LINK,
        now=DEAD,
        entropy=SeededEntropy(1),
    )
    row = lines(draw)[0]
    run_sweep(closing_of(row) + timedelta(days=1))
    assert len(lines(draw)) == 3
    states = [row.state for row in lines(draw) if row.state != InvitationState.ACCEPTED]
    assert set(states) == {InvitationState.CONFLICT}
    assert not Message.objects.filter(occasion="draw.moved_up").exists()
    assert find_difference(build_record(Draw.objects.get(pk=draw.pk))) is None


def test_nor_is_he_without_an_answer_whose_draw_was_paused(draw: Draw, operator: User) -> None:
    pause_draw(draw=draw, reason="停电检修", actor=operator, now=DEAD - timedelta(minutes=1))
    row = lines(draw)[0]
    back = closing_of(row) + timedelta(hours=1)
    assert not expire(row, back)
    run_sweep(back)
    assert {row.state for row in lines(draw) if not row.is_standby} == {InvitationState.CONFLICT}


def test_no_letter_calls_to_a_panel_that_sits(draw: Draw) -> None:
    row = lines(draw)[0]
    ends = {"draw.invitation": closing_of(row), "draw.moved_up": last_closing([draw.project])}
    for occasion, closing in ends.items():
        assert not is_withheld(occasion, str(row.pk), closing - timedelta(minutes=1))
        assert is_withheld(occasion, str(row.pk), closing)


@pytest.mark.django_db(transaction=True)  # entries are chained, and confirmed, once they are kept
def test_a_run_that_somebody_wrote_burns_nothing(draw: Draw) -> None:
    """He writes that it ran just now, while pages go on being served: since when it did not is taken from
    what the worker has confirmed."""
    record("user.sign_in", actor=None, now=BACK - timedelta(seconds=5))
    DutyRun.objects.update(at=BACK, n=F("n") + 1)
    assert not any(expire(row, BACK) for row in lines(draw))
    run_sweep(BACK)
    assert {row.state for row in lines(draw)} == {InvitationState.INVITED}
    assert all(row.deadline_at > BACK for row in lines(draw))


def test_the_sweep_of_the_worker_goes_first(draw: Draw, time_machine: object) -> None:
    time_machine.move_to(BACK, tick=False)  # type: ignore[attr-defined]
    row = lines(draw)[0]
    tasks.expire_invitation(row.pk)
    tasks.sweep(int(BACK.timestamp()))
    row.refresh_from_db()
    assert row.deadline_at == BACK + timedelta(minutes=40)
