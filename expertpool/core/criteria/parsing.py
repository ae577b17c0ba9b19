"""From what is stored or typed to a checked tree."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from expertpool.core.criteria.errors import CriteriaError, NotAsked
from expertpool.core.criteria.fields import VALUELESS, Field
from expertpool.core.criteria.nodes import AllOf, AnyOf, Leaf, Node, Not
from expertpool.core.criteria.registry import criteria_field
from expertpool.core.criteria.unseen import conditions_in, is_shut, shut
from expertpool.core.validators import is_writable
from expertpool.core.visibility import Viewer

# Deeper than anybody builds, and shallow enough for every recursion over the tree.
DEEPEST = 10
MOST_LEAVES = 200
# Things that must hold together (`all`): each asks the database by itself, several times as long as
# all of `in` together. Nobody is an expert of eleven specialties.
MOST_TOGETHER = 10  # of a condition
MOST_TOGETHER_IN_ALL = 30
MOST_DEAR = 10


def parse(
    subject: str,
    data: Any,
    *,
    viewer: Viewer | None = None,
    known: bool = False,
    stored: bool = False,
    kept: Collection[Any] = (),
) -> Node:
    """Return the checked tree of ``data``: a stored mapping, its JSON text, or nothing (all rows).

    With ``viewer``, who asks anew, fields that he may not ask or that are retired are
    refused. ``known``: that the things it names exist was checked before, and is not looked up
    again. ``stored``: it is shown or keeps its meaning, with what is gone since; whoever acts by it
    anew asks without. ``kept``: conditions, as they are stored, that stay in it though ``viewer`` may not
    ask them. Raises CriteriaError.
    """
    if isinstance(data, str):
        data = load(data)
    if not data:
        return AllOf()
    if data in ({"all": []}, {"any": []}):
        return AllOf()
    return _Parser(subject, viewer, known=known, stored=stored, kept=kept).node(data, 1)


def standing(subject: str, data: Any, *, actor: Viewer) -> Node:
    """Return the checked tree of ``data`` as ``actor`` keeps it: what he may ask is checked as typed anew, what he may
    not stays as it is stored, with words that are gone (docs/decisions/0489). Whoever took ``data`` from a page or by
    the interface has refused there what he may not ask and what stood nowhere before. Raises CriteriaError."""
    return parse(subject, data, viewer=actor, kept=conditions_in(data))


def shown_to(subject: str, data: Any, *, viewer: Viewer, stored: bool = False) -> Node:
    """Return the checked tree of ``data``, a stored condition that ``viewer`` asks by at once and cannot change here.
    Raises NotAsked where one of it is not his to see, CriteriaError for the rest."""
    return parse(subject, shut(subject, data, viewer), viewer=viewer, stored=stored)


def load(text: str) -> Any:
    """Return what the JSON ``text`` says; CriteriaError where it says nothing that can be read."""
    try:
        return json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        message = "条件不是有效的格式，请用条件编辑器重新填写。"
        raise CriteriaError(message) from None


def _texts(values: Iterable[Any]) -> Iterator[str]:
    """Yield the texts among ``values``, and those in lists among them."""
    for value in values:
        parts = value if isinstance(value, list | tuple) else [value]
        yield from (part for part in parts if isinstance(part, str))


class _Parser:
    def __init__(
        self,
        subject: str,
        viewer: Viewer | None,
        *,
        known: bool,
        stored: bool,
        kept: Collection[Any],
    ) -> None:
        self.subject = subject
        self.kept = kept
        self.viewer = viewer
        self.known = known
        self.stored = stored
        self.leaves = self.together = self.dear = 0

    def node(self, data: Any, depth: int) -> Node:
        if depth > DEEPEST:
            raise CriteriaError(f"条件组最多嵌套 {DEEPEST} 层，请减少层次。")
        if not isinstance(data, Mapping):
            raise CriteriaError("条件不是有效的格式，请用条件编辑器重新填写。")
        if "field" in data:
            return self.leaf(data)
        if is_shut(data):
            raise NotAsked
        match list(data.items()):
            case [("not", part)]:
                return Not(self.node(part, depth + 1))
            case [("all", [_, *_] as parts)]:
                return AllOf(tuple(self.node(part, depth + 1) for part in parts))
            case [("any", [_, *_] as parts)]:
                return AnyOf(tuple(self.node(part, depth + 1) for part in parts))
            # Under a `not` it is the condition that nothing meets, as `canonical` leaves it.
            case [("all", [])] if depth == 2:
                return AllOf()
            case [("all" | "any", [])]:
                raise CriteriaError("有一个条件组是空的：请添加条件，或删除该组。")
        raise CriteriaError("条件不是有效的格式，请用条件编辑器重新填写。")

    def leaf(self, data: Mapping[str, Any]) -> Leaf:
        self.leaves += 1
        if self.leaves > MOST_LEAVES:
            raise CriteriaError(f"最多 {MOST_LEAVES} 个条件，请合并或减少。")
        # JSON escapes what the address was cleaned of, such as half a surrogate pair.
        if not all(map(is_writable, _texts(data.values()))):
            raise CriteriaError("条件含有无法识别的字符，请删去后重新填写。")
        field = criteria_field(self.subject, data["field"])
        if not field.is_open_to(self.viewer):
            return self.kept_leaf(field, data)
        if self.viewer and field.is_retired:
            raise CriteriaError(f"字段“{field.label}”{field.retired_as}，请删除该条件或另选字段。")
        if field.is_dear and self.viewer:
            self.count_dear(field)
        op = str(data.get("op"))
        if op not in field.operator_labels():
            raise field.refuse("没有这种比较方式，请重新选择。")
        if op in VALUELESS:
            return Leaf(self.subject, field.code, op)
        if "value" not in data or set(data) - {"field", "op", "value"}:
            raise field.refuse("请填写或选择要比较的值。")
        if self.viewer and op == "all":  # what was stored before keeps its meaning
            self.count_together(field, data["value"])
        read = field.read if self.known else field.keep if self.stored else field.clean
        return Leaf(self.subject, field.code, op, read(op, data["value"]))

    def kept_leaf(self, field: Field, data: Mapping[str, Any]) -> Leaf:
        if data not in self.kept:
            # What a guarded field is called everybody reads; of one with readers not even that is told.
            named = f"“{field.label}”的明文" if field.guard else "一个条件所用的字段"
            raise CriteriaError(f"您看不到{named}，不能用它作条件，请删除该条件。")
        # Its words may be gone: whoever sees it mends it.
        return _Parser(self.subject, None, known=False, stored=True, kept=()).leaf(data)

    def count_dear(self, field: Field) -> None:
        self.dear += 1
        if self.dear > MOST_DEAR:
            raise field.refuse(f"这样的条件最多 {MOST_DEAR} 个，请合并或减少。")

    def count_together(self, field: Field, value: Any) -> None:
        count = len(value) if isinstance(value, list | tuple) else 1
        self.together += count
        if count > MOST_TOGETHER:
            raise field.refuse(f"“同时属于”最多选择 {MOST_TOGETHER} 项，请减少，或改为“属于”。")
        if self.together > MOST_TOGETHER_IN_ALL:
            raise field.refuse(
                f"全部条件里“同时属于”合计最多 {MOST_TOGETHER_IN_ALL} 项，请减少，或改为“属于”。"
            )
