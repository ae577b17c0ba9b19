"""From a tree of conditions to one ``Q``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from expertpool.core.criteria.nodes import All, Any, Leaf, Node, Not
from expertpool.core.criteria.registry import criteria_field


@dataclass(frozen=True)
class Context:
    """What conditions that speak of "today" (age, years of practice) are measured by."""

    now: datetime

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)


def to_q(node: Node, context: Context) -> Q:
    """Compile ``node``. A condition about an empty value does not hold; its negation does."""
    match node:
        case Leaf(subject=subject, field=code, op=op, value=value):
            return criteria_field(subject, code).to_q(op, value, context)
        case Not(part=All(parts=())):
            return Q(pk__in=[])
        case Not(part=part):
            return ~to_q(part, context)
        case All(parts=parts):
            return Q(*(to_q(part, context) for part in parts))
        case Any(parts=()):
            return Q(pk__in=[])
        case Any(parts=parts):
            each = [to_q(part, context) for part in parts]
            return Q(*each, _connector=Q.OR) if all(each) else Q()  # an empty Q holds for all
