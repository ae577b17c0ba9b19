"""No page can be opened while the workers live: that time counts for nobody, and all are told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core import answering
from expertpool.core.answering import note_answering
from expertpool.core.duties import note_run
from expertpool.core.models import DutyRun
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.models import Draw, DrawAlarm, Invitation
from expertpool.draws.queries.clock import closing_of
from expertpool.draws.services import names, replies
from expertpool.draws.services.checking import difference_in
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.overdue import sweep
from expertpool.draws.services.plan import GroupInput
from expertpool.notifications.models import Message
from tests.factories.draws import EVERYBODY, make_draw, reach
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_quiet_hours")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DOWN = NOW + timedelta(minutes=20)  # the last page: 40 minutes are left
END = NOW + timedelta(minutes=60)  # until when all can answer
UP = NOW + timedelta(minutes=80)
GIVEN = UP + timedelta(minutes=40)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def draw(operator: User, supervisor: User) -> Draw:
    """Two seats, an hour to reply, of six; the panel sits in three days."""
    for _ in range(6):
        make_expert()
    groups = [GroupInput("技术", 2, [EVERYBODY])]
    draw = make_draw(now=NOW, operator=operator, groups=groups, reply_minutes=60)
    run_sweep(DOWN)
    note_answering(now=DOWN)
    return draw


def expire(row: Invitation, now: datetime, number: int = 1) -> bool:
    return replies.expire(invitation_id=row.pk, now=now, entropy=SeededEntropy(number))


def run_sweep(now: datetime) -> None:
    """The worker was never away."""
    note_run("draws.sweep", now=now - MINUTE)
    sweep(now=now, entropy=SeededEntropy(2))
    note_run("draws.sweep", now=now)


def lines(draw: Draw) -> list[Invitation]:
    return list(Invitation.objects.filter(draw=draw).order_by("line"))


def deadlines(draw: Draw) -> set[datetime]:
    return {row.deadline_at for row in lines(draw)}


def test_a_deadline_takes_no_seat_while_no_page_can_be_opened(draw: Draw) -> None:
    note_run("draws.sweep", now=END)
    assert not any(expire(row, END) for row in lines(draw))
    for minute in range(2, 5):
        run_sweep(END + minute * MINUTE)
    assert {row.state for row in lines(draw)} == {InvitationState.INVITED}
    assert len(lines(draw)) == 2
    assert not DrawAlarm.objects.exists()  # nothing is late


def test_nobody_is_late_two_minutes_after_the_last_page(draw: Draw) -> None:
    """A long outage begins like a short one: nobody knows yet."""
    answered = END - timedelta(seconds=100)
    for minute in range(1, 39):
        note_answering(now=DOWN + minute * MINUTE)
    note_answering(now=answered)
    note_run("draws.sweep", now=END)
    assert not any(expire(row, END) for row in lines(draw))
    run_sweep(END)
    assert {row.state for row in lines(draw)} == {InvitationState.INVITED}
    note_answering(now=UP)
    run_sweep(UP)
    assert deadlines(draw) == {UP + 2 * MINUTE}  # to the minute


def test_the_time_is_given_back_once_pages_can_be_opened(draw: Draw) -> None:
    run_sweep(END)
    note_answering(now=UP)
    assert not any(expire(row, UP) for row in lines(draw))  # the jobs come before the sweep
    for minute in range(3):
        run_sweep(UP + minute * MINUTE)
        note_answering(now=UP + minute * MINUTE)
    assert deadlines(draw) == {GIVEN}
    note_run("draws.sweep", now=GIVEN)
    note_answering(now=UP + 3 * MINUTE)
    for minute in range(3, 41):
        note_answering(now=UP + minute * MINUTE)
    assert all(expire(row, GIVEN, n) for n, row in enumerate(lines(draw)[:2]))


def test_workers_that_are_started_again_meanwhile_change_nothing(draw: Draw) -> None:
    """They stood still before pages did, came back while none could be opened, and went again."""
    note_answering(now=DOWN + MINUTE)
    sweep(now=DOWN + 30 * MINUTE, entropy=SeededEntropy(2))
    note_run("draws.sweep", now=DOWN + 30 * MINUTE)
    assert deadlines(draw) == {END}
    note_answering(now=UP - MINUTE)
    for _ in range(2):
        sweep(now=UP, entropy=SeededEntropy(2))
        note_run("draws.sweep", now=UP)
    assert deadlines(draw) == {GIVEN}
    assert Entry.objects.filter(action="draw.service_off").count() == 1


def test_a_restart_of_the_pages_changes_nothing(draw: Draw) -> None:
    note_answering(now=DOWN + MINUTE)
    run_sweep(DOWN + 2 * MINUTE)
    assert deadlines(draw) == {END}
    assert not DrawAlarm.objects.exists()


def test_any_process_that_answers_is_enough(draw: Draw) -> None:
    """Of two, on two machines, one stands still at once and the other goes on."""
    for minute in range(41):
        note_answering(now=DOWN + minute * MINUTE)
    run_sweep(DOWN + 30 * MINUTE)
    note_run("draws.sweep", now=END)
    assert expire(lines(draw)[0], END)


def test_where_no_page_has_ever_noted_anything_deadlines_go_on(
    operator: User, supervisor: User
) -> None:
    """As between the start of the worker and that of the pages after an upgrade."""
    for _ in range(4):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, reply_minutes=60)
    run_sweep(END - MINUTE)
    assert expire(lines(draw)[0], END)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_processes_that_come_back_at_once_keep_the_gap(draw: Draw) -> None:
    def come_back(_number: int) -> None:
        try:
            for second in range(5):
                note_answering(now=UP + timedelta(seconds=second))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(come_back, range(2)))
    assert not expire(lines(draw)[0], UP)
    run_sweep(UP)
    assert deadlines(draw) == {GIVEN}
    come_back(0)
    assert DutyRun.objects.get(name=answering.ANSWERED).at > UP


def test_who_runs_the_draw_and_its_page_say_it(draw: Draw, operator: User, client: Client) -> None:
    note_answering(now=UP)
    run_sweep(UP)
    told = list(Message.objects.filter(occasion="draw.service_off"))
    assert operator.name in {one.recipient for one in told}
    assert "2026-11-24 09:20 至 2026-11-24 10:20 没有运行，或打不开网页" in told[0].body
    login(client, operator)
    page = client.get(f"/draws/{draw.pk}/").content.decode()
    assert "系统停机，答复时限已顺延" in page
    assert "2026-11-24 09:20 至 2026-11-24 10:20 没有运行，或打不开网页" in page
    assert difference_in(Draw.objects.get(pk=draw.pk)) is None


def test_whoever_answers_by_another_way_is_heard(draw: Draw) -> None:
    replies.answer(
        invitation=lines(draw)[0],
        accept=True,
        reason="",
        via=ReplyVia.SMS,
        now=END + MINUTE,
        entropy=SeededEntropy(1),
    )
    assert lines(draw)[0].state == InvitationState.ACCEPTED


def test_whose_letter_went_out_meanwhile_has_all_his_time(draw: Draw) -> None:
    """His predecessor declined by short message."""
    at = DOWN + 10 * MINUTE
    replies.answer(
        invitation=lines(draw)[0],
        accept=False,
        reason="出差",
        via=ReplyVia.SMS,
        now=at,
        entropy=SeededEntropy(1),
    )
    reach(draw, now=at)
    note_answering(now=UP)
    run_sweep(UP)
    assert lines(draw)[-1].deadline_at == UP + 60 * MINUTE


def test_names_wait_meanwhile_and_nothing_is_late(draw: Draw) -> None:
    late = draw.reveal_at + 2 * MINUTE
    for minute in range(3):
        run_sweep(late + minute * MINUTE)
    assert not names.release(draw_id=draw.pk, now=late)
    assert not DrawAlarm.objects.exists()


def test_who_could_open_no_page_until_the_panel_sat_is_in_conflict(draw: Draw) -> None:
    sits = closing_of(lines(draw)[0])
    run_sweep(sits + MINUTE)
    assert {row.state for row in lines(draw)} == {InvitationState.INVITED}
    note_answering(now=sits + 10 * MINUTE)
    run_sweep(sits + 10 * MINUTE)
    assert {row.state for row in lines(draw)} == {InvitationState.CONFLICT}


def test_a_note_that_somebody_else_wrote_opens_no_page(draw: Draw) -> None:
    DutyRun.objects.filter(name=answering.ANSWERED).update(at=END, n=F("n") + 1)
    note_run("draws.sweep", now=END)
    assert not any(expire(row, END) for row in lines(draw))
    run_sweep(END)
    assert {row.state for row in lines(draw)} == {InvitationState.INVITED}
    assert deadlines(draw) == {END}  # nothing is given back before pages are answered
