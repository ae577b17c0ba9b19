"""Stored files and what they are attached to."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models

from expertpool.core.fields import UNREADABLE, EncryptedBytesField, EncryptedTextField, ProofField

FOLDER = "attachments"  # of the store
SEALED = ".sealed"  # how the stored name of a file ends that is encrypted; the proof says the name


class Attachment(models.Model):
    """A file that belongs to one subject (``projects.project`` 12 …). Never served by URL:
    `files.views.download` checks the right through the subject's registered policy."""

    subject_type = models.CharField("所属对象类型", max_length=64)
    subject_id = models.CharField("所属对象编号", max_length=64)
    kind = models.CharField("类别", max_length=32, blank=True)
    uid = models.UUIDField("编号", default=uuid4, unique=True, editable=False)
    # Whoever chose it may have named somebody by it.
    name = EncryptedTextField(
        "文件名", blank=False, bound_to=("uid",), at_least=64, when_shut=UNREADABLE
    )
    file = models.FileField("文件", upload_to=f"{FOLDER}/%Y/%m/")
    # By which the file is encrypted (`queries.content`); nothing while it lies in clear, from before docs/decisions/0614.
    file_key = EncryptedBytesField(
        "文件密钥", bound_to=("uid",), null=True, blank=True, editable=False
    )
    sealed_at = models.DateTimeField(
        "加密时间", null=True, blank=True, editable=False
    )  # of one that lay in clear before
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveBigIntegerField("大小（字节）")
    sha256 = models.BinaryField("SHA-256", max_length=32)
    held = models.BooleanField(
        "待查杀", default=False, db_default=False
    )  # nobody reads it until it was scanned
    # Without it nobody sees the file: somebody has led it to another subject, or opened a held one.
    proof = ProofField(
        "凭证", says=("subject_type", "subject_id", "kind", "file.name", "sha256", "held")
    )
    created_at = models.DateTimeField("上传时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="上传人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    # Since when it is no more for whose record it is; for others until that is told (docs/decisions/0197).
    removed_at = models.DateTimeField("移除时间", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="files_subject"),
            models.Index(fields=["id"], name="files_held", condition=models.Q(held=True)),
            # Looked for each minute, and soon there are none (`queries.clear_files`).
            models.Index(
                fields=["id"], name="files_clear", condition=~models.Q(file__endswith=SEALED)
            ),
        ]

    def __str__(self) -> str:
        return self.name
