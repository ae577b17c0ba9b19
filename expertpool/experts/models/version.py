from __future__ import annotations

from django.conf import settings
from django.db import models

from expertpool.core.fields import EncryptedTextField
from expertpool.experts.models.expert import Expert


class ExpertVersion(models.Model):
    """The state of an expert's record after one change. Never edited (a trigger refuses it).

    ``snapshot`` is a JSON object of field → text (encrypted, since it holds guarded values);
    ``changed`` names the fields that differ from the version before. Version 1 is the record as
    it was created; it is written together with version 2, at the first change.
    """

    never = ("DELETE",)

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("版本")
    at = models.DateTimeField("时间")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_name = models.CharField("操作人", max_length=64, blank=True)
    changed = models.JSONField("变更字段", default=list)
    snapshot = EncryptedTextField("内容", bound_to=("expert_id", "number"), at_least=2048)

    class Meta:
        verbose_name = verbose_name_plural = "专家历史版本"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["expert", "number"], name="experts_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.expert_id} v{self.number}"

    @property
    def previous(self) -> int:
        """The number of the version before, 0 for the first."""
        return self.number - 1
