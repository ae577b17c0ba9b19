from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.core.fields import EncryptedTextField, ProofField, is_vouched, readable
from expertpool.experts.models.blacklist import BlacklistEntry


class BlacklistAppeal(models.Model):
    """That an expert objects to his entry on the blacklist, and what was decided. He does so by the link that he
    was sent: while he is on it, he has no account. One that nobody had decided when the entry ended is over at
    ``decided_at``, and neither holds nor does not (``agreed`` None). ``proof`` says that he appealed here, and what came
    of it; of an entry one waits, which `services.appeals` sees to."""

    never = ("DELETE",)
    final = ("decided_at",)

    entry = models.ForeignKey(BlacklistEntry, on_delete=models.CASCADE, related_name="appeals")
    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    # Moved to the entry of another it does not open.
    reason = EncryptedTextField(
        "申诉理由", bound_to=("uid", "entry_id"), at_least=1024, seals_empty=True
    )
    asked_at = models.DateTimeField("申诉时间")
    agreed = models.BooleanField("成立", null=True, blank=True)
    note = models.CharField("处理意见", max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="处理人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)
    proof = ProofField(
        "凭证",
        says=(
            *("uid.hex", "entry.expert.number", "entry.added_at", "asked_at"),
            *("agreed", "note", "decided_by.username", "decided_at"),
        ),
        opens=("reason",),
    )

    class Meta:
        verbose_name = verbose_name_plural = "黑名单申诉"
        ordering = ["-id"]
        constraints = [
            # What ends with its entry is over, and nobody has decided it.
            models.CheckConstraint(
                condition=Q(agreed__isnull=True, decided_by__isnull=True)
                | Q(agreed__isnull=False, decided_at__isnull=False),
                name="experts_appeal_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"黑名单申诉 {self.uid}"

    @property
    def is_sound(self) -> bool:
        """Whether its expert said it here, and it was decided here as it stands, or is not yet."""
        return is_vouched(self)

    @property
    def readable_reason(self) -> str:
        """The reason as a page shows it (`core.fields.readable`)."""
        return readable(self, "reason")

    @property
    def state_label(self) -> str:
        if self.agreed is None:
            return "待处理" if self.decided_at is None else "随黑名单结束，未作处理"
        return "申诉成立，已移出" if self.agreed else "申诉不成立"
