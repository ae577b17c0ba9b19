"""Who depends on custom fields: upper apps declare what names them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from expertpool.core.catalogue import Catalogue


def _none(*_: object) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class FieldUse:
    """``running`` returns what is under way and names the field (subject, code, viewer), in words: 抽取 CQ2026-0001;
    ``way_out``, what to do about it before the field is retired; ``ever``, the names of whatever named one of the options
    (subject, code, options, viewer), also when it has long ended. Both give what the viewer may not see as `as_seen` does;
    ``waiting``, how much of what waits for somebody's decision says one of the options (subject, code, options), in words.
    What need not keep the field but asks it is a `core.criteria.CriteriaUse`."""

    code: str
    running: Callable[[str, str, Any], Sequence[str]] = _none
    ever: Callable[[str, str, Sequence[str], Any], Sequence[str]] = _none
    waiting: Callable[[str, str, Sequence[str]], Sequence[str]] = _none
    way_out: str = ""


FIELD_USES: Catalogue[FieldUse] = Catalogue("use of custom fields")


def running_uses(subject: str, code: str, viewer: Any) -> list[str]:
    return [name for use in FIELD_USES for name in use.running(subject, code, viewer)]


def ways_out(subject: str, code: str) -> list[str]:
    return [use.way_out for use in FIELD_USES if use.running(subject, code, None)]


def past_uses(subject: str, code: str, options: Sequence[str], viewer: Any) -> list[str]:
    return [name for use in FIELD_USES for name in use.ever(subject, code, options, viewer)]


def waiting_uses(subject: str, code: str, options: Sequence[str]) -> list[str]:
    return [words for use in FIELD_USES for words in use.waiting(subject, code, options)]


@dataclass(frozen=True)
class FileHolder:
    """Records, or requests about them, that may have a file as the value of a field: ``may_view`` tells of
    (user, subject, code of the field, key of the file) whether one that the user may see has it."""

    code: str
    may_view: Callable[[Any, str, str, int], bool]


FILE_HOLDERS: Catalogue[FileHolder] = Catalogue("holder of files of fields")
