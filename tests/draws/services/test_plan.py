"""Plans and templates: what they keep, what they refuse, and that conditions mean what they say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.criteria import CriteriaError
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import ConditionGroup, ConditionTemplate, DrawPlan
from expertpool.draws.queries.eligibility import evaluate
from expertpool.draws.queries.templates import templates_for
from expertpool.draws.services.plan import GroupInput, PlanInput, save_plan
from expertpool.draws.services.templates import delete_template, groups_of, save_template
from expertpool.experts.models import Expert, Tag
from tests.factories.accounts import make_user
from tests.factories.draws import make_plan, make_ready_project
from tests.factories.experts import make_expert, make_specialty

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
ALL: dict[str, Any] = {"all": []}


def leaf(field: str, op: str, value: object) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def eligible(*levels: dict[str, Any], seats: int = 1) -> dict[int, int]:
    """Who fits the conditions, with his level."""
    project = make_ready_project(now=NOW, groups=[GroupInput("组", seats, levels)])
    plan = DrawPlan.objects.select_related("project__purchaser").get(project=project)
    return {item.expert_id: item.groups["g1"] for item in evaluate(plan, now=NOW).eligible}


def by_specialty() -> tuple[dict[str, Any], list[Expert]]:
    branch = make_specialty("A01")
    node = make_specialty("A0101", parent=branch)
    other = make_specialty("B01")
    experts = [make_expert() for _ in range(3)]
    for expert, specialty in zip(experts, (branch, node, other), strict=True):
        expert.specialty_links.create(specialty=specialty)
    return leaf("specialty", "in", [str(branch.pk)]), experts[:2]


def by_title() -> tuple[dict[str, Any], list[Expert]]:
    experts = [make_expert(title_level=level) for level in (4, 3, 2)]
    return leaf("title_level", "gte", "3"), experts[:2]


def by_region() -> tuple[dict[str, Any], list[Expert]]:
    experts = [make_expert(division_id=code) for code in ("330106", "330100", "310101")]
    return leaf("division", "in", ["330000"]), experts[:2]


def by_tag() -> tuple[dict[str, Any], list[Expert]]:
    tag = Tag.objects.create(name="水利组")
    experts = [make_expert() for _ in range(2)]
    tag.experts.add(experts[0])
    return leaf("tag", "in", [str(tag.pk)]), experts[:1]


def by_participation() -> tuple[dict[str, Any], list[Expert]]:
    return leaf("participation", "lte", 0), [make_expert(), make_expert()]


@pytest.mark.shows("DRAW-05", "EXP-18", "EXP-33")
@pytest.mark.parametrize("case", [by_specialty, by_title, by_region, by_tag, by_participation])
def test_each_condition_leaves_exactly_those_who_meet_it(
    case: Callable[[], tuple[dict[str, Any], list[Expert]]],
) -> None:
    condition, expected = case()
    assert set(eligible(condition)) == {expert.pk for expert in expected}


@pytest.mark.shows("DRAW-07")
def test_conditions_combine_with_and_or_not() -> None:
    senior_woman = make_expert(title_level=4, sex="female")
    senior_man = make_expert(title_level=4, sex="male")
    junior_woman = make_expert(title_level=1, sex="female")
    make_expert(title_level=1, sex="male")
    woman, senior = leaf("sex", "eq", "female"), leaf("title_level", "gte", "4")
    assert set(eligible({"all": [woman, senior]})) == {senior_woman.pk}
    assert set(eligible({"any": [woman, senior]})) == {
        senior_woman.pk,
        senior_man.pk,
        junior_woman.pk,
    }
    assert set(eligible({"all": [senior, {"not": woman}]})) == {senior_man.pk}


@pytest.mark.shows("DRAW-09", "DRAW-10")
def test_an_expert_has_the_best_level_he_meets() -> None:
    senior, associate, junior = (make_expert(title_level=level) for level in (4, 3, 1))
    levels = leaf("title_level", "gte", "4"), leaf("title_level", "gte", "3"), ALL
    assert eligible(*levels) == {senior.pk: 1, associate.pk: 2, junior.pk: 3}


@pytest.mark.parametrize("field", ["name", "number", "employer", "status", "phone"])
def test_conditions_that_would_name_somebody_are_refused(field: str) -> None:
    with pytest.raises(CriteriaError):
        make_ready_project(now=NOW, groups=[GroupInput("组", 1, [leaf(field, "in", ["1"])])])


def test_plan_without_groups_or_levels_is_refused_and_leaves_the_old_one(operator: User) -> None:
    project = make_ready_project(now=NOW, seats=4)
    for groups in ([], [GroupInput("甲", 1, [])]):
        with pytest.raises(DrawNotReady):
            save_plan(project=project, settings=PlanInput(), groups=groups, actor=operator, now=NOW)
    assert list(ConditionGroup.objects.values_list("name", "seats")) == [("综合", 4)]


def test_changing_a_plan_is_logged_in_words(operator: User) -> None:
    project = make_ready_project(now=NOW, seats=1)
    groups = [GroupInput("副高以上", 2, [leaf("title_level", "gte", "3")])]
    make_plan(project, now=NOW, groups=groups, actor=operator)
    entry = Entry.objects.filter(action="draw.plan").first()
    assert entry is not None
    assert entry.before["条件组"][0]["人数"] == 1
    assert entry.after["条件组"] == [
        {"名称": "副高以上", "人数": 2, "条件": ["职称级别 不低于 副高"]}
    ]


@pytest.mark.shows("DRAW-07")
def test_template_gives_another_plan_the_same_groups(operator: User) -> None:
    groups = [GroupInput("副高以上", 2, [leaf("title_level", "gte", "3"), ALL])]
    template = save_template(name="常规评审", groups=groups, shared=False, actor=operator, now=NOW)
    project = make_ready_project(now=NOW, groups=groups_of(template))
    levels = ConditionGroup.objects.get(plan__project=project).levels.all()
    assert [level.criteria for level in levels] == [leaf("title_level", "gte", 3), ALL]


def test_template_is_seen_by_its_owner_or_when_shared_and_removed_by_its_owner(
    operator: User,
) -> None:
    other = make_user("operator")
    groups = [GroupInput("组", 1, [ALL])]
    own = save_template(name="我的", groups=groups, shared=False, actor=operator, now=NOW)
    shared = save_template(name="共享", groups=groups, shared=True, actor=operator, now=NOW)
    assert set(templates_for(operator)) == {own, shared}
    assert set(templates_for(other)) == {shared}
    with pytest.raises(DrawNotReady):
        delete_template(template=shared, actor=other, now=NOW)
    delete_template(template=shared, actor=operator, now=NOW)
    assert set(ConditionTemplate.objects.all()) == {own}
