"""What the page of a draw, the workbench and the interface say of letters that do not go out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import InvitationState
from expertpool.draws.home import letters_that_reach_nobody
from expertpool.draws.models import Draw, DrawPause
from expertpool.draws.queries import lasting
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.lasting import lasting_of
from expertpool.draws.queries.reach import suspected, troubled
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.sealing import start_draw
from expertpool.notifications.channels.email.settings import HOST
from expertpool.notifications.models import ChannelHealth, Message
from expertpool.notifications.queries.channels import DOWN_AFTER
from expertpool.notifications.services.delivery import deliver
from tests.api.caller import Caller
from tests.draws.services.test_clock import break_mail
from tests.factories.accounts import make_user
from tests.factories.draws import make_ready_project, reach
from tests.factories.experts import make_expert
from tests.factories.lines import written_otherwise
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 10, 0))  # noqa: DTZ001
NIGHT = timezone.make_aware(datetime(2026, 11, 24, 23, 10))  # noqa: DTZ001
REASON = {"reason": "开标提前"}
_OF_A_LETTER = '"notifications_message"."key"'


@pytest.fixture
def draw(operator: User) -> Draw:
    """Two seats, six candidates; the letters wait for the worker."""
    for n in range(6):
        make_expert(f"欧阳专家{n}", email=f"e{n}@example.cn")
    return seal(operator, NOW)


def seal(operator: User, now: datetime, seed: int = 1) -> Draw:
    project = make_ready_project(now=now, seats=2, channels=("email",), reply_minutes=60)
    return start_draw(project=project, actor=operator, now=now, entropy=SeededEntropy(seed))


@pytest.fixture
def ten() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        yield


def page_of(client: Client, draw: Draw) -> str:
    return client.get(reverse("draws:detail", args=[draw.pk])).content.decode()


def try_letters(now: datetime, times: int = 1) -> None:
    for letter in Message.objects.filter(occasion="draw.invitation"):
        for _ in range(times):
            deliver(message_id=letter.pk, now=now)


@pytest.mark.shows("DRAW-15")
def test_a_dead_mail_server_is_told_loudly_and_without_names(
    client: Client, operator: User, draw: Draw, ten: None
) -> None:
    login(client, operator)
    page = page_of(client, draw)
    assert "邀请没有送达" not in page  # just seated: letters are on their way, nothing is wrong
    break_mail()
    try_letters(NOW, times=2)
    page = page_of(client, draw)
    assert "邀请没有送达" in page
    assert "有专家的邀请还没有送达" in page
    assert "邮件自 2026-11-24 10:00 起发不出" in page
    assert "主机拒绝连接" in page
    # While names are sealed nobody can be called: another channel, or another time.
    assert "电话联系" not in page
    assert "配置另一种渠道" in page
    assert "欧阳专家" not in page
    (todo,) = letters_that_reach_nobody(operator, NOW)
    assert todo.title.startswith("有专家的邀请没有送达")
    assert "邮件发不出" in todo.text
    for reader in (operator, make_user("supervisor")):
        workbench = login(Client(), reader).get(reverse("portal:home")).content.decode()
        assert todo.title in workbench
        assert "欧阳专家" not in workbench
    configure(HOST, "")
    reach(draw, now=NOW)
    page = page_of(client, draw)
    assert "邀请没有送达" not in page
    assert list(letters_that_reach_nobody(operator, NOW)) == []


def test_failed_letters_are_sent_again_from_the_page(
    client: Client, operator: User, draw: Draw, ten: None
) -> None:
    letters = Message.objects.filter(occasion="draw.invitation")
    letters.update(state="failed", detail="邮件服务器拒收（550）。")
    login(client, operator)
    page = page_of(client, draw)
    assert "其中有人的通知已发送失败。" in page
    address = reverse("draws:send_again", args=[draw.pk])
    assert address in page
    assert client.post(address).status_code == 204
    assert letters.filter(state="queued").count() == 2
    again = client.post(address, headers={"HX-Request": "true"})
    assert "没有发送失败" in again.headers["HX-Trigger"].encode().decode("unicode_escape")


def test_who_was_just_written_to_is_not_among_those_whose_letters_failed(
    client: Client, operator: User, draw: Draw, ten: None
) -> None:
    """The letter has gone out; the job that starts the clock comes a moment later."""
    letters = Message.objects.filter(occasion="draw.invitation")
    letters.update(state="sent", sent_at=NOW)
    login(client, operator)
    page = page_of(client, draw)
    assert "邀请没有送达" not in page
    assert reverse("draws:send_again", args=[draw.pk]) not in page
    assert list(letters_that_reach_nobody(operator, NOW)) == []
    letters.filter(about_id=str(draw.invitations.order_by("line")[0].pk)).update(state="failed")
    page = page_of(client, draw)
    assert "有专家的邀请还没有送达" in page
    assert "其中有人的通知已发送失败。" in page
    assert client.post(reverse("draws:send_again", args=[draw.pk])).status_code == 204
    assert letters.filter(state="queued").count() == 1


@pytest.mark.shows("DRAW-15")
@pytest.mark.usefixtures("quiet_hours")
def test_quiet_hours_are_told_before_and_after_sealing(client: Client, operator: User) -> None:
    for n in range(6):
        make_expert(email=f"e{n}@example.cn")
    login(client, operator)
    with time_machine.travel(NIGHT, tick=False):
        project = make_ready_project(now=NIGHT, seats=2, channels=("email",))
        plan = client.get(reverse("projects:detail", args=[project.pk]) + "?tab=plan")
        assert "邀请将于 2026-11-25 07:00 发出" in plan.content.decode()
        draw = start_draw(project=project, actor=operator, now=NIGHT, entropy=SeededEntropy(1))
        assert "邀请将于 2026-11-25 07:00 发出，答复时限从" in page_of(client, draw)
        client.post(reverse("draws:send_at_once", args=[draw.pk]), REASON)
        page = page_of(client, draw)
        assert "发出，答复时限从" not in page
        assert f"{operator} 决定在免打扰时段内发出通知" in page
        assert "开标提前" in page


@pytest.mark.shows("DRAW-15")
def test_a_draw_is_paused_by_page_and_interface(
    client: Client, operator: User, draw: Draw, ten: None
) -> None:
    reach(draw, now=NOW)
    caller = Caller(operator)
    login(client, operator)
    of_project = reverse("projects:detail", args=[draw.project_id])
    elsewhere = [of_project, reverse("projects:list"), reverse("portal:home")]
    assert "抽取已暂停" not in client.get(of_project).content.decode()
    assert client.post(reverse("draws:pause", args=[draw.pk]), REASON).status_code == 204
    # Whoever forgets it meets it wherever the state of the project stands, and among what is to be done.
    assert all("抽取已暂停" in client.get(url).content.decode() for url in elsewhere)
    assert f"恢复抽取：{draw.title}" in client.get(elsewhere[-1]).content.decode()
    watched = login(Client(), make_user("supervisor")).get(elsewhere[-1]).content.decode()
    assert f"抽取已暂停：{draw.title}" in watched
    assert "恢复抽取" not in watched
    page = page_of(client, draw)
    assert "已暂停" in page
    assert "开标提前" in page
    assert "剩余" not in page
    shown = caller.get(f"/draws/{draw.pk}").json()
    assert {line["deadline_at"] for line in shown["lines"]} == {None}
    allowed = {action["code"] for action in shown["actions"] if action["allowed"]}
    assert "resume" in allowed
    assert "pause" not in allowed
    refused = caller.post(f"/draws/{draw.pk}/pause", REASON)
    assert refused.status_code == 409
    resumed = caller.post(f"/draws/{draw.pk}/resume", {"reason": "继续"})
    assert resumed.status_code == 200
    assert None not in {line["deadline_at"] for line in resumed.json()["lines"]}
    assert DrawPause.objects.get().resumed_by is not None


@pytest.mark.shows("DRAW-15")
@pytest.mark.parametrize(
    ("now", "told"),
    [
        (NOW, "已恢复抽取，答复时限继续计算，邀请继续发出。"),
        (NIGHT, "2026-11-25 07:00 起继续发出邀请"),
    ],
)
@pytest.mark.usefixtures("quiet_hours")
def test_who_resumes_is_told_when_letters_go_out(
    client: Client, operator: User, draw: Draw, now: datetime, told: str
) -> None:
    login(client, operator)
    with time_machine.travel(now, tick=False):
        client.post(reverse("draws:pause", args=[draw.pk]), REASON)
        answer = client.post(reverse("draws:resume", args=[draw.pk]), REASON)
    assert told in json.loads(answer.headers["HX-Trigger"])["toast"]["message"]


def test_how_long_the_candidates_last_is_said_in_words(
    client: Client, operator: User, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lasting, "FEW", 1)

    def told(now: datetime) -> Any:
        return lasting_of(draw, board_of(draw), now=now)

    assert told(NOW).words == "综合够用"  # four left for two seats
    assert told(NOW).until is None
    written_otherwise(draw.invitations.get(line=1), state=InvitationState.DECLINED)
    assert told(NOW + timedelta(minutes=30)).until is None  # one exit says nothing of the next
    written_otherwise(draw.invitations.get(line=2), state=InvitationState.DECLINED)
    found = told(NOW + timedelta(minutes=30))  # two exits in half an hour, four left
    assert found.until == NOW + timedelta(minutes=90)
    assert not found.to_opening
    assert found.words == "综合紧张"  # not enough for two seats at this rate
    with time_machine.travel(NOW + timedelta(minutes=30), tick=False):
        page = page_of(login(client, operator), draw)
    assert "备选专家：综合紧张。" in page
    assert "大约够用到 2026-11-24 11:30" in page
    later = told(NOW + timedelta(hours=40))
    assert (later.to_opening, later.words) == (True, "综合够用")


def test_a_supervisor_hears_of_letters_that_reach_nobody_and_the_operator_once(
    operator: User, draw: Draw
) -> None:
    now, supervisor = NOW + timedelta(minutes=10), make_user("supervisor")
    assert list(letters_that_reach_nobody(supervisor, now)) == []
    for line in draw.invitations.all():
        Message.objects.filter(about_id=str(line.pk)).update(state="failed")
    (told,) = letters_that_reach_nobody(supervisor, now)
    assert "有专家的邀请没有送达" in told.title
    (own,) = letters_that_reach_nobody(operator, now)
    assert "重新发送" in own.text


def test_the_workbench_asks_the_same_for_any_number_of_draws(operator: User, draw: Draw) -> None:
    now = NOW + timedelta(minutes=10)
    assert operator.has_permission("draws.run")  # his rights are read once
    for line in draw.invitations.all():
        Message.objects.filter(about_id=str(line.pk)).update(state="failed")
    asked = []
    for more in (0, 2):
        for seed in range(2, 2 + more):
            for n in range(2):
                make_expert(f"补充专家{n}", email=f"m{seed}{n}@example.cn")
            other = seal(operator, NOW, seed)
            lines = [str(line.pk) for line in other.invitations.all()]
            Message.objects.filter(about_id__in=lines).update(state="failed")
        with CaptureQueriesContext(connection) as context:
            found = list(letters_that_reach_nobody(operator, now))
        asked.append(len(context))
        assert len(found) == 1 + more
    assert asked[0] == asked[1]


def test_the_workbench_reads_no_letter_where_all_wait_for_their_turn(
    operator: User, draw: Draw
) -> None:
    """However many they are; and misses nothing of what reading all of them would tell."""
    lines = [str(line.pk) for line in draw.invitations.order_by("line")]
    first = Message.objects.filter(about_id=lines[0])
    health = ChannelHealth.objects.filter(channel="email")

    def told() -> bool:
        ids = suspected(Draw.objects.all(), now=NOW)
        found = [one.pk for one, _ in troubled(ids, now=NOW)]
        assert found == [one.pk for one, _ in troubled([draw.pk], now=NOW)]
        assert ids in ([], [draw.pk])
        return bool(found)

    with CaptureQueriesContext(connection) as context:
        assert not list(letters_that_reach_nobody(operator, NOW))
    assert not suspected(Draw.objects.all(), now=NOW)
    assert not any(_OF_A_LETTER in statement["sql"] for statement in context)
    for state, amiss in (("sending", False), ("failed", True), ("no_account", True)):
        first.update(state=state, sending_at=NOW)
        assert told() is amiss
    first.update(state="queued")
    ChannelHealth.objects.update_or_create(
        channel="email", defaults={"provider": "", "failures": DOWN_AFTER, "failing_since": NOW}
    )
    assert told()
    first.update(state="sent", sent_at=NOW)  # one is still held up, and then none
    assert told()
    Message.objects.filter(about_id__in=lines).update(state="sent", sent_at=NOW)
    assert not told()
    health.update(failures=0)
    first.update(state="queued")
    draw.invitations.filter(pk=lines[0]).update(asked_again_at=NOW + timedelta(minutes=1))
    assert told()  # what waits was written before he was asked anew
    draw.invitations.filter(pk=lines[0]).update(reached_at=NOW)
    assert not told()
    first.update(state="queued", channel="site")
    draw.invitations.filter(pk=lines[0]).update(reached_at=None, asked_again_at=None)
    assert not told()  # an inbox that somebody has
    assert suspected(Draw.objects.all(), now=NOW) == [draw.pk]
    first.update(state="failed")
    assert told()
    DrawPause.objects.create(draw=draw, paused_by=operator, paused_at=NOW, reason="等")
    assert not suspected(Draw.objects.all(), now=NOW)
