"""Which draws name a field of an expert in what they sealed, and which plans and templates ask it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db.models import BooleanField, F, Func, QuerySet, Value

from expertpool.customforms.registry import FieldUse
from expertpool.draws.enums import DrawStatus
from expertpool.draws.models import ConditionLevel, ConditionTemplate, Draw
from expertpool.experts.fields import EXPERT
from expertpool.projects.enums import DrawState
from expertpool.projects.models import Project

UNDER_WAY = (DrawStatus.SEALED, DrawStatus.INVITING)


def running_draws_naming(subject: str, code: str) -> list[str]:
    """Return the draws under way that ask the field ``code`` of ``subject``, in words."""
    if subject != EXPERT.code:
        return []
    running = _numbers(_naming(code).filter(status__in=UNDER_WAY))
    return [f"抽取 {number} 的条件" for number in running]


def draws_naming(subject: str, code: str, options: Sequence[str]) -> list[str]:
    """Return the numbers of all draws, ended or not, that asked the field for one of ``options``."""
    if subject != EXPERT.code:
        return []
    return _numbers(_naming(code, _one_of(options)))


def plans_naming(subject: str, code: str, options: Sequence[str] = ()) -> list[str]:
    """Return the plans that ask the field (for one of ``options``, if there are any) and have not been drawn by yet,
    and the templates of plans, in words: approved plans have to be changed and approved anew."""
    if subject != EXPERT.code:
        return []
    path = _path("$.**", code, _one_of(options))
    levels = ConditionLevel.objects.alias(names=_exists("criteria", path))
    plans = levels.filter(names=True, group__plan__project__draw_state=DrawState.NOT_DRAWN)
    projects = Project.objects.filter(pk__in=plans.order_by().values("group__plan__project"))
    return [
        f"项目“{project}”的抽取方案"
        for project in projects.exclude(archived_at__isnull=False).order_by("pk")
    ] + _templates(path)


def _templates(path: str) -> list[str]:
    """Return the templates whose conditions ``path`` finds, each with its owner: he alone can replace it."""
    rows = ConditionTemplate.objects.alias(names=_exists("groups", path)).filter(names=True)
    found = rows.select_related("owner").order_by("pk")
    return [f"{one.owner}的抽取条件模板“{one.name}”" for one in found]


def _one_of(options: Sequence[str]) -> str:
    wanted = " || ".join(f"@.value == {json.dumps(word)}" for word in options)
    return f" && ({wanted})" if wanted else ""


def _naming(code: str, further: str = "") -> QuerySet[Draw]:
    path = _path("$.groups.levels.criteria.**", code, further)
    return Draw.objects.alias(names=_exists("rule_content", path)).filter(names=True)


def _path(where: str, code: str, further: str = "") -> str:
    # A string of JSON is one of jsonpath, too: quoted, a code cannot become part of the path.
    return f"{where} ? (@.field == {json.dumps(code)}{further})"


def _exists(column: str, path: str) -> Func:
    return Func(
        F(column),
        Value(path),
        template="jsonb_path_exists(%(expressions)s::jsonpath)",
        output_field=BooleanField(),
    )


def _numbers(draws: QuerySet[Draw]) -> list[str]:
    return list(draws.order_by("pk").values_list("number", flat=True))


USE = FieldUse(
    "draws",
    running=running_draws_naming,
    ever=draws_naming,
    mentions=plans_naming,
    # What is sealed nobody can change.
    way_out="请待抽取结束",
)
