"""A condition in words, and the fields as the condition builder of the page wants them."""

from __future__ import annotations

from typing import Any

from expertpool.core.criteria.compiling import fields_named
from expertpool.core.criteria.fields import VALUELESS, Field, Reference
from expertpool.core.criteria.nodes import AllOf, AnyOf, Leaf, Node, Not
from expertpool.core.criteria.registry import criteria_field, criteria_fields
from expertpool.core.visibility import Viewer

MOST_WORDS = 20


def explain(node: Node) -> str:
    """Return ``node`` in Chinese: 专业 属于 建筑设计 且 职称级别 不低于 副高; 不限 when empty."""
    return _explain(node, outermost=True)


def _explain(node: Node, *, outermost: bool = False) -> str:
    match node:
        case Leaf():
            return _explain_leaf(node)
        case Not(part=part):
            return f"不满足（{_explain(part, outermost=True)}）"
        case AllOf(parts=()):
            return "不限"
        case AllOf(parts=parts):
            text = " 且 ".join(_explain(part) for part in parts)
        case AnyOf(parts=parts):
            text = " 或 ".join(_explain(part) for part in parts)
    return text if outermost or len(parts) == 1 else f"（{text}）"


def _explain_leaf(leaf: Leaf) -> str:
    field = criteria_field(leaf.subject, leaf.field)
    start = f"{field.label} {field.operator_labels()[leaf.op]}"
    if leaf.op in VALUELESS:
        return start
    if leaf.op == "between":
        return f"{start} {' 至 '.join(field.words(leaf.value))}"
    if not isinstance(leaf.value, tuple):
        return f"{start} {field.word(leaf.value)}"
    words = field.words(leaf.value[:MOST_WORDS])
    more = f" 等 {len(leaf.value)} 项" if len(leaf.value) > MOST_WORDS else ""
    return f"{start} {'、'.join(words)}{more}"


def schema(
    subject: str, *, viewer: Viewer | None = None, node: Node | None = None
) -> dict[str, Any]:
    """Return what the condition builder needs (docs/howto/build-a-page.md, 6).

    Fields that ``viewer`` may not ask are left out. ``node`` is the condition that is
    edited: of fetched values it brings the labels along, and fields that are retired.
    """
    chosen = _chosen(node) if node else {}
    fields = [*criteria_fields(subject)]
    known = {field.code for field in fields}
    retired = sorted(fields_named([node] if node else []) - known)
    fields += [criteria_field(subject, code) for code in retired]
    return {
        "fields": [
            _entry(field, chosen.get(field.code, ()))
            for field in fields
            if field.is_open_to(viewer)
        ]
    }


def _entry(field: Field, chosen: tuple[Any, ...]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "code": field.code,
        "label": f"{field.label}（{field.retired_as}）" if field.is_retired else field.label,
        "type": field.type,
        "operators": [
            {"code": op, "label": label} for op, label in field.operator_labels().items()
        ],
    }
    choices = field.choice_list()
    if choices is None and isinstance(field, Reference) and chosen:
        choices = [{"value": v, "label": label} for v, label in field.labels(chosen).items()]
    if choices is not None:
        # What is gone stays in sight until somebody takes it away.
        known = {one["value"] for one in choices}
        gone = [value for value in dict.fromkeys(chosen) if value not in known]
        entry["choices"] = choices + [
            {"value": value, "label": label} for value, label in field.gone_words(gone).items()
        ]
    if field.source():
        entry["src"] = field.source()
    if field.suffix:
        entry["suffix"] = field.suffix
    return entry


def _chosen(node: Node) -> dict[str, tuple[Any, ...]]:
    """Return the values that the conditions of ``node`` name, by field."""
    result: dict[str, tuple[Any, ...]] = {}
    stack: list[Node] = [node]
    while stack:
        match stack.pop():
            case Leaf(field=field, value=tuple() as value):
                result[field] = (*result.get(field, ()), *value)
            case Leaf(field=field, value=str() | int() as value):
                result[field] = (*result.get(field, ()), value)
            case Leaf():
                pass
            case Not(part=part):
                stack.append(part)
            case AllOf(parts=parts) | AnyOf(parts=parts):
                stack.extend(parts)
    return result
