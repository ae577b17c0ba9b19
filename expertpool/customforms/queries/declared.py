"""Custom fields as declarations, the same in every process without a restart.

A process keeps what it has read together with the mark under which it read it, and asks for the
mark anew: once in a request, each time outside of one (jobs, commands).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from asgiref.local import Local
from django.core.signals import request_finished, request_started
from django.db.models import QuerySet
from django.urls import reverse

from expertpool.audit.queries import entries_for
from expertpool.core.prepared import Prepared
from expertpool.core.subjects import (
    SUBJECTS,
    Choice,
    Day,
    FieldDeclaration,
    FieldSource,
    File,
    Flag,
    InApplication,
    InCriteria,
    InExport,
    InForm,
    InHistory,
    InImport,
    Kind,
    Number,
    Owner,
    ShownWhen,
    Subject,
    Text,
    Words,
    extra_question,
)
from expertpool.core.visibility import GuardedField, GuardSource, Level, Viewer
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.models import NUMBERS, CustomField, FieldMark


def _number(row: CustomField) -> Number:
    least, most = row.bounds or (NUMBERS.low, NUMBERS.high)
    return Number(least=least, most=most, decimals=True, widest=NUMBERS)


KINDS: dict[str, Callable[[CustomField], Kind]] = {
    FieldKind.TEXT: lambda row: Text(longest=200),
    FieldKind.LONG_TEXT: lambda row: Text(longest=2000, rows=3),
    FieldKind.NUMBER: _number,
    FieldKind.DATE: lambda row: Day(),
    FieldKind.CHOICE: lambda row: Choice(pairs=[(word, word) for word in row.options]),
    FieldKind.WORDS: lambda row: Words(known=row.options),
    FieldKind.FLAG: lambda row: Flag(),
    FieldKind.FILE: lambda row: File(address=lambda pk: reverse("files:download", args=[pk])),
}
# What a condition compares with: bounds that came later take nothing back of what was asked.
ANY_NUMBER = Number(least=NUMBERS.low, most=NUMBERS.high, decimals=True)
_GUARD = re.compile(r"[a-z]+\.x[1-9][0-9]*")


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


def fields_shown_to(viewer: Viewer, subject: Subject) -> QuerySet[CustomField]:
    """Return the fields in use that joined ``subject`` and that ``viewer`` sees."""
    codes = [one.code for one in subject.joined(viewer)]
    return CustomField.objects.filter(subject=subject.code, code__in=codes)


def look_again() -> None:
    """Forget within this request that the fields have been looked at."""
    _request.has_looked = False


def _open(**_: Any) -> None:
    _request.is_open, _request.has_looked = True, False


@contextmanager
def one_look() -> Iterator[None]:
    """Look at the fields once within this piece of work, as within a request."""
    before = getattr(_request, "is_open", False), getattr(_request, "has_looked", False)
    _request.is_open = True
    try:
        yield
    finally:
        _request.is_open, _request.has_looked = before


def _close(**_: Any) -> None:
    _request.is_open = _request.has_looked = False


request_started.connect(_open, dispatch_uid="customforms")
request_finished.connect(_close, dispatch_uid="customforms")


def _declarations() -> Known:
    known: Known = defaultdict(list)
    former = _former_labels()
    for row in CustomField.objects.all():
        called = former.get(str(row.pk), set()) - {row.label}
        known[row.subject].append(replace(declare(row), former_labels=tuple(sorted(called))))
    return dict(known)


def _former_labels() -> dict[str, set[str]]:
    """Return what fields were called before, by their keys: the log of the records keeps values under these names."""
    keys = CustomField.objects.values_list("pk", flat=True)
    renamed = entries_for((CustomField, keys, ("customfield.change",))).filter(
        before__has_key="label"
    )
    former: dict[str, set[str]] = defaultdict(set)
    for key, before in renamed.values_list("subject_id", "before"):
        former[key].add((before or {})["label"])
    return former


def guard_code(subject: str, code: str) -> str:
    """Return by which code visibility knows a custom field: experts.x3."""
    return f"{subject.partition('.')[0]}.{code}"


def is_guard_code(code: str) -> bool:
    return _GUARD.fullmatch(code) is not None


def find_guard(code: str) -> GuardedField | None:
    """Return what guards the custom field that visibility knows by ``code``; None: everybody sees it."""
    app, _, field = code.partition(".")
    declared = (
        one
        for subject in SUBJECTS
        if subject.code.partition(".")[0] == app
        for one in declared_fields(subject.code)
    )
    return next((one.guard for one in declared if one.code == field), None)


def place_of(subject: str, group: str) -> tuple[str | dict[str, str], str]:
    """Return the section in which a group of fields stands, by variant of the record, and its title: one of
    the subject's if it is called so, else one of its own."""
    if not group:
        return "extra", ""
    own = f"g-{sha256(group.encode()).hexdigest()[:10]}"
    found = {
        variant: next((code for code, title in titles.items() if title == group), own)
        for variant, titles in SUBJECTS[subject].sections.items()
    }
    return found, group


def declare(row: CustomField) -> FieldDeclaration:
    """Return the declaration of a custom field: it appears in every place."""
    kind = KINDS[row.kind](row)
    section, title = place_of(row.subject, row.group)
    asked = ANY_NUMBER if row.kind == FieldKind.NUMBER else kind
    question = extra_question(row.subject, row.code, asked)
    is_file = row.kind == FieldKind.FILE
    guard = None
    if row.readers:
        guard = GuardedField(
            guard_code(row.subject, row.code),
            row.label,
            lambda value: "",
            default=Level.HIDDEN,
            readers=frozenset(row.readers),
        )
    return FieldDeclaration(
        code=row.code,
        label=row.label,
        kind=kind,
        required=row.required,
        is_extra=True,
        is_retired=not row.active,
        is_searched=row.kind == FieldKind.TEXT,
        guard=guard,
        owner=Owner(row.owner),
        shown_when=ShownWhen(row.waits_for, tuple(row.wait_words)) if row.waits_for else None,
        form=InForm(section=section, title=title, order=9, help=row.help),
        # A table holds no files.
        imported=None if is_file else InImport(order=9, help=row.help, dispensable=True),
        exported=InExport(order=9),
        history=InHistory(order=9),
        # An applicant hands his files in at a step of their own.
        applied=(
            InApplication(step="profession", order=9)
            if row.in_application and not is_file
            else None
        ),
        criterion=InCriteria(
            field=replace(question, label=f"有“{row.label}”") if is_file else question,
            order=99,
            # Whole paragraphs are no condition that somebody can check on a published sheet.
            draws=row.kind != FieldKind.LONG_TEXT,
            # What a draw asks is published: not what some may not even see.
            kept=bool(row.readers),
        ),
    )


SOURCE = FieldSource("customforms", declared_fields, one_look)
GUARDS = GuardSource("customforms", is_guard_code, find_guard)
