"""Which draws name a field of an expert in what they sealed."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db.models import BooleanField, F, Func, QuerySet, Value

from expertpool.customforms.registry import FieldUse
from expertpool.draws.enums import DrawStatus
from expertpool.draws.models import ConditionLevel, Draw
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
    wanted = " || ".join(f"@.value == {json.dumps(word)}" for word in options)
    return _numbers(_naming(code, f" && ({wanted})"))


def plans_naming(subject: str, code: str) -> list[str]:
    """Return the plans that ask the field and have not been drawn by yet, in words: approved ones have to be
    changed and approved anew."""
    if subject != EXPERT.code:
        return []
    levels = ConditionLevel.objects.alias(names=_exists("criteria", _path("$.**", code)))
    plans = levels.filter(names=True, group__plan__project__draw_state=DrawState.NOT_DRAWN)
    projects = Project.objects.filter(pk__in=plans.order_by().values("group__plan__project"))
    return [
        f"项目“{project}”的抽取方案"
        for project in projects.exclude(archived_at__isnull=False).order_by("pk")
    ]


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
