"""The fields that conditions ask, which administrators may retire meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from expertpool.core.criteria import fields_named
from expertpool.customforms.exceptions import FieldRetired
from expertpool.customforms.services.fields import check_fields, hold_fields
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import ConditionGroup
from expertpool.draws.queries.eligibility import Eligibility
from expertpool.draws.queries.fitting import Level, planned_levels
from expertpool.experts.fields import EXPERT


def check_asked(found: Eligibility) -> None:
    """Refuse (DrawNotReady) conditions over a field that is no longer in use, or that only some see."""
    _check(found.levels)


def why_not_asked(groups: Iterable[ConditionGroup]) -> str:
    """Return why nobody is drawn by the conditions of ``groups`` of a plan as they stand, a sentence for whoever reads
    the plan: they name what is gone, or what `check_asked` refuses; empty where they can be drawn by."""
    try:
        _check(planned_levels(groups))
    except DrawNotReady as refused:
        return str(refused)
    return ""


def _check(levels: Mapping[str, Sequence[Level]]) -> None:
    try:
        check_fields(EXPERT.code, _asked(levels))
    except FieldRetired as retired:
        raise DrawNotReady(str(retired)) from None


def hold_asked(found: Eligibility) -> None:
    """The same, and let nobody retire one until the seal stands."""
    try:
        hold_fields(EXPERT.code, _asked(found.levels))
    except FieldRetired as retired:
        raise DrawNotReady(str(retired)) from None


def _asked(levels: Mapping[str, Sequence[Level]]) -> set[str]:
    return fields_named(node for rows in levels.values() for _, node in rows)
