from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from expertpool.core.bounds import MOMENTS
from expertpool.experts.models.expert import Expert


class Leave(models.Model):
    """A long leave (长期请假): not drawn for anything inside ``during``. It ends by itself when the
    period is over; ``cancelled_at`` ends it early. Two leaves of one expert never overlap."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="leaves")
    during = DateTimeRangeField("请假时间")
    reason = models.CharField("事由", max_length=200)
    created_at = models.DateTimeField("登记时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cancelled_at = models.DateTimeField("销假时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "请假"
        ordering = ["-id"]
        constraints = [
            ExclusionConstraint(
                name="experts_leave_no_overlap",
                expressions=[("expert", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
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

    def __str__(self) -> str:
        return f"{self.expert_id} {self.during}"
