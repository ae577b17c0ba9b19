"""The record says whose hand it was, under a chain of hashes whose heads the log keeps."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import (
    BY_HIMSELF,
    DrawStatus,
    InvitationState,
    NoteCode,
    ReplyVia,
    StepReason,
    StepVia,
)
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import AnswerRequest, Draw, DrawEvent, Invitation, ReleaseRequest
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.hands import Hand, alias_in, confirmation_of
from expertpool.draws.services.records import build_record
from expertpool.draws.services.releasing import decide_release, request_release
from expertpool.draws.services.replies import add_supplement, answer, expire
from expertpool.draws.services.state import load_state, write_note
from expertpool.draws.services.voiding import decide_void, request_void
from tests.factories.answers import declare_emergency, record_answer
from tests.factories.before import make_draw_of_before
from tests.factories.draws import make_draw, reach
from tests.factories.experts import make_expert
from tools.vectors import chained, rechain

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(minutes=10)
Json = dict[str, Any]


@pytest.fixture
def draw(operator: User) -> Draw:
    for _ in range(6):
        make_expert()
    return make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=48, reply_minutes=60)


def line(draw: Draw, number: int) -> Invitation:
    return Invitation.objects.get(draw=draw, line=number)


def reply(invitation: Invitation, *, accept: bool, now: datetime = LATER) -> None:
    answer(
        invitation=invitation,
        accept=accept,
        reason="时间冲突",
        via=ReplyVia.LINK,
        now=now,
        entropy=SeededEntropy(invitation.line),
    )


def accept_all(draw: Draw) -> None:
    for invitation in Invitation.objects.filter(draw=draw, state=InvitationState.INVITED):
        reply(invitation, accept=True)
    draw.refresh_from_db()


def void(draw: Draw, operator: User, supervisor: User) -> None:
    request = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=LATER)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=LATER)
    draw.refresh_from_db()


def events(draw: Draw) -> list[Json]:
    return list(DrawEvent.objects.filter(draw=draw).values_list("content", flat=True))


def lived(draw: Draw, operator: User, supervisor: User) -> Json:
    """A record in which everybody had a hand: expert, operator, deadline, emergency, two persons."""
    declare_emergency(draw=draw, reason="开标提前", minutes=30, actor=operator, now=NOW)
    reply(line(draw, 1), accept=False)
    record_answer(
        invitation=line(draw, 2),
        state=InvitationState.REPLACED,
        reason="电话告知不便",
        actor=operator,
        now=LATER,
        entropy=SeededEntropy(3),
    )
    reach(draw, now=LATER)
    late = NOW + timedelta(hours=1)
    assert expire(invitation_id=line(draw, 3).pk, now=late, entropy=SeededEntropy(4))
    accept_all(draw)
    assert draw.status == DrawStatus.SUCCESS
    request = request_release(draw=draw, reason="评审提前", actor=operator, now=LATER)
    decide_release(request=request, agree=True, note="", actor=supervisor, now=LATER)
    draw.refresh_from_db()
    return build_record(draw)


@pytest.mark.shows("DRAW-11", "DRAW-16")
def test_each_event_says_whose_hand_it_was(draw: Draw, operator: User, supervisor: User) -> None:
    record = lived(draw, operator, supervisor)
    assert vdraw.find_difference(record) is None
    by_operator = {"role": "operator", "account": alias_in(draw, operator)}
    said = [(one["type"], one["by"], one["via"], one["reason_code"]) for one in record["events"]]
    system = {"role": "system"}
    assert said == [
        ("drawn", system, "system", "ordered"),
        ("note", by_operator, "page", "opening_near"),
        ("exit", {"role": "expert"}, "link", "own_answer"),
        ("supplement", system, "system", "seat_free"),
        ("exit", by_operator, "operator", "other"),
        ("supplement", system, "system", "seat_free"),
        ("exit", system, "deadline", "deadline"),
        ("supplement", system, "system", "seat_free"),
        ("end", system, "system", "all_answered"),
        ("note", by_operator, "page", "two_persons"),
    ]
    assert record["events"][-1]["supervisor"] == "supervisor"
    # Who released them read the clock before the deadline of the third: no time runs backwards.
    times = [datetime.fromisoformat(one["at"]) for one in record["events"]]
    assert times == sorted(times)
    assert record["events"][4]["supervisor"] == "supervisor"
    assert [one.get("ground") for one in record["events"]] == [None] * 4 + ["其他"] + [None] * 5
    assert "其他" in record["rule"]["grounds"]
    answered = AnswerRequest.objects.get()
    assert record["events"][4]["witness"] == confirmation_of(answered)
    assert record["events"][-1]["witness"] == confirmation_of(ReleaseRequest.objects.get())
    assert "电话告知不便" not in str(record)  # what somebody wrote may name somebody
    # Nor does it name anybody of the office.
    assert {event["by"].get("account") for event in record["events"]} == {
        None,
        alias_in(draw, operator),
    }
    assert not [one for one in (operator, supervisor) if one.name in str(record)]
    other = make_draw(now=NOW, operator=operator, opens_in_hours=90)
    assert alias_in(other, operator) != alias_in(draw, operator)  # the same in no two records
    assert {one["reason_code"] for one in record["events"]} <= set(StepReason.values)


@pytest.mark.parametrize("via", BY_HIMSELF)
def test_who_answers_himself_is_the_expert_by_whichever_way(draw: Draw, via: ReplyVia) -> None:
    answer(
        invitation=line(draw, 1),
        accept=False,
        reason="时间冲突",
        via=via,
        now=LATER,
        entropy=SeededEntropy(1),
    )
    left = DrawEvent.objects.get(draw=draw, content__type="exit").content
    assert (left["by"], left["via"]) == ({"role": "expert"}, str(via))


def test_a_draw_whose_events_are_chained_and_not_linked_goes_on_as_it_began(
    monkeypatch: pytest.MonkeyPatch, operator: User, supervisor: User
) -> None:
    for _ in range(6):
        make_expert()
    plan = {"seats": 2, "opens_in_hours": 48, "reply_minutes": 60}
    draw = make_draw_of_before(monkeypatch, chained, now=NOW, operator=operator, **plan)
    assert (draw.rule.is_chained, draw.rule.is_linked) == (True, False)
    record = lived(draw, operator, supervisor)
    assert vdraw.find_difference(record) is None
    assert record["events"][4]["ground"] == "其他"


@pytest.mark.shows("DRAW-11")
def test_another_time_name_or_reason_is_named(draw: Draw, operator: User, supervisor: User) -> None:
    record = lived(draw, operator, supervisor)
    for key, value in (
        ("at", "2026-11-24T01:10:01+00:00"),
        ("by", {"role": "operator", "account": "nobody"}),
        ("reason_code", "told"),
        ("witness", "0" * 64),
        ("supervisor", "赵监督"),
    ):
        old = record["events"][4][key]
        record["events"][4][key] = value
        assert "第 5 个事件（exit）的 hash" in (vdraw.find_difference(record) or "")
        record["events"][4][key] = old
    record["events"][4]["ground"] = "健康原因"
    assert "第 5 个事件（exit）的 hash" in (vdraw.find_difference(record) or "")
    record["events"][4]["ground"] = "不想来"
    assert "ground 不在规则列明的原因里" in (vdraw.find_difference(record) or "")
    record["events"][4]["ground"] = "其他"
    assert vdraw.find_difference(record) is None


def test_a_chain_computed_anew_is_no_longer_that_of_the_log(
    draw: Draw, operator: User, supervisor: User
) -> None:
    record = lived(draw, operator, supervisor)
    record["events"][4]["by"]["account"] = "nobody"
    rechain(record)
    assert vdraw.find_difference(record) is None
    with connection.cursor() as cursor:  # past the trigger that keeps the rows
        cursor.execute("SET LOCAL session_replication_role = replica")
        for event in record["events"]:
            DrawEvent.objects.filter(draw=draw, n=event["n"]).update(content=event)
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(vdraw.EngineError, match="事件链头不一致"):
        build_record(draw)


def test_the_head_is_in_the_entry_of_each_change(
    draw: Draw, operator: User, supervisor: User
) -> None:
    lived(draw, operator, supervisor)
    entries = Entry.objects.filter(after__has_key="事件链头").order_by("pk")
    found = [(entry.action, entry.after["事件链头"]) for entry in entries]
    hashes = list(DrawEvent.objects.filter(draw=draw).values_list("hash", flat=True))
    assert found == list(
        zip(
            [
                "draw.seat", "draw.emergency", "draw.reply", "draw.supplement", "draw.reply",
                "draw.supplement", "draw.reply", "draw.supplement", "draw.end",
                "draw.release_early",
            ],
            hashes,
            strict=True,
        )
    )  # fmt: skip


@pytest.mark.shows("DRAW-11")
def test_a_draw_is_void_before_and_after_its_end_and_nothing_follows(
    draw: Draw, operator: User, supervisor: User
) -> None:
    accept_all(draw)
    void(draw, operator, supervisor)
    record = build_record(draw)
    assert [one["type"] for one in record["events"]] == ["drawn", "end", "void"]
    assert vdraw.find_difference(record) is None
    hand = Hand(StepVia.PAGE, StepReason.OTHER, operator)
    with pytest.raises(vdraw.EngineError, match="已作废"):
        write_note(draw, NoteCode.PAUSED, hand=hand, now=LATER)
    with pytest.raises(DatabaseError, match="no note follows"), transaction.atomic():
        DrawEvent.objects.create(
            draw=draw, n=4, at=LATER, content={"n": 4, "type": "note", "hash": "0" * 64}
        )


def row(draw: Draw, **content: Any) -> None:
    n = content.setdefault("n", DrawEvent.objects.filter(draw=draw).count() + 1)
    with transaction.atomic():
        DrawEvent.objects.create(draw=draw, n=n, at=LATER, content={"hash": "a" * 64} | content)


def test_the_database_lets_in_only_what_may_follow(draw: Draw) -> None:
    accept_all(draw)
    with pytest.raises(DatabaseError, match="does not follow"):
        row(draw, n=5, type="note")
    with pytest.raises(DatabaseError, match="has no hash"):
        row(draw, type="note", hash=None)
    with pytest.raises(DatabaseError, match="no end follows"):
        row(draw, type="end", state="success")
    row(draw, type="note")
    with pytest.raises(DatabaseError, match="no supplement follows"):
        row(draw, type="supplement", seats=[], hash="b" * 64)
    with pytest.raises(DatabaseError, match="draws_event_hash"):
        row(draw, type="exit")


def test_a_draw_sealed_before_goes_on_as_it_was(
    monkeypatch: pytest.MonkeyPatch, operator: User, supervisor: User
) -> None:
    for _ in range(5):
        make_expert()
    draw = make_draw_of_before(monkeypatch, now=NOW, operator=operator, seats=2)
    declare_emergency(draw=draw, reason="开标提前", minutes=30, actor=operator, now=NOW)
    reply(line(draw, 1), accept=False)
    accept_all(draw)
    void(draw, operator, supervisor)
    record = build_record(draw)
    assert "events" not in record["rule"]
    assert [one["type"] for one in record["events"]] == [
        "drawn", "exit", "supplement", "end", "end",
    ]  # fmt: skip
    assert record["events"][-1]["by"] == [alias_in(draw, one) for one in (operator, supervisor)]
    assert not any("hash" in one for one in record["events"])
    assert vdraw.find_difference(record) is None


@pytest.mark.shows("DRAW-15")
def test_nothing_is_written_when_nobody_is_seated(operator: User) -> None:
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=3)
    reply(line(draw, 1), accept=False)  # nobody is left: the list ends without him
    accept_all(draw)
    assert draw.status == DrawStatus.UNSATISFIED
    before = events(draw)
    assert [one["type"] for one in before] == ["drawn", "exit", "supplement", "end"]
    for _ in range(2):
        with pytest.raises(DrawNotReady):
            add_supplement(draw=draw, actor=operator, now=LATER, entropy=SeededEntropy(1))
    assert events(draw) == before
    assert vdraw.find_difference(build_record(draw)) is None
    assert load_state(draw).end == "unsatisfied"


def test_what_was_replayed_once_is_found_when_it_is_altered_later(operator: User) -> None:
    """A step goes on from what this process replayed before: from the same events, not from such as are equal."""
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=2)
    reply(line(draw, 1), accept=False)
    before = load_state(draw)
    assert load_state(draw) is before  # nothing came: nothing is replayed
    row = draw.events.get(n=2)
    for altered in (
        {"n": 2.0},
        {"commit": line(draw, 2).commit},
        {"at": "2026-11-24T09:05:01+08:00"},
    ):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
            draw.events.filter(n=2).update(content=row.content | altered)
            with pytest.raises(vdraw.ReplayDifference):
                load_state(draw)
            transaction.set_rollback(True)
    assert load_state(draw) is before
