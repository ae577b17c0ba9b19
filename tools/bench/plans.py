"""What the benchmarks draw: projects, and a plan of 21 seats in five groups that overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from expertpool.accounts.models import User
from expertpool.directory.models import Specialty, Unit
from expertpool.directory.queries import specialty_subtree
from expertpool.draws.models import DrawPlan
from expertpool.draws.services.plan import GroupInput, PlanInput, save_plan
from expertpool.experts.models import Expert, ExpertSpecialty
from expertpool.projects.enums import AvoidanceSubject, Regime
from expertpool.projects.models import Avoidance, Project
from expertpool.projects.services.application import create_project, submit_project
from expertpool.projects.services.approval import approve_project

Criteria = dict[str, Any]


@dataclass(frozen=True)
class Staff:
    """Who files, approves and draws."""

    operator: User
    supervisor: User

    @classmethod
    def load(cls) -> Staff:
        users = User.objects.select_related("department")
        return cls(users.get(username="operator"), users.get(username="supervisor"))


def make_project(
    number: str, staff: Staff, *, days: float, now: datetime, avoiding: bool = True
) -> Project:
    """Return an approved project that opens ``days`` from now, with avoidances of each kind."""
    assert staff.operator.department is not None  # noqa: S101 (a demo account has one)
    purchaser, *bidders = Unit.objects.order_by("pk")[:4]
    values = {
        "number": f"BENCH-{now:%m%d%H%M%S}-{number}",  # a kept pool is measured again
        "name": "性能测量项目",
        "regime": Regime.INTERNAL,
        "department": staff.operator.department,
        "opening_at": now + timedelta(days=days),
        "place": "一号会议室",
        "contact_name": "测量",
        "contact_phone": "010-00000000",
        "purchaser": purchaser if avoiding else None,
    }
    project = create_project(values=values, actor=staff.operator, now=now)
    if avoiding:
        month = timedelta(days=30)
        Avoidance.objects.bulk_create(
            [
                *(Avoidance(project=project, subject="unit", unit=unit) for unit in bidders),
                Avoidance(project=project, subject=AvoidanceSubject.PERSON, name="王伟"),
                Avoidance(
                    project=project,
                    subject=AvoidanceSubject.PERIOD,
                    from_date=(now - month).date(),
                    to_date=now.date(),
                ),
            ]
        )
    submit_project(project=project, actor=staff.operator, now=now)
    approve_project(project=project, version=project.version, actor=staff.supervisor, now=now)
    return project


def make_plan(
    project: Project,
    groups: Sequence[GroupInput],
    staff: Staff,
    *,
    now: datetime,
    frequency_cap: int | None = 12,
    unit_cap: int | None = 1,
) -> DrawPlan:
    plan = save_plan(
        project=project,
        settings=PlanInput(frequency_cap=frequency_cap, unit_cap=unit_cap),
        groups=groups,
        actor=staff.operator,
        now=now,
    )
    return DrawPlan.objects.select_related("project__purchaser").get(pk=plan.pk)


def branches_of_one_percent(count: int = 4) -> list[Specialty]:
    """Return the branches (level 2) whose number of holders is nearest to 1 % of the pool."""
    wanted = Expert.objects.count() / 100
    links = dict(
        ExpertSpecialty.objects.order_by()
        .values_list("specialty")
        .annotate(count=Count("pk"))
        .values_list("specialty", "count")
    )
    sizes = {}
    for branch in Specialty.objects.filter(level=2, scheme__active=True).order_by("code"):
        below = specialty_subtree([branch.pk]).values_list("pk", flat=True)
        sizes[branch] = sum(links.get(pk, 0) for pk in below)
    return sorted(sizes, key=lambda branch: abs(sizes[branch] - wanted))[:count]


def holding(*branches: Specialty) -> Criteria:
    return {"field": "specialty", "op": "in", "value": [str(branch.pk) for branch in branches]}


def at_least(level: int) -> Criteria:
    return {"field": "title_level", "op": "gte", "value": level}


def five_groups(branches: Sequence[Specialty]) -> list[GroupInput]:
    """21 seats; every group shares candidates with the next, the last with all."""
    first, second, third, fourth = branches
    senior, associate = at_least(4), at_least(3)
    years = {"field": "practice_years", "op": "gte", "value": 10}
    return [
        GroupInput(
            "甲", 6, [{"all": [holding(first), senior]}, {"all": [holding(first), associate]}]
        ),
        GroupInput("乙", 5, [{"all": [holding(first, second), associate]}]),
        GroupInput(
            "丙",
            4,
            [
                {"all": [holding(second, third), senior]},
                {"all": [holding(second, third), associate]},
            ],
        ),
        GroupInput("丁", 3, [{"all": [holding(third, fourth), associate, years]}]),
        GroupInput("戊", 3, [{"all": [holding(first, second, third, fourth), senior]}]),
    ]
