"""How the calls of a draw stand while it asks: numbers of the panel, a minute late, and none where they would be lines."""

from __future__ import annotations

from dataclasses import astuple
from datetime import datetime, timedelta
from itertools import count

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.home import letters_that_reach_nobody
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.calls import Calls, calls_of
from expertpool.draws.services.entropy import SeededEntropy, SystemEntropy
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.written_replies import take_reply
from expertpool.draws.settings import WAITS
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.channels.base import SendResult, SendStatus
from expertpool.notifications.channels.voice import settings as voice
from expertpool.notifications.enums import ChannelCode, Decision, DeliveryState
from expertpool.notifications.models import Message, Reply
from expertpool.notifications.queries.channels import DOWN_AFTER
from expertpool.notifications.services.breaker import note_health
from expertpool.telephone import queries
from expertpool.telephone.enums import CallOutcome
from expertpool.telephone.services import calls
from expertpool.telephone.services.health import find_agent, note_agent
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.telephone.test_draw import line  # noqa: F401 - a trunk is set

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("line")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
WAITING = (True, 0, 0, 4, 0)  # told; ringing, talking, waiting, answered
UNTOLD = (False, 0, 0, 0, 0)
_numbers = count(1)


def seal(seats: int, *, now: datetime = NOW, channels: tuple[str, ...] = ("voice",)) -> Draw:
    configure(WAITS[ChannelCode.VOICE], timedelta())
    for _ in range(seats + 2):
        make_expert(email=f"e{next(_numbers)}@example.cn")
    project = make_ready_project(now=now, seats=seats, channels=channels, reply_minutes=60)
    return start_draw(project=project, actor=project.created_by, now=now, entropy=SeededEntropy(1))


def at(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


def found(draw: Draw, seconds: int) -> tuple[int, ...]:
    one = calls_of(draw, board_of(draw).lines, now=at(seconds))
    assert isinstance(one, Calls)
    return astuple(one)[1:-1]


def call(seconds: int) -> int:
    taken = calls.take(agent="a", now=at(seconds))
    assert taken is not None
    return taken.call_id


@pytest.mark.shows("DRAW-13", "DRAW-14")
def test_calls_are_counted_as_they_stood_at_the_last_minute() -> None:
    draw = seal(4)
    first, second, _ = (call(5) for _ in range(3))
    calls.note_answered(call_id=first, now=at(20))
    calls.note_answered(call_id=second, now=at(70))
    # Who hears a telephone ring finds no number that has just changed.
    assert found(draw, 59) == WAITING
    assert found(draw, 60) == found(draw, 119) == (True, 2, 1, 1, 0)
    assert found(draw, 120) == (True, 1, 2, 1, 0)
    calls.press(call_id=first, decision=Decision.YES, now=at(125))
    take_reply(reply_id=Reply.objects.get().pk, now=at(126), entropy=SystemEntropy())
    # He still hears that he is thanked.
    assert found(draw, 180) == (True, 1, 1, 1, 1)
    calls.end(call_id=second, outcome=CallOutcome.HUNG_UP, now=at(190))
    assert found(draw, 240) == (True, 1, 0, 2, 1)


@pytest.mark.shows("DRAW-14")
def test_among_few_who_have_not_answered_no_number_is_told() -> None:
    draw = seal(3)
    first = call(5)
    assert found(draw, 60) == (True, 1, 0, 2, 0)
    calls.note_answered(call_id=first, now=at(70))
    calls.press(call_id=first, decision=Decision.YES, now=at(71))
    take_reply(reply_id=Reply.objects.get().pk, now=at(72), entropy=SystemEntropy())
    call(80)
    assert found(draw, 120) == UNTOLD
    assert found(seal(2), 60) == UNTOLD


def test_in_the_first_minute_nobody_is_said_to_have_answered(
    client: Client, operator: User
) -> None:
    """It read that fewer than three had still to answer, beside five who had."""
    draw = seal(4, now=timezone.now())
    page = login(client, operator).get(f"/draws/{draw.pk}/").content.decode()
    assert "不足 3 人" not in page


@pytest.mark.shows("DRAW-14")
def test_who_has_a_wrong_number_waits_like_all_others() -> None:
    draw = seal(4)
    calls.end(call_id=call(5), outcome=CallOutcome.BAD_NUMBER, now=at(8))
    assert found(draw, 60) == WAITING


def test_where_nobody_is_called_there_is_nothing_to_see() -> None:
    by_mail = seal(3, channels=("email",))
    assert calls_of(by_mail, board_of(by_mail).lines, now=at(60)) is None
    draw = seal(3)
    configure(voice.TRUNK, voice.NONE)
    assert calls_of(draw, board_of(draw).lines, now=at(60)) is None


@pytest.mark.shows("DRAW-13")
def test_the_page_of_a_draw_shows_them(client: Client, operator: User) -> None:
    draw = seal(4, now=timezone.now() - timedelta(minutes=3))
    call_id = calls.take(agent="a", now=timezone.now() - timedelta(minutes=2))
    assert call_id is not None
    page = login(client, operator).get(f"/draws/{draw.pk}/").content.decode()
    assert "电话邀请" in page
    words = "".join(page.partition("电话邀请")[2].partition("</section>")[0].split())
    assert "正在振铃" in words
    assert ">1人<" in words
    assert ">3人<" in words


@pytest.mark.shows("DRAW-13")
def test_the_page_says_that_the_line_is_down(client: Client, operator: User) -> None:
    draw = seal(4, now=timezone.now() - timedelta(minutes=3))
    note_agent(now=timezone.now())
    page = login(client, operator).get(f"/draws/{draw.pk}/").content.decode()
    assert "现在打不出电话" not in page
    down = SendResult(SendStatus.DOWN, detail="线路不通")
    for _ in range(DOWN_AFTER):
        note_health(CHANNELS[ChannelCode.VOICE], down, now=timezone.now())
    assert "现在打不出电话" in client.get(f"/draws/{draw.pk}/").content.decode()


@pytest.mark.shows("DRAW-13", "DRAW-40")
def test_where_no_program_calls_page_and_workbench_say_so_in_the_words_of_the_check(
    client: Client, operator: User
) -> None:
    now = timezone.now()
    draw = seal(4, now=now - timedelta(minutes=3))
    words = find_agent(now).sentence
    assert words.startswith("没有电话程序在运行")
    page = login(client, operator).get(f"/draws/{draw.pk}/").content.decode()
    assert f"{words}运行起来自动补打" in page  # nobody has been reached
    assert "可以改期；来不及的，可以申请应急抽取" in page
    (todo,) = letters_that_reach_nobody(operator, now)
    assert todo.text.startswith(words.rstrip("。"))
    note_agent(now=now)
    assert words not in client.get(f"/draws/{draw.pk}/").content.decode()
    assert list(letters_that_reach_nobody(operator, now)) == []


@pytest.mark.shows("DRAW-13", "DRAW-40")
def test_it_is_said_too_where_short_messages_reach_them_and_of_no_plan_without_calls(
    client: Client, operator: User
) -> None:
    """By the plan alone: whom nothing else has reached is told of nobody."""
    now = timezone.now()
    draw = seal(4, now=now - timedelta(minutes=3), channels=("email", "voice"))
    Message.objects.filter(channel="email").update(state=DeliveryState.SENT, sent_at=now)
    Invitation.objects.filter(draw=draw).update(reached_at=now)
    page = login(client, operator).get(f"/draws/{draw.pk}/").content.decode()
    assert "没有电话程序在运行" in page
    assert "邀请没有送达" not in page
    by_mail = seal(3, now=now - timedelta(minutes=3), channels=("email",))
    assert "没有电话程序" not in client.get(f"/draws/{by_mail.pk}/").content.decode()
    configure(voice.TRUNK, voice.NONE)
    assert "没有电话程序" not in client.get(f"/draws/{draw.pk}/").content.decode()


@pytest.mark.shows("DRAW-14")
def test_the_version_of_the_page_changes_when_the_program_dies(
    client: Client, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = seal(4, now=timezone.now() - timedelta(minutes=3))
    note_agent(now=timezone.now())
    login(client, operator)

    def version() -> str:
        page = client.get(f"/draws/{draw.pk}/").content.decode()
        return page.partition("?version=")[2].partition('"')[0]

    calm = version()
    assert client.get(f"/draws/{draw.pk}/?version={calm}").status_code == 204
    monkeypatch.setattr(queries, "LATE_AFTER", timedelta())  # it notes nothing any more
    told = client.get(f"/draws/{draw.pk}/?version={calm}")
    assert "没有电话程序在运行" in told.content.decode()
