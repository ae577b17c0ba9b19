"""In which order an expert is invited over several channels, and what is not sent any more once he answered."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.core.configuration import Setting, SettingGroup, Span
from expertpool.core.text import moment_text
from expertpool.draws.enums import ReplyVia
from expertpool.draws.models import Draw, DrawPlan
from expertpool.draws.queries.reach import reach_of
from expertpool.draws.queries.ways import too_late, ways_in_words
from expertpool.draws.services.clock import keep_clock
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.letters import send_otherwise
from expertpool.draws.services.outset import look_ahead
from expertpool.draws.services.replies import answer
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.settings import (
    INVITING,
    OWN_QUIET_HOURS,
    QUIET_HOURS,
    QUIET_WAYS,
    REMIND_HOURS,
    WAITS,
    WAYS,
)
from expertpool.notifications.channels.base import (
    DeliveryReport,
    NotAnswered,
    SendResult,
    SendStatus,
)
from expertpool.notifications.channels.sms import SmsChannel
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Attempt, Message
from expertpool.notifications.services.delivery import deliver
from expertpool.notifications.services.outcomes import move
from expertpool.notifications.services.reports import ask_provider
from expertpool.notifications.services.waiting import bring_forward
from expertpool.projects.enums import Regime
from expertpool.siteconfig.exceptions import SettingsRefused
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE = timedelta(minutes=1)
ENTROPY = SeededEntropy(9)


@pytest.fixture(autouse=True)
def order() -> None:
    configure(QUIET_HOURS, None)
    configure(WAITS["email"], 3 * MINUTE)


def made(operator: User, now: datetime = NOW, **expert: str) -> Draw:
    for n in range(3):
        make_expert(**{"phone": f"1380000000{n}", "email": f"e{n}@example.cn"} | expert)
    channels = ("sms", "email", "site")
    return make_draw(now=now, operator=operator, seats=1, channels=channels, reached=False)


def letter(draw: Draw, channel: str) -> Message:
    row = draw.invitations.get()
    return Message.objects.get(about_id=str(row.pk), channel=channel, occasion="draw.invitation")


def job_times(message: Message) -> list[datetime | None]:
    jobs = ProcrastinateJob.objects.filter(
        task_name="notifications.deliver_message", args={"message_id": message.pk}
    )
    return [job.scheduled_at for job in jobs.order_by("pk")]


@pytest.mark.shows("DRAW-13")
def test_what_follows_waits_and_is_not_sent_to_who_has_answered(operator: User) -> None:
    draw = made(operator)
    sms, email = letter(draw, "sms"), letter(draw, "email")
    assert (sms.due_at, job_times(sms)) == (NOW, [None])
    assert (email.due_at, job_times(email)) == (NOW + 3 * MINUTE, [NOW + 3 * MINUTE])
    # A job that came too early puts it off again; nobody is told of letters that wait on purpose.
    deliver(message_id=email.pk, now=NOW + MINUTE)
    email.refresh_from_db()
    assert (email.state, email.due_at) == (DeliveryState.QUEUED, NOW + 3 * MINUTE)
    assert reach_of(draw, list(draw.invitations.all()), now=NOW + MINUTE).held == 0
    answer(
        invitation=draw.invitations.get(),
        accept=True,
        reason="",
        via=ReplyVia.LINK,
        now=NOW + 2 * MINUTE,
        entropy=ENTROPY,
    )
    deliver(message_id=email.pk, now=NOW + 3 * MINUTE)
    email.refresh_from_db()
    assert email.state == DeliveryState.CANCELLED


@pytest.mark.shows("DRAW-13")
def test_who_has_not_answered_by_then_gets_what_follows(operator: User) -> None:
    draw = made(operator)
    email = letter(draw, "email")
    deliver(message_id=email.pk, now=NOW + 3 * MINUTE)
    email.refresh_from_db()
    assert email.state == DeliveryState.SENT


def test_whom_the_first_does_not_reach_is_told_by_the_next_at_once(operator: User) -> None:
    configure(WAITS["email"], timedelta())
    configure(WAITS["sms"], 3 * MINUTE)
    draw = made(operator, email="")
    sms = letter(draw, "sms")
    assert (sms.due_at, sms.wait) == (NOW, None)


def test_what_follows_goes_at_once_when_the_first_comes_back(operator: User) -> None:
    draw = made(operator)
    sms, email = letter(draw, "sms"), letter(draw, "email")
    row = draw.invitations.get()
    assert not send_otherwise(
        invitation_id=row.pk, now=NOW, entropy=ENTROPY
    )  # the first is on its way
    move(Message.objects.filter(pk=sms.pk), DeliveryState.SENDING, sending_at=NOW)
    move(Message.objects.filter(pk=sms.pk), DeliveryState.FAILED)
    assert send_otherwise(invitation_id=row.pk, now=NOW + MINUTE, entropy=ENTROPY)
    email.refresh_from_db()
    assert (email.due_at, email.wait) == (NOW + MINUTE, None)
    assert job_times(email)[-1] is None


class Mute:
    """A provider that takes what it is given and says nothing."""

    def send(self, outbound: object) -> SendResult:
        return SendResult(SendStatus.UNKNOWN, detail="没有答复")


def ways_otherwise(draw: Draw, now: datetime) -> list[tuple[str, str]]:
    """Run the jobs that look for another way; return the letters then."""
    row = draw.invitations.get()
    jobs = ProcrastinateJob.objects.filter(task_name="draws.send_otherwise")
    for _ in jobs.filter(args={"invitation_id": row.pk}):
        send_otherwise(invitation_id=row.pk, now=now, entropy=ENTROPY)
    letters = Message.objects.filter(about_id=str(row.pk), occasion="draw.invitation")
    outside = letters.exclude(channel="site").order_by("pk")
    return list(outside.values_list("channel", "state"))


@pytest.mark.shows("DRAW-13", "DRAW-20")
def test_of_whom_nobody_knows_whether_he_was_asked_is_asked_by_another_way(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """His seat hung: what may have gone out is not sent again, and nothing else was."""
    monkeypatch.setattr(SmsChannel, "transport", lambda self: Mute())
    for n in range(3):
        make_expert(phone=f"1380000000{n}", email=f"e{n}@example.cn")
    draw = make_draw(now=NOW, operator=operator, seats=1, channels=("sms",), reached=False)
    deliver(message_id=letter(draw, "sms").pk, now=NOW)
    # By the other way alone, and once.
    for _ in range(2):
        assert ways_otherwise(draw, NOW) == [("sms", "unknown"), ("email", "queued")]
    deliver(message_id=letter(draw, "email").pk, now=NOW)
    keep_clock(invitation_id=draw.invitations.get().pk)
    assert draw.invitations.get().reached_at == NOW


def test_what_follows_goes_at_once_where_nobody_knows_of_the_first(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SmsChannel, "transport", lambda self: Mute())
    draw = made(operator)
    deliver(message_id=letter(draw, "sms").pk, now=NOW)
    assert ways_otherwise(draw, NOW + MINUTE) == [("sms", "unknown"), ("email", "queued")]
    assert letter(draw, "email").due_at == NOW + MINUTE


@pytest.mark.parametrize("answers", [False, True])
def test_who_can_be_asked_is_asked_for_half_an_hour_first(
    operator: User, monkeypatch: pytest.MonkeyPatch, answers: bool
) -> None:
    def knows_nothing(self: object, provider: str, asked: object) -> list[DeliveryReport]:
        if not answers:
            raise NotAnswered
        return []

    monkeypatch.setattr(SmsChannel, "transport", lambda self: Mute())
    monkeypatch.setattr(SmsChannel, "can_ask", lambda self, provider: True)
    monkeypatch.setattr(SmsChannel, "ask", knows_nothing)
    draw = made(operator)
    sms = letter(draw, "sms")
    deliver(message_id=sms.pk, now=NOW)
    attempt = Attempt.objects.get(message=sms)
    for minutes in (1, 5, 30):
        assert ask_provider(attempt_id=attempt.pk, now=NOW + minutes * MINUTE)
        asked = ProcrastinateJob.objects.filter(task_name="draws.send_otherwise").exists()
        assert asked == (minutes == 30)


def test_what_follows_keeps_its_distance_after_quiet_hours(operator: User) -> None:
    night = timezone.make_aware(datetime(2026, 11, 24, 23, 0))  # noqa: DTZ001
    morning = timezone.make_aware(datetime(2026, 11, 25, 7, 0))  # noqa: DTZ001
    configure(QUIET_HOURS, Span(datetime.min.time().replace(hour=22), morning.time()))
    draw = made(operator, now=night)
    for channel, at in (("sms", morning), ("email", morning + 3 * MINUTE)):
        deliver(message_id=letter(draw, channel).pk, now=night + 4 * MINUTE)
        assert letter(draw, channel).due_at == at
    # Somebody lets them go in spite of the hours.
    letters = Message.objects.filter(about_type="draws.invitation")
    bring_forward(messages=letters, now=night + 5 * MINUTE)
    assert letter(draw, "sms").due_at == night + 5 * MINUTE
    assert letter(draw, "email").due_at == night + 8 * MINUTE


def test_the_order_in_words() -> None:
    assert ways_in_words(["sms", "email", "site"]) == "短信、站内信 → 3 分钟 → 邮件"
    assert ways_in_words(["email", "site"]) == "邮件、站内信"  # nothing that it could follow
    configure(WAITS["sms"], 10 * MINUTE)
    assert ways_in_words(["sms", "email", "site"]) == "邮件、站内信 → 7 分钟 → 短信"
    assert [one.value for one in too_late(["sms", "email", "site"], 7)] == ["sms"]
    assert too_late(["sms", "email", "site"], 8) == []


def test_a_channel_has_quiet_hours_of_its_own(operator: User) -> None:
    evening = timezone.make_aware(datetime(2026, 11, 24, 21, 0))  # noqa: DTZ001
    configure(WAITS["email"], timedelta())
    configure(QUIET_WAYS["sms"], Span(time(20, 30), time(8, 30)))
    draw = made(operator, now=evening)
    for channel in ("sms", "email"):
        deliver(message_id=letter(draw, channel).pk, now=evening)
    assert letter(draw, "email").state == DeliveryState.SENT
    # Before the job that starts his clock has come: he has his letter.
    assert not reach_of(draw, list(draw.invitations.all()), now=evening).is_held
    morning = timezone.make_aware(datetime(2026, 11, 25, 8, 30))  # noqa: DTZ001
    assert letter(draw, "sms").due_at == morning
    deliver(message_id=letter(draw, "sms").pk, now=morning)
    assert letter(draw, "sms").state == DeliveryState.SENT


def test_quiet_hours_of_a_channel_that_outlast_the_opening_hold_nothing(operator: User) -> None:
    evening = timezone.make_aware(datetime(2026, 11, 24, 21, 0))  # noqa: DTZ001
    configure(QUIET_WAYS["sms"], Span(time(20, 30), time(20, 0)))
    draw = made(operator, now=evening)
    draw.project.opening_at = evening + timedelta(hours=3)
    draw.project.save(update_fields=["opening_at"])
    deliver(message_id=letter(draw, "sms").pk, now=evening)
    assert letter(draw, "sms").state == DeliveryState.SENT


def test_hours_that_are_set_otherwise_let_out_what_waited(operator: User, admin: User) -> None:
    evening = timezone.make_aware(datetime(2026, 11, 24, 21, 0))  # noqa: DTZ001
    configure(QUIET_WAYS["sms"], Span(time(20, 30), time(8, 30)))
    draw = made(operator, now=evening)
    deliver(message_id=letter(draw, "sms").pk, now=evening)
    before = job_times(letter(draw, "sms"))
    save_settings(
        group=WAYS,
        values={QUIET_WAYS["sms"].code: None},
        version=version_of(WAYS),
        actor=admin,
        now=evening + MINUTE,
    )
    assert job_times(letter(draw, "sms")) == [*before, None]


SMS_LATER = "短信邀请 2026-11-24 21:54 发出"


@pytest.mark.parametrize(
    ("channels", "until", "told", "minutes"),
    [
        (["sms"], "22:05", f"{SMS_LATER}，答复时限从发出后起算", 10),
        (["sms", "site"], "22:05", f"{SMS_LATER}，答复时限从发出后起算", 10),
        (
            ["sms", "email"],
            "21:53",
            "短信邀请 2026-11-24 21:54 才能发出，那时先由邮件邀请的已过",
            10,
        ),
        (["sms", "email"], "22:13", f"{SMS_LATER}，邮件邀请先发", 30),
    ],
)
def test_before_the_button_stands_when_letters_go_and_until_when_they_are_answered(
    operator: User, channels: list[str], until: str, told: str, minutes: int
) -> None:
    now = timezone.make_aware(datetime(2026, 11, 24, 21, 42, 30))  # noqa: DTZ001
    end = timezone.make_aware(datetime(2026, 11, 24, 21, 54))  # noqa: DTZ001
    configure(WAITS["email"], timedelta())
    configure(QUIET_WAYS["sms"], Span(time(20, 30), end.time()))
    for n in range(3):
        make_expert(phone=f"1380000000{n}", email=f"e{n}@example.cn")
    project = make_ready_project(now=now, seats=1, channels=channels, reply_minutes=minutes)
    plan = DrawPlan.objects.get(project=project)
    ahead = look_ahead(plan=plan, members=[project], actor=operator, now=now)
    said = "".join([*ahead.steps, *(one.text for one in ahead.cautions)])
    deadline = end.replace(hour=int(until[:2]), minute=int(until[3:]))
    assert f"须在发出后 {minutes} 分钟内（{moment_text(deadline)} 前" in said
    assert told in said
    assert "其他渠道照常" not in said
    # That is what the draw does.
    draw = start_draw(project=project, actor=operator, now=now, entropy=ENTROPY)
    for at in (now, end + timedelta(seconds=2)):
        for message in Message.objects.filter(about_type="draws.invitation", due_at__lte=at):
            deliver(message_id=message.pk, now=at)
            keep_clock(invitation_id=draw.invitations.get().pk)
    assert draw.invitations.get().deadline_at == deadline


def test_what_follows_what_has_to_wait_is_not_called_too_late(operator: User) -> None:
    evening = timezone.make_aware(datetime(2026, 11, 24, 21, 0))  # noqa: DTZ001
    configure(WAITS["email"], 20 * MINUTE)
    make_expert()
    project = make_ready_project(now=evening, seats=1, channels=["sms", "email"], reply_minutes=10)
    plan = DrawPlan.objects.get(project=project)

    def titles() -> list[str]:
        ahead = look_ahead(plan=plan, members=[project], actor=operator, now=evening)
        return [one.title for one in ahead.cautions]

    assert "邮件来不及用" in titles()
    configure(QUIET_WAYS["sms"], Span(time(20, 30), time(8, 30)))
    assert "邮件来不及用" not in titles()
    assert "短信来不及用" in titles()


def save(group: SettingGroup, values: dict[Setting[Any], object], by: User) -> None:
    save_settings(
        group=group,
        values={setting.code: value for setting, value in values.items()},
        version=version_of(group),
        actor=by,
        now=NOW,
    )


def test_whoever_decides_is_told_when_letters_go_out_later(admin: User, supervisor: User) -> None:
    """Hours of almost a day stopped all draws, and nobody heard of it."""
    save(
        WAYS,
        {WAITS["email"]: 60 * MINUTE, QUIET_WAYS["sms"]: Span(time(20, 30), time(8, 30))},
        admin,
    )
    told = Message.objects.filter(occasion="draw.delayed")
    assert supervisor.name in {one.recipient for one in told}
    assert admin.name not in {one.recipient for one in told}
    assert "短信免打扰时段：未设置 → 20:30 至 次日 08:30" in told[0].body
    assert "邮件先等多久：3 分钟 → 60 分钟" in told[0].body
    before = told.count()
    save(INVITING, {REMIND_HOURS: 12}, admin)
    assert told.all().count() == before
    save(INVITING, {QUIET_HOURS: Span(time(23), time(6))}, admin)
    assert told.all().count() == 2 * before


@pytest.mark.parametrize(
    ("general", "own", "way"),
    [
        (None, None, Span(time(0), time(23, 59))),
        (Span(time(18), time(7)), None, Span(time(7), time(11))),
        (None, Span(time(12), time(4, 1)), None),
    ],
)
def test_each_day_leaves_time_to_invite(
    admin: User, general: Span | None, own: Span | None, way: Span | None
) -> None:
    regime = Regime.PROCUREMENT
    configure(QUIET_HOURS, general)
    configure(OWN_QUIET_HOURS[regime], own)
    before = Message.objects.count()
    with pytest.raises(SettingsRefused, match="8 小时"):
        save(WAYS, {QUIET_WAYS["sms"]: way, WAITS["email"]: MINUTE}, admin)
    assert Message.objects.count() == before
    with pytest.raises(SettingsRefused):
        save(WAYS, {WAITS["sms"]: 241 * MINUTE}, admin)


def test_a_night_and_a_channels_own_hours_are_no_trouble(admin: User) -> None:
    configure(QUIET_HOURS, Span(time(22), time(7)))
    save(WAYS, {QUIET_WAYS["sms"]: Span(time(17), time(9)), WAITS["sms"]: 240 * MINUTE}, admin)


@pytest.mark.shows("DRAW-15")
def test_the_tab_of_the_plan_knows_the_hours_of_each_channel(
    client: Client, operator: User
) -> None:
    """As the page before the button does, and in its words."""
    make_expert()
    configure(QUIET_WAYS["sms"], Span(time(20), time(8)))
    evening = timezone.make_aware(datetime(2026, 11, 24, 21, 0))  # noqa: DTZ001
    project = make_ready_project(now=evening, channels=("sms",), actor=operator)
    with time_machine.travel(evening, tick=False):
        login(client, operator)
        address = reverse("projects:detail", args=[project.pk]) + "?tab=plan"
        shown = client.get(address).content.decode()
    assert "现在是短信的免打扰时段" in shown
    assert "2026-11-25 08:00 发出" in shown
