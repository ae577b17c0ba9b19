"""The clock of an invitation: it starts when a letter has gone out, and nobody is 未答复 before."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

import vdraw
from expertpool.accounts.models import User
from expertpool.draws.enums import AlarmKind, DrawStatus, InvitationState, ReplyVia
from expertpool.draws.models import Draw, DrawEvent, Invitation
from expertpool.draws.queries.reach import letters_to, reach_of
from expertpool.draws.services.clock import keep_clock
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.letters import send_letters_again
from expertpool.draws.services.overdue import LATE_AFTER, overdue, sweep
from expertpool.draws.services.records import build_record
from expertpool.draws.services.replies import answer, expire
from expertpool.draws.services.sealing import start_draw
from expertpool.experts.models import Expert
from expertpool.notifications.channels.email.settings import HOST, PORT, SECURITY, SENDER
from expertpool.notifications.channels.sms import SmsChannel
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Message
from expertpool.notifications.queries.channels import DOWN_AFTER, channel_state
from expertpool.notifications.services.delivery import deliver
from tests.draws.services.test_races import run_at_once
from tests.factories.draws import expert_id_of, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.notifications import come_back
from tests.factories.siteconfig import configure
from tests.vdraw.test_javascript import differences

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE = timedelta(minutes=1)


def seal(seats: int = 1, channels: tuple[str, ...] = ("email", "site"), **plan: object) -> Draw:
    """A draw whose letters wait for the worker; an hour to reply."""
    project = make_ready_project(now=NOW, seats=seats, channels=channels, reply_minutes=60, **plan)
    return start_draw(project=project, actor=project.created_by, now=NOW, entropy=SeededEntropy(1))


def letters(invitation: Invitation) -> dict[str, Message]:
    return {letter.channel: letter for letter in letters_to([invitation]).order_by("pk")}


def post(message: Message, *, now: datetime) -> Message:
    """Let the worker try ``message``, and do what follows from it."""
    ProcrastinateJob.objects.filter(task_name="draws.keep_clock").delete()
    deliver(message_id=message.pk, now=now)
    for job in ProcrastinateJob.objects.filter(task_name="draws.keep_clock"):
        keep_clock(**job.args)
    message.refresh_from_db()
    return message


def break_mail() -> None:
    """A mail server that refuses every connection."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        configure(PORT, taken.getsockname()[1])
    configure(HOST, "127.0.0.1")
    configure(SECURITY, "none")
    configure(SENDER, "pool@example.cn")


def mend_mail() -> None:
    configure(HOST, "")  # the outbox of tests takes over


@pytest.fixture
def pool(db: None) -> list[Expert]:
    return [make_expert(email=f"e{n}@example.cn") for n in range(4)]


@pytest.mark.shows("DRAW-15")
def test_the_clock_starts_when_a_letter_has_gone_out(pool: list[Expert]) -> None:
    row = seal().invitations.get()
    assert row.state_label == "待答复"  # as of everybody, while names are sealed
    assert (row.reached_at, row.runs_until) == (None, None)
    assert not expire(invitation_id=row.pk, now=NOW + 61 * MINUTE, entropy=SeededEntropy(2))
    post(letters(row)["site"], now=NOW + 2 * MINUTE)  # he has an address: his inbox is not enough
    row.refresh_from_db()
    assert row.is_unreached
    sent_at = NOW + 5 * MINUTE
    letter = post(letters(row)["email"], now=sent_at)
    row.refresh_from_db()
    assert (row.reached_at, row.deadline_at) == (sent_at, sent_at + 60 * MINUTE)
    assert row.state_label == "待答复"
    assert "10:05" in letter.body  # the letter says when it ends
    assert "{{" not in letter.subject + letter.body
    job = ProcrastinateJob.objects.filter(task_name="draws.expire_invitation").latest("id")
    assert (job.args, job.scheduled_at) == ({"invitation_id": row.pk}, row.deadline_at)
    assert not expire(invitation_id=row.pk, now=NOW + 64 * MINUTE, entropy=SeededEntropy(2))
    assert expire(invitation_id=row.pk, now=NOW + 65 * MINUTE, entropy=SeededEntropy(2))
    row.refresh_from_db()
    assert row.state == InvitationState.NO_ANSWER


def test_the_link_works_before_a_letter_has_gone_out(pool: list[Expert]) -> None:
    """Somebody told him, or he looked into his area."""
    draw = seal()
    answer(
        invitation=draw.invitations.get(),
        accept=True,
        reason="",
        via=ReplyVia.PORTAL,
        now=NOW + timedelta(hours=5),
        entropy=SeededEntropy(2),
    )
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS


@pytest.mark.shows("DRAW-15")
def test_with_a_dead_mail_server_nobody_is_without_an_answer(
    pool: list[Expert], supervisor: User
) -> None:
    """Whole rounds expired unsent; now nobody exits, and at the opening he is 未送达."""
    break_mail()
    draw = seal(opens_in_hours=12)
    row = draw.invitations.get()
    for minutes in (0, 1, 3, 30, 120):
        assert post(letters(row)["email"], now=NOW + minutes * MINUTE).state == "queued"
    opening = draw.project.opening_at
    sweep(now=opening - MINUTE, entropy=SeededEntropy(3))
    assert not draw.alarms.exists()  # names wait, too, while somebody was not reached
    assert draw.invitations.get().state == InvitationState.INVITED
    assert expire(invitation_id=row.pk, now=opening, entropy=SeededEntropy(3))
    row.refresh_from_db()
    assert row.state == InvitationState.UNREACHED
    left = DrawEvent.objects.get(draw=draw, content__type="exit").content
    assert left["reason"] == "unreached"
    draw.refresh_from_db()
    assert draw.status == DrawStatus.UNSATISFIED
    record = build_record(draw)
    assert vdraw.find_difference(record) is None
    assert differences([record]) == [None]


def test_the_inbox_counts_where_there_is_no_other_way(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SmsChannel, "is_configured", lambda self: False)
    account = make_expert(email="", phone="", user=None)
    row = seal().invitations.get()
    found = letters(row)
    assert found["email"].state == DeliveryState.FAILED
    post(found["site"], now=NOW + MINUTE)
    row.refresh_from_db()
    assert row.reached_at is None  # no account either
    letter = Message.objects.get(pk=found["site"].pk)
    letter.address, letter.state = "zhang", DeliveryState.QUEUED
    letter.save(update_fields=["address", "state"])
    post(letter, now=NOW + MINUTE)
    row.refresh_from_db()
    assert row.reached_at == NOW + MINUTE
    assert expert_id_of(row) == account.pk


def test_a_channel_that_comes_back_sends_what_it_held(pool: list[Expert]) -> None:
    break_mail()
    draw = seal(seats=2)
    rows = list(draw.invitations.all())
    for at in range(DOWN_AFTER):
        assert not channel_state("email").is_down
        post(letters(rows[0])["email"], now=NOW + at * MINUTE)
    post(letters(rows[1])["email"], now=NOW + 3 * MINUTE)  # waits for the others
    state = channel_state("email")
    assert (state.is_down, state.since, state.failures) == (True, NOW, DOWN_AFTER)
    assert letters(rows[1])["email"].attempts == 0
    assert "拒绝连接" in state.detail
    reach = reach_of(draw, draw.invitations.all(), now=NOW + 4 * MINUTE)
    assert (reach.unreached, reach.since, reach.is_troubled) == (2, NOW, True)
    assert [one.code for one in reach.down] == ["email"]
    mend_mail()
    back = NOW + 5 * MINUTE
    Message.objects.filter(channel="email").update(due_at=NOW + 20 * MINUTE)
    ProcrastinateJob.objects.all().delete()
    post(letters(rows[0])["email"], now=back)
    assert not channel_state("email").is_down
    held = letters(rows[1])["email"]
    assert held.due_at == back
    jobs = ProcrastinateJob.objects.filter(task_name="notifications.deliver_message")
    assert [job.args["message_id"] for job in jobs] == [held.pk]
    post(held, now=back + MINUTE)
    deadlines = [row.deadline_at for row in draw.invitations.order_by("line")]
    assert deadlines == [back + 60 * MINUTE, back + 61 * MINUTE]
    reach = reach_of(draw, draw.invitations.all(), now=back + MINUTE)
    assert (reach.unreached, reach.is_troubled) == (0, False)


def test_a_letter_that_came_back_stops_the_clock(pool: list[Expert], operator: User) -> None:
    draw = seal(channels=("email",))
    row = draw.invitations.get()
    letter = post(letters(row)["email"], now=NOW)
    assert come_back(letter, "退信", now=NOW)
    keep_clock(invitation_id=row.pk)
    row.refresh_from_db()
    assert row.is_unreached
    assert row.deadline_at == draw.project.opening_at
    assert not expire(invitation_id=row.pk, now=NOW + 61 * MINUTE, entropy=SeededEntropy(2))
    reach = reach_of(draw, [row], now=NOW + 61 * MINUTE)
    assert reach.given_up == 1
    assert overdue(now=NOW + timedelta(hours=3)) == []

    later = NOW + timedelta(hours=4)
    assert send_letters_again(draw=draw, actor=operator, now=later) == 1
    again = letters(row)["email"]
    assert again.pk != letter.pk
    assert "/r/" in again.body
    post(again, now=later)
    row.refresh_from_db()
    assert (row.reached_at, row.deadline_at) == (later, later + 60 * MINUTE)


def test_the_clock_never_runs_beyond_the_opening(pool: list[Expert]) -> None:
    draw = seal(opens_in_hours=2, channels=("email",))
    row = draw.invitations.get()
    opening = draw.project.opening_at
    post(letters(row)["email"], now=opening - 20 * MINUTE)
    row.refresh_from_db()
    assert row.deadline_at == opening


def test_a_clock_whose_job_was_lost_is_started_by_the_sweep(
    pool: list[Expert], supervisor: User
) -> None:
    draw = seal(channels=("email",))
    row = draw.invitations.get()
    deliver(message_id=letters(row)["email"].pk, now=NOW)
    assert overdue(now=NOW + LATE_AFTER - timedelta(seconds=1)) == []
    assert sweep(now=NOW + LATE_AFTER, entropy=SeededEntropy(2)) == 1
    row.refresh_from_db()
    assert row.deadline_at == NOW + 60 * MINUTE
    assert draw.alarms.get().kind == AlarmKind.CLOCK


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_letters_at_once_start_it_once() -> None:
    make_expert(email="a@example.cn")
    row = seal(channels=("email", "sms")).invitations.get()
    Message.objects.filter(channel="email").update(state="sent", sent_at=NOW)
    Message.objects.filter(channel="sms").update(state="sent", sent_at=NOW + MINUTE)
    ProcrastinateJob.objects.all().delete()
    moved = run_at_once(*[lambda: keep_clock(invitation_id=row.pk)] * 4)
    assert sorted(moved) == [False, False, False, True]
    row.refresh_from_db()
    assert (row.reached_at, row.deadline_at) == (NOW, NOW + 60 * MINUTE)
    assert ProcrastinateJob.objects.filter(task_name="draws.expire_invitation").count() == 1
