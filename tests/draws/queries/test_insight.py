"""What the pre-query says behind its numbers, against small pools that can be counted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from django.utils import timezone

from expertpool.core.criteria import AllOf, Not, explain, parse
from expertpool.directory.models import UnitAlias, UnitRelation
from expertpool.draws.enums import ReplyVia
from expertpool.draws.models import DrawPlan, Invitation
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.queries.eligibility import evaluate
from expertpool.draws.queries.insight import Insight, acceptance, insight_of, percent_text, relaxed
from expertpool.draws.queries.ties import reasons, tie_paths
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.replies import answer
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.projects.models import Project
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import make_expert, make_unit
from tests.factories.projects import avoid

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


def insight(project: Project) -> Insight:
    plan = DrawPlan.objects.select_related("project__purchaser").get(project=project)
    return insight_of(plan, now=NOW)


def cost_of(found: Insight, label: str) -> tuple[int, int, int]:
    cost = next(cost for cost in found.costs if cost.label.startswith(label))
    return cost.excluded, cost.gain, cost.lack


@pytest.mark.shows("DRAW-01", "DRAW-06")
def test_each_avoidance_costs_those_whom_nothing_else_excludes() -> None:
    bidder, other = make_unit("甲公司"), make_unit("乙公司")
    project = make_ready_project(now=NOW, seats=4)
    avoid(project, subject="unit", unit=bidder)
    avoid(project, subject="unit", unit=other)
    avoid(project, subject="unit", name="从未登记的公司")
    make_expert()
    make_expert(employer=bidder)
    make_expert(employer=bidder)
    make_expert(employer=bidder, status=ExpertStatus.FROZEN)
    tied_twice = make_expert(employer=bidder)
    AvoidanceUnit.objects.create(expert=tied_twice, unit=other, kind="declared")

    found = insight(project)

    assert cost_of(found, "回避单位 甲公司") == (4, 2, 1)
    assert cost_of(found, "回避单位 乙公司") == (1, 0, 3)
    assert cost_of(found, "回避单位 从未登记") == (0, 0, 3)
    assert cost_of(found, "未正式入库") == (1, 0, 3)
    assert [cost.label for cost in found.setting_costs] == [
        "回避单位 甲公司",
        "回避单位 乙公司",
        "回避单位 从未登记的公司",
    ]


@pytest.mark.shows("DRAW-02")
def test_avoided_persons_are_told_only_together() -> None:
    """One alone would answer whether that person could be drawn."""
    project = make_ready_project(now=NOW, seats=1)
    for _ in range(2):
        avoid(project, subject="person", expert_number=make_expert().number)
    found = insight(project)
    assert cost_of(found, "回避人员（2 条合计）") == (2, 2, 0)
    assert not any(expert.number in str(found.costs) for expert in Expert.objects.all())


def test_the_frequency_cap_is_a_cost() -> None:
    make_expert()
    first = make_draw(now=NOW, seats=1)
    answer(
        invitation=Invitation.objects.get(),
        accept=True,
        reason="",
        via=ReplyVia.LINK,
        now=NOW,
        entropy=SeededEntropy(3),
    )
    first.project.refresh_from_db()
    project = make_ready_project(now=NOW, seats=1, frequency_cap=1, opens_in_hours=200)
    label = "365 天内参评满 1 次"
    assert cost_of(insight(project), label) == (0, 0, 0)  # while the names are sealed
    release(draw_id=first.pk, now=first.reveal_at)
    assert cost_of(insight(project), label) == (1, 1, 0)


def test_one_condition_less() -> None:
    both = {
        "all": [
            {"field": "sex", "op": "eq", "value": "female"},
            {"field": "title_level", "op": "eq", "value": 4},
        ]
    }
    project = make_ready_project(now=NOW, groups=[GroupInput("综合", 3, [both])])
    make_expert(sex="female", title_level=4)
    for _ in range(2):
        make_expert(sex="male", title_level=4)
    make_expert(sex="female", title_level=2)
    make_expert(sex="female", title_level=2, status=ExpertStatus.FROZEN)

    rows = {row.dropped: (row.gain, row.lack) for row in insight(project).relaxations}

    assert rows["性别 是 女"] == (2, 0)
    assert len(rows) == 2
    assert (1, 1) in rows.values()


def test_relaxing_drops_what_all_has_to_hold_and_never_narrows() -> None:
    woman = {"field": "sex", "op": "eq", "value": "female"}
    senior = {"field": "title_level", "op": "eq", "value": 4}
    either = parse(SUBJECT, {"any": [woman, senior]})
    assert list(relaxed(either)) == [(either, AllOf())]
    refused = Not(parse(SUBJECT, woman))
    assert list(relaxed(AllOf((either, refused)))) == [
        (either, AllOf((refused,))),
        (refused, AllOf((either,))),
    ]
    assert "或" in explain(either)


def test_acceptance_counts_the_answers_of_the_pool() -> None:
    for _ in range(6):
        make_expert()
    assert acceptance(now=NOW).rate == pytest.approx(0.5)  # nothing is known yet
    make_draw(now=NOW, seats=6)
    for line, state in enumerate(("accepted", "accepted", "declined", "no_answer", "leave"), 1):
        Invitation.objects.filter(line=line).update(state=state, replied_at=NOW)
    Invitation.objects.filter(line=6).update(state="replaced", replied_at=NOW)
    past = acceptance(now=NOW)
    assert (past.asked, past.accepted, past.rate) == (5, 2, pytest.approx(3 / 7))
    assert past.is_weak


def test_outlook_of_a_plan() -> None:
    for _ in range(8):
        make_expert()
    found = insight(make_ready_project(now=NOW, seats=2))
    assert found.chance == pytest.approx(1 - 9 / 256)
    assert found.bits == pytest.approx(4.807, abs=0.001)  # 28 panels
    assert not found.is_guessable  # the office asks for nothing
    assert replace(found, wanted_bits=5).is_guessable
    assert not replace(found, wanted_bits=4).is_guessable
    assert [percent_text(share) for share in (0, 0.001, 0.5, 0.999, 1)] == [
        "0%",
        "不到 1%",
        "50%",
        "99% 以上",
        "100%",
    ]


@pytest.mark.shows("DRAW-06")
def test_supervisors_see_by_which_path_experts_are_tied() -> None:
    bidder, renamed = make_unit("甲公司"), make_unit("甲集团公司")
    UnitAlias.objects.create(unit=renamed, name="甲公司", normalised_name="甲公司", shared=True)
    project = make_ready_project(now=NOW, seats=1)
    avoid(project, subject="unit", unit=bidder)
    make_expert(employer=bidder)
    make_expert(employer=renamed)
    for end, kind in (
        (date(2025, 1, 1), "past_employer"),
        (date(2020, 1, 1), "past_employer"),  # longer ago than three years
        (None, "declared"),
    ):
        AvoidanceUnit.objects.create(expert=make_expert(), unit=bidder, kind=kind, end_date=end)

    paths = tie_paths(project, Expert.objects.values_list("pk", flat=True))

    assert {(path.relation, path.matched, count) for path, count in paths} == {
        ("现任职单位", "单位名称相同", 1),
        ("现任职单位", "别名或统一代码相同", 1),
        ("曾任职单位（结束不满 3 年）", "单位名称相同", 1),
        ("申报回避", "单位名称相同", 1),
    }
    assert {path.avoided for path, _ in paths} == {"回避单位 甲公司"}


@pytest.mark.shows("DRAW-06")
def test_the_reason_of_each_expert_is_a_path() -> None:
    buyer, group, other = (make_unit(name) for name in "甲乙丙")
    UnitRelation.objects.create(owner=group, owned=buyer, kind="shareholder", share=60)
    UnitRelation.objects.create(owner=group, owned=other, kind="parent")
    project = make_ready_project(now=NOW, seats=1)
    project.purchaser = buyer
    project.save()
    employed, former, author, kin, free = (make_expert() for _ in range(5))
    Expert.objects.filter(pk=employed.pk).update(employer=group)
    AvoidanceUnit.objects.create(
        expert=former, unit=other, kind="director", end_date=date(2025, 1, 1)
    )
    avoid(project, subject="person", expert_number=author.number, role="author")
    avoid(project, subject="person", name="郑总", role="head")
    AvoidanceUnit.objects.create(expert=kin, kind="kin", person_name="郑总")

    found = reasons(project, Expert.objects.values_list("pk", flat=True))

    assert {pk: [path.text for path in paths] for pk, paths in found.items()} == {
        employed.pk: ["采购单位 甲 ← 控股 60% ← 乙 ← 现任职单位"],
        former.pk: [
            "采购单位 甲 ← 控股 60% ← 乙 → 下级单位 → 丙 ← 任董事、监事、高管（结束不满 3 年）"
        ],
        author.pk: ["采购文件编制人 ← 本人"],
        kin.pk: ["投标人的负责人 ← 亲属"],
    }
    assert free.pk not in found
    assert set(found) == set(evaluate(DrawPlan.objects.get(project=project), now=NOW).excluded)
