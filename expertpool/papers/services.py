"""Customers' templates of papers: uploaded, put in use, put aside, removed, filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.configuration import value_of, words_of
from expertpool.core.filling import TemplateRefused, check_template, fill_template
from expertpool.core.locks import lock_transaction
from expertpool.core.placeholders import Value
from expertpool.core.sizes import MEGABYTE
from expertpool.files.services import Received, attach, receive, remove_attachment
from expertpool.papers.enums import TemplateState
from expertpool.papers.exceptions import TemplateGone
from expertpool.papers.models import PaperTemplate
from expertpool.papers.queries import content_of, file_of
from expertpool.papers.registry import PAPERS, Paper
from expertpool.papers.settings import TEMPLATE_SIZE

_LOCK = "papers-templates"
GONE = "该模板已删除，请刷新页面。"


def upload_template(
    *,
    paper: Paper,
    project_kind: str,
    uploaded_file: UploadedFile,
    actor: User,
    now: datetime,
) -> PaperTemplate:
    """Take a template into use for ``paper`` of projects of ``project_kind`` (empty: of all).

    The one that was in use is put aside. Refuses (core.filling.TemplateRefused, with all
    that is wrong) what cannot be filled, and (files.FileRefused) what is no such file.
    """
    if (uploaded_file.size or 0) > value_of(TEMPLATE_SIZE) * MEGABYTE:
        raise TemplateRefused(f"文件太大：模板最大 {words_of(TEMPLATE_SIZE)}。")
    content = uploaded_file.read()
    form = check_template(content, paper.vocabulary)
    # `check_template` has read it to the end.
    uploaded_file.seek(0)
    received = receive(uploaded_file, subject_type=PaperTemplate, actor=actor, now=now)
    return _take(paper, project_kind, form, received, actor, now)


@transaction.atomic
def _take(
    paper: Paper, project_kind: str, form: str, received: Received, actor: User, now: datetime
) -> PaperTemplate:
    # Before the one in use is looked for: two uploads at once would both stay active.
    lock_transaction(_LOCK)
    replaced = _put_aside(paper.code, project_kind)
    template = PaperTemplate(
        paper=paper.code,
        project_kind=project_kind,
        # For now; the files app cleans it, and says what ending it gets.
        name=(received.file.name or "")[-200:],
        form=form,
        uploaded_at=now,
        uploaded_by=actor,
    )
    template.full_clean()
    template.save()
    file = attach(subject=template, uploaded_file=received, actor=actor, now=now)
    template.name = file.name
    template.save(update_fields=["name"])
    after = _described(template) | ({"替换": replaced.name} if replaced else {})
    record("paper.upload", actor=actor, now=now, subject=template, after=after)
    return template


@transaction.atomic
def enable_template(*, template: PaperTemplate, actor: User, now: datetime) -> None:
    """Put a template in use again, in place of the one that is. Changes nothing if it is.

    Refuses (TemplateGone) one that was removed, and (TemplateRefused) one with placeholders that
    are no longer known.
    """
    lock_transaction(_LOCK)
    template = _current(template)
    if template.state == TemplateState.ACTIVE:
        return
    # The vocabulary may have changed since it was put aside.
    check_template(content_of(template), PAPERS[template.paper].vocabulary)
    _put_aside(template.paper, template.project_kind)
    _set_state(template, TemplateState.ACTIVE)
    record("paper.enable", actor=actor, now=now, subject=template)


@transaction.atomic
def disable_template(*, template: PaperTemplate, actor: User, now: datetime) -> None:
    """Put a template aside: the one for all kinds, or the built-in form, is used again."""
    lock_transaction(_LOCK)
    template = _current(template)
    if template.state == TemplateState.DISABLED:
        return
    _set_state(template, TemplateState.DISABLED)
    record("paper.disable", actor=actor, now=now, subject=template)


@transaction.atomic
def delete_template(*, template: PaperTemplate, actor: User, now: datetime) -> None:
    """Remove a template. One that was used stays readable, with its file, among those removed."""
    lock_transaction(_LOCK)
    template = _current(template)
    before = _described(template)
    # Before the row goes, which the entry describes.
    record("paper.remove", actor=actor, now=now, subject=template, before=before)
    # A sheet that was printed by it may be asked for later.
    if template.used_at is None:
        remove_attachment(attachment=file_of(template), actor=actor, now=now)
        template.delete()
    else:
        _set_state(template, TemplateState.REMOVED)


def fill_paper(
    *,
    template: PaperTemplate,
    values: Mapping[str, Value],
    lines: Sequence[Mapping[str, Value]],
    now: datetime,
) -> bytes:
    """Return ``template`` with ``values`` and ``lines`` in it; notes that it was used.

    Raises TemplateRefused when its file is no longer one that can be filled.
    """
    # By the condition: it keeps the first time, however many papers are filled at once.
    PaperTemplate.objects.filter(pk=template.pk, used_at__isnull=True).update(used_at=now)
    vocabulary = PAPERS[template.paper].vocabulary
    return fill_template(content_of(template), vocabulary, values=values, lines=lines)


def _current(template: PaperTemplate) -> PaperTemplate:
    found = PaperTemplate.objects.filter(pk=template.pk).exclude(state=TemplateState.REMOVED)
    current = found.first()
    if current is None:
        raise TemplateGone(GONE)
    return current


def _put_aside(paper: str, project_kind: str) -> PaperTemplate | None:
    used = PaperTemplate.objects.filter(
        paper=paper, project_kind=project_kind, state=TemplateState.ACTIVE
    ).first()
    if used is not None:
        _set_state(used, TemplateState.DISABLED)
    return used


def _set_state(template: PaperTemplate, state: TemplateState) -> None:
    template.state = state
    template.save(update_fields=["state"])


def _described(template: PaperTemplate) -> dict[str, Any]:
    return {
        "文书": template.paper_label,
        "项目类型": template.kind_label,
        "文件": template.name,
    }
