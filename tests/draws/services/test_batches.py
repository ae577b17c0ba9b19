"""One draw for the projects of a batch: one seal, one panel, all avoidances, every project moves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.draws.enums import DrawStatus, InvitationState, Knowledge, ReplyVia
from expertpool.draws.exceptions import DrawInProgress, DrawNotReady, ReplyRefused
from expertpool.draws.models import Draw, DrawPlan, DrawProject, Hold, Invitation
from expertpool.draws.queries.draws import plan_for, valid_draws
from expertpool.draws.queries.eligibility import evaluate
from expertpool.draws.queries.meetings import by_hours
from expertpool.draws.queries.participation import participations
from expertpool.draws.queries.plan_versions import content_of, version_of
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import readable_from, release
from expertpool.draws.services.plan import GroupInput, PlanInput, plan_in_words, save_plan
from expertpool.draws.services.records import build_record
from expertpool.draws.services.replies import add_supplement, answer, leave_until
from expertpool.draws.services.sealing import abandon_draw, contribute, start_draw
from expertpool.draws.services.sheets import build_stored_sheet
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.notifications.models import Message
from expertpool.projects.enums import AvoidanceSubject, DrawState, ProjectStatus
from expertpool.projects.models import Avoidance, Project
from expertpool.projects.services.approval import approve_project
from expertpool.projects.services.avoidance import AvoidanceData, add_avoidance
from expertpool.projects.services.batches import choose_lead, remove_project
from expertpool.projects.services.rescheduling import reschedule_project
from tests.factories.accounts import make_user
from tests.factories.answers import record_answer
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.draws import EVERYBODY, expert_id_of, make_draw, make_plan, seats_held
from tests.factories.experts import make_expert, make_unit

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


def drawn(*hours: float, seats: int = 2, pool: int = 5, **changes: Any) -> Draw:
    for _ in range(pool):
        make_expert()
    return draw_batch(
        make_batch(make_members(*hours, now=NOW, **changes), now=NOW, seats=seats), now=NOW
    )


def states() -> set[str]:
    return set(Project.objects.values_list("draw_state", flat=True))


def accept_all(draw: Draw, now: datetime = NOW) -> None:
    for row in Invitation.objects.filter(draw=draw, state=InvitationState.INVITED):
        answer(
            invitation=row,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=now,
            entropy=SeededEntropy(3),
        )


@pytest.mark.shows("PRJ-02", "DRAW-25")
def test_one_draw_finds_the_panel_of_every_project() -> None:
    draw = drawn(72, 96, 120)
    lead, *others = draw.covered
    assert draw.project == lead
    assert draw.rule.projects == tuple(project.number for project in draw.covered)
    assert [one["project"] for one in draw.rule_content["meetings"]] == list(draw.rule.projects)
    assert all(valid_draws(project) == [draw] for project in (lead, *others))
    assert states() == {DrawState.DRAWING}
    accept_all(draw)
    assert states() == {DrawState.SUCCESS}
    assert Draw.objects.count() == 1
    draw.refresh_from_db()
    assert build_record(draw)["rule"]["projects"] == list(draw.rule.projects)


@pytest.mark.shows("PRJ-02")
def test_whatever_a_member_avoids_is_avoided_by_all() -> None:
    purchaser, bidder = make_unit("某采购人"), make_unit("某投标人")
    employed = make_expert(employer=purchaser)
    tied = make_expert(employer=bidder)
    named, free = make_expert("张三"), make_expert()
    first, second, third = make_members(72, 96, 120, now=NOW)
    Project.objects.filter(pk=third.pk).update(purchaser=purchaser)
    Avoidance.objects.create(project=second, subject=AvoidanceSubject.UNIT, unit=bidder)
    Avoidance.objects.create(project=third, subject=AvoidanceSubject.PERSON, name="张三")
    everybody = {employed.pk, tied.pk, named.pk, free.pk}
    plan = make_plan(first, now=NOW, seats=1)
    assert {item.expert_id for item in evaluate(plan, now=NOW).eligible} == everybody  # alone
    make_batch([first, second, third], now=NOW)
    plan = DrawPlan.objects.get()
    found = evaluate(plan, now=NOW)
    assert {item.expert_id for item in found.eligible} == {free.pk}
    assert found.exclusion_counts == {"avoided_unit": 2, "avoided_person": 1}


@pytest.mark.shows("PRJ-02", "DRAW-39")
def test_who_is_busy_or_away_at_one_meeting_is_not_drawn_for_the_batch() -> None:
    busy = make_expert()
    other = make_draw(now=NOW, opens_in_hours=98, seats=1)  # at the time of the second
    assert expert_id_of(Invitation.objects.get(draw=other)) == busy.pk
    free = make_expert()
    plan_of = make_batch(make_members(72, 96, now=NOW), now=NOW, seats=1)
    (candidate,) = evaluate(
        DrawPlan.objects.get(project=plan_of.members[0]), now=NOW, knowing=Knowledge.ALL
    ).eligible
    assert candidate.expert_id == free.pk


def test_an_expert_is_held_for_each_meeting_and_never_against_himself() -> None:
    """Two at once and one that overlaps them are one time, the next day is another."""
    draw = drawn(72, 72, 74, 96, seats=1)
    first, _, third, fourth = draw.covered
    holds = Hold.objects.filter(invitation__draw=draw).order_by("during")
    assert [(hold.during.lower, hold.during.upper) for hold in holds] == by_hours(
        [(first.opening_at, third.closing_at), (fourth.opening_at, fourth.closing_at)]
    )
    row = Invitation.objects.get(draw=draw)
    answer(
        invitation=row,
        accept=False,
        reason="出差",
        via=ReplyVia.LINK,
        now=NOW,
        entropy=SeededEntropy(3),
    )
    assert not Hold.objects.filter(invitation=row, active=True).exists()
    assert seats_held() == 1  # that of the substitute


@pytest.mark.shows("PRJ-01", "PRJ-02")
def test_a_batch_is_drawn_only_when_every_project_may_be() -> None:
    make_expert()
    first, second = make_members(72, 96, now=NOW)
    (pending,) = make_members(72, now=NOW, status=ProjectStatus.PENDING)
    make_batch([first, second, pending], now=NOW, seats=1)

    def refusal(error: type[Exception] = DrawNotReady) -> str:
        with pytest.raises(error) as caught:
            start_draw(
                project=first, actor=make_user("operator"), now=NOW, entropy=SeededEntropy(1)
            )
        return str(caught.value)

    assert f"「{pending.name}」尚未审核通过" in refusal()
    approve_project(
        project=pending, version=pending.version, actor=make_user("supervisor"), now=NOW
    )
    moved = {"opening_at": first.opening_at + timedelta(hours=1), "place": "别处"}
    reschedule_project(
        project=Project.objects.get(pk=second.pk),
        **moved,
        reason="占用",
        actor=make_user(),
        now=NOW,
    )
    assert "时间重叠而地点不同" in refusal()
    Project.objects.filter(pk=second.pk).update(opening_at=NOW - timedelta(hours=1))
    assert f"「{second.name}」的评审开始时间已过" in refusal()
    # Nobody gives a review that took place another time.
    assert "已经评审过的，请先移出批次" in refusal()
    assert states() == {DrawState.NOT_DRAWN}


def test_a_project_has_one_valid_draw_alone_or_in_a_batch() -> None:
    draw = drawn(72, 96)
    for project in draw.covered:
        with pytest.raises(DrawInProgress):
            start_draw(
                project=project, actor=make_user("operator"), now=NOW, entropy=SeededEntropy(1)
            )
    other = make_draw(now=NOW, opens_in_hours=300, seats=1)
    with pytest.raises(IntegrityError), transaction.atomic():  # the rule does not name it
        DrawProject.objects.create(draw=other, project=draw.project)
    with pytest.raises(IntegrityError), transaction.atomic():
        DrawProject.objects.filter(draw=other).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        DrawProject.objects.filter(draw=other).update(project=draw.project)


def test_nobody_frees_a_project_but_the_status_of_its_draw() -> None:
    draw = drawn(72, 96)
    DrawProject.objects.filter(draw=draw).update(valid=False)
    assert DrawProject.objects.filter(draw=draw, valid=True).count() == 2


def test_given_up_or_void_every_project_can_be_drawn_again() -> None:
    for _ in range(4):
        make_expert()
    operator, now = make_user("operator"), NOW
    batch = make_batch(make_members(72, 96, now=now), now=now, seats=1, contributors=["operator"])
    draw = draw_batch(batch, now=now)
    abandon_draw(draw=draw, reason="条件有误", actor=operator, now=now)
    assert states() == {DrawState.NOT_DRAWN}
    make_plan(batch.members[0], now=now, seats=1)
    draw = draw_batch(batch, now=now)
    request = request_void(draw=draw, reason="公告有误", actor=operator, now=now)
    decide_void(request=request, agree=True, note="", actor=make_user("supervisor"), now=now)
    assert states() == {DrawState.NOT_DRAWN}
    assert not Hold.objects.filter(active=True).exists()
    again = draw_batch(batch, now=now)
    assert (again.rule.supersedes, again.rule.reason) == (draw.number, "公告有误")


@pytest.mark.parametrize("step", ["contribute", "abandon"])
def test_projects_are_locked_by_key_before_they_move(step: str) -> None:
    operator = make_user("operator")
    make_expert()
    batch = make_batch(make_members(72, 96, now=NOW), now=NOW, seats=1, contributors=["operator"])
    draw = draw_batch(batch, now=NOW)
    with CaptureQueriesContext(connection) as captured:
        if step == "abandon":
            abandon_draw(draw=draw, reason="条件有误", actor=operator, now=NOW)
        else:
            contribute(
                draw=draw,
                role="operator",
                value="3",
                actor=operator,
                now=NOW,
                entropy=SeededEntropy(2),
            )
    of_draw, of_projects, *_ = (
        row["sql"] for row in captured.captured_queries if "FOR UPDATE" in row["sql"]
    )
    assert of_draw.endswith('FOR UPDATE OF "draws_draw"')
    assert 'ORDER BY "projects_project"."id" ASC' in of_projects


def test_every_earlier_void_draw_of_a_member_is_named() -> None:
    for _ in range(4):
        make_expert()
    before = [make_draw(now=NOW, opens_in_hours=hours, seats=1) for hours in (72, 96)]
    for draw in before:
        request = request_void(draw=draw, reason="合并采购", actor=make_user("operator"), now=NOW)
        decide_void(request=request, agree=True, note="", actor=make_user("supervisor"), now=NOW)
    projects = list(Project.objects.filter(pk__in=[draw.project_id for draw in before]))
    draw = draw_batch(make_batch(projects, now=NOW, seats=1), now=NOW)
    assert set(draw.rule_content["supersedes_all"]) == {draw.number for draw in before}


def test_the_plan_is_that_of_the_lead_whichever_member_is_asked() -> None:
    first, second = make_members(72, 96, now=NOW)
    make_plan(second, now=NOW, seats=5)  # from before it was grouped
    make_batch([first, second], now=NOW, seats=2)
    second.refresh_from_db()
    save_plan(
        project=second,
        settings=PlanInput(),
        groups=[GroupInput("技术", 3, [EVERYBODY])],
        actor=make_user("operator"),
        now=NOW,
    )
    plan = plan_for(second)
    assert plan is not None
    assert plan.project == first
    assert [group.seats for group in plan.groups.all()] == [3]


@pytest.mark.shows("PRJ-02", "DRAW-25")
def test_the_plan_stays_with_the_batch_when_another_leads_it() -> None:
    """The first review was held, the whole draw void: who leads next is drawn by what stood, typed by nobody again."""
    operator = make_user("operator")
    groups = [
        GroupInput("技术", 1, [{"field": "title_level", "op": "gte", "value": "3"}, EVERYBODY], 1),
        GroupInput("经济", 1, [EVERYBODY]),
    ]
    for _ in range(5):
        make_expert()
    first, second = make_members(24, 72, now=NOW)
    batch = make_batch(
        [first, second],
        now=NOW,
        actor=operator,
        groups=groups,
        unit_cap=2,
        contributors=["operator"],
        reply_minutes=45,
        channels=["email"],
    )
    draw = draw_batch(batch, now=NOW)
    contribute(
        draw=draw, role="operator", value="71", actor=operator, now=NOW, entropy=SeededEntropy(5)
    )
    later = first.opening_at + timedelta(hours=4)
    request = request_void(draw=draw, reason="公告有误", actor=operator, now=later)
    decide_void(request=request, agree=True, note="", actor=make_user("supervisor"), now=later)
    choose_lead(project=second, actor=operator, now=later)
    remove_project(project=first, actor=operator, now=later)
    old, new = (DrawPlan.objects.get(project=one) for one in (first, second))
    assert content_of(new) == content_of(old) != []
    assert plan_in_words(new) == plan_in_words(old)
    version = version_of(new)
    assert version is not None
    assert (version.number, version.made_by, version.approved) == (1, operator, None)
    assert Entry.objects.filter(action="draw.plan", subject_id=str(second.pk)).count() == 1
    again = start_draw(project=second, actor=operator, now=later, entropy=SeededEntropy(6))
    assert [one.name for one in again.rule.groups] == [one.name for one in draw.rule.groups]


def test_a_lead_with_a_plan_of_its_own_keeps_it() -> None:
    operator = make_user("operator")
    first, second, third = make_members(24, 72, 96, now=NOW)
    make_batch([first, second, third], now=NOW, actor=operator, seats=2)
    save_plan(
        project=first,
        settings=PlanInput(),
        groups=[GroupInput("综合", 4, [EVERYBODY])],
        actor=operator,
        now=NOW,
    )
    choose_lead(project=second, actor=operator, now=NOW)
    save_plan(
        project=second,
        settings=PlanInput(),
        groups=[GroupInput("法律", 1, [EVERYBODY])],
        actor=operator,
        now=NOW,
    )
    choose_lead(project=first, actor=operator, now=NOW)
    choose_lead(project=second, actor=operator, now=NOW)
    plan = DrawPlan.objects.get(project=second)
    assert (plan.version, [one.name for one in plan.groups.all()]) == (2, ["法律"])
    assert DrawPlan.objects.get(project=first).groups.get().seats == 4
    assert not DrawPlan.objects.filter(project=third).exists()


def test_avoidances_of_no_member_change_while_the_draw_runs() -> None:
    draw = drawn(72, 96)
    data = AvoidanceData(subject=AvoidanceSubject.PERSON, name="李四")
    for project in draw.covered:
        with pytest.raises(Exception, match="已抽取"):
            add_avoidance(project=project, data=data, actor=make_user("operator"), now=NOW)


@pytest.mark.shows("DRAW-15")
def test_leave_and_supplement_are_possible_until_the_last_meeting() -> None:
    """Between the meetings somebody falls ill: his substitute has until the next one to answer."""
    draw = drawn(72, 120, seats=1, pool=3)
    accept_all(draw)
    first, second = draw.covered
    row = Invitation.objects.select_related("draw__project").get(draw=draw)
    assert leave_until(row, now=NOW) == first.opening_at - timedelta(hours=2)
    between = first.closing_at + timedelta(hours=1)
    assert leave_until(row, now=between) == second.opening_at - timedelta(hours=2)
    record_answer(
        invitation=row,
        state=InvitationState.LEAVE,
        reason="生病",
        actor=make_user("operator"),
        now=between,
        entropy=SeededEntropy(4),
    )
    substitute = Invitation.objects.get(draw=draw, line=2)
    assert between < substitute.deadline_at <= second.opening_at
    accept_all(draw, between)
    assert states() == {DrawState.SUCCESS}


def test_a_supplement_by_hand_ends_with_the_last_meeting() -> None:
    draw = drawn(72, 120, seats=3, pool=2)
    accept_all(draw)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.UNSATISFIED
    first, second = draw.covered
    assert states() == {DrawState.UNSATISFIED}
    # Between the meetings the time would allow it, but nobody is left in the hat.
    with pytest.raises(DrawNotReady, match="没有还能补抽"):
        add_supplement(
            draw=draw, actor=make_user("operator"), now=first.closing_at, entropy=SeededEntropy(1)
        )
    with pytest.raises(DrawNotReady, match="已过"):
        add_supplement(
            draw=draw, actor=make_user("operator"), now=second.opening_at, entropy=SeededEntropy(1)
        )


@pytest.mark.shows("PRJ-32")
def test_nothing_is_recorded_once_one_of_the_projects_is_archived() -> None:
    draw = drawn(72, 96)
    last = draw.covered[-1]
    Project.objects.filter(pk=last.pk).update(status=ProjectStatus.ARCHIVED)
    with pytest.raises(ReplyRefused, match="已归档"):
        accept_all(draw)


def test_names_become_public_before_the_first_meeting() -> None:
    for _ in range(3):
        make_expert()
    draw = draw_batch(make_batch(make_members(96, 72, now=NOW), now=NOW, seats=1), now=NOW)
    lead, other = draw.covered
    assert other.opening_at < lead.opening_at
    assert draw.reveal_at == other.opening_at - timedelta(hours=2)
    assert readable_from(draw, make_user("operator")) == draw.reveal_at


def test_the_letter_names_all_times_and_places(settings: Any) -> None:
    drawn(72, 72, 96, seats=1)
    letter = Message.objects.filter(about_type="draws.invitation", channel="email").first()
    assert letter
    assert "2026-11-27 09:00、2026-11-28 09:00" in letter.body
    assert letter.body.count("市公共资源交易中心三楼 306") == 1


def test_the_sheet_heads_all_projects() -> None:
    draw = drawn(72, 96)
    accept_all(draw)
    release(draw_id=draw.pk, now=draw.reveal_at)
    draw = Draw.objects.select_related("project__department", "operator").get(pk=draw.pk)
    head = dict(build_stored_sheet(draw=draw, now=NOW).head)
    assert head["项目名称"] == "第1标段、第2标段"
    assert head["项目编号"] == "、".join(draw.rule.projects)
    assert head["评审时间"] == "2026-11-27 09:00、2026-11-28 09:00"
    assert head["评审地点"] == "市公共资源交易中心三楼 306"


@pytest.mark.shows("PRJ-26")
def test_a_batch_counts_as_one_participation() -> None:
    draw = drawn(72, 96, 120, seats=1)
    accept_all(draw)
    expert = expert_id_of(Invitation.objects.get(draw=draw))
    assert participations(NOW, NOW + timedelta(days=30), knowing=Knowledge.ALL) == {expert: 1}
    last = draw.covered[-1].opening_at
    assert participations(last, last + timedelta(hours=1), knowing=Knowledge.ALL) == {expert: 1}
    assert (
        participations(last + timedelta(hours=1), last + timedelta(days=9), knowing=Knowledge.ALL)
        == {}
    )
