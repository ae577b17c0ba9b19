"""The page before the button: what it will do, and what speaks against it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.text import moment_text
from expertpool.draws import settings as office
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import Draw, DrawPlan, PlanVersion
from expertpool.draws.queries.plan_versions import (
    changed_unseen,
    sealed_unseen,
    version_of,
)
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.outset import _unseen
from expertpool.draws.services.plan import GroupInput, PlanInput, save_plan
from expertpool.draws.services.plan_approval import decide_plan, submit_plan
from expertpool.draws.services.prequery import run_prequery
from expertpool.draws.services.sealing import abandon_draw, start_draw
from expertpool.draws.services.sheets import _drawn
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.projects.models import Project
from tests.factories.batches import make_batch, make_members
from tests.factories.draws import EVERYBODY, make_draw, make_plan, make_ready_project
from tests.factories.experts import make_expert, make_unit, make_uscc
from tests.factories.projects import avoid
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-12")]
TUESDAY = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
SATURDAY, LATE = TUESDAY + timedelta(days=4), TUESDAY + timedelta(hours=12)


def make_experts(count: int) -> None:
    for _ in range(count):
        make_expert()


def page_at(client: Client, project: Project, user: User, now: datetime) -> str:
    with time_machine.travel(now, tick=False):
        answer = login(client, user).get(reverse("draws:start", args=[project.pk]))
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_it_says_what_will_happen_and_changes_nothing(client: Client, operator: User) -> None:
    make_experts(60)
    project = make_ready_project(now=TUESDAY, seats=7, reply_minutes=90, reveal_hours=3)
    run_prequery(plan=make_plan(project, now=TUESDAY, seats=7), actor=operator, now=TUESDAY)
    page = page_at(client, project, operator, TUESDAY + timedelta(minutes=1))
    for text in (
        "封存第",
        "保存，没有经过审核）",
        "抽取 7 人",
        "（没有人另外提供随机值）",
        "名单保密到 2026-11-27 07:00",
        "没有发现问题",
    ):
        assert text in page
    assert not Draw.objects.exists()
    assert Entry.objects.filter(action="draw.look_ahead").count() == 1


def test_it_says_how_many_avoidances_keep_nobody_away(client: Client, operator: User) -> None:
    make_experts(60)
    project = make_ready_project(now=TUESDAY, seats=7)
    known = make_expert()
    avoid(project, subject="person", expert_number=known.number)
    avoid(project, subject="person", expert_number="ZJ0000000000")
    unit = make_unit("没有专家的公司")
    avoid(project, subject="unit", unit=unit)
    avoid(project, subject="unit", name=unit.name)
    avoid(project, subject="person", name="不在库")
    avoid(project, subject="unit", name="从未登记的公司")
    page = page_at(client, project, operator, TUESDAY)
    assert "回避人员 2 条、回避单位 2 条在专家库中没有对应到任何专家" in page


def test_it_says_of_whom_a_namesake_under_another_code_keeps_nobody_away(
    client: Client, operator: User
) -> None:
    """Every page said that the purchaser is avoided, and whoever the register has under its other code was drawn."""
    make_experts(60)
    bought_by = make_unit("市质检院", uscc=make_uscc(1))
    (project,) = make_members(72, now=TUESDAY, purchaser=bought_by)
    make_plan(project, seats=7, now=TUESDAY)
    avoid(project, subject="unit", unit=make_unit("市设计院", uscc=make_uscc(2)))
    empty, other = (
        make_unit(name, uscc=make_uscc(at)) for name, at in (("市设计院", 3), ("市质检院", 4))
    )
    assert "同名" not in page_at(client, project, operator, TUESDAY), "nobody is employed there"
    make_expert(employer=other)
    page = page_at(client, project, operator, TUESDAY)
    assert "采购单位 市质检院在单位库里另有同名单位" in page
    assert "回避单位 市设计院在" not in page
    avoid(project, subject="unit", unit=other)
    make_expert(employer=empty)
    page = page_at(client, project, operator, TUESDAY)
    assert "回避单位 市设计院在单位库里另有同名单位" in page
    assert "采购单位 市质检院" not in page, "it is avoided by itself"


def test_it_says_so_of_one_to_whom_somebody_is_only_tied(client: Client, operator: User) -> None:
    make_experts(60)
    bought_by, other = (make_unit("市质检院", uscc=make_uscc(at)) for at in (1, 4))
    (project,) = make_members(72, now=TUESDAY, purchaser=bought_by)
    make_plan(project, seats=7, now=TUESDAY)
    tie = AvoidanceUnit.objects.create(expert=make_expert(), unit=other, kind="declared")
    page = page_at(client, project, operator, TUESDAY)
    assert "采购单位 市质检院在单位库里另有同名单位" in page
    AvoidanceUnit.objects.filter(pk=tie.pk).update(end_date=TUESDAY.date() - timedelta(days=1200))
    assert "同名" not in page_at(client, project, operator, TUESDAY), "it is over"


def test_it_says_who_can_give_up_and_how_often_it_was_sealed(
    client: Client, operator: User
) -> None:
    make_experts(3)
    project = make_ready_project(now=TUESDAY, seats=2, contributors=["supervisor"])
    page = page_at(client, project, operator, TUESDAY)
    assert "定序前，经办人一人可以写明原因放弃" in page
    assert "第一步起就不能撤回" not in page
    assert "以前封存过" not in page
    for at, reason in ((0, "条件有误"), (5, "再核对")):
        now = TUESDAY + timedelta(minutes=at)
        draw = start_draw(project=project, actor=operator, now=now, entropy=SeededEntropy(1))
        abandon_draw(draw=draw, reason=reason, actor=operator, now=now + timedelta(minutes=2))
    page = page_at(client, project, operator, TUESDAY + timedelta(minutes=9))
    assert "以前封存过 2 次，已放弃或作废" in page
    for at, end, reason in (("09:00", "09:02", "条件有误"), ("09:05", "09:07", "再核对")):
        told = f"2026-11-24 {at} 封存，2026-11-24 {end} 由{operator}放弃：{reason}"
        assert told in page


def test_it_offers_no_button_that_is_refused_for_too_many_tries(
    client: Client, operator: User
) -> None:
    make_experts(3)
    project = make_ready_project(now=TUESDAY, seats=2, contributors=["supervisor"])
    for at in (0, 5, 10):
        now = TUESDAY + timedelta(minutes=at)
        draw = start_draw(project=project, actor=operator, now=now, entropy=SeededEntropy(1))
        abandon_draw(draw=draw, reason="条件有误", actor=operator, now=now)
    now = TUESDAY + timedelta(minutes=15)
    page = page_at(client, project, operator, now)
    with pytest.raises(DrawNotReady) as refused:
        start_draw(project=project, actor=operator, now=now, entropy=SeededEntropy(1))
    assert str(refused.value) in page
    assert "确认，开始抽取" not in page
    assert "去提交审核" in page
    assert "确认，开始抽取" in page_at(client, project, operator, now + timedelta(hours=25))


def test_it_offers_no_button_where_fewer_are_left_than_the_approver_was_told(
    client: Client, operator: User, supervisor: User
) -> None:
    make_experts(10)
    project = make_ready_project(now=TUESDAY, seats=2)
    submit_plan(project=project, version=1, actor=operator, now=TUESDAY)
    decide_plan(project=project, version=1, agree=True, note="同意", actor=supervisor, now=TUESDAY)
    keys = list(Expert.objects.values_list("pk", flat=True))
    Expert.objects.filter(pk__in=keys[:3]).update(status="frozen")
    page = page_at(client, project, operator, TUESDAY)
    assert "审核时有 10 名候选人，现在 7 名" in page
    assert "确认，开始抽取" not in page


@pytest.mark.parametrize(
    ("now", "told"), [(SATURDAY, "现在不是工作日"), (LATE, "现在不在上班时间")]
)
def test_it_warns_of_odd_hours(client: Client, operator: User, now: datetime, told: str) -> None:
    make_experts(3)
    project = make_ready_project(now=TUESDAY, seats=2, opens_in_hours=24 * 14)
    assert told in page_at(client, project, operator, now)


@pytest.mark.parametrize(("third", "overlaps"), [(74, True), (76, False)])
def test_it_warns_of_a_batch_whose_reviews_overlap(
    client: Client, operator: User, third: int, overlaps: bool
) -> None:
    make_experts(3)
    members = make_members(72, 72, third, now=TUESDAY, duration_minutes=240)
    make_batch(members, now=TUESDAY, seats=2)
    page = page_at(client, members[0], operator, TUESDAY)
    # Those that begin together are one sitting, and one may begin as others end.
    assert ("同一组专家的评审时间重叠" in page) is overlaps
    assert (f"「{members[2].name}」{moment_text(members[2].opening_at)} 开始" in page) is overlaps


def test_no_answer_is_expected_after_the_review_has_begun(client: Client, operator: User) -> None:
    make_experts(3)
    project = make_ready_project(now=TUESDAY, seats=2, opens_in_hours=24 * 9, reply_minutes=43_000)
    page = page_at(client, project, operator, TUESDAY)
    assert f"须在 {moment_text(project.opening_at)} 前（答复时限 43000 分钟，" in page
    assert "答复截止时" not in page


def test_there_is_no_button_where_the_plan_must_be_approved_first(
    client: Client, operator: User
) -> None:
    """Chance has too little to do: the button would only be refused."""
    make_experts(3)
    configure(office.CANDIDATES_PER_SEAT, 3)
    project = make_ready_project(now=TUESDAY, seats=2)
    page = page_at(client, project, operator, TUESDAY)
    assert "现在还不能抽取" in page
    assert "请提交方案审核" in page
    assert "确认，开始抽取" not in page


def test_where_nobody_can_be_drawn_nothing_is_said_of_guessing(
    client: Client, operator: User
) -> None:
    project = make_ready_project(now=TUESDAY, seats=2)
    page = page_at(client, project, operator, TUESDAY)
    assert "人数不足" in page
    assert "次方" not in page
    assert "名单容易被猜到" not in page


def test_how_easily_a_panel_is_guessed_is_said_in_plain_numbers(
    client: Client, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is easier than the office allows."""
    make_experts(5)
    project = make_ready_project(now=TUESDAY, seats=2)
    monkeypatch.setitem(vars(office.PANEL_BITS), "default", 3)
    assert "约 10 种" not in page_at(client, project, operator, TUESDAY)
    monkeypatch.setitem(vars(office.PANEL_BITS), "default", 4)
    assert "可能的结果只有约 10 种" in page_at(client, project, operator, TUESDAY)


def test_it_warns_of_a_deadline_after_the_opening(
    client: Client, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_experts(3)
    project = make_ready_project(now=TUESDAY, seats=2, opens_in_hours=2, reply_minutes=180)
    page = page_at(client, project, operator, TUESDAY)
    assert "可能来不及补抽。可以缩短答复时限，或改评审时间。" in page
    monkeypatch.setitem(vars(office.REPLY_SHORTEST), "default", 180)
    page = page_at(client, project, operator, TUESDAY)
    assert "可能来不及补抽。可以改评审时间。" in page


def test_who_alone_gives_a_value_is_not_the_last_one(client: Client, operator: User) -> None:
    make_experts(3)
    project = make_ready_project(now=TUESDAY, seats=2, contributors=["supervisor"])
    assert "等监督人提供随机值后定序" in page_at(client, project, operator, TUESDAY)


def test_it_tells_what_changed_since_the_prequery(client: Client, operator: User) -> None:
    make_experts(3)
    project = make_ready_project(now=TUESDAY, seats=2)
    assert "还没有预查询过" in page_at(client, project, operator, TUESDAY)
    run_prequery(
        plan=DrawPlan.objects.get(project=project),
        actor=operator,
        now=TUESDAY + timedelta(minutes=1),
    )
    make_experts(1)
    save_plan(
        project=project,
        settings=PlanInput(unit_cap=1),
        groups=[GroupInput("综合", 2, [EVERYBODY])],
        actor=operator,
        now=TUESDAY + timedelta(minutes=5),
    )
    for minute in (9, 10):  # also when the page is opened again
        page = page_at(client, project, operator, TUESDAY + timedelta(minutes=minute))
        assert "预查询之后方案改过" in page
        assert "预查询时可抽取 3 人，现在 4 人" in page


def test_it_tells_what_is_short_thin_or_guessable(
    client: Client, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_experts(3)
    short = make_ready_project(now=TUESDAY, seats=5)
    assert "综合还缺 2 人" in page_at(client, short, operator, TUESDAY)
    project = make_ready_project(now=TUESDAY, seats=2)
    monkeypatch.setitem(vars(office.PANEL_BITS), "default", 0)
    assert "容易" not in page_at(client, project, operator, TUESDAY)
    monkeypatch.setitem(vars(office.PANEL_BITS), "default", 3)
    assert "容易猜中" in page_at(client, project, operator, TUESDAY)
    monkeypatch.setitem(vars(office.CANDIDATES_PER_SEAT), "default", 2)
    assert "3 名候选人要坐 2 个席位" in page_at(client, project, operator, TUESDAY)


def test_what_cannot_be_drawn_has_no_such_page(client: Client, operator: User) -> None:
    project = make_ready_project(now=TUESDAY, seats=2)
    with time_machine.travel(TUESDAY + timedelta(days=9), tick=False):
        answer = login(client, operator).get(reverse("draws:start", args=[project.pk]), follow=True)
    assert "评审开始时间已过" in "".join(str(one) for one in answer.context["messages"])


def test_a_plan_changed_after_the_approval_of_its_project_is_told_before_and_after(
    client: Client, operator: User
) -> None:
    make_experts(60)
    project = make_ready_project(now=TUESDAY, seats=5)
    plan = make_plan(project, now=TUESDAY, seats=5)
    hour = timedelta(hours=1)
    Project.objects.filter(pk=project.pk).update(decided_at=TUESDAY + hour)
    said = "方案在项目审核通过之后改过"
    unchanged = changed_unseen(version_of(plan), [Project.objects.get(pk=project.pk)])
    assert unchanged == ""
    made = PlanVersion.objects.get(plan=plan, number=plan.version)
    made.pk, made.number, made.made_at = None, plan.version + 1, TUESDAY + 2 * hour
    made.save(force_insert=True)
    plan.version += 1
    told = changed_unseen(version_of(plan), [Project.objects.get(pk=project.pk)])
    assert "项目 2026-11-24 10:00 审核通过之后" in told
    assert "改动没有经过审核" in told
    assert [one.title for one in _unseen(plan, [Project.objects.get(pk=project.pk)])] == [said]


def test_sheet_and_evidence_say_that_a_changed_plan_was_drawn(
    client: Client, operator: User
) -> None:
    make_experts(4)
    now = timezone.now()
    draw = make_draw(now=now, operator=operator, seats=2)
    assert sealed_unseen(draw) == ""
    older = PlanVersion.objects.get(plan__project=draw.project)
    older.pk, older.number, older.made_at = None, older.number + 1, now - timedelta(hours=2)
    older.save(force_insert=True)
    Project.objects.filter(pk=draw.project_id).update(decided_at=now - timedelta(hours=1))
    draw = Draw.objects.get(pk=draw.pk)
    told = sealed_unseen(draw)
    assert "改动没有经过审核" in told
    assert ("抽取方案", told) in _drawn(draw, 2)
    address = reverse("projects:detail", args=[draw.project_id])
    page = login(client, operator).get(address, {"tab": "evidence"})
    assert told in page.content.decode()
