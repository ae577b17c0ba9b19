from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from expertpool.core.fields import EncryptedTextField
from expertpool.core.text import moment_text
from expertpool.experts.enums import ChangeVia
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
    # Of a version that was kept before this was, and of the first: "".
    via = models.CharField("方式", max_length=10, choices=ChangeVia.choices, blank=True, default="")
    note = models.CharField("说明", max_length=200, blank=True, default="")
    snapshot = EncryptedTextField("内容", bound_to=("expert_id", "number"), at_least=2048)

    class Meta:
        verbose_name = verbose_name_plural = "专家历史版本"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["expert", "number"], name="experts_version_once"),
        ]
        # The list of changes of all experts, the latest first.
        indexes = [models.Index(fields=["-at", "-id"], name="experts_version_at")]

    def __str__(self) -> str:
        return f"{self.expert_id} v{self.number}"

    @property
    def previous(self) -> int:
        """The number of the version before, 0 for the first."""
        return self.number - 1

    @property
    def how(self) -> str:
        """By which way, in words."""
        return ChangeVia(self.via).words(self.note) if self.via else self.note

    @property
    def when(self) -> str:
        """When it was made, for the office: of what its expert changed himself the day alone (docs/decisions/0185)."""
        text = moment_text(self.at)
        return text.partition(" ")[0] if self.is_own else text

    @property
    def is_own(self) -> bool:
        """Whether its expert changed it himself: then the office is told the day alone."""
        return self.via == ChangeVia.OWN


class UntoldVersion(models.Model):
    """A version of which those who answer for the record have still to be told
    (`services.announcing`). The version itself never changes."""

    version = models.OneToOneField(
        ExpertVersion, on_delete=models.CASCADE, primary_key=True, related_name="untold"
    )

    noted_at = models.DateTimeField("记下时间", db_default=Now(), editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "未通知的变更"

    def __str__(self) -> str:
        return str(self.version_id)
