"""Who may open a file that was filled in: whoever sees the record, and the field of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import QuerySet

from expertpool.audit.actions import ReadBy
from expertpool.core.subjects import SUBJECTS, File, joined_fields
from expertpool.core.text import is_key
from expertpool.core.visibility import NOBODY, Level, Viewer, is_exportable, level_for
from expertpool.customforms.models import FieldFile
from expertpool.customforms.queries.declared import guard_code
from expertpool.customforms.registry import FILE_HOLDERS
from expertpool.files.registry import FileSubject

SUBJECT = "customforms.fieldfile"


def may_view_field_file(user: Any, subject_id: str) -> bool:
    """Tell whether ``user`` may open the file: some record (or request) that he may see has it, and
    the field is not hidden from him."""
    row = FieldFile.objects.filter(pk=subject_id).first() if is_key(subject_id) else None
    if row is None or level_for(user, guard_code(row.subject, row.code)) is not Level.PLAIN:
        return False
    return any(one.may_view(user, row.subject, row.code, row.pk) for one in FILE_HOLDERS)


def leaves_by_interface(subject_id: str) -> bool:
    """Tell whether the office lets the field of the file be exported."""
    row = FieldFile.objects.filter(pk=subject_id).first() if is_key(subject_id) else None
    return row is not None and is_exportable(guard_code(row.subject, row.code))


def files_seen_by(viewer: Viewer) -> QuerySet[FieldFile]:
    """Return the files whose fields are not hidden from ``viewer``, whichever record has them."""
    return _of_fields(lambda code: level_for(viewer, code) is Level.PLAIN)


def files_that_leave() -> QuerySet[FieldFile]:
    """Return those of fields that everybody sees and the office lets be exported."""
    return _of_fields(lambda code: level_for(NOBODY, code) is Level.PLAIN and is_exportable(code))


def _of_fields(is_meant: Callable[[str], bool]) -> QuerySet[FieldFile]:
    found = FieldFile.objects.all()
    for subject in SUBJECTS:
        for one in joined_fields(subject.code):
            if isinstance(one.kind, File) and not is_meant(guard_code(subject.code, one.code)):
                found = found.exclude(subject=subject.code, code=one.code)
    return found


def files_named(subject: str, named: Collection[tuple[str, int]]) -> list[FieldFile]:
    """Return the files that records of ``subject`` name as values of fields: ``named`` (code of the field, key)."""
    rows = FieldFile.objects.filter(subject=subject, pk__in={pk for _code, pk in named})
    return [row for row in rows if (row.code, row.pk) in named]


READERS = ReadBy(SUBJECT, files_seen_by, files_that_leave)


def _nobody(user: Any, subject_id: str) -> bool:
    return False


# Put in and taken away by the form of the record, never by itself.
FIELD_FILES = FileSubject(
    SUBJECT, may_view=may_view_field_file, may_edit=_nobody, leaves=leaves_by_interface
)
