"""Which yearly checks that are not opened yet ask a field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from expertpool.core.criteria import CriteriaUse, asks
from expertpool.experts.queries.criteria import SUBJECT as OF_EXPERTS
from expertpool.inspections.enums import RoundState
from expertpool.inspections.models import Round


def rounds_naming(subject: str, code: str, options: Sequence[Any] = ()) -> list[str]:
    """Return, in words, those that ask the field ``code`` (for one of ``options``, if there are any): they cannot be
    opened once it is gone."""
    if subject != OF_EXPERTS:
        return []
    rows = Round.objects.alias(names=asks("criteria", code, options)).filter(names=True)
    return [f"年检“{one}”的条件" for one in rows.filter(state=RoundState.DRAFT).order_by("pk")]


CONDITIONS = CriteriaUse("inspections", rounds_naming, order=20)
