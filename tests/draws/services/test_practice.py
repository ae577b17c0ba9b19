"""The practice draw: the engine's own order, supplements and record, and nothing of it in the database."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core import signing
from django.utils import timezone

import vdraw
from expertpool.draws.enums import DrawStatus, ExclusionReason, InvitationState, Origin
from expertpool.draws.exceptions import PracticeRefused
from expertpool.draws.forms.practice import PracticeValuesForm
from expertpool.draws.services import practice as practices
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.practice import (
    Practice,
    answer_line,
    begin_practice,
    give_values,
    letters_of,
    play,
    read_practice,
    write_practice,
)
from expertpool.draws.services.practice_pool import (
    MOST_SEATS,
    POOL,
    PURCHASER,
    SPECIALTIES,
    candidates_for,
    kept_out_of,
)
from expertpool.draws.validators import VALUE_LENGTH
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.models import MessageTemplate
from vdraw import verify

NOW = timezone.now().replace(microsecond=0)


def begun(seats: int = 3, specialty: str = SPECIALTIES[0], seed: int = 1) -> Practice:
    return begin_practice(seats=seats, specialty=specialty, now=NOW, entropy=SeededEntropy(seed))


def ordered(seats: int = 3, *, seed: int = 1, values: tuple[str, str] = ("3", "5")) -> Practice:
    return give_values(begun(seats, seed=seed), *values, now=NOW)


def answered(practice: Practice, *answers: str, now: datetime = NOW) -> Practice:
    """Let whoever waits first give each of ``answers`` in turn."""
    for answer in answers:
        line = next(one.line for one in play(practice).lines if one.is_waiting)
        practice = answer_line(practice, line=str(line), answer=answer, now=now)
    return practice


def test_who_is_kept_out_is_on_leave_or_of_the_purchaser() -> None:
    assert len(POOL) == 30
    for specialty in SPECIALTIES:
        out = {one.reason: one for one in kept_out_of(specialty)}
        assert set(out) == {
            ExclusionReason.ON_LEAVE,
            ExclusionReason.AVOIDED_UNIT,
            ExclusionReason.BLACKLISTED,
        }
        assert out[ExclusionReason.AVOIDED_UNIT].person.unit == PURCHASER
        assert out[ExclusionReason.AVOIDED_UNIT].why == f"采购单位 {PURCHASER} ← 现任职单位"
        # Two are left who may come after somebody, however many are asked for.
        assert len(candidates_for(specialty)) == MOST_SEATS + 2


@pytest.mark.shows("OPS-08")
def test_the_order_is_that_of_the_engine_and_of_every_value() -> None:
    one = ordered()
    played = play(one)
    assert played.order == vdraw.order_candidates(one.sealed, one.reveals)
    assert [line.rank for line in played.lines] == [1, 2, 3]
    assert one.sealed.rule.content["practice"]
    for other in (ordered(values=("3", "6")), ordered(values=("5", "3")), ordered(seed=2)):
        assert [who.number for who, _ in play(other).ranking] != [
            who.number for who, _ in played.ranking
        ]


def test_who_refuses_or_does_not_answer_is_followed_by_the_next_of_the_order() -> None:
    one = answered(ordered(), "declined", "no_answer")
    lines = play(one).lines
    assert [line.rank for line in lines] == [1, 2, 3, 4, 5]
    assert [line.origin for line in lines] == [Origin.DRAWN] * 3 + [Origin.SUPPLEMENT] * 2
    assert [line.state for line in lines[:2]] == [
        InvitationState.DECLINED,
        InvitationState.NO_ANSWER,
    ]
    done = play(answered(one, *["accepted"] * 3))
    assert done.status == DrawStatus.SUCCESS
    assert not done.lacking


def test_where_nobody_is_left_seats_stay_free() -> None:
    one = ordered(seats=1)
    one = answered(one, *["declined"] * len(candidates_for(one.specialty)))
    played = play(one)
    assert played.status == DrawStatus.UNSATISFIED
    assert played.lacking == 1
    assert not any(line.is_waiting for line in played.lines)


@pytest.mark.parametrize("refusals", [0, 2, MOST_SEATS + 2])
def test_its_record_is_one_that_anybody_replays(refusals: int, tmp_path: Path) -> None:
    one = answered(ordered(seats=MOST_SEATS), *["declined"] * refusals)
    waiting = sum(line.is_waiting for line in play(one).lines)
    played = play(answered(one, *["accepted"] * waiting, now=NOW + timedelta(minutes=5)))
    record = json.loads(json.dumps(played.record()))
    assert verify.find_difference(record) is None
    read = vdraw.Record.from_dict(record)
    assert vdraw.replay(read.reorder(), read.events).end == played.state.end
    assert {one["ref"] for one in record["openings"]} == {
        line.person.number for line in played.lines
    }
    file = tmp_path / "record.json"
    file.write_text(json.dumps(record), encoding="utf-8")
    assert verify.main([str(file)], "verify") == 0


def test_there_is_no_record_before_its_end() -> None:
    with pytest.raises(PracticeRefused, match="还没有结束"):
        play(ordered()).record()


def test_the_page_carries_all_of_it_and_nothing_else() -> None:
    longest = give_values(begun(MOST_SEATS), "演" * VALUE_LENGTH, "练" * VALUE_LENGTH, now=NOW)
    longest = answered(longest, *["no_answer"] * (MOST_SEATS + 2))
    for one in (begun(), ordered(), answered(ordered(), "declined"), longest):
        token = write_practice(one)
        assert read_practice(token, now=NOW) == one
        assert len(token) < practices.MOST_TOKEN / 2
    # Two windows: each goes on from what it shows.
    first = ordered()
    left, right = answered(first, "declined"), answered(first, "accepted")
    assert play(left).lines[0].state == InvitationState.DECLINED
    assert play(right).lines[0].state == InvitationState.ACCEPTED


@pytest.mark.parametrize(
    "given",
    [
        "x",
        "x" * (practices.MOST_TOKEN + 1),
        write_practice(begun())[:-1],
        signing.dumps(["another", "thing"], salt=practices.SALT),
        signing.dumps([1, "没有的专业", 1, "00", [], 0, []], salt=practices.SALT),
    ],
    ids=["typed", "endless", "cut", "another", "nobody"],  # signed: others in each process
)
def test_what_is_not_whole_is_refused(given: str) -> None:
    with pytest.raises(PracticeRefused, match="重新开始"):
        read_practice(given, now=NOW)


def test_a_practice_ends_with_its_day() -> None:
    token = write_practice(begun())
    assert read_practice(token, now=NOW + timedelta(hours=23))
    with pytest.raises(PracticeRefused, match="一天以前"):
        read_practice(token, now=NOW + timedelta(hours=25))


@pytest.mark.parametrize(
    ("line", "answer"), [("1", "gone"), ("9", "accepted"), ("", ""), ("一", "accepted")]
)
def test_what_is_no_answer_is_refused(line: str, answer: str) -> None:
    with pytest.raises(PracticeRefused):
        answer_line(ordered(), line=line, answer=answer, now=NOW)
    with pytest.raises(PracticeRefused):
        answer_line(answered(ordered(), "accepted"), line="1", answer="declined", now=NOW)


def test_a_value_has_to_be_seen() -> None:
    form = PracticeValuesForm({"operator": "\u200b", "supervisor": ""})
    assert not form.is_valid()
    assert "要看得见" in form.errors["operator"][0]
    assert form.errors["supervisor"] == ["请填写随机值。"]
    assert PracticeValuesForm({"operator": "3", "supervisor": "红色"}).is_valid()


@pytest.mark.django_db
@pytest.mark.shows("OPS-08")
def test_each_reads_the_letter_of_this_office_and_gets_none() -> None:
    letters = list(letters_of(play(ordered()), now=NOW))
    assert [one.line.line for one in letters] == [1, 2, 3]
    for one in letters:
        for _, text in one.texts:
            assert one.line.person.name in text.body
            assert "（演练，没有链接）" in text.body
            assert "{{" not in text.body
    assert not MessageTemplate.objects.exists()
    assert [label for label, _ in letters[0].texts] == [
        ChannelCode.SMS.label,
        ChannelCode.EMAIL.label,
    ]
