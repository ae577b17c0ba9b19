"""人工抽取 and 专家分配: allowed by a setting, by two persons, with a reason; never a draw."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import DrawKind, DrawStatus, InvitationState, Origin, ReplyVia
from expertpool.draws.exceptions import (
    DrawError,
    DrawInProgress,
    DrawNotReady,
    HeldRefused,
    PickRefused,
    ReleaseRefused,
    ReplyRefused,
)
from expertpool.draws.models import Draw, Hold, Invitation, PickRequest
from expertpool.draws.queries.draws import plan_for
from expertpool.draws.queries.picking import count_by_kind, recommend
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import named_rows, release
from expertpool.draws.services.pick_checks import Pick
from expertpool.draws.services.picking import (
    agree_to_picks,
    look_for_picks,
    read_picks,
    request_more,
    turn_down_picks,
)
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.records import build_record
from expertpool.draws.services.releasing import request_release
from expertpool.draws.services.replies import add_supplement, answer, expire
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.draws.settings import PICKED_WITHIN, REVEAL_EARLIEST
from expertpool.experts.models import Expert
from expertpool.experts.services.status import freeze_expert
from expertpool.notifications.models import Message
from expertpool.projects.enums import DrawState
from expertpool.projects.models import Project
from expertpool.workflow.services.two_persons import withdraw
from tests.factories.answers import record_answer
from tests.factories.draws import make_draw, make_ready_project, seats_held
from tests.factories.experts import make_expert, make_unit
from tests.factories.picks import allow_manual_ways, ask_for, make_list
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def experts() -> list[Expert]:
    return [make_expert(f"专家{at}", email=f"expert{at}@example.cn") for at in range(5)]


@pytest.fixture
def project(admin: User, experts: list[Expert]) -> Project:
    allow_manual_ways()
    return make_ready_project(now=NOW, seats=2)


@pytest.fixture
def draw(project: Project, experts: list[Expert], admin: User, supervisor: User) -> Draw:
    return make_list(project, experts[:2], actor=admin, second=supervisor, now=NOW)


def reply(draw: Draw, line: int, *, accept: bool) -> None:
    answer(
        invitation=Invitation.objects.get(draw=draw, line=line),
        accept=accept,
        reason="" if accept else "出差",
        via=ReplyVia.LINK,
        now=LATER,
        entropy=SeededEntropy(1),
    )


def chosen(draw: Draw) -> set[Expert]:
    return {row.expert for row in named_rows(draw) if row.expert}


@pytest.mark.shows("DRAW-04")
def test_without_the_setting_of_the_regime_nothing_can_be_chosen(
    experts: list[Expert], admin: User
) -> None:
    project = make_ready_project(now=NOW, seats=2)
    with pytest.raises(PickRefused, match="只能随机抽取"):
        ask_for(project, experts[:2], actor=admin, now=NOW)
    assert not Draw.objects.exists()


@pytest.mark.shows("DRAW-04")
def test_chosen_experts_are_invited_once_a_second_person_agrees(
    project: Project, experts: list[Expert], admin: User, supervisor: User
) -> None:
    request = ask_for(project, experts[:2], actor=admin, now=NOW)
    assert not Invitation.objects.exists()
    read_picks(request=request, actor=admin, now=NOW)
    with pytest.raises(PickRefused, match="两人"):
        agree_to_picks(request=request, actor=admin, now=NOW, entropy=SeededEntropy(1))
    # He has to have looked whom; what the author saw, or he himself of an earlier list, is no look at this one.
    with pytest.raises(PickRefused, match="请先点「查看人选」"):
        agree_to_picks(request=request, actor=supervisor, now=LATER, entropy=SeededEntropy(1))
    read_picks(request=request, actor=supervisor, now=NOW - timedelta(seconds=1))
    with pytest.raises(PickRefused, match="请先点「查看人选」"):
        agree_to_picks(request=request, actor=supervisor, now=LATER, entropy=SeededEntropy(1))
    read_picks(request=request, actor=supervisor, now=LATER)
    agree_to_picks(request=request, actor=supervisor, now=LATER, entropy=SeededEntropy(1))
    draw = Draw.objects.get()
    assert (draw.kind, draw.status, draw.number) == ("manual", "inviting", "M202611240001")
    assert chosen(draw) == set(experts[:2])
    assert {row.origin for row in draw.invitations.all()} == {Origin.PICKED}
    assert seats_held() == 2
    for line in (1, 2):
        reply(draw, line, accept=True)
    draw.refresh_from_db()
    project.refresh_from_db()
    assert (draw.status, draw.status_label) == (DrawStatus.SUCCESS, "人员已定")
    assert project.draw_state == DrawState.SUCCESS


def test_letters_say_how_he_was_found(draw: Draw) -> None:
    bodies = [letter.body for letter in Message.objects.filter(channel="email")]
    assert len(bodies) == 2
    assert all("您已被直接选定为评审专家" in body for body in bodies)


@pytest.mark.shows("DRAW-04")
def test_it_passes_for_no_draw(draw: Draw, admin: User) -> None:
    with pytest.raises(DrawNotReady, match="不是随机抽取"):
        build_record(draw)
    with pytest.raises(vdraw.EngineError):
        vdraw.Rule.from_dict(draw.rule_content)
    with pytest.raises(DrawNotReady, match="候补次序"):
        add_supplement(draw=draw, actor=admin, now=LATER, entropy=SeededEntropy(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(kind=DrawKind.RANDOM)
    make_draw(now=NOW, seats=1)
    assert count_by_kind(Draw.objects.all()) == [("随机抽取", 1), ("人工抽取", 1), ("专家分配", 0)]


def test_the_reason_and_the_approval_number_are_needed_and_kept(
    project: Project, experts: list[Expert], admin: User
) -> None:
    request = ask_for(project, experts[:2], actor=admin, now=NOW)
    rule = Draw.objects.get().rule
    assert (rule.content["kind"], rule.approval_number) == ("manual", "批〔2026〕7号")
    entry = Entry.objects.get(action="draw.pick")
    assert entry.note == request.reason == rule.reason
    assert not any(expert.name in str(entry.after) for expert in experts)


@pytest.mark.parametrize("number", ["", "　\u200b", "——"])
def test_a_number_that_nobody_can_read_is_none(
    project: Project, experts: list[Expert], admin: User, number: str
) -> None:
    with pytest.raises(PickRefused, match="批准文号"):
        ask_for(project, experts[:2], actor=admin, now=NOW, approval_number=number)


@pytest.mark.parametrize(
    "given",
    [
        {"reason": "只有专 家0 能做"},
        {"reason": "只有专·家\u200b—０能做"},
        {"approval_number": "专家1号"},
    ],
)
def test_what_is_public_at_once_names_nobody_who_was_chosen(
    project: Project, experts: list[Expert], admin: User, given: dict[str, str]
) -> None:
    with pytest.raises(PickRefused, match="不能写出所选专家的姓名"):
        ask_for(project, experts[:2], actor=admin, now=NOW, **given)
    assert not Draw.objects.exists()


@pytest.mark.shows("DRAW-04")
@pytest.mark.parametrize("field", ["number", "phone", "email"])
def test_nor_by_a_number_that_is_his_alone(
    project: Project, experts: list[Expert], admin: User, field: str
) -> None:
    experts[0].email = "someone@example.com"
    experts[0].save()
    given = {"approval_number": f"粤采〔{getattr(experts[0], field).lower()}〕3 号"}
    with pytest.raises(PickRefused, match="编号、手机号、邮箱或证件号码"):
        ask_for(project, experts[:2], actor=admin, now=NOW, **given)
    assert not Draw.objects.exists()


@pytest.mark.shows("DRAW-04")
@pytest.mark.parametrize(("count", "message"), [(1, "应选 2 人，已选 1 人"), (3, "已选 3 人")])
def test_a_first_list_fills_the_seats_exactly(
    project: Project, experts: list[Expert], admin: User, count: int, message: str
) -> None:
    with pytest.raises(PickRefused, match=message):
        ask_for(project, experts[:count], actor=admin, now=NOW)


@pytest.mark.shows("DRAW-04")
def test_who_may_not_be_drawn_may_not_be_chosen(
    project: Project, experts: list[Expert], admin: User
) -> None:
    freeze_expert(expert=experts[0], reason="核查", actor=admin, now=NOW)
    with pytest.raises(PickRefused, match=rf"{experts[0].name}.*不能选：未正式入库或冻结"):
        ask_for(project, experts[:2], actor=admin, now=NOW)
    with pytest.raises(PickRefused, match="重复选择"):
        ask_for(project, [experts[1], experts[1]], actor=admin, now=NOW)


def test_who_is_held_elsewhere_may_not_be_chosen(
    draw: Draw, experts: list[Expert], admin: User, supervisor: User
) -> None:
    other = make_ready_project(now=NOW, seats=1)
    asked = ask_for(other, experts[:1], actor=admin, now=NOW)
    # Where his name is sealed, that he is elsewhere is said before two persons, and not of whom.
    read_picks(request=asked, actor=supervisor, now=NOW)
    with pytest.raises(HeldRefused):
        agree_to_picks(request=asked, actor=supervisor, now=NOW, entropy=SeededEntropy(1))
    release(draw_id=draw.pk, now=draw.reveal_at)
    third = make_ready_project(now=NOW, seats=1)
    with pytest.raises(PickRefused, match="时间冲突"):
        ask_for(third, experts[:1], actor=admin, now=NOW)


def test_the_unit_cap_holds(admin: User) -> None:
    allow_manual_ways()
    unit = make_unit("同一家设计院")
    two = [make_expert(employer=unit) for _ in range(2)]
    project = make_ready_project(now=NOW, seats=2, unit_cap=1)
    with pytest.raises(PickRefused, match="最多 1 人：同一家设计院"):
        ask_for(project, two, actor=admin, now=NOW)


def test_what_changed_before_the_second_person_agrees_counts(
    project: Project, experts: list[Expert], admin: User, supervisor: User
) -> None:
    request = ask_for(project, experts[:2], actor=admin, now=NOW)
    freeze_expert(expert=experts[0], reason="核查", actor=admin, now=NOW)
    read_picks(request=request, actor=supervisor, now=LATER)
    with pytest.raises(PickRefused, match="冻结"):
        agree_to_picks(request=request, actor=supervisor, now=LATER, entropy=SeededEntropy(1))
    request.refresh_from_db()
    assert request.decided_at is None


def test_turned_down_or_withdrawn_the_project_can_be_drawn(
    project: Project, experts: list[Expert], admin: User, supervisor: User
) -> None:
    request = ask_for(project, experts[:2], actor=admin, now=NOW)
    with pytest.raises(DrawInProgress):
        start_draw(project=project, actor=admin, now=NOW, entropy=SeededEntropy(1))
    with pytest.raises(PickRefused, match="原因"):
        turn_down_picks(request=request, note=" ", actor=supervisor, now=NOW)
    turn_down_picks(request=request, note="应随机抽取", actor=supervisor, now=NOW)
    request = ask_for(project, experts[:2], actor=admin, now=NOW)
    with pytest.raises(DrawError, match="本人"):
        withdraw(request, actor=supervisor, now=NOW)
    withdraw(request, actor=admin, now=NOW)
    assert {draw.status for draw in Draw.objects.all()} == {DrawStatus.ABANDONED}
    project.refresh_from_db()
    assert start_draw(project=project, actor=admin, now=NOW, entropy=SeededEntropy(1)).is_random


@pytest.mark.shows("DRAW-04", "DRAW-19")
def test_a_decline_frees_a_seat_that_only_persons_fill(
    draw: Draw, experts: list[Expert], admin: User, supervisor: User
) -> None:
    reply(draw, 1, accept=False)
    reply(draw, 2, accept=True)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.UNSATISFIED
    assert draw.invitations.count() == 2
    with pytest.raises(PickRefused, match="退出的不能再选"):
        request_more(
            draw=draw, picks=[Pick(experts[0].pk, "g1")], reason="补选", actor=admin, now=LATER
        )
    two = [Pick(expert.pk, "g1") for expert in experts[2:4]]
    with pytest.raises(PickRefused, match="空缺 1 席，已选 2 人"):
        request_more(draw=draw, picks=two, reason="补选", actor=admin, now=LATER)
    # Read before the names are released: neither who comes, nor who is or was on the list.
    for reason in ("专家0退出，另选一人", "专·家1已同意，另选一人", "请专家2来"):
        with pytest.raises(PickRefused, match="不能写出所选专家的姓名"):
            request_more(draw=draw, picks=two[:1], reason=reason, actor=admin, now=LATER)
    request = request_more(draw=draw, picks=two[:1], reason="一人退出", actor=admin, now=LATER)
    read_picks(request=request, actor=supervisor, now=LATER)
    agree_to_picks(request=request, actor=supervisor, now=LATER, entropy=SeededEntropy(2))
    draw.refresh_from_db()
    assert draw.status == DrawStatus.INVITING
    reply(draw, 3, accept=True)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    assert chosen(draw) == set(experts[:3])


def test_no_answer_in_time_and_a_recorded_leave_free_seats_too(draw: Draw, admin: User) -> None:
    first, second = draw.invitations.order_by("line")
    record_answer(
        invitation=first,
        state=InvitationState.ACCEPTED,
        reason="电话",
        actor=admin,
        now=LATER,
        entropy=SeededEntropy(1),
    )
    assert expire(invitation_id=second.pk, now=second.deadline_at, entropy=SeededEntropy(1))
    draw.refresh_from_db()
    assert draw.status == DrawStatus.UNSATISFIED
    record_answer(
        invitation=first,
        state=InvitationState.LEAVE,
        reason="生病",
        actor=admin,
        now=LATER,
        entropy=SeededEntropy(1),
    )
    assert not Hold.objects.filter(active=True).exists()


def test_a_list_is_voided_by_two_persons(draw: Draw, admin: User, supervisor: User) -> None:
    asked = request_void(draw=draw, reason="应随机抽取", actor=admin, now=LATER)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=LATER)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.VOID
    assert not Hold.objects.filter(active=True).exists()
    with pytest.raises(ReplyRefused):
        reply(draw, 1, accept=True)


def test_names_of_a_list_are_sealed_and_released_as_of_a_draw(
    draw: Draw, experts: list[Expert]
) -> None:
    assert not release(draw_id=draw.pk, now=LATER)
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    assert {row.expert for row in draw.invitations.all()} == set(experts[:2])
    assert PickRequest.objects.get().agreed


@pytest.mark.shows("DRAW-19")
def test_the_recommendation_is_ordered_by_level_title_and_participation(
    admin: User, supervisor: User
) -> None:
    allow_manual_ways()
    senior, junior, busy, rest = (
        make_expert("正高", title_level=4),
        make_expert("中级", title_level=2),
        make_expert("常评", title_level=4),
        make_expert("助理", title_level=1),
    )
    earlier = make_ready_project(now=NOW, opens_in_hours=24, seats=1)
    first = make_list(earlier, [busy], actor=admin, second=supervisor, now=NOW)
    reply(first, 1, accept=True)
    release(draw_id=first.pk, now=first.reveal_at)  # before, nobody's reviews are counted
    levels = [
        {"all": [{"field": "title_level", "op": "gte", "value": "2"}]},
        {"all": []},
    ]
    project = make_ready_project(now=NOW, groups=[GroupInput("技术", 1, levels)])
    plan = plan_for(project)
    assert plan
    found = look_for_picks(plan=plan, draw=None, actor=admin, now=NOW)
    rows = recommend(found, "g1", chosen=[], text="", user=admin, opening_at=project.opening_at)
    assert [row.expert for row in rows] == [senior, busy, junior, rest]
    assert rows[0].reasons == "第 1 级次，职称级别 正高，365 天内参评 0 次"
    assert rows[1].reasons == "第 1 级次，职称级别 正高，365 天内参评 1 次"
    assert rows[3].level == 2
    configure(PICKED_WITHIN, 30)
    row = recommend(found, "g1", chosen=[], text="", user=admin, opening_at=project.opening_at)[0]
    assert row.reasons == "第 1 级次，职称级别 正高，30 天内参评 0 次"
    assert Entry.objects.filter(action="draw.pick_look", actor=admin).count() == 1
    named = recommend(
        found, "g1", chosen=[rest.pk], text="中级", user=admin, opening_at=project.opening_at
    )
    assert [row.place for row in named] == [3, 4]
    draw = make_list(
        project, [senior], actor=admin, second=supervisor, now=NOW, kind=DrawKind.ALLOCATED
    )
    assert draw.invitations.get().origin == Origin.ALLOCATED


def test_names_picked_by_hand_open_no_earlier_than_drawn_ones(
    draw: Draw, admin: User, operator: User
) -> None:
    """No policy was sealed with them, so that two persons read them days before."""
    configure(REVEAL_EARLIEST, 4)
    opening = draw.project.opening_at
    assert opening is not None
    ask = {"draw": draw, "reason": "评审提前", "actor": operator}
    with pytest.raises(ReleaseRefused, match="制度规定，名单最早在评审前 4 小时公开"):
        request_release(**ask, now=opening - timedelta(hours=5))
    assert request_release(**ask, now=opening - timedelta(hours=4))
