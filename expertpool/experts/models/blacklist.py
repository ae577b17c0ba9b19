from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from expertpool.core.bounds import DAYS, within
from expertpool.core.fields import ProofField, is_vouched
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models.expert import Expert


class BlacklistEntry(models.Model):
    """That an expert was put on the blacklist: why, on what evidence, until when, and the end.

    After ``until_date`` he returns to ``status_before`` by himself. ``proof`` says that it was written here, as it
    stands, and whether it was ended here (docs/decisions/0524); ``version`` grows with each change, so that no proof of
    before is put back.
    """

    never = ("DELETE",)
    final = ("uid", "added_at", "removed_at")

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="blacklist_entries")
    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField("版本", default=1, editable=False)
    reason = models.CharField("原因", max_length=500)
    evidence = models.CharField("依据", max_length=500, blank=True)
    until_date = models.DateField("期限至", null=True, blank=True, validators=[DAYS])
    status_before = models.CharField(
        "移入前状态", max_length=12, choices=ExpertStatus.choices, default=ExpertStatus.FORMAL
    )
    added_at = models.DateTimeField("移入时间")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    removed_at = models.DateTimeField("移出时间", null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    removal_reason = models.CharField("移出原因", max_length=500, blank=True)
    proof = ProofField(
        "凭证",
        says=(
            *("uid.hex", "version", "expert.number", "reason", "evidence", "until_date"),
            *("status_before", "added_at", "added_by.username"),
            *("removed_at", "removed_by.username", "removal_reason"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "黑名单记录"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["expert"],
                condition=models.Q(removed_at__isnull=True),
                name="experts_blacklisted_once",
            ),
            within("experts_blacklist_bounds", until_date=DAYS),
        ]

    def __str__(self) -> str:
        return f"{self.expert_id} {self.added_at:%Y-%m-%d}"

    @property
    def is_sound(self) -> bool:
        """Whether it was written here, as it stands, its end included."""
        return is_vouched(self)
