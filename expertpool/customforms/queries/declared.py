"""Custom fields as declarations, the same in every process without a restart.

A process keeps what it has read together with the mark under which it read it, and asks for the
mark anew: once in a request, each time outside of one (jobs, commands).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any
from uuid import UUID

from asgiref.local import Local
from django.core.signals import request_finished, request_started

from expertpool.core.prepared import Prepared
from expertpool.core.subjects import (
    Choice,
    Day,
    FieldDeclaration,
    FieldSource,
    Flag,
    InApplication,
    InCriteria,
    InExport,
    InForm,
    InHistory,
    InImport,
    Kind,
    Number,
    Text,
    Words,
    extra_question,
)
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.models import CustomField, FieldMark

# Room for any amount, within what a float holds exactly.
MOST = 10**12
KINDS: dict[str, Callable[[CustomField], Kind]] = {
    FieldKind.TEXT: lambda row: Text(longest=200),
    FieldKind.LONG_TEXT: lambda row: Text(longest=2000, rows=3),
    FieldKind.NUMBER: lambda row: Number(least=-MOST, most=MOST, decimals=True),
    FieldKind.DATE: lambda row: Day(),
    FieldKind.CHOICE: lambda row: Choice(pairs=[(word, word) for word in row.options]),
    FieldKind.WORDS: lambda row: Words(known=row.options),
    FieldKind.FLAG: lambda row: Flag(),
}
# What is written freely may name a person: a draw does not ask it.
FREE = (FieldKind.TEXT, FieldKind.LONG_TEXT)

Known = dict[str, list[FieldDeclaration]]
_known: tuple[UUID | None, Known] = (None, {})
_request = Local()


_mark = Prepared(lambda: FieldMark.objects.values_list("mark", flat=True))


def declared_fields(subject: str) -> list[FieldDeclaration]:
    """Return the custom fields of ``subject`` as they are now, retired ones too."""
    global _known  # noqa: PLW0603 (the one copy of the process)
    # One request sees one state of the fields, however often it asks.
    if getattr(_request, "has_looked", False):
        return _known[1].get(subject, [])
    mark = _mark.first()
    if mark != _known[0]:
        # The mark first: fields that change meanwhile come under an old mark, and are read again.
        _known = (mark, _declarations() if mark else {})
    if getattr(_request, "is_open", False):
        _request.has_looked = True
    return _known[1].get(subject, [])


def look_again() -> None:
    """Forget within this request that the fields have been looked at."""
    _request.has_looked = False


def _open(**_: Any) -> None:
    _request.is_open, _request.has_looked = True, False


def _close(**_: Any) -> None:
    _request.is_open = _request.has_looked = False


request_started.connect(_open, dispatch_uid="customforms")
request_finished.connect(_close, dispatch_uid="customforms")


def _declarations() -> Known:
    known: Known = defaultdict(list)
    for row in CustomField.objects.all():
        known[row.subject].append(declare(row))
    return dict(known)


def declare(row: CustomField) -> FieldDeclaration:
    """Return the declaration of a custom field: it appears in every place."""
    kind = KINDS[row.kind](row)
    return FieldDeclaration(
        code=row.code,
        label=row.label,
        kind=kind,
        required=row.required,
        is_extra=True,
        is_retired=not row.active,
        is_searched=row.kind == FieldKind.TEXT,
        form=InForm(section="extra", help=row.help),
        imported=InImport(order=9, help=row.help),
        exported=InExport(order=9),
        history=InHistory(order=9),
        applied=InApplication(step="profession", order=9) if row.in_application else None,
        criterion=InCriteria(
            field=extra_question(row.subject, row.code, kind),
            order=99,
            draws=row.kind not in FREE,
        ),
    )


SOURCE = FieldSource("customforms", declared_fields)
