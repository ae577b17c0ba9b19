"""By what is rated: dimensions with weights, and the grades to choose from. A form is never changed: what is
saved is its next version, and each rating says by which it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.core.bounds import Bounds
from expertpool.core.fields import ProofField
from expertpool.directory.models import ForProjectKind
from expertpool.evaluations.enums import Target

WEIGHTS = Bounds(1, 100)
SCORES = Bounds(0, 100)
MOST_DIMENSIONS, MOST_GRADES = 8, 10
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Dimension:
    """One thing that is rated (业务水平). Its name is what it is: averages go on over all versions."""

    name: str
    weight: int
    help: str = ""


@dataclass(frozen=True)
class Grade:
    """One answer (优秀) and how many of 100 it is worth."""

    label: str
    score: int


class RatingForm(ForProjectKind):
    """A version of what is asked about ``target`` after reviews of projects of ``project_kind`` (empty: of all that
    have no form of their own). The latest one counts; one that is not ``active`` says that this kind has none of
    its own any more, or that nobody of that target is rated.

    Without ``grades`` a number from 0 to 100 is typed.
    """

    # Ratings of years ago are read by what was asked then.
    never = ("UPDATE", "DELETE")

    target = models.CharField("评价对象", max_length=12, choices=Target.choices)
    version = models.PositiveIntegerField("版本")
    active = models.BooleanField("启用", default=True)
    dimensions = models.JSONField("评价维度", default=list)
    grades = models.JSONField("评价等级", default=list, blank=True)
    at = models.DateTimeField("保存时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="保存人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    proof = ProofField(
        "凭证",
        null=False,
        says=("target", "project_kind", "version", "active", "dimensions", "grades", "at"),
    )

    class Meta:
        verbose_name = verbose_name_plural = "评价表"
        ordering = ["target", "project_kind", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "project_kind", "version"], name="evaluations_form_once"
            ),
            models.CheckConstraint(
                condition=Q(target__in=Target.values), name="evaluations_form_target"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_target_display()}（{self.kind_label}）第 {self.version} 版"

    @property
    def asked(self) -> list[Dimension]:
        return [Dimension(**one) for one in self.dimensions]

    @property
    def answers(self) -> list[Grade]:
        return [Grade(**one) for one in self.grades]

    @property
    def asked_text(self) -> str:
        return "、".join(f"{one.name}（{one.weight}）" for one in self.asked)

    @property
    def answers_text(self) -> str:
        return "、".join(f"{one.label} {one.score}" for one in self.answers) or "0 至 100 分"

    def total_of(self, scores: Mapping[str, int]) -> Decimal:
        """Return the weighted mean of ``scores``, to the cent, halves up."""
        asked = self.asked
        weights = sum(one.weight for one in asked)
        points = sum(one.weight * scores[one.name] for one in asked)
        return (Decimal(points) / weights).quantize(CENT, ROUND_HALF_UP)

    def word_for(self, score: int) -> str:
        """Return how ``score`` is said: by its grade, where there is one."""
        return next((one.label for one in self.answers if one.score == score), str(score))
