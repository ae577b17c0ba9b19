"""Which draws name a field of an expert in what they sealed, and which plans and templates ask it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from expertpool.core.criteria import CriteriaUse, as_seen, asks
from expertpool.customforms.registry import FieldUse
from expertpool.draws.enums import DrawStatus
from expertpool.draws.models import ConditionLevel, ConditionTemplate, Draw, WideningRequest
from expertpool.draws.queries.draws import draws_visible_to, projects_to_draw
from expertpool.draws.queries.templates import templates_for
from expertpool.experts.fields import EXPERT
from expertpool.projects.enums import DrawState
from expertpool.projects.models import Project
from expertpool.workflow.queries.asking import only_asked
from expertpool.workflow.queries.requests import waits

# Whoever has one of these for a project reads its plan.
PLANNING = ("draws.plan", "draws.approve_plan", "draws.run", "draws.view")
UNDER_WAY = (DrawStatus.SEALED, DrawStatus.INVITING)


def running_draws_naming(subject: str, code: str, viewer: Any) -> list[str]:
    """Return the draws under way that ask the field ``code`` of ``subject``, in words, as ``viewer`` sees them."""
    if subject != EXPERT.code:
        return []
    running = _numbers(_naming(code).filter(status__in=UNDER_WAY), viewer)
    return [as_seen(f"抽取 {number} 的条件", is_seen) for number, is_seen in running]


def draws_naming(subject: str, code: str, options: Sequence[str], viewer: Any) -> list[str]:
    """Return the numbers of all draws, ended or not, that asked the field for one of ``options``, as ``viewer`` sees
    them."""
    if subject != EXPERT.code:
        return []
    return [as_seen(*one) for one in _numbers(_naming(code, options), viewer)]


def plans_naming(subject: str, code: str, options: Sequence[Any], viewer: Any) -> list[str]:
    """Return the plans that ask the field (for one of ``options``, if there are any) and by which somebody may still be
    drawn, each with the wider draw that is asked for by it, and the templates of plans, in words: approved plans have
    to be changed and approved anew. As ``viewer`` sees them."""
    if subject != EXPERT.code:
        return []
    levels = ConditionLevel.objects.alias(names=asks("criteria", code, options))
    plans = levels.filter(names=True).order_by().values("group__plan__project")
    projects = Project.objects.filter(_to_draw(), pk__in=plans)
    projects = projects.exclude(archived_at__isnull=False).order_by("pk")
    keys, asked = _read_by(viewer), _widening(projects)
    return [
        as_seen(f"项目“{project}”的抽取方案{asked.get(project.pk, '')}", project.pk in keys)
        for project in projects
    ] + _templates(code, options, viewer)


def _to_draw() -> Q:
    """Projects by whose plans somebody may still be drawn: none was yet, or the panel fell short and does not sit yet."""
    coming = Project.objects.filter(opening_at__gt=timezone.now())
    sits_later = Q(pk__in=coming) | Q(batch__in=coming.exclude(batch=None).values("batch"))
    short = Q(draw_state=DrawState.UNSATISFIED) & sits_later
    return Q(draw_state=DrawState.NOT_DRAWN) | short


def _widening(projects: QuerySet[Project]) -> dict[int, str]:
    """Return of those of ``projects`` (ids) for which a wider draw is asked, what that is called."""
    waiting = WideningRequest.objects.filter(waits(timezone.now()), draw__project__in=projects)
    label = WideningRequest._meta.verbose_name
    return {
        one.draw.project_id: f"（有待确认的{label}）"
        for one in only_asked(waiting.select_related("draw"))
    }


def _read_by(viewer: Any) -> set[int]:
    """Return the projects (ids) to be drawn for whose plans ``viewer`` reads."""
    if viewer is None:
        return set()
    reached = (projects_to_draw(viewer, code) for code in PLANNING if viewer.has_permission(code))
    return {pk for rows in reached for pk in rows.filter(_to_draw()).values_list("pk", flat=True)}


def _templates(code: str, options: Sequence[Any], viewer: Any) -> list[str]:
    """Return the templates whose conditions do, each with its owner: he alone can replace it."""
    offered = templates_for(viewer) if viewer is not None else ConditionTemplate.objects.none()
    keys = set(offered.values_list("pk", flat=True))
    asking = ConditionTemplate.objects.alias(names=asks("groups", code, options))
    rows = asking.filter(names=True)
    found = rows.select_related("owner").order_by("pk")
    return [as_seen(f"{one.owner}的抽取条件模板“{one.name}”", one.pk in keys) for one in found]


def _naming(code: str, options: Sequence[Any] = ()) -> QuerySet[Draw]:
    sealed = asks("rule_content", code, options, where="$.groups.levels.criteria.**")
    return Draw.objects.alias(names=sealed).filter(names=True)


def _numbers(draws: QuerySet[Draw], viewer: Any) -> list[tuple[str, bool]]:
    """Return each with whether ``viewer`` sees it."""
    sees = viewer is not None and viewer.has_permission("draws.view")
    reached = draws_visible_to(viewer) if sees else Draw.objects.none()
    keys = set(reached.filter(pk__in=draws.order_by().values("pk")).values_list("pk", flat=True))
    rows = draws.order_by("pk").values_list("pk", "number")
    return [(number, pk in keys) for pk, number in rows]


USE = FieldUse(
    "draws",
    running=running_draws_naming,
    ever=draws_naming,
    # What is sealed nobody can change.
    way_out="请待抽取结束",
)
CONDITIONS = CriteriaUse("draws.plans", plans_naming, order=10)
