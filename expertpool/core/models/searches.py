from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from expertpool.core.fields import EncryptedTextField


class SavedSearch(models.Model):
    """What the address of ``page`` (a code of `core.saved_searches.SAVED_PAGES`) asks, kept under a name: own or shared.
    Whoever opens a shared one sees what lies in his own scope. What is asked may be somebody's telephone: it is encrypted
    (docs/decisions/0525)."""

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    page = models.CharField("页面", max_length=32)
    name = models.CharField("名称", max_length=50)
    query = EncryptedTextField("查询条件", bound_to=("uid",), at_least=512, max_length=4000)
    shared = models.BooleanField("所有人可用", default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="保存人", on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = verbose_name_plural = "常用查询"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "page", "name"],
                name="core_saved_search_once",
                violation_error_message="已有同名的常用查询，请换一个名称。",
            ),
        ]

    def __str__(self) -> str:
        return self.name
