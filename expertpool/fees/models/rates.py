"""What is paid for reviews. A rate is never changed: what is saved is its next version, and each fee says by which
it was worked out."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.accounts.models import Department
from expertpool.core.bounds import DAYS, Bounds, within
from expertpool.core.fields import ProofField, is_vouched
from expertpool.core.text import plain_number
from expertpool.directory.models import EVERY_KIND, ForProjectKind
from expertpool.fees.enums import Pays
from expertpool.fees.rules.pay import Terms
from expertpool.fees.rules.stages import MOST, Stage, stages_text
from expertpool.projects.enums import Regime

SUMS = Bounds(Decimal(0), MOST)
# Never less than a working day pays.
MULTIPLES = Bounds(Decimal(1), Decimal(5))


class FeeRate(ForProjectKind):
    """A version of what reviews are paid by the rate ``name``, if they begin on ``effective_on`` or later: of projects of
    ``project_kind``, under ``regime``, of ``department`` and those below it (each empty: of all). ``pays``: who (empty: as the
    office has set). The latest version of a name counts; one that is not
    ``active`` says that it is used no more.
    """

    never = ("UPDATE", "DELETE")

    name = models.CharField("标准名称", max_length=40)
    version = models.PositiveIntegerField("版本")
    active = models.BooleanField("启用", default=True)
    # By the day of the review: what was decided since does not change what was promised then.
    effective_on = models.DateField("施行日期", validators=[DAYS])
    stages = models.JSONField("时间与报酬")
    holiday = models.DecimalField(
        "节假日倍数", max_digits=3, decimal_places=2, default=Decimal(1), validators=[MULTIPLES]
    )
    leader = models.DecimalField(
        "组长加发（元）", max_digits=8, decimal_places=2, validators=[SUMS], default=Decimal(0)
    )
    not_reviewed = models.DecimalField(
        "到场未评审（元）", max_digits=8, decimal_places=2, validators=[SUMS], default=Decimal(0)
    )
    recused = models.DecimalField(
        "到场需回避（元）", max_digits=8, decimal_places=2, validators=[SUMS], default=Decimal(0)
    )
    aborted_cap = models.DecimalField(
        "项目终止最多（元）",
        max_digits=8,
        decimal_places=2,
        validators=[SUMS],
        null=True,
        blank=True,
    )
    travel_cap = models.DecimalField(
        "差旅最多（元）",
        max_digits=8,
        decimal_places=2,
        validators=[SUMS],
        null=True,
        blank=True,
    )
    each = models.DecimalField(
        "每件（元）",
        max_digits=8,
        decimal_places=2,
        validators=[SUMS],
        default=Decimal(0),
        db_default=Decimal(0),
    )
    regime = models.CharField(
        "适用制度", max_length=12, choices=Regime.choices, blank=True, default="", db_default=""
    )
    department = models.ForeignKey(
        Department,
        verbose_name="适用部门",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    pays = models.CharField(
        "付款单位", max_length=8, choices=Pays.choices, blank=True, default="", db_default=""
    )
    source = models.CharField("依据", max_length=100, blank=True)
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
        says=(
            *("name", "version", "active", "project_kind", "day_text", "stages", "sums_text"),
            *("source", "at"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "劳务费标准"
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="fees_rate_once"),
            within(
                "fees_rate_bounds",
                effective_on=DAYS,
                holiday=MULTIPLES,
                leader=SUMS,
                not_reviewed=SUMS,
                recused=SUMS,
            ),
            within("fees_rate_cap_bounds", aborted_cap=SUMS),
            within("fees_rate_travel_bounds", travel_cap=SUMS),
            within("fees_rate_each_bounds", each=SUMS),
            models.CheckConstraint(
                condition=Q(regime__in=["", *Regime.values]), name="fees_rate_regime_known"
            ),
            models.CheckConstraint(
                condition=Q(pays__in=["", *Pays.values]), name="fees_rate_pays_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} 第 {self.version} 版"

    @property
    def terms(self) -> Terms:
        """What it says; of one that somebody else has written no stages are read, whatever stands in them: nobody is paid
        by it (`queries.rates.rates_for`)."""
        said = [] if self.is_altered else self.stages
        return Terms(
            stages=tuple(Stage.from_json(one) for one in said),
            holiday=self.holiday,
            leader=self.leader,
            not_reviewed=self.not_reviewed,
            recused=self.recused,
            aborted_cap=self.aborted_cap,
            travel_cap=self.travel_cap,
            each=self.each,
        )

    @property
    def is_altered(self) -> bool:
        """Whether somebody else than this system has written what it says."""
        return not self._state.adding and not is_vouched(self)

    @property
    def stages_text(self) -> str:
        return stages_text(self.terms.stages)

    @property
    def day_text(self) -> str:
        """The day as its proof has it."""
        return self.effective_on.isoformat()

    @property
    def sums_text(self) -> list[str]:
        """The sums as its proof has them."""
        # None and nought differ: without a cap, and nothing paid.
        cap = "" if self.aborted_cap is None else f"{self.aborted_cap:.2f}"
        sums = (self.holiday, self.leader, self.not_reviewed, self.recused)
        # Rates from before travel had a cap, or items a price, say nothing of it.
        travel = [] if self.travel_cap is None else [f"{self.travel_cap:.2f}"]
        each = [f"each {self.each:.2f}"] if self.each else []
        # Nor do those from before they held for some alone.
        some = {"regime": self.regime, "department": self.department_id, "pays": self.pays}
        held = [f"{name} {value}" for name, value in some.items() if value]
        return [*(f"{one:.2f}" for one in sums), cap, *travel, *each, *held]

    @property
    def specificity(self) -> tuple[int, int]:
        """How narrowly it says for what it holds: by how much, and of how small a department."""
        depth = self.department.path.count("/") if self.department else 0
        return bool(self.project_kind) + bool(self.regime) + bool(self.department_id), depth

    @property
    def holds_for(self) -> str:
        """For what it holds, in words."""
        parts = [self.project_kind, self.get_regime_display() if self.regime else ""]
        parts.append(f"{self.department}及下级" if self.department else "")
        return " · ".join(filter(None, parts)) or EVERY_KIND

    @property
    def more_words(self) -> list[str]:
        """What it says beside the time, as lines."""
        said = [
            (self.holiday != 1, f"法定节假日 {plain_number(self.holiday)} 倍"),
            (self.each, f"评审对象每件 {plain_number(self.each)} 元"),
            (self.pays, f"由{Pays(self.pays).label if self.pays else ''}付款"),
            (self.leader, f"组长加发 {plain_number(self.leader)} 元"),
            (self.not_reviewed, f"到场未评审 {plain_number(self.not_reviewed)} 元"),
            (self.recused, f"到场需回避 {plain_number(self.recused)} 元"),
            (
                self.aborted_cap is not None,
                f"项目终止最多 {plain_number(self.aborted_cap or Decimal(0))} 元",
            ),
            (
                self.travel_cap is not None,
                f"差旅凭票据，最多 {plain_number(self.travel_cap or Decimal(0))} 元",
            ),
        ]
        return [text for holds, text in said if holds]
