"""Files through the interface. Who may see and add them is the policy of their subject."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import File, Form, Query, Router, Status, UploadedFile

from expertpool.core.api import Id, Refusal, allows, answers
from expertpool.core.fields import is_vouched
from expertpool.core.responses import file_answer
from expertpool.core.responses.files import UNKNOWN
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_for, find_subject, may_edit, may_view, opened
from expertpool.files.registry import file_subject
from expertpool.files.schemas import AttachmentOutput, SubjectRef, UploadInput
from expertpool.files.services import attach, note_download

router = Router(tags=["附件"])
REFUSALS = (Refusal(FileRefused, 422, "file-refused", "文件不能接收"),)
BINARY = {
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
}


@router.get(
    "/attachments",
    response=answers(list[AttachmentOutput]),
    operation_id="attachment_list",
    summary="附件列表",
)
@allows()
def attachment_list(request: HttpRequest, of: Query[SubjectRef]) -> list[Attachment]:
    """返回一个对象的附件；能查看这个对象的才能看到。"""
    user, subject = _user(request), _subject(request, of)
    rows = [row for row in attachments_for(user, subject) if is_vouched(row)]
    by_day = file_subject(of.subject_type).by_day(of.subject_id) - {user.pk}
    for row in rows:
        if row.created_by_id in by_day:  # nobody is told the hour
            row.created_at = timezone.localtime(row.created_at).replace(
                hour=0, minute=0, second=0, microsecond=0
            )
    return rows


@router.post(
    "/attachments",
    response=answers(AttachmentOutput, 201),
    operation_id="attachment_add",
    summary="上传附件",
)
@allows()
def attachment_add(
    request: HttpRequest, to: Form[UploadInput], file: File[UploadedFile]
) -> Status[Attachment]:
    """上传一个附件（multipart/form-data）；能修改这个对象的才能上传。文件种类按内容判断。"""
    subject = _subject(request, to)
    if not may_edit(request.user, to.subject_type, to.subject_id):
        raise PermissionDenied
    attachment = attach(
        subject=subject,
        uploaded_file=file,
        kind=to.kind,
        actor=_user(request),
        now=timezone.now(),
    )
    return Status(201, attachment)


@router.get(
    "/attachments/{attachment_id}/content",
    response=answers(None),
    operation_id="attachment_download",
    summary="下载附件",
    openapi_extra={"responses": {200: BINARY}},
)
@allows()
def attachment_download(request: HttpRequest, attachment_id: Id) -> HttpResponseBase:
    attachment = get_object_or_404(Attachment, pk=attachment_id)
    if not may_view(request.user, attachment) or not _leaves(attachment):
        raise Http404
    content = opened(attachment)
    note_download(attachment=attachment, actor=_user(request), now=timezone.now())
    return file_answer(content, name=attachment.name, content_type=UNKNOWN)


def _subject(request: HttpRequest, of: SubjectRef) -> Model:
    subject = find_subject(of.subject_type, of.subject_id)
    if subject is None or not file_subject(of.subject_type).may_view(request.user, of.subject_id):
        raise Http404
    if not _leaves(of):
        raise Http404
    return subject


def _leaves(of: SubjectRef | Attachment) -> bool:
    return file_subject(of.subject_type).leaves(of.subject_id)


def _user(request: HttpRequest) -> Any:
    return request.user
