"""Conditions over the further fields of a record, kept in its JSON column ``extra``.

Equality and membership ask by containment (``@>``), which a GIN index of ``jsonb_path_ops``
answers; comparisons and parts of texts read the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from expertpool.core import criteria as ask
from expertpool.core.subjects.kinds import Choice, Day, File, Flag, Kind, Number, Text, Words


def extra_question(subject: str, code: str, kind: Kind) -> ask.Field:
    """Return the condition over the further field ``code`` of the records of ``subject``, the
    label of their model."""
    about: dict[str, Any] = {
        "nullable": True,
        "match": lambda op, value, context: extra_q(code, op, value, many=isinstance(kind, Words)),
    }
    match kind:
        case Text():
            return ask.Text(**about)
        case Number():
            bounds: dict[str, Any] = {
                "minimum": kind.least,
                "maximum": kind.most,
                "decimals": kind.decimals,
            }
            return ask.Number(**about, **bounds, suffix=kind.suffix)
        case Day():
            return ask.Date(**about)
        case Flag():
            return ask.Boolean(**about)
        case File():
            # Whether there is one; what it says nobody asks.
            there = Q(extra__has_key=code)
            return ask.Boolean(match=lambda op, value, context: there if value else ~there)
        case Words():
            pairs = [(word, word) for word in kind.known]
            return ask.Multi(**about, choices=pairs, find=_find(subject, code, many=True))
        case Choice():
            return ask.Choice(**about, choices=kind.pairs, find=_find(subject, code, many=False))
    message = f"no condition over {type(kind).__name__}"
    raise TypeError(message)


def extra_q(code: str, op: str, value: Any, *, many: bool = False) -> Q:
    """Return the records whose further field ``code`` fits; ``many``: its value is a list."""
    path = f"extra__{code}"
    match op:
        case "empty":
            return ~Q(extra__has_key=code)
        case "eq":
            return _holds(code, value)
        case "in":
            # A list contains the list of one word where the word is in it.
            return Q(*(_holds(code, [one] if many else one) for one in value), _connector=Q.OR)
        case "all":
            return _holds(code, list(value))
        case "between":
            return Q(**{f"{path}__gte": value[0], f"{path}__lte": value[1]})
        case "contains" | "starts":
            lookup = "icontains" if op == "contains" else "istartswith"
            return Q(**{f"{path}__{lookup}": value})
    return Q(**{f"{path}__{op}": value})


def _holds(code: str, value: Any) -> Q:
    return Q(extra__contains={code: value})


def _find(subject: str, code: str, *, many: bool) -> Callable[[Sequence[Any]], QuerySet[Any, Any]]:
    def find(values: Sequence[Any]) -> QuerySet[Any, Any]:
        rows: QuerySet[Any, Any] = apps.get_model(subject)._default_manager.order_by()
        return rows.filter(extra_q(code, "in", values, many=many)).values("pk")

    return find
