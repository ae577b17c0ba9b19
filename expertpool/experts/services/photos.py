"""The photograph of an expert: one, kept as it was given, and checked as every file."""

from __future__ import annotations

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.queries.files import PHOTO
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of
from expertpool.files.services import attach, receive, remove_attachment

KINDS = ("image/png", "image/jpeg", "image/webp")


def set_photo(
    *, expert: Expert, uploaded_file: UploadedFile, actor: User, now: datetime
) -> Attachment:
    """Make ``uploaded_file`` the photograph of ``expert``; the one before is removed. Logged as files are.

    Refuses (ExpertRefused) what is no picture, and what `files` refuses: too large, of another content than its name
    says, with a virus.
    """
    try:
        received = receive(uploaded_file, subject_type=Expert, actor=actor, now=now)
        if received.type.content_type not in KINDS:
            raise ExpertRefused("照片只能是 PNG、JPG 或 WebP 图片，请另存为这些格式后上传。")
        with transaction.atomic():
            # Two who change it at once leave one.
            Expert.objects.select_for_update(of=("self",)).get(pk=expert.pk)
            before = list(attachments_of(expert, PHOTO))
            photo = attach(subject=expert, uploaded_file=received, kind=PHOTO, actor=actor, now=now)
            for one in before:
                remove_attachment(attachment=one, actor=actor, now=now, note="换了照片")
    except FileRefused as error:
        raise ExpertRefused(str(error)) from None
    return photo
