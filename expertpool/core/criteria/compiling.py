"""From a tree of conditions to one ``Q``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from expertpool.core.criteria.nodes import AllOf, AnyOf, Leaf, Node, Not
from expertpool.core.criteria.registry import criteria_field
from expertpool.core.visibility import Viewer


@dataclass(frozen=True)
class Context:
    """What conditions that speak of "today" (age, years of practice) are measured by; ``memory`` is
    what fields looked up for them, by their code."""

    now: datetime
    memory: dict[str, dict[Any, Any]] = field(default_factory=dict, compare=False)

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)


def prepare(nodes: Iterable[Node], context: Context) -> None:
    """Let every field look up at once what ``nodes``, compiled next, will need of it."""
    asked: dict[tuple[str, str], set[Any]] = {}
    for leaf in (leaf for node in nodes for leaf in _leaves(node)):
        if criteria_field(leaf.subject, leaf.field).prepare is not None:
            asked.setdefault((leaf.subject, leaf.field), set()).update(leaf.value or ())
    for (subject, code), values in asked.items():
        look_up = criteria_field(subject, code).prepare
        if look_up is not None:
            look_up(values, context)


def fields_named(nodes: Iterable[Node]) -> set[str]:
    """Return the codes of the fields that ``nodes`` ask."""
    return {leaf.field for node in nodes for leaf in _leaves(node)}


def is_seen(nodes: Iterable[Node], viewer: Viewer | None) -> bool:
    """Tell whether ``viewer`` may ask all that ``nodes`` ask: who may not is told no number that rests on them, but
    what `NotAsked` says."""
    leaves = (leaf for node in nodes for leaf in _leaves(node))
    return all(criteria_field(leaf.subject, leaf.field).is_open_to(viewer) for leaf in leaves)


def _leaves(node: Node) -> Iterator[Leaf]:
    match node:
        case Leaf():
            yield node
        case Not(part=part):
            yield from _leaves(part)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _leaves(part)


def to_q(node: Node, context: Context) -> Q:
    """Compile ``node``. A condition about an empty value does not hold; its negation does."""
    match node:
        case Leaf(subject=subject, field=code, op=op, value=value):
            return criteria_field(subject, code).to_q(op, value, context)
        # Not ~Q(): an empty Q holds for all, and so does its negation.
        case Not(part=AllOf(parts=())):
            return Q(pk__in=[])
        case Not(part=part):
            return ~to_q(part, context)
        case AllOf(parts=parts):
            return Q(*(to_q(part, context) for part in parts))
        case AnyOf(parts=()):
            return Q(pk__in=[])
        case AnyOf(parts=parts):
            each = [to_q(part, context) for part in parts]
            return Q(*each, _connector=Q.OR) if all(each) else Q()  # an empty Q holds for all
