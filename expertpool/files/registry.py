"""Who may see and change the files of a subject: apps declare it in ``apps.ready()``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from expertpool.core.catalogue import Catalogue

Check = Callable[[Any, str], bool]  # (user, subject id) -> allowed
Closed = Callable[[str], str]  # subject id -> why its files may not change, or nothing
Address = Callable[[Any, str], str]  # (user, subject id) -> a URL, or nothing for who may not


def _nobody(user: Any, subject_id: str) -> bool:
    return False


def _open(subject_id: str) -> str:
    return ""


def _anything(subject_id: str) -> bool:
    return True


def _nowhere(user: Any, subject_id: str) -> str:
    return ""


def _none_of_them(subject_id: str) -> frozenset[int | None]:
    return frozenset()


@dataclass(frozen=True)
class Together:
    """Rows whose files count together, under one name."""

    name: str
    rows: Collection[str]


@dataclass(frozen=True)
class FileSubject:
    """Rows of ``code`` (``projects.project``) that have files, and who may see and change them.

    ``closed`` is asked by the services inside their transaction. ``evidence`` names the kinds of
    files that prove something, with their labels: only services store them, and they are not
    removed like others. ``names`` are those of other kinds of which a list says what they are. ``choices`` are
    the kinds among which whoever uploads has to choose, with their labels: the first is that of whoever says nothing. ``bulk_url`` is where ticked files are posted to be removed. ``by_day`` returns
    the users of whose files nobody but themselves is told the hour, None for those of nobody signed in. ``quota`` (MB) and
    ``most`` bound the files of a row where these come from strangers, ``in_all`` (MB) those of all rows, so that
    strangers take no room from others. ``may_wait`` is
    False where files are used by the system at once: then none is taken unscanned. ``together(user, id)`` are the
    rows with which a row shares its quota, as far as the user knows of them. ``leaves`` tells whether the interface gives
    the files of a row at all, to whoever may see them on a page. ``left`` tells whether somebody whose session is narrowed
    (`core.registry.is_narrowed`) still has those that are his."""

    code: str
    may_view: Check
    may_edit: Check
    closed: Closed = _open
    by_day: Callable[[str], frozenset[int | None]] = _none_of_them
    evidence: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    bulk_url: Address = _nowhere
    may_wait: bool = True
    quota: Callable[[], int] | None = None
    most: int = 0
    in_all: Callable[[], int] | None = None
    together: Callable[[Any, str], Together] | None = None
    leaves: Callable[[str], bool] = _anything
    left: bool = False


FILE_SUBJECTS: Catalogue[FileSubject] = Catalogue("file subject")


def file_subject(code: str) -> FileSubject:
    """Return what is declared for ``code``; of a type nobody declared nobody may see a file."""
    return FILE_SUBJECTS.get(code) or FileSubject(code, _nobody, _nobody)
