"""Files that are filled in like any other field: taken in by a form, stored when it is saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django import forms
from django.core.files.uploadedfile import UploadedFile

from expertpool.accounts.models import User
from expertpool.core.subjects import FieldDeclaration, File, StoredFile
from expertpool.customforms.models import FieldFile
from expertpool.files.exceptions import FileRefused
from expertpool.files.services import Received, attach, receive, remove_all_attachments

Declared = Mapping[str, FieldDeclaration]  # by the names of a form
AGAIN = "刚才选择的“{}”没有保存，请重新选择。"


def take_in(form: forms.Form, declared: Declared, *, actor: User | None, now: datetime) -> None:
    """Look at the files that were chosen in ``form``, as its ``clean`` calls it: what is refused (too large, of a
    kind that is not taken, a virus) is said at the field. Nothing is stored."""
    for name in _files(form, declared):
        given = form.cleaned_data.get(name)
        if isinstance(given, UploadedFile):
            # A browser does not send it a second time: read only if the form comes back.
            form[name].help_text = AGAIN.format(given.name)
            try:
                taken = receive(given, subject_type=FieldFile, actor=actor, now=now)
            except FileRefused as refusal:
                form.add_error(name, str(refusal))
            else:
                form.cleaned_data[name] = taken
        elif given is False:  # to be taken away
            form.cleaned_data[name] = None


def keep_files(
    form: forms.Form, declared: Declared, *, subject: str, actor: User | None, now: datetime
) -> None:
    """Store what `take_in` took, and put it in its place among the cleaned data as a value of its field.
    Logs each. Refuses (FileRefused) what the store has no room for."""
    for name in _files(form, declared):
        given = form.cleaned_data.get(name)
        if isinstance(given, Received):
            code = declared[name].code
            form.cleaned_data[name] = keep_file(subject, code, given, actor=actor, now=now)


def keep_file(
    subject: str, code: str, taken: Received, *, actor: User | None, now: datetime
) -> StoredFile:
    """Store one file for the field ``code`` of a record of ``subject``; return the value for the record."""
    row = FieldFile.objects.create(subject=subject, code=code, created_at=now, created_by=actor)
    stored = attach(subject=row, uploaded_file=taken, actor=actor, now=now)
    return StoredFile(row.pk, stored.pk, stored.name)


def forget_files(files: Iterable[FieldFile], *, now: datetime, note: str) -> None:
    """Delete ``files`` for good, with their bytes, since what they were filled in for is erased; logs each."""
    for one in files:
        remove_all_attachments(subject=one, actor=None, now=now, note=note)
        one.delete()


def _files(form: forms.Form, declared: Declared) -> list[str]:
    return [
        name
        for name, one in declared.items()
        if isinstance(one.kind, File) and name in form.fields and name in form.cleaned_data
    ]
