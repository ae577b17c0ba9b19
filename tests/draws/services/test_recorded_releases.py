"""The record says when names became known, also where no hand opened them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws import settings as office
from expertpool.draws.models import Draw, DrawEvent
from expertpool.draws.services.checking import check_record
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.records import build_record
from expertpool.draws.services.releasing import decide_release, request_release
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.draws.services.voiding import decide_void, request_void
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.factories.widening import accept_all
from tests.vdraw.test_javascript import differences
from tools.vectors import rechain

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE = timedelta(minutes=1)
Json = dict[str, Any]


def drawn(operator: User, *, opens_in_hours: int = 48) -> Draw:
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=opens_in_hours)
    accept_all(draw, now=NOW)
    draw.refresh_from_db()
    return draw


@pytest.fixture
def draw(operator: User) -> Draw:
    return drawn(operator)


def released(draw: Draw) -> Json:
    """What the record says once names opened at their time."""
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    draw.refresh_from_db()
    return build_record(draw)


def verdicts(record: Json) -> list[str | None]:
    return [vdraw.find_difference(record), *differences([record])]


@pytest.mark.shows("DRAW-11", "DRAW-14")
def test_that_names_opened_at_their_time_stands_in_the_record(draw: Draw) -> None:
    record = released(draw)
    note = record["events"][-1]
    assert (note["type"], note["code"], note["by"], note["via"]) == (
        "note",
        "released",
        {"role": "system"},
        "system",
    )
    assert datetime.fromisoformat(note["at"]) == draw.reveal_at
    assert datetime.fromisoformat(record["rule"]["reveal_at"]) == draw.reveal_at
    assert len(record["openings"]) == 2
    assert verdicts(record) == [None, None]
    assert Entry.objects.get(action="draw.release").after["事件链头"] == note["hash"]
    check_record(draw_id=draw.pk, now=draw.reveal_at)
    assert not draw.alarms.exists()


def test_names_are_open_in_no_record_in_which_they_never_opened(draw: Draw) -> None:
    record = released(draw)
    del record["events"][-1]
    assert verdicts(record) == ["记录里没有公开名单的事件，不应有开封"] * 2
    record["openings"] = []
    assert verdicts(record) == [None, None]  # as it was before they opened


def test_nor_did_they_open_before_their_time(draw: Draw) -> None:
    record = released(draw)
    record["events"][-1]["at"] = (draw.reveal_at - timedelta(seconds=1)).isoformat()
    rechain(record)
    place = f"第 {len(record['events'])} 个事件（note）"
    assert verdicts(record) == [f"{place}：还没有到名单公开的时间"] * 2


def test_the_latest_time_is_told_where_not_all_came(operator: User) -> None:
    configure(office.OWN_REVEAL_BY["tender"], office.ALL_PRESENT)
    draw = drawn(operator)
    record = released(draw)
    assert draw.reveal_at == draw.project.opening_at + timedelta(minutes=120)
    assert record["events"][-1]["code"] == "released"
    assert verdicts(record) == [None, None]


def test_a_panel_that_is_moved_is_sealed_in_the_record_and_opens_again(
    draw: Draw, operator: User
) -> None:
    released(draw)
    at = draw.reveal_at + MINUTE
    later = draw.project.opening_at + timedelta(days=2)
    reschedule(
        draw=draw,
        meetings=[NewMeeting(draw.project_id, later, "三楼")],
        reason="供应商答疑延期",
        actor=operator,
        now=at,
        entropy=SeededEntropy(5),
    )
    draw.refresh_from_db()
    accept_all(draw, now=at)
    draw.refresh_from_db()
    assert build_record(draw)["openings"] == []
    record = released(draw)
    moved = next(one for one in record["events"] if one["type"] == "reschedule")
    assert datetime.fromisoformat(moved["reveal_at"]) == draw.reveal_at
    assert [one["code"] for one in record["events"] if one["type"] == "note"] == ["released"] * 2
    assert verdicts(record) == [None, None]
    assert len(record["openings"]) == 2


def test_what_two_persons_opened_is_told_once(draw: Draw, operator: User, supervisor: User) -> None:
    at = NOW + timedelta(hours=1)
    request = request_release(draw=draw, reason="评审提前", actor=operator, now=at)
    decide_release(request=request, agree=True, note="", actor=supervisor, now=at)
    draw.refresh_from_db()
    record = build_record(draw)
    assert [one["code"] for one in record["events"] if one["type"] == "note"] == ["early_release"]
    assert verdicts(record) == [None, None]


def test_names_of_a_void_draw_open_and_nothing_follows_the_void(
    draw: Draw, operator: User, supervisor: User
) -> None:
    request = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=NOW)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=NOW)
    record = released(draw)
    assert record["events"][-1]["type"] == "void"
    assert len(record["openings"]) == 2
    assert verdicts(record) == [None, None]


def test_names_open_though_somebody_altered_the_record(draw: Draw) -> None:
    event = DrawEvent.objects.filter(draw=draw).latest("n")
    with connection.cursor() as cursor:  # past the trigger that keeps the rows
        cursor.execute("SET LOCAL session_replication_role = replica")
        content = event.content | {"state": "unsatisfied"}
        DrawEvent.objects.filter(pk=event.pk).update(content=content)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    assert not DrawEvent.objects.filter(draw=draw, content__code="released").exists()
    check_record(draw_id=draw.pk, now=draw.reveal_at, anew=True)
    assert draw.alarms.exists()
