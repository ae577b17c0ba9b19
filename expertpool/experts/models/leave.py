from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Cast

from expertpool.core.bounds import MOMENTS
from expertpool.core.fields import EncryptedTextField, ProofField, is_vouched, readable
from expertpool.experts.models.expert import Expert


class Leave(models.Model):
    """A long leave (长期请假): not drawn for anything inside ``during``. It ends by itself when the
    period is over; ``cancelled_at`` ends it early. Two leaves of one expert never overlap, but his own
    (``is_own``: filed by himself) and those of the office: it may not know of his yet
    (docs/decisions/0185). ``proof`` says that it was filed here, for whom and when; ``end_proof`` that it was ended here,
    or was not (docs/decisions/0505). What was filed never changes, so that nobody takes the proof away either."""

    never = ("DELETE",)
    final = (
        *("expert_id", "during", "is_own", "created_at", "created_by_id", "proof"),
        "cancelled_at",
    )

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="leaves")
    during = DateTimeRangeField("请假时间")
    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    # Led to another expert it does not open.
    reason = EncryptedTextField(
        "事由", bound_to=("uid", "expert_id"), at_least=256, seals_empty=True
    )
    created_at = models.DateTimeField("登记时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_own = models.BooleanField("本人登记", default=False, editable=False)
    cancelled_at = models.DateTimeField("销假时间", null=True, blank=True)
    # Since when its expert ends it; told on the next day, until which it counts (docs/decisions/0194).
    taken_back_at = models.DateTimeField("本人销假时间", null=True, blank=True, editable=False)
    # Not whether the reason opens: whoever alters that must not bring somebody back into draws.
    proof = ProofField(
        "凭证",
        says=(
            *("uid.hex", "expert.number", "during.lower", "during.upper"),
            *("is_own", "created_at", "created_by.username"),
        ),
    )
    end_proof = ProofField(
        "销假凭证", says=("uid.hex", "expert.number", "taken_back_at", "cancelled_at")
    )

    class Meta:
        verbose_name = verbose_name_plural = "请假"
        ordering = ["-id"]
        constraints = [
            ExclusionConstraint(
                name="experts_leave_no_overlap",
                expressions=[
                    ("expert", RangeOperators.EQUAL),
                    (Cast("is_own", models.IntegerField()), RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                # What was cancelled stands in nobody's way.
                condition=models.Q(cancelled_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(during__isempty=False), name="experts_leave_not_empty"
            ),
            models.CheckConstraint(
                condition=models.Q(during__contained_by=(MOMENTS.low, MOMENTS.high)),
                name="experts_leave_bounds",
            ),
        ]
        # As of relations: what is told later is among the latest.
        indexes = [models.Index(fields=["created_at"], name="experts_leave_when")]

    def __str__(self) -> str:
        return f"{self.expert_id} {self.during}"

    @property
    def is_sound(self) -> bool:
        """Whether it was filed here, as it stands."""
        return is_vouched(self)

    @property
    def is_ended_elsewhere(self) -> bool:
        """Whether its row says an end that nobody made here: it goes on."""
        return not is_vouched(self, "end_proof")

    @property
    def ended_at(self) -> datetime | None:
        """When it was ended early, if it was here."""
        # The row alone tells that it was not: mostly, and of thousands at once when a draw is sealed.
        if self.cancelled_at is None or self.is_ended_elsewhere:
            return None
        return self.cancelled_at

    @property
    def given_back_at(self) -> datetime | None:
        """Since when its expert ends it, if he does."""
        return None if self.taken_back_at is None or self.is_ended_elsewhere else self.taken_back_at

    @property
    def readable_reason(self) -> str:
        """The reason as a page shows it (`core.fields.readable`)."""
        return readable(self, "reason")
