"""The ledger: entries that only grow, each with the balance after it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import NullIf

from expertpool.core.bounds import Bounds, within
from expertpool.core.fields import ProofField
from expertpool.draws.models import Invitation
from expertpool.experts.models import Expert
from expertpool.points.enums import Cause
from expertpool.workflow.models import TwoPersonRequest

MOST = 10_000  # that anybody enters at once; a record that is merged brings all it has
POINTS = Bounds(-MOST, MOST, f"一次最多记 {MOST} 分或扣 {MOST} 分。")
BALANCE = Bounds(-10_000_000, 10_000_000)


class PointEntry(models.Model):
    """Points given or taken, the ``n``-th of its expert: ``before`` and ``points`` give ``balance``, and a
    key of the database says that ``before`` is the balance of the entry that comes before. So the last one
    is the sum of all, whatever is written.

    ``key`` says what it is for, once for good. ``counters`` is the entry that it takes back. ``label`` and
    ``note`` are its words; the draw behind ``invitation`` is named to whoever may read its names alone.
    """

    never = ("UPDATE", "DELETE")

    expert = models.ForeignKey(
        Expert, verbose_name="专家", on_delete=models.PROTECT, related_name="+"
    )
    # By expert; the next one refers to it, so that none can be taken out of the middle.
    n = models.PositiveIntegerField("序号")
    # Of the entry before; none before the first. Together with ``before`` it refers to that entry.
    prior = models.GeneratedField(
        expression=NullIf(F("n") - 1, 0),
        output_field=models.IntegerField(),
        db_persist=True,
        verbose_name="上一序号",
    )
    points = models.IntegerField("积分", validators=[BALANCE])
    # Kept, since a key of the database can compare what stands in a row, and nothing else.
    before = models.IntegerField("原有积分")
    balance = models.IntegerField("积分余额", validators=[BALANCE])
    cause = models.CharField("来由", max_length=12, choices=Cause.choices)
    label = models.CharField("事由", max_length=50)
    note = models.CharField("说明", max_length=500, blank=True)
    key = models.CharField("依据", max_length=100, unique=True)
    # For whom may read it: by the draw he would know who sat.
    invitation = models.ForeignKey(
        Invitation,
        verbose_name="邀请",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # One to one: nothing is taken back twice.
    counters = models.OneToOneField(
        "self",
        verbose_name="冲正的一笔",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="countered_by",
    )
    at = models.DateTimeField("时间")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="经办人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    proof = ProofField(
        "凭证",
        says=("expert.number", "n", "points", "balance", "cause", "label", "note", "key", "at"),
        null=False,
    )

    class Meta:
        verbose_name = verbose_name_plural = "积分明细"
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["expert", "n"], name="points_entry_once"),
            # What the entry after and the account refer to.
            models.UniqueConstraint(fields=["expert", "n", "balance"], name="points_entry_balance"),
            models.CheckConstraint(
                condition=Q(balance=F("before") + F("points")), name="points_entry_sum"
            ),
            models.CheckConstraint(
                condition=Q(n__gt=1) | Q(n=1, before=0), name="points_entry_begins"
            ),
            models.CheckConstraint(condition=~Q(points=0), name="points_entry_something"),
            within("points_entry_bounds", points=BALANCE, balance=BALANCE),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="points_entry_latest"),
            # What an expert had at a moment.
            models.Index(fields=["expert", "at"], name="points_entry_expert_at"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.signed}"

    @property
    def signed(self) -> str:
        """The points with their sign: +3, −2."""
        return signed(self.points)


def signed(points: int) -> str:
    """Return ``points`` with a sign that reads well."""
    return f"{'+' if points >= 0 else '−'}{abs(points)}"


class PointAccount(models.Model):
    """What an expert has: the number and the balance of his last entry, to which keys of the database
    refer, so that it is a balance of the ledger; ``n`` only grows (trigger). Whoever writes an entry holds
    this row."""

    never = ("DELETE",)

    expert = models.OneToOneField(
        Expert, verbose_name="专家", on_delete=models.PROTECT, related_name="+"
    )
    n = models.PositiveIntegerField("序号", default=0)
    # None before the first entry; together with ``balance`` it refers to the last one.
    last = models.GeneratedField(
        expression=NullIf(F("n"), 0),
        output_field=models.IntegerField(),
        db_persist=True,
        verbose_name="最后一笔",
    )
    balance = models.IntegerField("积分余额", default=0, validators=[BALANCE])
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = verbose_name_plural = "专家积分"
        ordering = ["-balance", "id"]
        constraints = [
            # Before the first entry there is nothing.
            models.CheckConstraint(
                condition=Q(n__gt=0) | Q(n=0, balance=0), name="points_account_begins"
            ),
            within("points_account_bounds", balance=BALANCE),
        ]
        indexes = [models.Index(fields=["-balance", "id"], name="points_account_balance")]

    def __str__(self) -> str:
        return f"{self.expert} {self.balance} 分"


class Correction(TwoPersonRequest):
    """That points be given to an expert or taken from him by hand; or that an entry be taken back
    (``counters``), by one that says the opposite."""

    subject_field = "expert"

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="+")
    points = models.IntegerField("积分", validators=[POINTS])
    counters = models.ForeignKey(
        PointEntry,
        verbose_name="冲正的一笔",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta(TwoPersonRequest.Meta):
        verbose_name = verbose_name_plural = "积分更正申请"
        constraints = [
            *TwoPersonRequest.Meta.constraints,
            models.UniqueConstraint(
                fields=["expert"],
                condition=Q(decided_at__isnull=True),
                name="points_one_open_correction",
            ),
            models.CheckConstraint(condition=~Q(points=0), name="points_correction_something"),
            within("points_correction_bounds", points=POINTS),
        ]

    @property
    def subject_name(self) -> str:
        return self.expert.number
