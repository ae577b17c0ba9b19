"""The tree of a condition: plain frozen values, and its one canonical form.

Canonical means: nested groups of the same kind are flattened, groups of one are replaced by what
they hold, double negations vanish, repeated conditions are kept once, and the members of a group
stand in the order of their JSON. Two conditions that differ only in these have the same bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Leaf:
    """One condition. ``value`` is cleaned: text, number, bool, date text, or a sorted tuple."""

    subject: str
    field: str
    op: str
    value: Any = None


@dataclass(frozen=True)
class AllOf:
    """All parts hold; with no part it matches everything."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    part: Node


Node = Leaf | AllOf | AnyOf | Not


def canonical(node: Node) -> dict[str, Any]:
    """Return the stored form of ``node`` (JSON values only)."""
    return _stored(_simplest(node))


def canonical_json(node: Node) -> str:
    """Return the canonical form as compact JSON with sorted keys: same meaning, same text."""
    return _json(canonical(node))


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _stored(node: Node) -> dict[str, Any]:
    match node:
        case Leaf(field=field, op=op, value=None):
            return {"field": field, "op": op}
        case Leaf(field=field, op=op, value=value):
            return {"field": field, "op": op, "value": list(value) if _many(value) else value}
        case Not(part=part):
            return {"not": _stored(part)}
        case AllOf(parts=parts):
            return {"all": [_stored(part) for part in parts]}
        case AnyOf(parts=parts):
            return {"any": [_stored(part) for part in parts]}


def _many(value: Any) -> bool:
    return isinstance(value, tuple)


def _simplest(node: Node) -> Node:
    match node:
        case Leaf():
            return node
        case Not(part=part):
            inner = _simplest(part)
            return inner.part if isinstance(inner, Not) else Not(inner)
        case AllOf(parts=parts):
            return _group(AllOf, parts)
        case AnyOf(parts=parts):
            return _group(AnyOf, parts)


def _group(kind: type[AllOf] | type[AnyOf], parts: tuple[Node, ...]) -> Node:
    """Flatten, drop repetitions, sort; a part that matches everything decides the group."""
    members: dict[str, Node] = {}
    for part in map(_simplest, parts):
        if kind is AnyOf and part == AllOf():
            return AllOf()
        for inner in part.parts if isinstance(part, kind) else (part,):
            members[_json(_stored(inner))] = inner
    ordered = tuple(members[key] for key in sorted(members))
    return ordered[0] if len(ordered) == 1 else kind(ordered)
