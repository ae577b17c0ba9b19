"""Answers, deadlines, leave and supplements: each moves the draw as far as the protocol says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

import vdraw
from expertpool.accounts.models import User
from expertpool.core.placeholders import names_in
from expertpool.draws.enums import ActionCode, DrawStatus, InvitationState, Origin, ReplyVia
from expertpool.draws.exceptions import DrawNotReady, LinkInvalid, ReplyRefused
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.obstacles import NOBODY_LEFT
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.links import invitation_for_token
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.records import build_record
from expertpool.draws.services.replies import (
    add_supplement,
    answer,
    expire,
    take_leave,
)
from expertpool.experts.models import Expert
from expertpool.experts.services.blacklist import add_to_blacklist
from expertpool.experts.services.deletion import delete_expert
from expertpool.experts.services.status import freeze_expert
from expertpool.notifications.models import Message
from expertpool.projects.enums import DrawState
from tests.factories.answers import record_answer
from tests.factories.draws import expert_id_of, make_draw, seats_held
from tests.factories.experts import come_back, go_away, make_expert
from vdraw.verify import find_difference

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
SOON = NOW + timedelta(minutes=5)
ENTROPY = SeededEntropy(99)


def lines(draw: Draw) -> list[Invitation]:
    return list(Invitation.objects.filter(draw=draw).select_related("draw__project"))


def accept(row: Invitation) -> None:
    answer(invitation=row, accept=True, reason="", via=ReplyVia.LINK, now=SOON, entropy=ENTROPY)


def decline(row: Invitation) -> None:
    answer(
        invitation=row,
        accept=False,
        reason="时间冲突",
        via=ReplyVia.LINK,
        now=SOON,
        entropy=ENTROPY,
    )


def pool(count: int) -> None:
    for _ in range(count):
        make_expert()


@pytest.mark.shows("EXP-35")
@pytest.mark.parametrize("leave", [add_to_blacklist, freeze_expert, delete_expert])
def test_whoever_left_the_pool_since_can_no_longer_agree(
    admin: User, leave: Callable[..., object]
) -> None:
    pool(5)
    draw = make_draw(now=NOW, seats=2)
    first, second = lines(draw)
    expert = Expert.objects.get(pk=expert_id_of(first))
    leave(expert=expert, reason="泄密", actor=admin, now=NOW)
    with pytest.raises(ReplyRefused, match="不在可参加评审的专家之列，这次不能确认参加"):
        accept(first)
    first.refresh_from_db()
    assert first.state == InvitationState.INVITED
    accept(second)
    decline(first)
    first.refresh_from_db()
    assert first.state == InvitationState.DECLINED


@pytest.mark.shows("DRAW-32")
def test_what_was_answered_is_kept_beside_the_database(
    tmp_path: Path,
    settings: Settings,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[list[object]]],
) -> None:
    for _ in range(2):
        make_expert()
    draw = make_draw(now=NOW, seats=1)
    settings.KEPT_HEAD = tmp_path / "chain-head"
    with django_capture_on_commit_callbacks(execute=True):
        accept(lines(draw)[0])
    # The test's own transaction links nothing; who kept it is asked in tests/audit/test_kept_head.py.
    assert settings.KEPT_HEAD.read_text().startswith("0:")


def test_draw_succeeds_exactly_when_everybody_agreed() -> None:
    pool(5)
    draw = make_draw(now=NOW, seats=2)
    first, second = lines(draw)
    accept(first)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.INVITING
    accept(second)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    draw.project.refresh_from_db()
    assert draw.project.draw_state == DrawState.SUCCESS
    assert vdraw.find_difference(build_record(draw)) is None


@pytest.mark.shows("DRAW-15", "DRAW-17", "DRAW-22")
def test_decline_is_supplemented_at_once_as_a_new_last_line() -> None:
    pool(5)
    draw = make_draw(now=NOW, seats=2)
    first, second = lines(draw)
    decline(first)
    rows = lines(draw)
    assert [row.line for row in rows] == [1, 2, 3]
    assert rows[0].state == InvitationState.DECLINED
    assert rows[0].reason == "时间冲突"
    assert (rows[2].state, rows[2].origin) == (InvitationState.INVITED, Origin.SUPPLEMENT)
    assert len({expert_id_of(row) for row in rows}) == 3
    accept(second)
    accept(rows[2])
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    assert vdraw.find_difference(build_record(draw)) is None


@pytest.mark.shows("DRAW-15")
def test_no_answer_before_the_deadline_is_an_exit_and_only_then() -> None:
    pool(4)
    draw = make_draw(now=NOW, seats=1, reply_minutes=30)
    (row,) = lines(draw)
    assert row.deadline_at == NOW + timedelta(minutes=30)
    assert not expire(invitation_id=row.pk, now=NOW + timedelta(minutes=29), entropy=ENTROPY)
    assert expire(invitation_id=row.pk, now=NOW + timedelta(minutes=30), entropy=ENTROPY)
    assert not expire(invitation_id=row.pk, now=NOW + timedelta(minutes=31), entropy=ENTROPY)
    assert [item.state for item in lines(draw)] == [
        InvitationState.NO_ANSWER,
        InvitationState.INVITED,
    ]


@pytest.mark.shows("DRAW-21")
def test_second_or_late_answer_changes_nothing_and_says_so() -> None:
    pool(4)
    draw = make_draw(now=NOW, seats=2, reply_minutes=30)
    first, second = lines(draw)
    accept(first)
    with pytest.raises(ReplyRefused, match="已经答复过"):
        decline(first)
    with pytest.raises(ReplyRefused, match="已过答复时限"):
        answer(
            invitation=second,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=NOW + timedelta(minutes=30),
            entropy=ENTROPY,
        )
    assert [row.state for row in lines(draw)] == [InvitationState.ACCEPTED, InvitationState.INVITED]


@pytest.mark.shows("DRAW-33")
def test_once_the_panel_sits_nobody_new_is_asked(operator: User) -> None:
    pool(6)
    draw = make_draw(now=NOW, seats=2, opens_in_hours=1)
    opening = draw.project.opening_at
    first, second = lines(draw)
    accept(first)
    assert second.deadline_at == opening
    assert expire(invitation_id=second.pk, now=opening, entropy=ENTROPY)
    assert len(lines(draw)) == 2
    draw.refresh_from_db()
    assert draw.status == DrawStatus.UNSATISFIED
    record_answer(
        invitation=first,
        state=InvitationState.REPLACED,
        reason="没有到场",
        actor=operator,
        now=opening + timedelta(minutes=10),
        entropy=ENTROPY,
    )
    assert len(lines(draw)) == 2
    draw.refresh_from_db()
    assert draw.status == DrawStatus.UNSATISFIED
    record = build_record(draw)
    assert [event.get("closed") for event in record["events"]][-3:] == [True, None, True]
    assert vdraw.find_difference(record) is None
    with pytest.raises(DrawNotReady, match="评审开始时间已过"):
        add_supplement(draw=draw, actor=operator, now=opening, entropy=ENTROPY)


def test_a_moment_before_the_opening_the_next_one_is_asked() -> None:
    pool(6)
    draw = make_draw(now=NOW, seats=2, opens_in_hours=1)
    moment = draw.project.opening_at - timedelta(seconds=1)
    answer(
        invitation=lines(draw)[0],
        accept=False,
        reason="堵车",
        via=ReplyVia.LINK,
        now=moment,
        entropy=ENTROPY,
    )
    assert len(lines(draw)) == 3


def test_decline_needs_a_reason() -> None:
    pool(3)
    draw = make_draw(now=NOW, seats=1)
    with pytest.raises(ReplyRefused, match="原因"):
        answer(
            invitation=lines(draw)[0],
            accept=False,
            reason=" ",
            via=ReplyVia.LINK,
            now=SOON,
            entropy=ENTROPY,
        )


@pytest.mark.shows("PORT-20")
def test_leave_is_possible_until_its_hour_and_is_supplemented() -> None:
    pool(4)
    draw = make_draw(now=NOW, seats=1, opens_in_hours=10, leave_hours=2)
    (row,) = lines(draw)
    accept(row)
    with pytest.raises(ReplyRefused, match="最晚请假时间"):
        take_leave(
            invitation=row,
            reason="生病",
            via=ReplyVia.PORTAL,
            now=NOW + timedelta(hours=8, seconds=1),
            entropy=ENTROPY,
        )
    take_leave(
        invitation=row,
        reason="生病",
        via=ReplyVia.PORTAL,
        now=NOW + timedelta(hours=8),
        entropy=ENTROPY,
    )
    draw.refresh_from_db()
    assert draw.status == DrawStatus.INVITING
    assert [item.state for item in lines(draw)] == [InvitationState.LEAVE, InvitationState.INVITED]


@pytest.mark.shows("DRAW-16")
def test_operator_records_what_he_was_told_with_a_reason(operator: User) -> None:
    pool(4)
    draw = make_draw(now=NOW, seats=1)
    (row,) = lines(draw)
    with pytest.raises(ReplyRefused, match="理由"):
        record_answer(
            invitation=row,
            state=InvitationState.DECLINED,
            reason="",
            actor=operator,
            now=SOON,
            entropy=ENTROPY,
        )
    record_answer(
        invitation=row,
        state=InvitationState.DECLINED,
        reason="电话答复：出差",
        actor=operator,
        now=SOON,
        entropy=ENTROPY,
    )
    rows = lines(draw)
    assert (rows[0].replied_via, rows[0].changed_by) == (ReplyVia.OPERATOR, operator)
    assert rows[1].state == InvitationState.INVITED


@pytest.mark.shows("DRAW-33", "DRAW-34")
def test_short_draw_is_unsatisfied_and_a_later_supplement_completes_it(operator: User) -> None:
    pool(2)
    draw = make_draw(now=NOW, seats=2)
    first, second = lines(draw)
    decline(first)
    accept(second)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.UNSATISFIED
    record = build_record(draw)
    assert record["events"][-1]["lacking"] == {"g1": 1}

    # Nobody is left in the hat, which is not told while names are sealed: asking again finds nobody, and the record stays.
    assert actions_for(draw, operator, now=SOON)[ActionCode.SUPPLEMENT].allowed
    with pytest.raises(DrawNotReady, match=NOBODY_LEFT):
        add_supplement(draw=draw, actor=operator, now=SOON, entropy=ENTROPY)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.UNSATISFIED
    assert build_record(draw)["events"] == record["events"]
    assert vdraw.find_difference(build_record(draw)) is None
    draw.released_at = SOON  # then the numbers are told, too
    assert actions_for(draw, operator, now=SOON)[ActionCode.SUPPLEMENT].why_not == NOBODY_LEFT


def test_a_supplement_that_seats_nobody_leaves_no_trace_in_the_record(operator: User) -> None:
    """Somebody was never asked, so it is offered; he is still not free: the record stays whole."""
    pool(3)
    draw = make_draw(now=NOW, seats=2)
    drawn = {expert_id_of(row) for row in lines(draw)}
    go_away(*Expert.objects.exclude(pk__in=drawn).values_list("pk", flat=True), now=NOW)
    first, second = lines(draw)
    decline(first)
    accept(second)
    draw.refresh_from_db()
    events = build_record(draw)["events"]
    assert actions_for(draw, operator, now=SOON)[ActionCode.SUPPLEMENT].allowed
    with pytest.raises(DrawNotReady, match=NOBODY_LEFT):
        add_supplement(draw=draw, actor=operator, now=SOON, entropy=ENTROPY)
    record = build_record(draw)
    assert record["events"] == events
    assert record["events"][-1]["type"] == "end"
    assert vdraw.find_difference(record) is None
    assert find_difference(record) is None


@pytest.mark.shows("DRAW-34")
def test_somebody_skipped_before_completes_the_draw_when_he_is_free_again(operator: User) -> None:
    pool(3)
    draw = make_draw(now=NOW, seats=2)
    drawn = {expert_id_of(row) for row in lines(draw)}
    third = Expert.objects.exclude(pk__in=drawn).get()
    go_away(third.pk, now=NOW)
    first, second = lines(draw)
    decline(first)
    accept(second)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.UNSATISFIED
    assert "skip" in [event["type"] for event in build_record(draw)["events"]]

    come_back(third.pk, now=SOON)
    assert add_supplement(draw=draw, actor=operator, now=SOON, entropy=ENTROPY) == 1
    draw.project.refresh_from_db()
    assert draw.project.draw_state == DrawState.DRAWING
    accept(lines(draw)[-1])
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS_SUPPLEMENT
    draw.project.refresh_from_db()
    assert draw.project.draw_state == DrawState.SUCCESS_SUPPLEMENT
    assert vdraw.find_difference(build_record(draw)) is None


def test_supplement_of_a_full_draw_is_refused(operator: User) -> None:
    pool(3)
    draw = make_draw(now=NOW, seats=2)
    with pytest.raises(DrawNotReady, match="还在进行"):
        add_supplement(draw=draw, actor=operator, now=SOON, entropy=ENTROPY)
    for line in lines(draw):
        accept(line)
    with pytest.raises(DrawNotReady, match="没有空缺"):
        add_supplement(draw=draw, actor=operator, now=SOON, entropy=ENTROPY)


def test_exit_frees_the_expert_for_other_projects() -> None:
    pool(2)
    draw = make_draw(now=NOW, seats=2)
    assert seats_held() == 2
    other = make_draw(now=NOW, seats=2)
    assert other.status == DrawStatus.UNSATISFIED
    assert other.rule.exclusions == {"held": 2}
    decline(lines(draw)[0])
    assert seats_held() == 1
    third = make_draw(now=SOON, seats=1)
    assert expert_id_of(lines(third)[0]) == expert_id_of(lines(draw)[0])


@pytest.mark.shows("DRAW-18")
def test_substitute_comes_from_the_group_of_the_replaced_seat() -> None:
    for level in (4, 3):
        for _ in range(4):
            make_expert(title_level=level)
    senior = {"field": "title_level", "op": "eq", "value": 4}
    associate = {"field": "title_level", "op": "eq", "value": 3}
    groups = [GroupInput("正高", 2, [senior]), GroupInput("副高", 2, [associate])]
    draw = make_draw(now=NOW, groups=groups)
    row = next(row for row in lines(draw) if row.group == "g2")
    decline(row)
    assert lines(draw)[-1].group == "g2"


@pytest.mark.shows("DRAW-21")
def test_altered_link_finds_nothing() -> None:
    with pytest.raises(LinkInvalid, match="链接无效"):
        invitation_for_token("not-a-token")


@pytest.mark.shows("DRAW-12", "DRAW-13")
def test_every_seated_expert_gets_one_letter_on_every_channel() -> None:
    pool(3)
    draw = make_draw(now=NOW, seats=2, channels=("sms", "email", "site"))
    assert Message.objects.filter(occasion="draw.invitation").count() == 2 * 3
    for row in lines(draw):
        texts = Message.objects.filter(about_type="draws.invitation", about_id=str(row.pk))
        assert {message.channel for message in texts} == {"sms", "email", "site"}
        assert {tuple(names_in(message.body)) for message in texts} == {
            ("答复截止",)
        }  # said when sent
        assert all(draw.project.name not in message.body for message in texts)
