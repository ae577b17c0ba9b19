"""The channels of a plan name no seat: who has no address by them is told by another, and no line says
whether a letter reached him while names are sealed (docs/decisions/0133)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Draw, DrawPlan, Invitation
from expertpool.draws.occasions import CANCELLED, INVITATION
from expertpool.draws.services.clock import keep_clock
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.letters import send_otherwise
from expertpool.draws.services.names import release
from expertpool.draws.services.outset import look_ahead
from expertpool.draws.services.replies import expire
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.channels.email import EmailChannel
from expertpool.notifications.channels.sms import SmsChannel
from expertpool.notifications.channels.sms import settings as sms
from expertpool.notifications.channels.voice import settings as voice
from expertpool.notifications.enums import AddressKind
from expertpool.notifications.models import Message
from expertpool.notifications.occasions import Text
from expertpool.notifications.queries.channels import addresses_of, ways_outside
from expertpool.notifications.services.delivery import deliver, reference
from expertpool.notifications.services.templates import save_template
from tests.api.caller import Caller
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.notifications import come_back
from tests.factories.siteconfig import configure
from tests.factories.widening import accept_all
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 10, 5))  # noqa: DTZ001
HOUR = timedelta(hours=1)
LETTERS = Message.objects.filter(about_type="draws.invitation")
INVITED = LETTERS.filter(occasion="draw.invitation")
NUMBERED = re.compile(r"第 \d+ 位|专家 \d\d")


@pytest.fixture(autouse=True)
def tuesday(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def without_sms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SmsChannel, "is_configured", lambda self: False)


def seal(operator: User, *channels: str) -> Draw:
    """One of four has an account, one no e-mail."""
    make_expert(email="a@example.cn", user=make_user("expert"))
    make_expert(email="")
    for n in range(2):
        make_expert(email=f"e{n}@example.cn")
    return make_draw(
        now=NOW, operator=operator, seats=4, channels=channels, reached=False, reply_minutes=60
    )


def send(*, minutes: int = 0) -> None:
    now = NOW + timedelta(minutes=minutes)
    for letter in LETTERS.filter(state="queued"):
        deliver(message_id=letter.pk, now=now)
        keep_clock(invitation_id=int(letter.about_id))


def told_of_lines(draw: Draw, user: User) -> list[set[str]]:
    """What the office is shown of each line, on pages and by the interface: one thing of all alike."""
    client, told = login(Client(), user), []
    for address in (
        reverse("draws:detail", args=[draw.pk]),
        reverse("draws:room", args=[draw.pk]),
        reverse("projects:detail", args=[draw.project_id]) + "?tab=experts",
    ):
        page = client.get(address).content.decode()
        rows = re.findall(r"<(?:tr|li)\b.*?</(?:tr|li)>", page, re.DOTALL)
        lines = [row for row in rows if NUMBERED.search(row)]
        told.append({_plain(row) for row in lines})
        assert lines, address
    lines = Caller(user, "draws.view").get(f"/draws/{draw.pk}").json()["lines"]
    told.append({str(line | {"line": 0}) for line in lines})
    return told


def _plain(row: str) -> str:
    text = re.sub(r"<[^>]+>|\s+", " ", NUMBERED.sub("", row))
    return re.sub(r"^\s*\d+\s", "", " ".join(text.split()))


@pytest.mark.parametrize("channels", [("site",), ("email",), ("email", "site")])
def test_everybody_gets_a_letter_by_some_way(operator: User, channels: Sequence[str]) -> None:
    draw = seal(operator, *channels)
    send()
    rows = list(draw.invitations.all())
    assert {row.reached_at for row in rows} == {NOW}
    assert len({row.deadline_at for row in rows}) == 1
    assert [len(one) for one in told_of_lines(draw, operator)] == [1, 1, 1, 1]
    sms = set(LETTERS.filter(channel="sms").values_list("about_id", flat=True))
    bare = {str(row.pk) for row in rows if not _has_mail(row)}
    assert sms == (bare if "email" in channels else {str(row.pk) for row in rows})


def test_a_letter_that_bounces_goes_another_way_and_nobody_sees_whose(
    operator: User, supervisor: User
) -> None:
    draw = seal(operator, "email")
    send()
    row = next(one for one in draw.invitations.all() if _has_mail(one))
    bounce(row, "email", "查无此人")
    row.refresh_from_db()
    assert row.reached_at is None
    jobs = ProcrastinateJob.objects.filter(task_name="draws.send_otherwise")
    assert [job.args for job in jobs] == [{"invitation_id": row.pk}]
    assert sent_otherwise(row)
    assert not sent_otherwise(row)  # one is on its way
    send(minutes=11)
    row.refresh_from_db()
    # His time begins with the letter that went out, and the link in it is his.
    assert row.reached_at == NOW + timedelta(minutes=11)
    assert row.deadline_at == row.reached_at + HOUR
    message = LETTERS.get(about_id=str(row.pk), channel="sms")
    assert row.links.count() == 2
    assert "/r/" in message.body
    for user in (operator, supervisor):
        assert [len(one) for one in told_of_lines(draw, user)] == [1, 1, 1, 1]
    # No way is left: it stays as ever.
    bounce(row, "sms", "空号")
    assert not sent_otherwise(row)
    assert LETTERS.filter(about_id=str(row.pk)).count() == 2


def test_the_next_letter_begins_his_time_even_if_it_goes_out_before_the_clock_is_looked_at(
    operator: User,
) -> None:
    draw = seal(operator, "email")
    send()
    row = next(one for one in draw.invitations.all() if _has_mail(one))
    letter = INVITED.get(about_id=str(row.pk), channel="email")
    assert come_back(letter, "查无此人", now=NOW)
    # The jobs come in any order: this one first, and the letter goes at once.
    assert sent_otherwise(row)
    send(minutes=11)
    row.refresh_from_db()
    assert row.reached_at == NOW + timedelta(minutes=11)
    assert row.deadline_at == row.reached_at + HOUR


def test_whoever_has_answered_is_asked_by_no_other_way(operator: User) -> None:
    draw = seal(operator, "email")
    send()
    row = next(one for one in draw.invitations.all() if _has_mail(one))
    accept_all(draw, now=NOW + timedelta(minutes=1))
    bounce(row, "email", "查无此人")
    assert not sent_otherwise(row)


def bounce(row: Invitation, channel: str, why: str) -> None:
    assert come_back(INVITED.get(about_id=str(row.pk), channel=channel), why, now=NOW)
    keep_clock(invitation_id=row.pk)


def sent_otherwise(row: Invitation) -> bool:
    now = NOW + timedelta(minutes=10)
    return send_otherwise(invitation_id=row.pk, now=now, entropy=SeededEntropy(8))


def _has_mail(row: Any) -> bool:
    expert = type(row)._meta.get_field("expert").related_model
    return bool(expert.objects.get(pk=expert_id_of(row)).email)


@pytest.mark.usefixtures("without_sms")
@pytest.mark.parametrize("channels", [("site",), ("email",)])
def test_no_line_says_whom_none_reached(
    operator: User, supervisor: User, channels: Sequence[str], time_machine: Any
) -> None:
    draw = seal(operator, *channels)
    if channels == ("site",):
        LETTERS.exclude(channel="site").delete()  # no way but the inbox
    send()
    reached = {row.reached_at is not None for row in draw.invitations.all()}
    assert reached == {True, False}
    for user in (operator, supervisor):
        assert [len(one) for one in told_of_lines(draw, user)] == [1, 1, 1, 1]
        page = login(Client(), user).get(reverse("draws:detail", args=[draw.pk]))
        assert not re.search(r"\d 位", NUMBERED.sub("", _plain(page.content.decode())))
    meetings = [NewMeeting(draw.project_id, draw.project.opening_at, "三楼")]
    said: dict[str, Any] = {"reason": "调整", "actor": operator, "entropy": SeededEntropy(1)}
    reschedule(draw=draw, meetings=meetings, now=NOW + HOUR / 60, **said)
    time_machine.move_to(NOW + HOUR / 30, tick=False)
    assert {bool(row.asked_again_at) for row in draw.invitations.all()} == {True, False}
    assert [len(one) for one in told_of_lines(draw, operator)] == [1, 1, 1, 1]
    logged = Entry.objects.get(action="draw.reschedule").after or {}
    assert logged["重新询问的专家"] == 4
    assert "首次邀请的专家" not in logged
    # Told with the names, which two persons open before all have answered.
    assert release(draw_id=draw.pk, now=draw.reveal_at, unanswered=True)
    draw.refresh_from_db()
    labels = {row.state_label for row in draw.invitations.all()}
    assert "待送达" in labels


def test_one_that_no_letter_reached_until_the_panel_sits_is_told_like_a_silent_one(
    operator: User,
) -> None:
    make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=1, reached=False)
    (row,) = draw.invitations.all()
    assert expire(invitation_id=row.pk, now=row.deadline_at, entropy=SeededEntropy(1))
    row.refresh_from_db()
    assert row.state == InvitationState.UNREACHED
    assert (row.told_state, row.state_label) == ("no_answer", "未答复")


def test_the_office_hears_before_that_a_channel_does_not_reach_all(operator: User) -> None:
    for n in range(14):
        make_expert(email="" if n < 12 else f"e{n}@example.cn")

    def cautions(*channels: str) -> list[str]:
        project = make_ready_project(now=NOW, seats=2, channels=channels)
        plan = DrawPlan.objects.get(project=project)
        ahead = look_ahead(plan=plan, members=[project], actor=operator, now=NOW)
        return [one.text for one in ahead.cautions if "渠道" in one.title]

    assert cautions("sms", "email") == []
    assert cautions("email") == ["发给约 10 名没有邮箱的专家的通知改用短信。"]
    assert cautions("site") == ["发给所有专家的通知改用短信。"]


@pytest.mark.parametrize(
    ("mail", "channels", "said"),
    [
        (False, ("sms", "email"), "也没有配置邮件：所有专家收不到邀请，.*接通短信或邮件"),
        (True, ("sms",), "本系统没有配置短信：.*邀请渠道中选用.*邮件"),
        (True, ("sms", "email"), "少数没有邮箱的专家可能收不到邀请，.*补全邮箱或配置短信"),
    ],
)
def test_the_office_hears_before_what_a_site_lacks_that_reaches_nobody(
    operator: User,
    without_sms: None,
    monkeypatch: pytest.MonkeyPatch,
    *,
    mail: bool,
    channels: tuple[str, ...],
    said: str,
) -> None:
    """It was told to complete the addresses of experts who all had one, where the site sends no mail at all."""
    monkeypatch.setattr(EmailChannel, "is_configured", lambda self: mail)
    make_expert(email="")
    project = make_ready_project(now=NOW, seats=1, channels=channels)
    plan = DrawPlan.objects.get(project=project)
    ahead = look_ahead(plan=plan, members=[project], actor=operator, now=NOW)
    (text,) = [one.text for one in ahead.cautions if one.title == "所选渠道不能送达所有专家"]
    assert re.search(said, text)


@pytest.mark.shows("DRAW-20", "OVW-08")
def test_the_office_hears_before_that_no_invitation_goes_out_by_a_channel(
    operator: User, admin: User
) -> None:
    """Its page named the channel as the way by which all are asked, and each message failed once the draw was sealed."""
    configure(sms.PROVIDER, sms.TENCENT)
    make_expert(email="")

    def cautions(*channels: str) -> dict[str, str]:
        project = make_ready_project(now=NOW, seats=1, channels=channels)
        plan = DrawPlan.objects.get(project=project)
        ahead = look_ahead(plan=plan, members=[project], actor=operator, now=NOW)
        found = {one.title: one.text for one in ahead.cautions}
        page = (
            login(Client(), operator)
            .get(reverse("projects:detail", args=[project.pk]), {"tab": "plan"})
            .content.decode()
        )
        assert ("短信发不出评审邀请" in page) is ("短信发不出评审邀请" in found)
        return found

    lacking = cautions("sms", "email")
    assert "「评审邀请」的短信缺服务商模板编号" in lacking["短信发不出评审邀请"]
    assert "短信现在发不出邀请：少数没有邮箱的专家可能收不到" in lacking["所选渠道不能送达所有专家"]
    assert "短信发不出评审邀请" not in cautions("email")
    text = Text("", "请答复：{{答复链接}}", "449739", "{{答复链接}}")
    save_template(occasion=INVITATION.code, channel="sms", text=text, actor=admin, now=NOW)
    assert not {"短信发不出评审邀请", "所选渠道不能送达所有专家"} & cautions("sms", "email").keys()


def test_a_further_channel_by_telephone_is_enough(operator: User) -> None:
    """A channel says itself of which address it lives."""
    configure(voice.TRUNK, voice.SIP)
    make_expert(email="")
    project = make_ready_project(now=NOW, seats=1, channels=("voice",))
    plan = DrawPlan.objects.get(project=project)
    ahead = look_ahead(plan=plan, members=[project], actor=operator, now=NOW)
    assert not [one.text for one in ahead.cautions if "渠道" in one.title]
    texts = {**CANCELLED.defaults, "voice": ("", "已取消")}
    spoken = replace(CANCELLED, code="draw.spoken", defaults=texts, required=())
    ways = ways_outside(spoken, phone="13800138000", email="a@example.cn")
    assert set(ways) == {"sms", "voice", "email"}
    assert ways[-1] == "email"
    assert addresses_of(["voice", "site"]) == {AddressKind.PHONE}


def test_records_are_filtered_by_channels_that_there_are(admin: User) -> None:
    page = login(Client(), admin).get(reverse("notifications:records"))
    offered = dict(page.context["form"].fields["channel"].choices)
    assert offered.keys() - {""} == set(CHANNELS.codes)


def test_no_address_of_a_message_counts_those_that_nobody_is_told_of(
    operator: User, admin: User
) -> None:
    """Who read the records, or his own inbox, before and after a start had the letters of the seal in
    the gap: one more for each seat without an e-mail."""
    seal(operator, "email")
    send()
    assert LETTERS.exists()
    others = Message.objects.exclude(about_type="draws.invitation")
    shown = [
        login(Client(), user).get(address).content.decode()
        for user in (operator, admin)
        for address in (reverse("notifications:records"), reverse("notifications:inbox"))
    ]
    links = re.findall(r"/messages/(?:records/)?([\w-]+)/\"", "".join(shown))
    assert {str(one.uid) for one in others} & set(links)
    assert [one for one in links if one.isdigit()] == []
    # Nor by what names it in the head of a letter, which its reader sees.
    letter = LETTERS.latest("pk")
    assert str(letter.pk) not in reference(letter).split(".")
