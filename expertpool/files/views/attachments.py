"""Uploading, listing, downloading and removing the files of a subject."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from expertpool.core.responses import file_answer, refused, saved
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import (
    attachment_list,
    find_subject,
    may_edit,
    may_view,
    may_view_subject,
    opened,
)
from expertpool.files.registry import file_subject
from expertpool.files.services import attach, choose_kind, note_download, remove_attachment


@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send a file to who may see its subject; never shown inside a page of ours."""
    attachment = get_object_or_404(Attachment, pk=pk)
    # As if it were not there: who may not see the subject learns nothing of its files.
    if not may_view(request.user, attachment):
        raise Http404
    try:
        content = opened(attachment)
    except FileRefused as error:
        return refused(str(error))
    note_download(attachment=attachment, actor=_user(request), now=timezone.now())
    return file_answer(content, name=attachment.name, content_type=attachment.content_type)


def subject_files(request: HttpRequest, subject_type: str, subject_id: str) -> HttpResponse:
    """GET: the list of files; POST: store what was chosen and answer the list again."""
    subject = find_subject(subject_type, subject_id)
    if subject is None or not may_view_subject(request.user, subject_type, subject_id):
        raise Http404
    error = _store(request, subject) if request.method == "POST" else ""
    context = attachment_list(request.user, subject, kind=request.GET.get("kind") or None)
    return render(
        request,
        "files/_attachments.html",
        context | {"error": error},
        status=422 if error else 200,
    )


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    attachment = get_object_or_404(Attachment, pk=pk)
    if not may_view(request.user, attachment):
        raise Http404
    if not may_edit(request.user, attachment.subject_type, attachment.subject_id):
        raise PermissionDenied
    try:
        remove_attachment(attachment=attachment, actor=_user(request), now=timezone.now())
    except FileRefused as error:
        return refused(str(error))
    return saved("附件已删除。", refresh="attachments")


@require_POST
def choose(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Let a file be of another of its subject's kinds: seen by others."""
    attachment = get_object_or_404(Attachment, pk=pk)
    if not may_view(request.user, attachment):
        raise Http404
    if not may_edit(request.user, attachment.subject_type, attachment.subject_id):
        raise PermissionDenied
    try:
        chosen = choose_kind(
            attachment=attachment, kind=kind, actor=_user(request), now=timezone.now()
        )
    except FileRefused as error:
        return refused(str(error))
    label = file_subject(chosen.subject_type).choices[chosen.kind]
    return saved(f"「{chosen.name}」已改为{label}。", refresh="attachments")


def _store(request: HttpRequest, subject: Model) -> str:
    """Store the chosen files; return what is wrong, or nothing."""
    files = request.FILES.getlist("files")
    if not may_edit(request.user, subject._meta.label_lower, str(subject.pk)):
        raise PermissionDenied
    if not files:
        return "请先选择文件。"
    errors = []
    for file in files:
        try:
            attach(
                subject=subject,
                uploaded_file=file,
                kind=(request.POST.get("kind") or request.GET.get("kind", ""))[:32],
                actor=_user(request),
                now=timezone.now(),
            )
        except FileRefused as error:
            errors.append(f"{file.name}：{error}")
    return "；".join(errors)


def _user(request: HttpRequest) -> Any:
    return request.user
