"""Basic data that experts and projects refer to: units, specialties, divisions, titles, lists."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q, Value

from expertpool.core.bounds import DAYS, ORDER, Bounds, within
from expertpool.core.text import plain_number
from expertpool.directory.enums import DictionaryCode, RelationKind, TitleLevel
from expertpool.directory.validators import NO_CORE

SHARE = Bounds(Decimal("0.01"), Decimal(100), "持股比例应大于 0，不超过 100。")  # %
UNIDENTIFIED = Q(uscc="", confirmed=False)  # units of which only a name was typed
# Units with a bracket at the end of their names, 中南林业大学(长沙校区), and what stands before it (`validators.before_bracket`).
BRACKETED = Q(normalised_name__endswith=")")
BEFORE_BRACKET = models.Func(
    "normalised_name",
    Value(r"\([^()]+\)$"),
    Value(""),
    function="regexp_replace",
    output_field=models.CharField(),
)
CONTROLLING_SHARE = 50  # %, from here a shareholder controls (公司法 第二百六十五条)


def core_name() -> models.GeneratedField:
    """Return the column by which near names are found: the normalised name without forms of company
    and brackets (`validators.core_of` does the same to what is typed)."""
    return models.GeneratedField(
        expression=models.Func(
            "normalised_name",
            Value(NO_CORE),
            Value(""),
            Value("g"),
            function="regexp_replace",
            output_field=models.CharField(max_length=200),
        ),
        output_field=models.CharField(max_length=200),
        db_persist=True,
        verbose_name="名称主干",
    )


EVERY_KIND = "所有项目类型"


class ForProjectKind(models.Model):
    """Something that an office has for projects of one kind, or (empty) for all that have none of their own."""

    project_kind = models.CharField("项目类型", max_length=50, blank=True)

    class Meta:
        abstract = True

    @property
    def kind_label(self) -> str:
        return self.project_kind or EVERY_KIND


class Unit(models.Model):
    """An organisation: employer, purchaser, bidder. Equal units are found by USCC first, then by
    normalised name or alias (`directory.queries.units_matching`).

    A unit that came in by its name alone is unidentified until somebody has ``confirmed`` it.
    """

    name = models.CharField("单位名称", max_length=200)
    normalised_name = models.CharField("规范名称", max_length=200, db_index=True, editable=False)
    core_name = core_name()
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    active = models.BooleanField("启用", default=True)
    confirmed = models.BooleanField("已核实", default=False, editable=False)
    # Compared with the others since it was entered or renamed (`services.near.compare_units`).
    compared = models.BooleanField("已比对", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering = ["name", "id"]
        constraints = [
            # Many units are known by their name alone.
            models.UniqueConstraint(
                fields=["uscc"], condition=~models.Q(uscc=""), name="directory_unit_uscc"
            ),
        ]
        indexes = [
            # Pickers look for any part of a name.
            GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="directory_unit_name"),
            GinIndex(fields=["core_name"], opclasses=["gin_trgm_ops"], name="directory_unit_core"),
            models.Index(
                fields=["id"], condition=Q(compared=False), name="directory_unit_uncompared"
            ),
            models.Index(BEFORE_BRACKET, condition=BRACKETED, name="directory_unit_bracketed"),
            models.Index(fields=["id"], condition=UNIDENTIFIED, name="directory_unit_unknown"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_identified(self) -> bool:
        """Whether a code or a person says which unit it is."""
        return bool(self.uscc) or self.confirmed


class UnitAlias(models.Model):
    """A former or short name of a unit; matches like the name itself.

    It is no other unit's name or alias: the database says so (migration 0006), but for those that were
    there before (``shared``), which are listed until somebody decides.
    """

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField("别名", max_length=200)
    normalised_name = models.CharField("规范名称", max_length=200, db_index=True, editable=False)
    core_name = core_name()
    shared = models.BooleanField("与另一单位相同", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "单位别名"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "normalised_name"], name="directory_alias_once"
            ),
            models.UniqueConstraint(
                fields=["normalised_name"],
                condition=Q(shared=False),
                name="directory_alias_of_one",
            ),
        ]
        indexes = [
            GinIndex(fields=["core_name"], opclasses=["gin_trgm_ops"], name="directory_alias_core"),
        ]

    def __str__(self) -> str:
        return self.name


class FormerUnit(models.Model):
    """A unit that was merged into ``unit``: its id, so that old addresses lead on."""

    id = models.BigIntegerField(primary_key=True)
    name = models.CharField("原单位名称", max_length=200)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="former_units")
    merged_at = models.DateTimeField("合并时间")

    class Meta:
        verbose_name = verbose_name_plural = "已合并的单位"

    def __str__(self) -> str:
        return self.name


class UnitPair(models.Model):
    """Two units that may be one: their names are near, or a list gave both the same code.
    ``apart``: somebody has said that they are two."""

    first = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    likeness = models.FloatField("相似程度")
    apart = models.BooleanField("不是同一家", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "疑似重复的单位"
        ordering = ["-likeness", "id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="directory_pair_once"),
            # One row for two, whichever was compared first.
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="directory_pair_ordered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"

    @property
    def percent(self) -> int:
        return round(self.likeness * 100)

    @property
    def stays(self) -> Unit:
        """The one that a merge keeps: whose code is known, else the one that is confirmed or older."""
        first, second = self.first, self.second
        is_better = (bool(second.uscc), second.confirmed) > (bool(first.uscc), first.confirmed)
        return second if is_better else first

    @property
    def stays_key(self) -> str:
        return str(self.stays.pk)

    @property
    def goes(self) -> Unit:
        return self.first if self.stays == self.second else self.second


class UnitRelation(models.Model):
    """That ``owner`` stands above ``owned``: its parent (主管、上级), or a shareholder with a share.

    An expert of the one has to stay away from projects that concern the other
    (`directory.queries.related_units` says which relations count, and how far they reach).
    """

    owner = models.ForeignKey(
        Unit, verbose_name="上级或股东", on_delete=models.PROTECT, related_name="owned_relations"
    )
    owned = models.ForeignKey(
        Unit,
        verbose_name="下级或被投资单位",
        on_delete=models.PROTECT,
        related_name="owner_relations",
    )
    kind = models.CharField("关系", max_length=12, choices=RelationKind.choices)
    share = models.DecimalField(
        "持股比例（%）",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[SHARE],
    )
    from_date = models.DateField("开始日期", null=True, blank=True, validators=[DAYS])
    to_date = models.DateField("结束日期", null=True, blank=True, validators=[DAYS])
    source = models.CharField("资料来源", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "单位关系"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(owner=F("owned")),
                name="directory_relation_two",
                violation_error_message="一个单位不能是自己的上级或股东，请选择另一个单位。",
            ),
            models.CheckConstraint(
                condition=Q(kind=RelationKind.PARENT, share__isnull=True)
                | Q(
                    kind=RelationKind.SHAREHOLDER,
                    share__isnull=False,
                    share__range=(SHARE.low, SHARE.high),
                ),
                name="directory_relation_share",
                violation_error_message="股东须填写持股比例，大于 0、不超过 100；上级单位不填。",
            ),
            models.CheckConstraint(
                condition=Q(from_date__isnull=True)
                | Q(to_date__isnull=True)
                | Q(to_date__gte=F("from_date")),
                name="directory_relation_dates",
                violation_error_message="结束日期早于开始日期，请对调或改正。",
            ),
            models.UniqueConstraint(
                fields=["owner", "owned", "kind"],
                # Those that have ended may be many: who sold his share may buy again.
                condition=Q(to_date__isnull=True),
                name="directory_relation_once",
                violation_error_message="这两个单位已有同样的、尚未结束的关系，请修改或先结束原来的一条。",
            ),
            within("directory_relation_bounds", from_date=DAYS, to_date=DAYS),
        ]

    def __str__(self) -> str:
        return f"{self.owner} → {self.owned}（{self.label}）"

    @property
    def label(self) -> str:
        """What the owner is: 上级单位, 控股 60%, 持股 20%."""
        return relation_label(self.kind, self.share, up=True)

    @property
    def label_below(self) -> str:
        """What the owned unit is: 下级单位, or the share that is held in it."""
        return relation_label(self.kind, self.share, up=False)


def relation_label(kind: str, share: Decimal | None, *, up: bool) -> str:
    if kind == RelationKind.PARENT or share is None:
        return "上级单位" if up else "下级单位"
    return f"{'控股' if share >= CONTROLLING_SHARE else '持股'} {plain_number(share)}%"


class Division(models.Model):
    """An administrative division (行政区划): province 1, city 2, county 3."""

    code = models.CharField("代码", max_length=6, primary_key=True)
    name = models.CharField("名称", max_length=50)
    level = models.PositiveSmallIntegerField("级别")
    parent = models.ForeignKey(
        "self",
        verbose_name="上级",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class SpecialtyScheme(models.Model):
    """A classification of specialties (发改法规〔2018〕316号, 政府采购品目 …)."""

    code = models.SlugField("代码", max_length=32, unique=True)
    name = models.CharField("名称", max_length=100)
    active = models.BooleanField("启用", default=True)
    order = models.PositiveSmallIntegerField("次序", default=100, validators=[ORDER])

    class Meta:
        verbose_name = verbose_name_plural = "专业体系"
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.name


class Specialty(models.Model):
    """A node of a specialty tree. ``path`` is the codes from the root, each followed by ``/``, so
    that a node and all below it are one prefix; a move rewrites the paths below."""

    scheme = models.ForeignKey(
        SpecialtyScheme, verbose_name="体系", on_delete=models.PROTECT, related_name="specialties"
    )
    code = models.CharField("代码", max_length=20)
    name = models.CharField("名称", max_length=200)
    level = models.PositiveSmallIntegerField("层级")
    parent = models.ForeignKey(
        "self",
        verbose_name="上级",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    path = models.CharField("路径", max_length=200, editable=False)
    active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "专业"
        ordering = ["scheme", "code"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="directory_specialty_code"),
        ]
        indexes = [
            models.Index(
                fields=["scheme", "path"],
                # Subtrees are asked for by LIKE, which the usual class serves in collation C only.
                opclasses=["int8_ops", "varchar_pattern_ops"],
                name="directory_path",
            ),
            models.Index(fields=["name"], name="directory_specialty_name"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Title(models.Model):
    """A professional title (职称) with its level."""

    name = models.CharField("职称", max_length=50, unique=True)
    level = models.PositiveSmallIntegerField("级别", choices=TitleLevel.choices)

    class Meta:
        verbose_name = verbose_name_plural = "职称"
        ordering = ["-level", "name"]

    def __str__(self) -> str:
        return self.name


class DictionaryItem(models.Model):
    """One entry of a plain list (学历, 专家类型, 项目类型)."""

    dictionary = models.CharField("字典", max_length=32, choices=DictionaryCode.choices)
    name = models.CharField("名称", max_length=50)
    order = models.PositiveSmallIntegerField("次序", default=100, validators=[ORDER])
    active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "字典项"
        ordering = ["dictionary", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["dictionary", "name"], name="directory_item_once"),
        ]

    def __str__(self) -> str:
        return self.name
