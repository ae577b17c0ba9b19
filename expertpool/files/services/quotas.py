"""How much the files of one row, and all together, may take."""

from __future__ import annotations

from django.db import models
from django.template.defaultfilters import filesizeformat

from expertpool.core.configuration import value_of
from expertpool.core.locks import lock_transaction
from expertpool.files.exceptions import FileRefused
from expertpool.files.queries import store_size, subject_size
from expertpool.files.settings import STORE_QUOTA, SUBJECT_QUOTA
from expertpool.files.validators import MEGABYTE

FULL_SUBJECT = (
    "放不下：这里的附件已用 {used}，合计最多 {most}，这个文件 {size}。请先删除不需要的附件。"
)
FULL_STORE = "放不下：全部附件已用 {used}，合计最多 {most}，这个文件 {size}。请联系系统管理员。"


def refuse_full_store(size: int) -> None:
    """Refuse (FileRefused) a file that the whole store has no room for."""
    if most := value_of(STORE_QUOTA) * 1024 * MEGABYTE:
        _refuse(FULL_STORE, used=store_size(), most=most, size=size)


def refuse_full_subject(subject: models.Model, size: int) -> None:
    """Refuse (FileRefused) a file that ``subject`` has no room for; nobody else adds one to it until the
    transaction ends."""
    subject_type, subject_id = subject._meta.label_lower, str(subject.pk)
    lock_transaction(f"files:{subject_type}:{subject_id}")
    most = value_of(SUBJECT_QUOTA) * MEGABYTE
    _refuse(FULL_SUBJECT, used=subject_size(subject_type, subject_id), most=most, size=size)


def _refuse(sentence: str, *, used: int, most: int, size: int) -> None:
    if used + size > most:
        told = {"used": used, "most": most, "size": size}
        raise FileRefused(sentence.format(**{name: filesizeformat(told[name]) for name in told}))
