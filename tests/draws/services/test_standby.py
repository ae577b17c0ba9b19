"""Standbys of a stored draw: invited as such, moved up when somebody leaves, told once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

import vdraw
from expertpool.audit.models import Entry
from expertpool.core.text import moment_text
from expertpool.draws.enums import DrawStatus, InvitationState, Origin, PanelRole, ReplyVia
from expertpool.draws.exceptions import RolesRefused
from expertpool.draws.models import Draw, Hold, Invitation
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.draws import with_counts
from expertpool.draws.queries.participation import all_participations
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.panel_roles import set_panel_roles
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.prequery import count_candidates
from expertpool.draws.services.records import build_record
from expertpool.draws.services.replies import answer, expire, take_leave
from expertpool.draws.services.sealing import contribute, start_draw
from expertpool.draws.services.telling import answer_code
from expertpool.draws.services.templates import groups_of, save_template
from expertpool.notifications.channels.sms import settings as sms
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Message
from expertpool.projects.enums import DrawState
from tests.factories.accounts import make_user
from tests.factories.answers import record_answer
from tests.factories.draws import (
    EVERYBODY,
    expert_id_of,
    make_draw,
    make_plan,
    make_ready_project,
    open_names_at,
)
from tests.factories.experts import go_away, make_expert
from tests.factories.projects import make_project
from tests.factories.siteconfig import configure
from tests.factories.widening import (
    JUNIOR,
    SENIOR,
    accept_all,
    leave,
    make_pool,
    state_of,
    widen_to_everybody,
)

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
SOON = NOW + timedelta(minutes=5)
ENTROPY = SeededEntropy(77)


def drawn(experts: int, *, seats: int = 2, standbys: int = 1) -> Draw:
    for _ in range(experts):
        make_expert()
    return make_draw(now=NOW, groups=[GroupInput("技术", seats, [EVERYBODY], standbys)])


def lines(draw: Draw) -> list[Invitation]:
    return list(Invitation.objects.filter(draw=draw).select_related("draw__project"))


def groups(draw: Draw) -> list[tuple[str, str]]:
    return [(row.group, row.state) for row in lines(draw)]


def accept(*rows: Invitation) -> None:
    for row in rows:
        answer(invitation=row, accept=True, reason="", via=ReplyVia.LINK, now=SOON, entropy=ENTROPY)


def decline(row: Invitation, at: datetime = SOON) -> None:
    answer(
        invitation=row,
        accept=False,
        reason="时间冲突",
        via=ReplyVia.LINK,
        now=at,
        entropy=ENTROPY,
    )


def told(row: Invitation) -> list[str]:
    """The occasions of what was written to him by SMS before he agreed, and what he did not ask for
    by that."""
    rows = Message.objects.filter(about_id=str(row.pk), channel="sms").order_by("pk")
    rows = rows.exclude(occasion="draw.confirmed")
    return list(rows.values_list("occasion", flat=True))


def status(draw: Draw) -> str:
    draw.refresh_from_db()
    return draw.status


@pytest.mark.shows("DRAW-08", "DRAW-15")
def test_standbys_are_sealed_drawn_held_and_invited_as_what_they_are() -> None:
    draw = drawn(5)
    assert [(group.code, group.name, group.standby_for) for group in draw.rule.groups] == [
        ("g1", "技术", ""),
        ("s1", "技术候补", "g1"),
    ]
    panel, other, standby = lines(draw)
    assert [row.group for row in (panel, other, standby)] == ["g1", "g1", "s1"]
    assert standby.is_standby
    assert Hold.objects.filter(invitation=standby, active=True).exists()
    assert told(panel) == ["draw.invitation"]
    assert told(standby) == ["draw.standby"]
    letter = Message.objects.get(about_id=str(standby.pk), channel="email")
    assert "候补的意思是" in letter.body
    board = board_of(draw)
    assert (board.seats, board.standby_seats, board.standby_count) == (2, 1, 1)


@pytest.mark.shows("DRAW-15")
def test_a_standby_who_agreed_moves_up_and_is_told_once() -> None:
    draw = drawn(6)
    first, second, standby = lines(draw)
    accept(second, standby)
    decline(first)
    standby.refresh_from_db()
    assert (standby.group, standby.moved_up_at, standby.state) == ("g1", SOON, "accepted")
    assert not standby.is_standby
    assert standby.origin_label == "候补递补"
    assert told(standby) == ["draw.standby", "draw.moved_up"]
    message = Message.objects.get(about_id=str(standby.pk), occasion="draw.moved_up", channel="sms")
    assert "无需再答复" in message.body
    new = lines(draw)[-1]
    assert (new.group, new.origin, told(new)) == ("s1", Origin.SUPPLEMENT, ["draw.standby"])
    assert status(draw) == DrawStatus.INVITING
    accept(new)
    assert status(draw) == DrawStatus.SUCCESS
    record = build_record(draw)
    assert vdraw.find_difference(record) is None
    assert sum("moved_up" in event for event in record["events"]) == 1


@pytest.mark.shows("DRAW-15")
def test_a_standby_who_has_not_answered_moves_up_and_still_has_to() -> None:
    configure(sms.REPLIES, sms.BY_CODE)
    draw = drawn(3)
    first, second, standby = lines(draw)
    accept(second)
    decline(first)
    message = Message.objects.get(about_id=str(standby.pk), occasion="draw.moved_up", channel="sms")
    standby.refresh_from_db()
    assert f"请于 {moment_text(standby.deadline_at)} 前用原来的链接答复" in message.body
    code = answer_code(standby)
    assert f"也可回复 Y{code} 参加、N{code} 不参加。" in message.body
    assert message.answer_code == code
    by_mail = Message.objects.filter(about_id=str(standby.pk), occasion="draw.moved_up")
    assert not any(code in one.body for one in by_mail.exclude(channel="sms"))
    deadline = standby.deadline_at
    assert deadline == NOW + timedelta(minutes=60)
    accept(standby)
    assert status(draw) == DrawStatus.SUCCESS
    # What tells him that he moved up still goes out; what asked him does not.
    states = dict(
        Message.objects.filter(about_id=str(standby.pk), channel="sms").values_list(
            "occasion", "state"
        )
    )
    assert states["draw.standby"] in (DeliveryState.CANCELLED, DeliveryState.SENT)
    assert states["draw.moved_up"] == DeliveryState.QUEUED


def test_the_deadline_job_run_twice_moves_up_and_tells_once() -> None:
    draw = drawn(6)
    first, second, standby = lines(draw)
    accept(second, standby)
    late = first.deadline_at
    assert expire(invitation_id=first.pk, now=late, entropy=ENTROPY)
    assert not expire(invitation_id=first.pk, now=late, entropy=ENTROPY)
    assert told(standby).count("draw.moved_up") == 1
    assert [row.group for row in lines(draw)] == ["g1", "g1", "g1", "s1"]


@pytest.mark.shows("DRAW-15")
def test_a_standby_who_declines_is_replaced_by_another_standby() -> None:
    draw = drawn(6)
    first, second, standby = lines(draw)
    accept(first, second)
    decline(standby)
    assert groups(draw) == [
        ("g1", "accepted"),
        ("g1", "accepted"),
        ("s1", "declined"),
        ("s1", "invited"),
    ]
    accept(lines(draw)[-1])
    assert status(draw) == DrawStatus.SUCCESS
    assert not Invitation.objects.exclude(moved_up_at=None).exists()


@pytest.mark.shows("DRAW-32", "DRAW-33")
def test_a_draw_without_standbys_left_succeeds_and_without_a_panel_does_not() -> None:
    draw = drawn(3)
    first, second, standby = lines(draw)
    accept(first, second)
    decline(standby)
    assert status(draw) == DrawStatus.SUCCESS
    assert vdraw.find_difference(build_record(draw)) is None
    take_leave(
        invitation=Invitation.objects.get(pk=first.pk),
        reason="生病",
        via=ReplyVia.LINK,
        now=SOON,
        entropy=ENTROPY,
    )
    assert status(draw) == DrawStatus.UNSATISFIED
    record = build_record(draw)
    assert vdraw.find_difference(record) is None
    assert record["events"][-1]["lacking"] == {"g1": 1}
    assert [group.code for group in board_of(draw).lacking] == ["g1"]


@pytest.mark.shows("DRAW-15")
def test_after_the_end_a_standby_steps_in_at_once() -> None:
    draw = drawn(3)
    accept(*lines(draw))
    assert status(draw) == DrawStatus.SUCCESS
    first, _, standby = lines(draw)
    record_answer(
        invitation=first,
        state=InvitationState.REPLACED,
        reason="临时出差",
        actor=make_user("operator"),
        now=SOON,
        entropy=ENTROPY,
    )
    standby.refresh_from_db()
    assert standby.group == "g1"
    assert status(draw) == DrawStatus.SUCCESS
    assert vdraw.find_difference(build_record(draw)) is None


@pytest.mark.shows("DRAW-15")
def test_on_the_day_a_standby_steps_in_and_nobody_new_is_asked() -> None:
    draw = drawn(6)
    accept(*lines(draw))
    first, _, standby = lines(draw)
    record_answer(
        invitation=first,
        state=InvitationState.REPLACED,
        reason="没有到场",
        actor=make_user("operator"),
        now=draw.project.opening_at + timedelta(minutes=10),
        entropy=ENTROPY,
    )
    standby.refresh_from_db()
    assert (standby.group, told(standby)[-1]) == ("g1", "draw.moved_up")
    assert len(lines(draw)) == 3
    assert status(draw) == DrawStatus.SUCCESS
    assert vdraw.find_difference(build_record(draw)) is None


def test_a_standby_who_does_not_answer_until_the_opening_is_not_replaced() -> None:
    for _ in range(6):
        make_expert()
    groups = [GroupInput("技术", 2, [EVERYBODY], 1)]
    draw = make_draw(now=NOW, opens_in_hours=0.5, groups=groups)
    first, second, standby = lines(draw)
    accept(first, second)
    assert standby.deadline_at == draw.project.opening_at
    assert expire(invitation_id=standby.pk, now=standby.deadline_at, entropy=ENTROPY)
    assert len(lines(draw)) == 3
    assert status(draw) == DrawStatus.SUCCESS


@pytest.mark.parametrize("seed", range(4))
def test_who_cannot_come_any_more_when_seated_neither_moves_up_nor_is_told(seed: int) -> None:
    experts = [make_expert() for _ in range(5)]
    groups = [GroupInput("技术", 1, [EVERYBODY], 1)]
    actor = make_user("operator")
    project = make_ready_project(now=NOW, groups=groups, contributors=["operator"])
    draw = start_draw(project=project, actor=actor, now=NOW, entropy=SeededEntropy(seed))
    go_away(*(expert.pk for expert in experts[1:]), now=NOW)
    contribute(draw=draw, role="operator", value="36", actor=actor, now=SOON, entropy=ENTROPY)
    (sitting,) = [row for row in lines(draw) if row.state == InvitationState.INVITED]
    assert (expert_id_of(sitting), sitting.group) == (experts[0].pk, "g1")
    assert all(told(row) == [] for row in lines(draw) if row != sitting)
    accept(sitting)
    assert status(draw) == DrawStatus.SUCCESS
    assert vdraw.find_difference(build_record(draw)) is None


@pytest.mark.shows("DRAW-34")
def test_a_panel_with_standbys_is_completed_by_a_widened_draw_without_any() -> None:
    make_pool(2, 3, 2)
    groups = [GroupInput("技术", 3, [SENIOR], 1), GroupInput("经济", 1, [JUNIOR], 1)]
    base = make_draw(now=NOW, groups=groups)
    accept_all(base, now=SOON)
    assert base.status == DrawStatus.UNSATISFIED
    standby = Invitation.objects.get(draw=base, group="s2")
    widened = widen_to_everybody(base, now=SOON)
    assert [group.code for group in widened.rule.groups] == ["g1"]
    assert widened.rule_content["panel_seats"] == {"g1": 3, "g2": 1}
    # Who stands by for the panel is no candidate once more.
    assert widened.rule.exclusions["in_panel"] == 4
    accept_all(widened, now=SOON)
    assert state_of(base) == DrawState.SUCCESS_SUPPLEMENT
    first = Invitation.objects.get(draw=base, group="g2")
    leave(first, now=SOON)
    standby.refresh_from_db()
    assert standby.group == "g2"
    board = board_of(base, widened)
    assert (board.seats, board.seated_count, board.lacking) == (4, 4, [])
    for draw in (base, widened):
        accept_all(draw, now=SOON)
        assert vdraw.find_difference(build_record(draw)) is None


def test_only_the_panel_counts_as_taking_part_and_as_agreed() -> None:
    draw = drawn(3)
    accept(*lines(draw))
    first, second, standby = lines(draw)
    assert all_participations() == {}  # nobody counts before names are public
    open_names_at(draw, SOON)
    release(draw_id=draw.pk, now=SOON, unanswered=True)
    counts = all_participations()
    assert counts[expert_id_of(first)] == counts[expert_id_of(second)] == 1
    assert counts[expert_id_of(standby)] == 0
    row = with_counts(Draw.objects.filter(pk=draw.pk)).get()
    assert (row.drawn_count, row.accepted_count) == (2, 2)
    assert board_of(draw).accepted_count == 2
    take_leave(invitation=first, reason="生病", via=ReplyVia.LINK, now=SOON, entropy=ENTROPY)
    assert all_participations()[expert_id_of(standby)] == 1


def test_a_standby_has_no_role_in_the_panel() -> None:
    draw = drawn(4)
    standby = lines(draw)[2]
    with pytest.raises(RolesRefused):
        set_panel_roles(
            draw=draw, roles={standby.pk: PanelRole.LEADER}, actor=make_user("operator"), now=SOON
        )
    with pytest.raises(IntegrityError, match="draws_standby_without_role"), transaction.atomic():
        Invitation.objects.filter(pk=standby.pk).update(panel_role=PanelRole.MEMBER)
    decline(lines(draw)[0])
    set_panel_roles(
        draw=draw, roles={standby.pk: PanelRole.LEADER}, actor=make_user("operator"), now=SOON
    )
    standby.refresh_from_db()
    assert standby.role_label == "组长"


@pytest.mark.shows("DRAW-15")
def test_the_pre_query_tells_apart_what_the_panel_and_the_standbys_lack() -> None:
    for _ in range(3):
        make_expert()
    project = make_project()
    plan = make_plan(project, groups=[GroupInput("技术", 2, [EVERYBODY], 3)], now=NOW)
    result = count_candidates(plan, now=NOW)
    assert (result.seats, result.standby_seats) == (2, 3)
    assert result.shortages == []
    assert [(row.group_names, row.lack) for row in result.standby_shortages] == [(["技术"], 2)]


def test_a_plan_keeps_its_standbys_in_templates_and_in_the_log() -> None:
    actor = make_user("operator")
    kept = save_template(
        name="军队",
        groups=[GroupInput("技术", 2, [EVERYBODY], 2)],
        shared=False,
        actor=actor,
        now=NOW,
    )
    assert [group.standby_seats for group in groups_of(kept)] == [2]
    # A template of before this has none.
    kept.groups = [{"name": "技术", "seats": 2, "levels": [EVERYBODY]}]
    assert [group.standby_seats for group in groups_of(kept)] == [0]
    project = make_project()
    make_plan(project, groups=[GroupInput("技术", 2, [EVERYBODY], 2)], now=NOW, actor=actor)
    entry = Entry.objects.filter(action="draw.plan").latest("pk")
    assert entry.after["条件组"][0]["候补人数"] == 2
