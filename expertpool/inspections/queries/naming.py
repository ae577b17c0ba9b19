"""Which yearly checks that are not opened yet ask a field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from expertpool.core.criteria import CriteriaUse, as_seen, asks
from expertpool.experts.queries.criteria import SUBJECT as OF_EXPERTS
from expertpool.inspections.enums import RoundState
from expertpool.inspections.models import Round
from expertpool.inspections.queries.inspections import rounds_visible_to


def rounds_naming(subject: str, code: str, options: Sequence[Any], viewer: Any) -> list[str]:
    """Return, in words, those that ask the field ``code`` (for one of ``options``, if there are any): they cannot be
    opened once it is gone. As ``viewer`` sees them."""
    if subject != OF_EXPERTS:
        return []
    rows = Round.objects.alias(names=asks("criteria", code, options)).filter(names=True)
    seen = rounds_visible_to(viewer) if viewer is not None else Round.objects.none()
    keys = set(seen.values_list("pk", flat=True))
    drafts = rows.filter(state=RoundState.DRAFT).order_by("pk")
    return [as_seen(f"年检“{one}”的条件", one.pk in keys) for one in drafts]


CONDITIONS = CriteriaUse("inspections", rounds_naming, order=20)
