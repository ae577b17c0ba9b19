"""Narrow conditions: each should cost what its own candidates cost, not what the pool costs."""

from __future__ import annotations

from datetime import datetime

from expertpool.directory.models import Division
from expertpool.directory.queries import specialty_subtree
from expertpool.draws.enums import Knowledge
from expertpool.draws.queries.eligibility import evaluate
from expertpool.draws.services.plan import GroupInput
from expertpool.experts.models import Expert, Tag
from tools.bench.plans import (
    Criteria,
    Staff,
    at_least,
    branches_of_one_percent,
    holding,
    make_plan,
    make_project,
)
from tools.bench.reporting import Reporter, timed

RUNS = 3


def measure_narrow(reporter: Reporter, size: int, *, now: datetime) -> None:
    """Evaluate each condition alone, as the only group of a plan."""
    staff = Staff.load()
    project = make_project("narrow", staff, days=100, now=now, avoiding=False)
    for name, criteria in _conditions().items():
        plan = make_plan(project, [GroupInput("组", 1, [criteria])], staff, now=now)
        found = evaluate(plan, now=now, knowing=Knowledge.ALL)
        reporter.report(
            f"narrow_{name}",
            timed(lambda plan=plan: evaluate(plan, now=now, knowing=Knowledge.ALL), runs=RUNS),  # type: ignore[misc]
            size=size,
            candidates=len(found.eligible) + len(found.excluded),
        )


def _conditions() -> dict[str, Criteria]:
    expert = Expert.objects.order_by("pk")[0]
    (branch,) = branches_of_one_percent(1)
    leaf = specialty_subtree([branch.pk]).filter(children=None).order_by("code")[0]
    county = Division.objects.get(pk=expert.division_id or "")
    tag = Tag.objects.order_by("-name")[0]
    return {
        "leaf": holding(leaf),
        "leaf_senior_county": {
            "all": [
                holding(leaf),
                at_least(4),
                {"field": "division", "op": "in", "value": [county.pk]},
            ]
        },
        "branch_senior": {"all": [holding(branch), at_least(4)]},
        "two_specialties": {
            "field": "specialty",
            "op": "all",
            "value": [str(pk) for pk in expert.specialties.values_list("pk", flat=True)[:2]],
        },
        "division": {"field": "division", "op": "in", "value": [county.pk]},
        "tag": {"field": "tag", "op": "in", "value": [tag.pk]},
        "either": {"any": [holding(leaf), {"field": "division", "op": "in", "value": [county.pk]}]},
        "participation": {"field": "participation", "op": "gte", "value": 3},
        "leaf_not_title": {
            "all": [holding(leaf), {"not": {"field": "title_level", "op": "lte", "value": 2}}]
        },
    }
