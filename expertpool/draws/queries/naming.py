"""Which draws name a field of an expert in what they sealed."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db.models import BooleanField, F, Func, QuerySet, Value

from expertpool.customforms.registry import FieldUse
from expertpool.draws.enums import DrawStatus
from expertpool.draws.models import Draw
from expertpool.experts.fields import EXPERT

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


def _naming(code: str, further: str = "") -> QuerySet[Draw]:
    # A string of JSON is one of jsonpath, too: quoted, a code cannot become part of the path.
    path = Value(f"$.groups.levels.criteria.** ? (@.field == {json.dumps(code)}{further})")
    exists = Func(
        F("rule_content"),
        path,
        template="jsonb_path_exists(%(expressions)s::jsonpath)",
        output_field=BooleanField(),
    )
    return Draw.objects.alias(names=exists).filter(names=True)


def _numbers(draws: QuerySet[Draw]) -> list[str]:
    return list(draws.order_by("pk").values_list("number", flat=True))


USE = FieldUse("draws", running=running_draws_naming, ever=draws_naming)
