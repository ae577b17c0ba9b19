from __future__ import annotations

from django.conf import settings
from django.db import models


class ConditionTemplate(models.Model):
    """Condition groups kept under a name, to start another plan from. Its owner changes it;
    everybody who makes plans sees it once it is shared."""

    name = models.CharField("名称", max_length=50)
    groups = models.JSONField(
        "条件组"
    )  # [{"name", "seats", "standby_seats", "levels": [criteria, …]}, …]
    shared = models.BooleanField("共享", default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="创建人", on_delete=models.CASCADE, related_name="+"
    )
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = verbose_name_plural = "条件模板"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="draws_template_name"),
        ]

    def __str__(self) -> str:
        return self.name
