from __future__ import annotations

from django.conf import settings
from django.db import models

from expertpool.core.bounds import DAYS, within
from expertpool.experts.enums import PERSON_KINDS, AvoidanceKind
from expertpool.experts.models.expert import Expert


class AvoidanceUnit(models.Model):
    """A unit or a person for whose projects an expert must not be drawn: a current or past
    employer with its dates, or a declared relation. What is over counts for three years after
    ``end_date`` (政府采购法实施条例 第九条). With a person (`PERSON_KINDS`) the unit only tells
    those of one name apart."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="avoidance_units")
    unit = models.ForeignKey(
        "directory.Unit",
        verbose_name="单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    person_name = models.CharField("人员姓名", max_length=100, blank=True)
    kind = models.CharField("关系", max_length=20, choices=AvoidanceKind.choices)
    start_date = models.DateField("开始日期", null=True, blank=True, validators=[DAYS])
    end_date = models.DateField("结束日期", null=True, blank=True, validators=[DAYS])
    note = models.CharField("说明", max_length=200, blank=True)
    # Who filed it: his own word is nobody's hand in a draw. Empty for what is older. ``is_own`` is what
    # he declared himself, which may be told later (docs/decisions/0185).
    is_own = models.BooleanField("本人登记", default=False, editable=False)
    created_at = models.DateTimeField("登记时间", null=True, blank=True)
    # Since when it is no more for its expert; for others until that is told (docs/decisions/0194).
    removed_at = models.DateTimeField("移除时间", null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "回避单位"
        ordering = ["kind", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=PERSON_KINDS) & ~models.Q(person_name="")
                | ~models.Q(kind__in=PERSON_KINDS) & models.Q(unit__isnull=False),
                name="experts_avoidance_target",
                violation_error_message="与人员的关系须填姓名，与单位的关系须填单位名称。",
            ),
            models.CheckConstraint(
                condition=models.Q(start_date__isnull=True)
                | models.Q(end_date__isnull=True)
                | models.Q(end_date__gte=models.F("start_date")),
                name="experts_avoidance_dates",
            ),
            within("experts_avoidance_bounds", start_date=DAYS, end_date=DAYS),
        ]
        indexes = [
            models.Index(fields=["unit", "expert"], name="experts_avoidance_unit"),
            models.Index(
                fields=["person_name"],
                condition=~models.Q(person_name=""),
                name="experts_avoidance_person",
            ),
            # What is told later is among the latest: each draw asks whose.
            models.Index(fields=["created_at"], name="experts_avoidance_when"),
        ]

    def __str__(self) -> str:
        return f"{self.expert_id} {self.target}"

    @property
    def is_personal(self) -> bool:
        return self.kind in PERSON_KINDS

    @property
    def target(self) -> str:
        """The unit or the person, in words."""
        unit = self.unit.name if self.unit else ""
        if not self.is_personal:
            return f"{unit}（{self.person_name}）" if self.person_name else unit
        return f"{self.person_name}（{unit}）" if unit else self.person_name
