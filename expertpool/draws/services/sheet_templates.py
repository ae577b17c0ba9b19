"""Customers' templates of sheets: uploaded, put in use, put aside, removed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.documents.filling import MAX_SIZE, check_template, fill_template
from expertpool.core.locks import lock_transaction
from expertpool.draws.enums import SheetKind, TemplateState
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import SheetTemplate
from expertpool.draws.queries.sheet_templates import content_of, file_of
from expertpool.draws.services.sheet_values import CATALOGUES, SheetValues
from expertpool.files.services import attach, remove_attachment

_LOCK = "draws-sheet-templates"
GONE = "该模板已删除，请刷新页面。"


@transaction.atomic
def upload_template(
    *,
    sheet: SheetKind,
    project_kind: str,
    uploaded_file: UploadedFile,
    actor: User,
    now: datetime,
) -> SheetTemplate:
    """Take a template into use for ``sheet`` of projects of ``project_kind`` (empty: of all).

    The one that was in use is put aside. Refuses (core.documents.filling.TemplateRefused, with all
    that is wrong) what cannot be filled, and (files.FileRefused) what is no such file.
    """
    content = uploaded_file.read(MAX_SIZE + 1)
    form = check_template(content, CATALOGUES[sheet])
    lock_transaction(_LOCK)
    replaced = _put_aside(sheet, project_kind)
    template = SheetTemplate(
        sheet=sheet,
        project_kind=project_kind,
        name=(uploaded_file.name or "")[-200:],
        form=form,
        uploaded_at=now,
        uploaded_by=actor,
    )
    template.full_clean()
    template.save()
    uploaded_file.seek(0)
    file = attach(subject=template, uploaded_file=uploaded_file, actor=actor, now=now)
    template.name = file.name
    template.save(update_fields=["name"])
    after = _described(template) | ({"替换": replaced.name} if replaced else {})
    record("draw.sheet_template", actor=actor, now=now, subject=template, after=after)
    return template


@transaction.atomic
def enable_template(*, template: SheetTemplate, actor: User, now: datetime) -> None:
    """Put a template in use again, in place of the one that is. Changes nothing if it is.

    Refuses (DrawNotReady) one that was removed, and (TemplateRefused) one with placeholders that
    are no longer known.
    """
    lock_transaction(_LOCK)
    template = _current(template)
    if template.state == TemplateState.ACTIVE:
        return
    check_template(content_of(template), CATALOGUES[SheetKind(template.sheet)])
    _put_aside(template.sheet, template.project_kind)
    _set_state(template, TemplateState.ACTIVE)
    record("draw.sheet_template_enable", actor=actor, now=now, subject=template)


@transaction.atomic
def disable_template(*, template: SheetTemplate, actor: User, now: datetime) -> None:
    """Put a template aside: the one for all kinds, or the built-in form, is used again."""
    lock_transaction(_LOCK)
    template = _current(template)
    if template.state == TemplateState.DISABLED:
        return
    _set_state(template, TemplateState.DISABLED)
    record("draw.sheet_template_disable", actor=actor, now=now, subject=template)


@transaction.atomic
def delete_template(*, template: SheetTemplate, actor: User, now: datetime) -> None:
    """Remove a template. One that was used stays readable, with its file, among those removed."""
    lock_transaction(_LOCK)
    template = _current(template)
    before = _described(template)
    record("draw.sheet_template_remove", actor=actor, now=now, subject=template, before=before)
    if template.used_at is None:
        remove_attachment(attachment=file_of(template), actor=actor, now=now)
        template.delete()
    else:
        _set_state(template, TemplateState.REMOVED)


def fill_sheet(*, template: SheetTemplate, values: SheetValues, now: datetime) -> bytes:
    """Return ``template`` with ``values`` in it; notes that it was used.

    Raises TemplateRefused when its file is no longer one that can be filled.
    """
    SheetTemplate.objects.filter(pk=template.pk, used_at__isnull=True).update(used_at=now)
    catalogue = CATALOGUES[SheetKind(template.sheet)]
    return fill_template(content_of(template), catalogue, values=values.fields, lines=values.lines)


def _current(template: SheetTemplate) -> SheetTemplate:
    found = SheetTemplate.objects.filter(pk=template.pk).exclude(state=TemplateState.REMOVED)
    current = found.first()
    if current is None:
        raise DrawNotReady(GONE)
    return current


def _put_aside(sheet: str, project_kind: str) -> SheetTemplate | None:
    used = SheetTemplate.objects.filter(
        sheet=sheet, project_kind=project_kind, state=TemplateState.ACTIVE
    ).first()
    if used is not None:
        _set_state(used, TemplateState.DISABLED)
    return used


def _set_state(template: SheetTemplate, state: TemplateState) -> None:
    template.state = state
    template.save(update_fields=["state"])


def _described(template: SheetTemplate) -> dict[str, Any]:
    return {
        "文书": template.get_sheet_display(),
        "项目类型": template.kind_label,
        "文件": template.name,
    }
