"""Who sees which fields: plain, masked or hidden. (Rows: each app's ``*_visible_to(user)``.)
And which rows nobody is told yet.

Apps declare their guarded fields; roles choose a level for each; a user with several roles gets
the most open one. A masked or hidden field is not searched, sorted or counted in clear.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeVar

from django.db import models
from django.db.models import Q, QuerySet

from expertpool.core.catalogue import Catalogue

M = TypeVar("M", bound=models.Model)


class Level(models.TextChoices):
    """From most closed to most open."""

    HIDDEN = "hidden", "不可见"
    MASKED = "masked", "脱敏"
    PLAIN = "plain", "明文"


OPENNESS = {Level.HIDDEN: 0, Level.MASKED: 1, Level.PLAIN: 2}


class Sensitivity(Enum):
    """What built-in roles go by: how one is reached, or what identifies and pays him."""

    CONTACT = "contact"
    PRIVATE = "private"


@dataclass(frozen=True)
class GuardedField:
    """A field whose value only some roles see in clear. ``exportable=False``: in no export ever.
    ``readers``: the codes of the roles that see it, all others do not; their levels say nothing then.
    A *veil* is over what stands on nearly every page, such as names: in clear unless all roles of somebody say
    otherwise. A role that says so has only rights whose pages keep to it (`Permission.keeps_veils`)."""

    code: str  # "experts.phone"
    label: str
    mask: Callable[[str], str]
    default: Level = Level.MASKED
    exportable: bool = True
    sensitivity: Sensitivity = Sensitivity.PRIVATE
    readers: frozenset[str] | None = None
    is_veil: bool = False


# The veils over who somebody of the pool is. `experts` lays them; apps below it name people, too, such as whom a project
# avoids.
NAME, EMPLOYER = "experts.name", "experts.employer"


class Viewer(Protocol):
    """What visibility knows of a user: the levels its roles give, by field code, and the codes of the roles."""

    @property
    def field_levels(self) -> dict[str, list[str]]: ...

    @property
    def given_roles(self) -> frozenset[str]: ...


class Nobody:
    """A viewer without any role: guarded fields as everybody sees them."""

    field_levels: dict[str, list[str]] = {}
    given_roles: frozenset[str] = frozenset()


NOBODY = Nobody()
GUARDED_FIELDS: Catalogue[GuardedField] = Catalogue("guarded field")


@dataclass(frozen=True)
class GuardSource:
    """Guarded fields that come and go at run time, asked anew each time; ``is_one`` tells a
    code of theirs without asking."""

    code: str
    is_one: Callable[[str], bool]
    find: Callable[[str], GuardedField | None]


GUARD_SOURCES: Catalogue[GuardSource] = Catalogue("source of guarded fields")


def guard_of(code: str) -> GuardedField | None:
    """Return the guarded field ``code``, of the code or one that joined; None: it is guarded by nobody."""
    if found := GUARDED_FIELDS.get(code):
        return found
    return next((one.find(code) for one in GUARD_SOURCES if one.is_one(code)), None)


def check_guard(code: str) -> None:
    """Refuse (UnknownCode) the guard that nobody declared: misspelt, its field would be plain."""
    if code and guard_of(code) is None:
        _ = GUARDED_FIELDS[code]


@dataclass(frozen=True)
class KeptFields:
    """Which fields the office keeps out of exports: ``codes`` ("experts.phone"), asked each time."""

    code: str
    codes: Callable[[], Collection[str]]


KEPT_FIELDS: Catalogue[KeptFields] = Catalogue("source of fields kept out of exports")


def is_exportable(code: str) -> bool:
    """Tell whether values of the field, guarded or not, may leave in an export at all (masked or plain)."""
    field = guard_of(code)
    if field is not None and not field.exportable:
        return False
    return all(code not in one.codes() for one in KEPT_FIELDS)


def level_for(viewer: Viewer, code: str) -> Level:
    """Return the most open level that the viewer's roles give; a field not guarded is plain."""
    field = guard_of(code)
    if field is None:
        return Level.PLAIN
    if field.readers is not None:
        return Level.HIDDEN if field.readers.isdisjoint(viewer.given_roles) else Level.PLAIN
    levels = [Level(value) for value in viewer.field_levels.get(code, [])]
    if not levels or (field.is_veil and _is_partly_unsaid(levels, viewer)):
        levels.append(field.default)
    return max(levels, key=OPENNESS.__getitem__)


def _is_partly_unsaid(levels: Sequence[Level], viewer: Viewer) -> bool:
    """Tell whether a role of ``viewer`` says nothing of a veil, on which his other roles have ``levels``: under it he
    sees in clear, and may have any right by it."""
    return Level.PLAIN not in levels and len(levels) < len(viewer.given_roles)


def veils_over(levels: Mapping[str, Level]) -> list[GuardedField]:
    """Return the veils that a role with ``levels`` lays."""
    return [
        one
        for one in GUARDED_FIELDS
        if one.is_veil and levels.get(one.code, one.default) is not Level.PLAIN
    ]


def is_clear(viewer: Viewer, code: str) -> bool:
    """Tell whether ``viewer`` sees the field in clear."""
    return level_for(viewer, code) is Level.PLAIN


UNSEEN = "无权查看"


def said(viewer: Viewer, code: str, value: str) -> str:
    """Return what a page says of ``value``: what `show` gives; of a hidden field that it may not be seen, whether there
    is something or not."""
    return UNSEEN if level_for(viewer, code) is Level.HIDDEN else show(viewer, code, value)


def show(viewer: Viewer, code: str, value: str) -> str:
    """Return ``value`` as the viewer may see it: plain, masked, or empty when hidden."""
    level = level_for(viewer, code)
    if level is Level.PLAIN or not value:
        return value
    return GUARDED_FIELDS[code].mask(value) if level is Level.MASKED else ""


@dataclass(frozen=True)
class Later:
    """Rows of a ``model`` (``audit.entry``), or of one column of it (``notifications.message.read_at``), that nobody is
    told yet: an upper app knows which."""

    code: str
    model: str
    rows: Callable[[], Q]


LATER: Catalogue[Later] = Catalogue("rows told later")


def told_later(model: type[models.Model] | str) -> Q:
    """Return which rows of ``model``, or of a column, no reader is told yet, whatever his rights."""
    untold = Q(pk__in=[])
    label = model if isinstance(model, str) else model._meta.label_lower
    for one in LATER:
        if one.model == label:
            untold |= one.rows()
    return untold


def told(rows: QuerySet[M]) -> QuerySet[M]:
    """Return ``rows`` without those that no reader is told yet."""
    return rows.exclude(told_later(rows.model))
