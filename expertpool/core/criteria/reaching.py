"""The rows among which a condition has to be looked for: by indexes, by their own columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet

from expertpool.core.criteria.nodes import AllOf, AnyOf, Leaf, Node, Not
from expertpool.core.criteria.registry import criteria_field

Keys = QuerySet[Any, Any]


def reach(node: Node) -> Keys | None:
    """Return the keys of all rows that ``node`` fits, and perhaps of others, as a query.

    It asks only fields that `find` by an index. None where looking at every row is the only way.
    """
    outline = _outline(node, _found)
    return None if outline is None else _keys(outline)


def own_columns(node: Node) -> Node | None:
    """Return a wider condition than ``node`` that the columns of a row answer, if there is one."""
    return _outline(node, _of_column)


def _outline(node: Node, kept: Callable[[Leaf], Node | None]) -> Node | None:
    """Return a wider condition than ``node``, of what is ``kept`` of its leaves, if there is one."""
    match node:
        case Leaf():
            return kept(node)
        case AllOf(parts=parts):
            # One part is enough: the others only narrow what fits it.
            found = (_outline(part, kept) for part in parts)
            return _joined(AllOf, [part for part in found if part is not None])
        case AnyOf(parts=parts):
            each = [part for part in (_outline(part, kept) for part in parts) if part is not None]
            # One part without is too much: what fits it may be anywhere.
            return _joined(AnyOf, _merged(each)) if len(each) == len(parts) else None
        case Not():
            return None


def _found(leaf: Leaf) -> Node | None:
    """Keep a field that finds by an index: as leaves with ``in``."""
    subject, code = leaf.subject, leaf.field
    if leaf.op not in {"in", "all"} or criteria_field(subject, code).find is None:
        return None
    each = [leaf.value] if leaf.op == "in" else [(one,) for one in leaf.value]
    return _joined(AllOf, [Leaf(subject, code, "in", values) for values in each])


def _of_column(leaf: Leaf) -> Node | None:
    field = criteria_field(leaf.subject, leaf.field)
    return leaf if field.match is None and "__" not in field.path else None


def _joined(kind: type[AllOf] | type[AnyOf], parts: list[Node]) -> Node | None:
    return kind(tuple(parts)) if len(parts) > 1 else next(iter(parts), None)


def _merged(parts: Iterable[Node]) -> list[Node]:
    """Make one condition of those on the same field, so that no row is found twice."""
    values: dict[tuple[str, str], set[Any]] = {}
    others: dict[Node, None] = {}
    for part in parts:
        if isinstance(part, Leaf) and part.op == "in":
            values.setdefault((part.subject, part.field), set()).update(part.value)
        else:
            others[part] = None
    leaves = (Leaf(*field, "in", tuple(sorted(chosen))) for field, chosen in values.items())
    return [*leaves, *others]


def _keys(outline: Node) -> Keys:
    match outline:
        case AllOf(parts=parts):
            first, *others = map(_keys, parts)
            return first.intersection(*others)
        case AnyOf(parts=parts):
            first, *others = map(_keys, parts)
            return first.union(*others)
        case Leaf(subject=subject, field=code, value=value):
            find = criteria_field(subject, code).find
            assert find is not None  # noqa: S101 (as `_outline` left it)
            return find(value)
        case Not():
            raise AssertionError  # `_outline` leaves none
