"""Who sees which fields: plain, masked or hidden. (Rows: each app's ``*_visible_to(user)``.)

Apps register their guarded fields; roles choose a level for each; a user with several roles gets
the most open one. A masked or hidden field is not searched, sorted or counted in clear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from django.db import models


class Level(models.TextChoices):
    """From most closed to most open."""

    HIDDEN = "hidden", "不可见"
    MASKED = "masked", "脱敏"
    PLAIN = "plain", "明文"


OPENNESS = {Level.HIDDEN: 0, Level.MASKED: 1, Level.PLAIN: 2}


@dataclass(frozen=True)
class GuardedField:
    """A field whose value only some roles see in clear. ``exportable=False``: in no export ever."""

    code: str  # "experts.phone"
    label: str
    mask: Callable[[str], str]
    default: Level = Level.MASKED
    exportable: bool = True


class Viewer(Protocol):
    """What visibility knows of a user: the levels its roles give, by field code."""

    @property
    def field_levels(self) -> dict[str, list[str]]: ...


_fields: dict[str, GuardedField] = {}


def register_fields(*fields: GuardedField) -> None:
    for field in fields:
        _fields[field.code] = field


def guarded_fields() -> tuple[GuardedField, ...]:
    return tuple(_fields.values())


def is_guarded(code: str) -> bool:
    return code in _fields


def check_guard(code: str) -> None:
    """Refuse (ValueError) the code of a field that nobody registered: misspelt, it would be plain."""
    if code and code not in _fields:
        message = f"guarded field {code} is not registered"
        raise ValueError(message)


def is_exportable(code: str) -> bool:
    """Tell whether values of the field may stand in an export at all (masked or plain)."""
    field = _fields.get(code)
    return field is None or field.exportable


def level_for(viewer: Viewer, code: str) -> Level:
    """Return the most open level that the viewer's roles give; a field not guarded is plain."""
    field = _fields.get(code)
    if field is None:
        return Level.PLAIN
    levels = [Level(value) for value in viewer.field_levels.get(code, [])] or [field.default]
    return max(levels, key=OPENNESS.__getitem__)


def show(viewer: Viewer, code: str, value: str) -> str:
    """Return ``value`` as the viewer may see it: plain, masked, or empty when hidden."""
    level = level_for(viewer, code)
    if level is Level.PLAIN or not value:
        return value
    return _fields[code].mask(value) if level is Level.MASKED else ""
