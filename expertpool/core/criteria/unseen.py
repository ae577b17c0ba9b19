"""Conditions that whoever edits them may not ask: they reach his page shut, and come back as they were."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

from expertpool.core.criteria.errors import CriteriaError
from expertpool.core.criteria.registry import criteria_field
from expertpool.core.crypto import DecryptionError, Vault, binding
from expertpool.core.visibility import Viewer

# In the place of the condition; the condition builder shows a line that cannot be changed.
SHUT = "shut"
SPOILT = "有一个您看不到的条件无法还原，请重新打开本页再修改。"

_VAULT = Vault("FIELD_KEY")
_DEEPEST = 20  # deeper is no condition, and is refused by who reads it


def shut(subject: str, data: Any, viewer: Viewer | None) -> Any:
    """Return ``data``, a stored condition, with what ``viewer`` may not ask shut; it says neither field nor value."""

    def leaf(one: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            is_open = criteria_field(subject, one.get("field")).is_open_to(viewer)
        except (
            CriteriaError
        ):  # of no field any more: it tells nothing, and its reader takes it away
            is_open = True
        if is_open:
            return one
        token = _VAULT.encrypt(json.dumps(one).encode(), _bound(subject, viewer))
        return {SHUT: urlsafe_b64encode(token).decode()}

    return _each(data, "field", leaf)


def opened(subject: str, data: Any, viewer: Viewer | None) -> tuple[Any, list[Any]]:
    """Return ``data`` with what was shut for ``viewer`` as it was, and those conditions; CriteriaError for what was not
    shut for him."""
    found: list[Any] = []

    def leaf(one: Mapping[str, Any]) -> Any:
        try:
            token = urlsafe_b64decode(str(one[SHUT]))
            found.append(json.loads(_VAULT.decrypt(token, _bound(subject, viewer))))
        except (DecryptionError, ValueError) as error:
            raise CriteriaError(SPOILT) from error
        return found[-1]

    return _each(data, SHUT, leaf), found


def conditions_in(data: Any) -> list[Any]:
    """Return the single conditions of ``data``, a stored condition."""
    found: list[Any] = []

    def leaf(one: Mapping[str, Any]) -> Mapping[str, Any]:
        found.append(one)
        return one

    _each(data, "field", leaf)
    return found


def is_shut(data: Mapping[str, Any]) -> bool:
    return SHUT in data


def _bound(subject: str, viewer: Viewer | None) -> bytes:
    return binding("core.criteria", subject, str(getattr(viewer, "pk", "")))


def _each(data: Any, name: str, leaf: Callable[[Mapping[str, Any]], Any], depth: int = 0) -> Any:
    """Return ``data`` with each condition in it that has ``name`` as ``leaf`` gives it."""
    if not isinstance(data, Mapping) or depth > _DEEPEST:
        return data
    if name in data:
        return leaf(data)
    inner = {key: data[key] for key in ("all", "any", "not") if key in data}
    return {**data} | {
        key: [_each(part, name, leaf, depth + 1) for part in value]
        if isinstance(value, list)
        else _each(value, name, leaf, depth + 1)
        for key, value in inner.items()
    }
