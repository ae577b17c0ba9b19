"""Whether anybody is drawn by the conditions of a plan as they stand: words go, fields are retired or shut meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from expertpool.accounts.models import User
from expertpool.core.criteria import criteria_field, fields_named, is_seen, parse
from expertpool.customforms.queries.asking import fields_among, unasked_fields
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import ConditionGroup, DrawPlan
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.queries.fitting import Level, planned_level, planned_levels
from expertpool.draws.queries.shortfall import Shortfall
from expertpool.experts.fields import EXPERT
from expertpool.projects.models import Project

# What it asks, and why that does not go, is told to who may see it (docs/decisions/0489).
UNSEEN = "有一个条件您看不到，按它不能抽取，请由能看到它的人修改抽取方案后再抽取。"


def conditions_of(plan: DrawPlan, short: Shortfall | None) -> list[ConditionGroup]:
    """Return the groups of ``plan`` that are drawn next; of a panel that is ``short``, what it lacks."""
    groups = plan.groups.prefetch_related("levels")
    return short.groups_in(groups) if short else list(groups)


def check_conditions(groups: Iterable[ConditionGroup], *, viewer: User | None) -> None:
    """Refuse (DrawNotReady) conditions that name what is gone, or ask a field that is no longer in use or that only
    some see; what ``viewer`` (None: who sees all) may not see, he is not told."""
    asked = _asked(check_named(groups, viewer=viewer))
    for code, why in unasked_fields(fields_among(EXPERT.code, asked)).items():
        is_told = criteria_field(SUBJECT, code).is_open_to(viewer)
        raise DrawNotReady(why if is_told else UNSEEN)


def check_named(groups: Iterable[ConditionGroup], *, viewer: User | None) -> dict[str, list[Level]]:
    """Refuse (DrawNotReady) conditions that name what is gone, as `check_conditions` does: also who is chosen by hand is
    held against them. Return them, as `planned_levels` does."""
    found: dict[str, list[Level]] = {}
    for group in groups:
        found[group.code] = []
        for level in group.levels.all():
            try:
                found[group.code].append((level.level, planned_level(group, level)))
            except DrawNotReady as gone:
                is_told = is_seen([parse(SUBJECT, level.criteria, stored=True)], viewer)
                raise DrawNotReady(str(gone) if is_told else UNSEEN) from None
    return found


def unasked_among(projects: Collection[Project]) -> set[int]:
    """Return the keys of those of ``projects``, each the lead of its batch, by whose plan as it stands nobody is drawn."""
    plans = DrawPlan.objects.filter(project__in=projects).prefetch_related("groups__levels")
    asked: dict[int, set[str]] = {}
    unasked = set()
    for plan in plans:
        try:
            asked[plan.project_id] = _asked(planned_levels(plan.groups.all()))
        except DrawNotReady:
            unasked.add(plan.project_id)
    codes = set().union(*asked.values())
    refused = unasked_fields(fields_among(EXPERT.code, codes)) if codes else {}
    return unasked | {key for key, named in asked.items() if not named.isdisjoint(refused)}


def _asked(levels: Mapping[str, Sequence[Level]]) -> set[str]:
    return fields_named(node for rows in levels.values() for _, node in rows)
