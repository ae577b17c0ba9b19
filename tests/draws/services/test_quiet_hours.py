"""Quiet hours: no letter goes out in them, and they count against nobody's time to answer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.configuration import Span
from expertpool.draws.enums import InvitationState
from expertpool.draws.exceptions import LettersRefused
from expertpool.draws.home import (
    cancellations_that_wait_for_the_morning,
    letters_that_wait_for_the_morning,
)
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries import clock
from expertpool.draws.queries.clock import (
    counted_on,
    quiet_set,
    quiet_until,
    time_counted,
    was_cut_short,
)
from expertpool.draws.queries.draws import plan_for
from expertpool.draws.queries.reach import board_at, reach_of
from expertpool.draws.services.checking import check_record, looks_bent
from expertpool.draws.services.clock import keep_clock
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.hands import alias_in
from expertpool.draws.services.letters import send_at_once
from expertpool.draws.services.outset import look_ahead
from expertpool.draws.services.pausing import pause_draw, resume_draw
from expertpool.draws.services.records import build_record
from expertpool.draws.services.replies import expire
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.draws.settings import INVITING, OWN_QUIET_HOURS, QUIET_HOURS
from expertpool.notifications.channels.email.settings import HOST
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.models import Message
from expertpool.notifications.queries.route import held_routes
from expertpool.notifications.services.delivery import deliver
from expertpool.projects.enums import Regime
from expertpool.projects.models import Project
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from tests.draws.services.test_races import run_at_once
from tests.factories.answers import declare_emergency, record_answer
from tests.factories.draws import make_ready_project, seal_without
from tests.factories.experts import make_expert
from tests.factories.lines import written_otherwise
from tests.factories.siteconfig import configure, note_change
from tests.factories.widening import accept_all, reply
from tests.fixtures import login
from tests.vdraw.samples import engine_difference
from tests.vdraw.test_javascript import differences
from vdraw import find_difference

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet_hours")]


def at(text: str) -> datetime:
    """A moment of November 2026 in the time of the site: 「24 23:10」."""
    return timezone.make_aware(datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M"))  # noqa: DTZ007


NIGHT = at("24 23:10")
REGIME = Regime.PROCUREMENT.value
LETTERS = Message.objects.filter(occasion="draw.invitation")
SEALED = ("emergency_shortest", "emergency_longest", "quiet_hours")  # since 0600


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("24 21:59", None),
        ("24 22:00", "25 07:00"),
        ("24 23:59", "25 07:00"),
        ("25 00:00", "25 07:00"),
        ("25 06:59", "25 07:00"),
        ("25 07:00", None),
    ],
)
def test_quiet_hours_go_over_midnight(now: str, until: str | None) -> None:
    assert quiet_until(at(now), REGIME) == (at(until) if until else None)


def test_an_office_sets_its_own_or_none() -> None:
    configure(QUIET_HOURS, Span(time(12), time(14)))
    assert quiet_until(at("24 13:00"), REGIME) == at("24 14:00")
    assert quiet_until(at("24 23:00"), REGIME) is None
    configure(QUIET_HOURS, None)
    assert quiet_until(at("24 13:00"), REGIME) is None
    assert counted_on(
        NIGHT, timedelta(hours=1), latest=at("30 09:00"), quiet=quiet_set(REGIME)
    ) == at("25 00:10")


def test_a_regime_has_hours_of_its_own(operator: User) -> None:
    other = Regime.INTERNAL.value
    configure(OWN_QUIET_HOURS[other], None)
    configure(OWN_QUIET_HOURS[Regime.TENDER.value], Span(time(23), time(5)))
    for n in range(3):
        make_expert(email=f"e{n}@example.cn")
    draw = seal(operator, NIGHT)
    assert draw.project.regime == Regime.TENDER
    assert quiet_until(NIGHT, draw.project.regime) == at("25 05:00")
    assert quiet_until(NIGHT, other) == at("25 07:00")  # as for all
    post(draw, NIGHT)
    assert reach_of(draw, list(draw.invitations.all()), now=NIGHT).held_until == at("25 05:00")
    post(draw, at("25 05:00"))
    assert {row.deadline_at for row in draw.invitations.all()} == {at("25 06:00")}


@pytest.mark.parametrize(
    ("now", "minutes", "said"),
    [
        ("24 10:00", 60, "须在发出后 60 分钟内（2026-11-24 11:00 前）答复"),
        ("24 21:30", 60, "须在 2026-11-25 07:30 前（答复时限 60 分钟，免打扰时段不计在内）答复"),
        # The letters go out at once, since the panel sits before the quiet hours are over.
        ("25 02:31", 10, "须在发出后 10 分钟内（2026-11-25 02:41 前）答复"),
    ],
)
def test_before_the_button_there_is_one_limit(
    operator: User, now: str, minutes: int, said: str
) -> None:
    make_expert()
    ahead = (at("25 04:20") if now.endswith("02:31") else at("30 09:00")) - at(now)
    project = make_ready_project(
        now=at(now),
        opens_in_hours=ahead / timedelta(hours=1),
        contributors=[],
        reply_minutes=minutes,
        reveal_hours=2,
        leave_hours=1,
    )
    found = look_ahead(plan=plan_for(project), members=[project], actor=operator, now=at(now))
    assert any(said in step for step in found.steps)
    cautions = {one.title: one.text for one in found.cautions}
    assert ("现在是免打扰时段" in cautions) == now.endswith("02:31")
    if now.endswith("02:31"):
        assert "立即发出，答复时限照常计算" in cautions["现在是免打扰时段"]
    assert "评审前 1 小时仍可请假" in cautions["名单公开后还可以请假"]


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("24 20:00", 60, "24 21:00"),
        ("24 21:00", 60, "24 22:00"),
        ("24 21:50", 60, "25 07:50"),
        ("24 23:10", 60, "25 08:00"),
        ("24 21:00", 16 * 60 + 30, "26 07:30"),
        ("24 21:00", 43_200, "27 09:00"),  # not beyond the panel's sitting
    ],
)
def test_quiet_time_does_not_count(start: str, minutes: int, end: str) -> None:
    latest = at("27 09:00")
    assert counted_on(
        at(start), timedelta(minutes=minutes), latest=latest, quiet=quiet_set(REGIME)
    ) == at(end)
    if at(end) < latest:
        counted = time_counted(at(start), at(end), closing=latest, quiet=quiet_set(REGIME))
        assert counted == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("24 23:10", "24 23:20"),
        ("24 21:55", "24 22:05"),
        ("25 04:15", "25 04:20"),  # not beyond the panel's sitting
        ("23 23:10", "24 07:10"),  # another night than that in which it sits
    ],
)
def test_hours_in_which_the_panel_sits_are_not_quiet(start: str, end: str) -> None:
    """Letters go out in them, and who declines has to be replaced before it sits."""
    opening, length = at("25 04:20"), timedelta(minutes=10)
    assert counted_on(at(start), length, latest=opening, quiet=quiet_set(REGIME)) == at(end)
    if at(end) < opening:
        assert time_counted(at(start), at(end), closing=opening, quiet=quiet_set(REGIME)) == length


@pytest.fixture
def draw(operator: User) -> Draw:
    """Sealed at ten past eleven in the evening; two seats, an hour to reply."""
    for n in range(3):
        make_expert(email=f"e{n}@example.cn")
    return seal(operator, NIGHT)


def seal(operator: User, now: datetime, **plan: Any) -> Draw:
    usual = {"seats": 2, "reply_minutes": 60, "channels": ("email",)}
    project = make_ready_project(now=now, **(usual | plan))
    return start_draw(project=project, actor=operator, now=now, entropy=SeededEntropy(1))


def post(draw: Draw, now: datetime) -> None:
    """Let the worker try every letter, and what follows from it."""
    for message in LETTERS.all():
        deliver(message_id=message.pk, now=now)
    for row in draw.invitations.all():
        keep_clock(invitation_id=row.pk)


def states(draw: Draw) -> set[str]:
    return set(LETTERS.values_list("state", flat=True))


@pytest.mark.shows("DRAW-15")
def test_letters_wait_for_the_morning_and_their_clocks_with_them(draw: Draw) -> None:
    post(draw, NIGHT)
    assert states(draw) == {"queued"}
    assert set(LETTERS.values_list("due_at", flat=True)) == {at("25 07:00")}
    jobs = ProcrastinateJob.objects.filter(
        task_name="notifications.deliver_message", scheduled_at=at("25 07:00")
    )
    assert jobs.count() == 2
    assert all(row.is_unreached for row in draw.invitations.all())
    post(draw, at("25 03:00"))
    assert jobs.count() == 2  # no second job for the same morning
    post(draw, at("25 07:00"))
    assert states(draw) == {"sent"}
    assert {row.deadline_at for row in draw.invitations.all()} == {at("25 08:00")}
    assert "08:00" in LETTERS.all()[0].body


def test_letters_of_whoever_is_seated_in_quiet_hours_wait_until_they_are_over(
    client: Client, draw: Draw, operator: User, supervisor: User
) -> None:
    post(draw, NIGHT)
    board = board_at(draw, now=NIGHT)
    assert (len(board.lines), board.invited_count) == (2, 2)
    assert board.invited_note == "其中 2 人的邀请免打扰时段后发出"
    with time_machine.travel(NIGHT, tick=False):
        page = login(client, operator).get(reverse("draws:detail", args=[draw.pk]))
    assert page.content.decode().count("2026-11-25 07:00 邀请") == 2  # in each line
    morning = board_at(draw, now=at("25 07:00"))
    assert (morning.invited_count, morning.invited_note) == (2, "")
    assert morning.version != board.version
    assert_home_says(operator, supervisor, draw, count=2)
    # Those of the evening were asked then: of them the night says nothing.
    written_otherwise(
        draw.invitations.get(line=1),
        invited_at=at("24 21:30"),
        reached_at=at("24 21:31"),
        deadline_at=at("25 07:31"),
    )
    assert len(board_at(draw, now=NIGHT).held) == 1
    # Whoever comes to a seat now does not share the deadline of those who have their letters.
    with time_machine.travel(NIGHT, tick=False):
        page = client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert page.count("2026-11-25 07:00 邀请") == 1
    assert_home_says(operator, supervisor, draw, count=1)
    send_at_once(draw=draw, reason="开标提前到明早", actor=operator, now=NIGHT)
    assert board_at(draw, now=NIGHT).held == []
    assert list(letters_that_wait_for_the_morning(operator, NIGHT)) == []


def assert_home_says(operator: User, supervisor: User, draw: Draw, *, count: int) -> None:
    """That ``count`` letters wait until seven: to whoever may send them at once, and who watches."""
    (mine,) = letters_that_wait_for_the_morning(operator, NIGHT)
    (watched,) = letters_that_wait_for_the_morning(supervisor, NIGHT)
    title = f"{count} 位专家的邀请等免打扰时段后发出：{draw.title}"
    assert mine.title == watched.title == title
    assert "2026-11-25 07:00 发出" in watched.text
    assert ("立即发出" in mine.text, "立即发出" in watched.text) == (True, False)
    assert list(letters_that_wait_for_the_morning(operator, at("25 07:00"))) == []


def test_a_deadline_is_moved_over_the_night(operator: User) -> None:
    for n in range(3):
        make_expert(email=f"e{n}@example.cn")
    draw = seal(operator, at("24 21:50"))
    post(draw, at("24 21:50"))
    assert {row.deadline_at for row in draw.invitations.all()} == {at("25 07:50")}


def test_an_emergency_knows_no_quiet_hours(draw: Draw, operator: User) -> None:
    post(draw, NIGHT)
    declare_emergency(draw=draw, reason="次日开标", minutes=15, actor=operator, now=NIGHT)
    assert set(LETTERS.values_list("due_at", flat=True)) == {NIGHT}  # brought forward
    post(draw, NIGHT)
    assert {row.deadline_at for row in draw.invitations.all()} == {NIGHT + timedelta(minutes=15)}


@pytest.mark.shows("DRAW-15")
def test_somebody_decides_to_send_at_once_and_says_why(draw: Draw, operator: User) -> None:
    post(draw, NIGHT)
    with pytest.raises(LettersRefused, match="原因"):
        send_at_once(draw=draw, reason=" ", actor=operator, now=NIGHT)
    assert send_at_once(draw=draw, reason="开标提前到明早", actor=operator, now=NIGHT) == 2
    post(draw, NIGHT)
    assert states(draw) == {"sent"}
    # Whoever is asked at night has his hour in the morning all the same.
    assert {row.deadline_at for row in draw.invitations.all()} == {at("25 08:00")}
    entry = Entry.objects.get(action="draw.send_at_once")
    assert (entry.note, entry.actor_name) == ("开标提前到明早", str(operator))
    note = draw.events.order_by("n").last()
    assert note is not None
    assert (note.content["code"], note.content["by"]["account"]) == (
        "sent_at_once",
        alias_in(draw, operator),
    )
    assert "开标" not in str(note.content)
    assert (entry.after or {})["事件链头"] == note.hash
    with pytest.raises(LettersRefused, match="没有因免打扰"):
        send_at_once(draw=draw, reason="再来一次", actor=operator, now=NIGHT)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_no_letter_that_a_worker_puts_off_at_that_moment_stays_behind(
    draw: Draw, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """He has read that it must wait, and writes it after somebody decided otherwise."""
    first, second = LETTERS.filter(about_id=str(draw.invitations.earliest("line").pk)), LETTERS
    deliver(message_id=second.exclude(pk__in=first).earliest("pk").pk, now=NIGHT)
    asked, decided = threading.Event(), threading.Event()
    ask = clock.letters_wait_until

    def slowly(*args: Any, **kwargs: Any) -> datetime | None:
        until = ask(*args, **kwargs)
        asked.set()
        decided.wait(timeout=1)
        return until

    monkeypatch.setattr(clock, "letters_wait_until", slowly)

    def decide() -> None:
        asked.wait(timeout=10)
        send_at_once(draw=draw, reason="开标提前到明早", actor=operator, now=NIGHT)
        decided.set()

    late = first.earliest("pk").pk
    assert run_at_once(lambda: deliver(message_id=late, now=NIGHT), decide) == [None, None]
    assert [one.due_at for one in LETTERS if one.due_at > NIGHT] == []


@pytest.mark.shows("DRAW-15")
@pytest.mark.parametrize(
    ("quiet", "due"),
    [
        (None, NIGHT),
        (Span(time(0), time(6)), NIGHT),
        (Span(time(22), time(6)), at("25 06:00")),
        (Span(time(22), time(8)), at("25 08:00")),
    ],
)
def test_letters_held_already_follow_the_hours_that_are_set_later(
    draw: Draw, admin: User, quiet: Span | None, due: datetime
) -> None:
    post(draw, NIGHT)
    save_settings(
        group=INVITING,
        values={QUIET_HOURS.code: quiet},
        version=version_of(INVITING),
        actor=admin,
        now=NIGHT,
    )
    for job in ProcrastinateJob.objects.filter(
        task_name="notifications.deliver_message", scheduled_at=None, status="todo"
    ):
        deliver(now=NIGHT, **job.args)
    assert set(LETTERS.values_list("due_at", flat=True)) == {due}
    assert states(draw) == ({"sent"} if due == NIGHT else {"queued"})


def test_nothing_waits_beyond_the_opening(operator: User) -> None:
    make_expert(email="a@example.cn")
    make_expert(email="b@example.cn")
    draw = seal(operator, NIGHT, opens_in_hours=6)
    post(draw, NIGHT)
    assert states(draw) == {"sent"}
    # As long as was sealed, so that there is time for another.
    in_time = NIGHT + timedelta(hours=1)
    assert Invitation.objects.filter(deadline_at=in_time).count() == 2


@pytest.mark.shows("DRAW-15")
def test_the_page_says_what_holds_letters_and_not_what_the_office_has_set_since(
    client: Client, draw: Draw, operator: User
) -> None:
    login(client, operator)
    address = reverse("draws:detail", args=[draw.pk])
    post(draw, NIGHT)
    configure(QUIET_HOURS, None)
    with time_machine.travel(NIGHT, tick=False):
        page = client.get(address).content.decode()
        assert "邀请将于 2026-11-25 07:00 发出" in page
        assert reverse("draws:send_at_once", args=[draw.pk]) in page
    assert send_at_once(draw=draw, reason="不再免打扰", actor=operator, now=NIGHT) == 2
    post(draw, NIGHT)
    assert states(draw) == {"sent"}


def test_what_was_tried_and_failed_is_not_held_by_quiet_hours(draw: Draw, operator: User) -> None:
    first, *_ = LETTERS.order_by("pk")
    Message.objects.filter(pk=first.pk).update(attempts=1, due_at=NIGHT + timedelta(minutes=5))
    reach = reach_of(draw, list(draw.invitations.all()), now=NIGHT)
    assert (reach.held, reach.held_until) == (1, at("25 07:00"))


def test_mail_that_waits_since_its_way_was_changed_is_not_held_by_quiet_hours(
    client: Client, operator: User
) -> None:
    for n in range(3):
        make_expert(email=f"e{n}@example.cn")
    noon = at("24 12:00")
    draw = seal(operator, noon)
    LETTERS.update(due_at=noon + timedelta(minutes=30))
    assert reach_of(draw, list(draw.invitations.all()), now=noon).is_held
    before = noon - timedelta(minutes=1)
    note_change(HOST, at=before, actor=operator)
    assert held_routes(noon)
    LETTERS.update(due_at=(until := held_routes(noon)[ChannelCode.EMAIL]))
    reach = reach_of(draw, list(draw.invitations.all()), now=noon)
    assert not reach.is_held
    assert (reach.is_rerouted, reach.rerouted, reach.rerouted_until) == (True, 2, until)
    words = "因邮件服务器改动，2 位专家的邀请 2026-11-24 12:29 发出"
    with time_machine.travel(noon, tick=False):
        page = login(client, operator).get(reverse("draws:detail", args=[draw.pk]))
        assert words in page.content.decode()
        assert "因邮件服务器改动，邀请 2026-11-24 12:29 发出" in client.get("/").content.decode()
        other = make_ready_project(now=noon, seats=1, channels=["email"])
        tab = client.get(f"{reverse('projects:detail', args=[other.pk])}?tab=plan")
        assert "邮件邀请 2026-11-24 12:29 发出" in tab.content.decode()
        start = client.get(reverse("draws:start", args=[other.pk]))
        assert "邮件邀请 2026-11-24 12:29 发出" in start.content.decode()
        assert "60 分钟内（2026-11-24 13:30 前）答复" in start.content.decode()


@pytest.fixture
def agreed(operator: User) -> Draw:
    """Two who have agreed in the evening to a review two days later, by mail."""
    for n in range(4):
        make_expert(email=f"e{n}@example.cn")
    evening = at("24 20:00")
    project = make_ready_project(
        now=evening, opens_in_hours=48, seats=2, reply_minutes=60, channels=("email",)
    )
    draw = start_draw(project=project, actor=operator, now=evening, entropy=SeededEntropy(1))
    post(draw, evening)
    accept_all(draw, now=at("24 20:30"))
    return draw


def sits_at(draw: Draw, opening: datetime) -> None:
    Project.objects.filter(pk=draw.project_id).update(opening_at=opening)
    draw.project.refresh_from_db()


def void(draw: Draw, operator: User, supervisor: User) -> None:
    request = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=NIGHT)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=NIGHT)
    draw.refresh_from_db()


def call_off(draw: Draw, kind: str, operator: User, supervisor: User) -> str:
    """Cancel one or all in the night; return the occasion by which they hear of it."""
    if kind == "replaced":
        record_answer(
            invitation=draw.invitations.earliest("line"),
            state=InvitationState.REPLACED,
            reason="另有安排",
            actor=operator,
            now=NIGHT,
            entropy=SeededEntropy(7),
            second=supervisor,
        )
        return "draw.released"
    if kind == "void":
        void(draw, operator, supervisor)
        return "draw.cancelled"
    reschedule(
        draw=draw,
        meetings=[NewMeeting(draw.project_id, at("30 09:00"), "302 室")],
        reason="供应商答疑延期",
        actor=operator,
        now=NIGHT,
        entropy=SeededEntropy(8),
    )
    return "draw.rescheduled"


@pytest.mark.shows("DRAW-15")
@pytest.mark.parametrize("kind", ["replaced", "void", "moved"])
@pytest.mark.parametrize(
    ("sits", "due"),
    [("25 07:30", NIGHT), ("25 09:30", NIGHT), ("25 14:00", at("25 07:00"))],
)
def test_who_is_called_off_hears_of_it_before_he_sets_out(
    agreed: Draw, operator: User, supervisor: User, kind: str, sits: str, due: datetime
) -> None:
    sits_at(agreed, at(sits))
    letters = Message.objects.filter(occasion=call_off(agreed, kind, operator, supervisor))
    for letter in letters.filter(channel="email"):
        deliver(message_id=letter.pk, now=NIGHT)
    assert letters.filter(channel="email").exists()
    state = "sent" if due == NIGHT else "queued"
    assert set(letters.filter(channel="email").values_list("due_at", "state")) == {(due, state)}


@pytest.mark.shows("DRAW-15")
def test_pages_say_who_is_not_told_yet_and_the_button_tells_him(
    client: Client, agreed: Draw, operator: User, supervisor: User
) -> None:
    void(agreed, operator, supervisor)
    letters = Message.objects.filter(occasion="draw.cancelled", channel="email")
    for letter in letters:
        deliver(message_id=letter.pk, now=NIGHT)
    with time_machine.travel(NIGHT, tick=False):
        page = login(client, operator).get(reverse("draws:detail", args=[agreed.pk]))
        text = page.content.decode()
        # How many of those who had not answered knew of it, is told with the names.
        assert "有专家还不知道不用到场" in text
        assert "通知将于 2026-11-25 07:00 发出" in text
        assert reverse("draws:send_at_once", args=[agreed.pk]) in text
    (mine,) = cancellations_that_wait_for_the_morning(operator, NIGHT)
    (watched,) = cancellations_that_wait_for_the_morning(supervisor, NIGHT)
    assert mine.title == watched.title == f"有专家还不知道不用到场：{agreed.title}"
    assert "2026-11-25 07:00 发出" in watched.text
    assert ("立即发出" in mine.text, "立即发出" in watched.text) == (True, False)
    count = letters.count()
    assert send_at_once(draw=agreed, reason="有人要提前出发", actor=operator, now=NIGHT) >= count
    for letter in letters:
        deliver(message_id=letter.pk, now=NIGHT)
    assert set(letters.values_list("state", flat=True)) == {"sent"}
    assert list(cancellations_that_wait_for_the_morning(operator, NIGHT)) == []
    assert not looks_bent(agreed)
    assert check_record(draw_id=agreed.pk, now=NIGHT) is None
    with pytest.raises(LettersRefused, match="没有因免打扰"):
        send_at_once(draw=agreed, reason="再来一次", actor=operator, now=NIGHT)


def test_a_paused_draw_tells_at_once_who_need_not_come_and_asks_nobody(
    agreed: Draw, operator: User, supervisor: User
) -> None:
    call_off(agreed, "replaced", operator, supervisor)
    pause_draw(draw=agreed, reason="评审地点待定", actor=operator, now=NIGHT)
    asked = LETTERS.filter(state="queued", channel="email")
    assert asked.exists()
    send_at_once(draw=agreed, reason="有人要提前出发", actor=operator, now=NIGHT)
    for letter in Message.objects.filter(channel="email", state="queued"):
        deliver(message_id=letter.pk, now=NIGHT)
    assert Message.objects.get(occasion="draw.released", channel="email").state == "sent"
    assert asked.exists()


def test_an_emergency_lets_no_cancellation_wait(
    agreed: Draw, operator: User, supervisor: User
) -> None:
    call_off(agreed, "replaced", operator, supervisor)
    letter = Message.objects.get(occasion="draw.released", channel="email")
    deliver(message_id=letter.pk, now=NIGHT)
    declare_emergency(draw=agreed, reason="次日开标", minutes=15, actor=operator, now=NIGHT)
    letter.refresh_from_db()
    assert letter.due_at == NIGHT


def test_a_draw_that_goes_on_in_quiet_hours_says_whom_it_still_holds(
    operator: User, supervisor: User
) -> None:
    for n in range(3):
        make_expert(email=f"e{n}@example.cn")
    draw = seal(operator, at("24 21:30"))
    post(draw, at("24 21:30"))
    pause_draw(draw=draw, reason="评审地点待定", actor=operator, now=at("24 21:40"))
    reply(draw.invitations.get(line=1), accept=False, now=at("24 21:50"))
    draw.refresh_from_db()
    resume_draw(draw=draw, reason="地点已定", actor=operator, now=NIGHT)
    post(draw, NIGHT)
    assert states(draw) >= {"queued"}
    board = board_at(draw, now=NIGHT)
    assert [line.line for line in board.held] == [3]
    assert board.invited_note == "其中 1 人的邀请免打扰时段后发出"
    assert_home_says(operator, supervisor, draw, count=1)


def change_hours(quiet: Span | None, admin: User, now: datetime) -> None:
    save_settings(
        group=INVITING,
        values={QUIET_HOURS.code: quiet},
        version=version_of(INVITING),
        actor=admin,
        now=now,
    )


@pytest.mark.shows("DRAW-15")
def test_hours_that_are_set_while_letters_are_out_are_not_shown_for_these(
    client: Client, draw: Draw, operator: User, admin: User
) -> None:
    change_hours(None, admin, at("24 20:00"))
    post(draw, NIGHT)
    assert states(draw) == {"sent"}
    told = {row.deadline_at for row in draw.invitations.all()}
    later = at("24 23:20")
    change_hours(Span(time(22), time(7)), admin, later)
    board = board_at(draw, now=later)
    assert (board.held, board.invited_note) == ([], "")
    with time_machine.travel(later, tick=False):
        page = login(client, operator).get(reverse("draws:detail", args=[draw.pk]))
    shown = page.content.decode()
    assert "2026-11-25 07:00 邀请" not in shown
    assert "2026-11-24 23:20 起，免打扰时段为22:00 至 次日 07:00" in shown
    assert "已经发出的答复截止不变" in shown
    assert {row.deadline_at for row in draw.invitations.all()} == told
    # Whoever comes to a seat from now on waits until the morning.
    reply(draw.invitations.get(line=1), accept=False, now=later)
    assert [line.line for line in board_at(draw, now=later).held] == [3]


def test_letters_that_waited_by_hours_that_were_changed_since_are_said_to_wait(
    draw: Draw, admin: User
) -> None:
    post(draw, NIGHT)
    change_hours(Span(time(23), time(8)), admin, at("24 23:20"))
    board = board_at(draw, now=at("25 07:30"))
    assert {line.quiet_until for line in board.held} == {at("25 08:00")}
    # Out by the hours of before, at seven.
    change_hours(Span(time(22), time(7)), admin, at("25 06:00"))
    change_hours(Span(time(22), time(9)), admin, at("25 07:10"))
    assert board_at(draw, now=at("25 07:30")).held == []


def test_hours_that_were_set_since_take_nothing_of_the_time_to_answer(
    draw: Draw, operator: User, admin: User
) -> None:
    post(draw, at("24 10:00"))
    change_hours(Span(time(10), time(12)), admin, at("24 10:05"))
    pause_draw(draw=draw, reason="评审地点待定", actor=operator, now=at("24 10:10"))
    assert {row.time_left for row in draw.invitations.all()} == {timedelta(minutes=50)}
    draw.refresh_from_db()
    resume_draw(draw=draw, reason="地点已定", actor=operator, now=at("24 12:30"))
    assert {row.deadline_at for row in draw.invitations.all()} == {at("24 13:20")}


@pytest.mark.parametrize("unsealed", [(), SEALED], ids=["sealed", "before"])
@pytest.mark.parametrize(
    ("opening", "then", "since", "is_cut"),
    [
        ("24 11:00", None, Span(time(10, 20), time(10, 40)), False),
        ("24 11:30", Span(time(10, 20), time(11)), None, True),
    ],
)
def test_whose_time_the_panel_cut_short_goes_by_the_hours_of_then(
    operator: User,
    admin: User,
    monkeypatch: pytest.MonkeyPatch,
    opening: str,
    then: Span | None,
    since: Span | None,
    is_cut: bool,
    unsealed: Sequence[str],
) -> None:
    """He was reached at ten and had sixty minutes, or would have had but for the hours that were quiet."""
    seal_without(monkeypatch, *unsealed)
    change_hours(then, admin, at("24 09:00"))
    for n in range(2):
        make_expert(email=f"e{n}@example.cn")
    ahead = (at(opening) - at("24 10:00")) / timedelta(hours=1)
    draw = seal(operator, at("24 10:00"), opens_in_hours=ahead)
    post(draw, at("24 10:00"))
    change_hours(since, admin, at("24 10:10"))
    row = draw.invitations.all()[0]
    assert row.deadline_at == at(opening)
    assert was_cut_short(row) is is_cut


LATER = at("24 23:20")


def verified(draw: Draw) -> bool:
    """Whether its record holds for all three verifiers."""
    draw.refresh_from_db()
    record = build_record(draw)
    found = [find_difference(record), engine_difference(record), *differences([record])]
    return found == [None] * 3


@pytest.mark.shows("DRAW-15")
@pytest.mark.parametrize(
    ("quiet", "goes", "until"),
    [
        (None, LATER, at("25 08:00")),
        (Span(time(0), time(6)), LATER, at("25 08:00")),
        (Span(time(7), time(8)), LATER, at("25 08:00")),
        (Span(time(22), time(9)), at("25 09:00"), at("25 10:00")),
    ],
)
def test_letters_go_by_the_hours_that_are_set_and_deadlines_by_those_that_were_sealed(
    client: Client,
    draw: Draw,
    operator: User,
    admin: User,
    quiet: Span | None,
    goes: datetime,
    until: datetime,
) -> None:
    post(draw, NIGHT)
    change_hours(quiet, admin, LATER)
    post(draw, LATER)
    assert states(draw) == ({"sent"} if goes == LATER else {"queued"})
    post(draw, goes)
    assert states(draw) == {"sent"}
    assert {row.deadline_at for row in draw.invitations.all()} == {until}
    assert all(f"{until:%H:%M}" in one.body for one in LETTERS.filter(channel="email"))
    with time_machine.travel(goes, tick=False):
        page = login(client, operator).get(reverse("draws:detail", args=[draw.pk]))
    told = "答复时限仍按封存时的免打扰时段（22:00 至 次日 07:00）计算"
    assert told in page.content.decode()
    silent, early = row_of(draw, 1), until - timedelta(minutes=1)
    assert not expire(invitation_id=silent.pk, now=early, entropy=SeededEntropy(3))
    reply(row_of(draw, 2), accept=True, now=early)
    assert expire(invitation_id=silent.pk, now=until, entropy=SeededEntropy(3))
    accept_all(draw, now=until)
    assert verified(draw)


def row_of(draw: Draw, line: int) -> Invitation:
    return draw.invitations.get(line=line)


def test_a_pause_leaves_the_time_by_the_hours_that_were_sealed(operator: User, admin: User) -> None:
    for n in range(3):
        make_expert(email=f"e{n}@example.cn")
    draw = seal(operator, at("24 21:30"))
    post(draw, at("24 21:30"))
    change_hours(None, admin, at("24 21:35"))
    pause_draw(draw=draw, reason="评审地点待定", actor=operator, now=at("24 21:40"))
    assert {row.time_left for row in draw.invitations.all()} == {timedelta(minutes=50)}
    draw.refresh_from_db()
    resume_draw(draw=draw, reason="地点已定", actor=operator, now=at("24 21:50"))
    assert {row.deadline_at for row in draw.invitations.all()} == {at("25 07:40")}


def test_where_no_hours_were_sealed_those_that_are_set_count(
    draw: Draw, operator: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_without(monkeypatch, *SEALED)
    for n in range(3, 6):
        make_expert(email=f"e{n}@example.cn")
    older = seal(operator, NIGHT)
    change_hours(None, admin, NIGHT)
    for one in (draw, older):
        post(one, NIGHT)
    until = [{row.deadline_at for row in one.invitations.all()} for one in (draw, older)]
    assert until == [{at("25 08:00")}, {at("25 00:10")}]
    accept_all(older, now=at("25 00:05"))
    assert verified(older)
