"""How certificates look: designs, their versions, and the pictures behind them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models

from expertpool.core.bounds import Bounds, within
from expertpool.experts.enums import ExpertKind

COUNTER_DIGITS = Bounds(3, 8)
PREFIX = RegexValidator(
    r"\A[A-Za-z0-9\u4e00-\u9fff()（）〔〕\-]{1,20}\Z",
    "前缀只能用汉字、字母、数字、短横线和括号，最多 20 个字。",
)


class Background(models.Model):
    """A picture behind certificates, drawn anew on A4 when it was uploaded; never changed, used by any
    version."""

    never = ("UPDATE", "DELETE")

    # In the database: a backup of it prints every certificate again.
    content = models.BinaryField("图片")  # PNG
    digest = models.BinaryField("SHA-256", max_length=32, unique=True)
    landscape = models.BooleanField("横向")
    created_at = models.DateTimeField("上传时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="上传人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "证书底版"

    def __str__(self) -> str:
        return f"底版 {self.pk}"


class Design(models.Model):
    """Which certificates look alike: of experts of these kinds and types; and how they are numbered.

    Empty ``types``: all that no other design names. ``built_in`` is the kind of the design that the product
    brings for it.
    """

    never = ("DELETE",)

    name = models.CharField("名称", max_length=50, unique=True)
    kinds = ArrayField(
        models.CharField(max_length=12, choices=ExpertKind.choices), verbose_name="专家类别"
    )
    types = ArrayField(
        models.CharField(max_length=50), verbose_name="专家类型", default=list, blank=True
    )
    # Signs that any printer and any file name takes.
    prefix = models.CharField("编号前缀", max_length=20, validators=[PREFIX])
    with_year = models.BooleanField("编号含年份", default=True)
    digits = models.PositiveSmallIntegerField("序号位数", default=5, validators=[COUNTER_DIGITS])
    active = models.BooleanField("使用中", default=True)
    built_in = models.CharField(
        "内置样式", max_length=12, choices=ExpertKind.choices, null=True, blank=True, unique=True
    )
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = verbose_name_plural = "证书样式"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kinds__len__gt=0), name="certificates_design_kinds"
            ),
            within("certificates_design_bounds", digits=COUNTER_DIGITS),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind_labels(self) -> list[str]:
        return [ExpertKind(kind).label for kind in self.kinds]

    @property
    def number_sample(self) -> str:
        """A number as this design makes them."""
        year = str(self.updated_at.year) if self.with_year else ""
        return f"{self.prefix}{year}{1:0{self.digits}}"


class DesignVersion(models.Model):
    """A design as it was saved once: certificates keep the one with which they were issued.

    ``elements`` are those of `validators.clean_elements`, lengths in tenths of a millimetre, sizes in tenths of
    a point.
    """

    never = ("UPDATE", "DELETE")

    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("版本")
    background = models.ForeignKey(
        Background, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="底版"
    )
    landscape = models.BooleanField("横向", default=True)
    elements = models.JSONField("元素")
    created_at = models.DateTimeField("保存时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="保存人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "证书样式版本"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["design", "number"], name="certificates_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.design} 第 {self.number} 版"
