"""For what points are given or taken by themselves."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from expertpool.core.bounds import Bounds, within
from expertpool.core.fields import ProofField
from expertpool.draws.models import Draw
from expertpool.points.registry import fact_choices

RULE_POINTS = Bounds(-1000, 1000)


class PointRule(models.Model):
    """How many ``points`` a fact about an expert brings (``fact``: a code of
    `points.registry.POINT_FACTS`), for what ends ``since`` or later. One that this system did not write
    (``proof``) brings nothing."""

    fact = models.CharField("事项", max_length=32, unique=True, choices=fact_choices)
    points = models.IntegerField(
        "积分", validators=[RULE_POINTS], help_text="正数加分，负数扣分，如 -3。"
    )
    active = models.BooleanField("启用", default=True)
    # By its last save: no rule reaches back to what was over by then.
    since = models.DateTimeField("生效时间", editable=False)
    proof = ProofField("凭证", says=("fact", "points", "active", "since"), null=False)

    class Meta:
        verbose_name = verbose_name_plural = "积分规则"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(points=0), name="points_rule_something"),
            within("points_rule_bounds", points=RULE_POINTS),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What it is for, in words; the code of what is no more."""
        return str(self.get_fact_display())


class Settled(models.Model):
    """That the points of a draw, whose review is over and whose names are released, were written;
    ``taken_back_at``: that it was voided since, and they were taken back."""

    never = ("DELETE",)
    final = ("taken_back_at",)

    # What keeps a second run, and a second job, from writing all of it again.
    draw = models.OneToOneField(
        Draw, verbose_name="抽取", on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField("记分时间")
    taken_back_at = models.DateTimeField("冲正时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "已记分的抽取"

    def __str__(self) -> str:
        return f"{self.draw} 已记分"
