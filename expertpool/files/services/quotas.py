"""How much the files of one row, and all together, may take."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.template.defaultfilters import filesizeformat

from expertpool.core.configuration import value_of
from expertpool.core.locks import lock_transaction
from expertpool.core.sizes import MEGABYTE
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import known_size, quota_of, store_size, together_with, type_size
from expertpool.files.registry import file_subject
from expertpool.files.settings import STORE_QUOTA

FULL_SUBJECT = (
    "放不下：这里的附件已用 {used}，合计最多 {most}，这个文件 {size}。请先删除不需要的附件。"
)
TOO_MANY = "最多放 {} 个文件，请先删除不需要的，或合并成一个。"
FULL_TOGETHER = "现在上传的材料太多，暂时放不下，请过些时候再试，或联系管理单位。"
FULL_STORE = "放不下：全部附件已用 {used}，合计最多 {most}，这个文件 {size}。请联系系统管理员。"


def refuse_full_store(size: int) -> None:
    """Refuse (FileRefused) a file that the whole store has no room for."""
    if most := value_of(STORE_QUOTA) * 1024 * MEGABYTE:
        _refuse(FULL_STORE, used=store_size(), most=most, size=size)


def refuse_full_subject(subject: models.Model, size: int, *, actor: Any) -> None:
    """Refuse (FileRefused) a file that ``subject`` has no room for; nobody else adds one to it until the
    transaction ends. What ``actor`` is told of later takes no room: a refusal would tell him."""
    subject_type, subject_id = subject._meta.label_lower, str(subject.pk)
    lock_transaction(f"files:{subject_type}:{together_with(actor, subject_type, subject_id).name}")
    policy = file_subject(subject_type)
    rows = Attachment.objects.filter(subject_type=subject_type, subject_id=subject_id)
    if policy.most and rows.count() >= policy.most:
        raise FileRefused(TOO_MANY.format(policy.most))
    used, most = known_size(actor, subject_type, subject_id), quota_of(subject_type)
    _refuse(FULL_SUBJECT, used=used, most=most, size=size)
    if policy.in_all and type_size(subject_type) + size > policy.in_all() * MEGABYTE:
        raise FileRefused(FULL_TOGETHER)


def _refuse(sentence: str, *, used: int, most: int, size: int) -> None:
    if used + size > most:
        told = {"used": used, "most": most, "size": size}
        raise FileRefused(sentence.format(**{name: filesizeformat(told[name]) for name in told}))
