"""What bad ratings lead to: one person asks, a rule in its author's name among them, another agrees."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from expertpool.core.fields import ProofField
from expertpool.evaluations.enums import SanctionKind
from expertpool.experts.models import Expert
from expertpool.workflow.models import TwoPersonRequest


class Sanction(TwoPersonRequest):
    """That an expert be cautioned, or put on the blacklist. A caution is one that was agreed to, of which
    ``decided_proof`` says by whom (docs/decisions/0267)."""

    subject_field = "expert"
    final = ("decided_at", "agreed", "decided_by_id", "expert_id", "kind", "reason")

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("处理", max_length=12, choices=SanctionKind.choices)
    decided_proof = ProofField(
        "决定凭证",
        says=(
            *("expert.number", "kind", "reason", "requested_by.username", "requested_at"),
            *("agreed", "decided_by.username", "decided_at"),
        ),
    )

    class Meta(TwoPersonRequest.Meta):
        verbose_name = verbose_name_plural = "评价处理申请"
        constraints = [
            *TwoPersonRequest.Meta.constraints,
            models.UniqueConstraint(
                fields=["expert", "kind"],
                condition=Q(decided_at__isnull=True),
                name="evaluations_one_open_sanction",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=SanctionKind.values), name="evaluations_sanction_known"
            ),
        ]
        indexes = [models.Index(fields=["expert", "-decided_at"], name="evaluations_sanctions")]

    @property
    def subject_name(self) -> str:
        return self.expert.number
