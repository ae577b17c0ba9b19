"""Fields that administrators add to records, and the mark by which processes notice a change."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from expertpool.core.bounds import ORDER, Bounds, within
from expertpool.core.subjects import Owner
from expertpool.core.text import plain_number
from expertpool.customforms.enums import FieldKind

# Room for any amount, within what a float holds exactly.
NUMBERS = Bounds(-(10**12), 10**12)


def _plain(own: Decimal | None, widest: Any) -> Any:
    """Return a bound as a page writes it: 100, not 100.000."""
    bound = float(widest if own is None else own)
    return int(bound) if bound.is_integer() else bound


class CustomField(models.Model):
    """A field of ``subject`` (experts.expert …), added without code. Never deleted: records, versions
    and sealed draws name it by ``code``; retired (``active`` off) it is read and no longer filled."""

    subject = models.CharField("对象", max_length=50)
    code = models.CharField("代码", max_length=12, editable=False)  # x1, x2 … within the subject
    label = models.CharField("名称", max_length=30)
    kind = models.CharField("类型", max_length=12, choices=FieldKind.choices)
    options = models.JSONField("选项", default=list, blank=True)
    required = models.BooleanField("必填", default=False)
    help = models.CharField("填写说明", max_length=200, blank=True)
    group = models.CharField("分组", max_length=20, blank=True)
    # Shown only while the field of this code (custom or not) reads as one of these words.
    waits_for = models.CharField("显示条件：字段", max_length=40, blank=True)
    wait_words = models.JSONField("显示条件：值", default=list, blank=True)
    # The codes of the roles that see it; none: all do.
    readers = models.JSONField("谁能看到", default=list, blank=True)
    owner = models.CharField("谁来填写", max_length=12, choices=Owner.choices, default=Owner.OFFICE)
    in_application = models.BooleanField("入库申请时填写", default=False, db_default=False)
    # Of a number; a value that a record has by now stays, though it may be out of them.
    least = models.DecimalField(
        "最小值", max_digits=16, decimal_places=3, null=True, blank=True, validators=[NUMBERS]
    )
    most = models.DecimalField(
        "最大值", max_digits=16, decimal_places=3, null=True, blank=True, validators=[NUMBERS]
    )
    order = models.PositiveSmallIntegerField("次序", default=100, validators=[ORDER])
    active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("新增时间", editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="新增人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    updated_at = models.DateTimeField("修改时间", editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "自定义字段"
        ordering = ["subject", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "code"], name="customforms_code_once"),
            models.UniqueConstraint(
                fields=["subject", "label"],
                # A retired field gives its name free.
                condition=models.Q(active=True),
                name="customforms_label_once",
                violation_error_message="已有同名的字段，请换一个名称。",
            ),
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^x[1-9][0-9]*$"), name="customforms_code_form"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=FieldKind.values), name="customforms_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(owner__in=Owner.values), name="customforms_owner_known"
            ),
            within("customforms_field_bounds", least=NUMBERS, most=NUMBERS),
            models.CheckConstraint(
                condition=models.Q(least__isnull=True)
                | models.Q(most__isnull=True)
                | models.Q(most__gte=models.F("least")),
                name="customforms_bounds_order",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        """Refuse bounds between which no number lies, before the constraint does, which cannot say which."""
        if self.least is not None and self.most is not None and self.least > self.most:
            least, most = plain_number(self.least), plain_number(self.most)
            raise ValidationError({"most": f"最小值（{least}）大于最大值（{most}），请对调。"})

    @property
    def bounds(self) -> tuple[Any, Any] | None:
        """The least and the most that a number may be, its own or those of all numbers; of other kinds None."""
        if self.kind != FieldKind.NUMBER:
            return None
        return _plain(self.least, NUMBERS.low), _plain(self.most, NUMBERS.high)


class FieldFile(models.Model):
    """A file that somebody filled in for the field ``code`` of a record of ``subject``. Which record has it, the
    records say themselves, in ``extra``; the bytes are those of its one attachment."""

    subject = models.CharField("对象", max_length=50)
    code = models.CharField("字段", max_length=12)
    created_at = models.DateTimeField("上传时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="上传人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "自定义字段的文件"
        ordering = ["id"]

    def __str__(self) -> str:
        of = CustomField.objects.filter(subject=self.subject, code=self.code)
        label = of.values_list("label", flat=True).first()
        return f"“{label}”的文件 {self.pk}" if label else f"文件 {self.pk}"


class FieldMark(models.Model):
    """One row, with another ``mark`` after each change of a custom field. A mark never comes again,
    not even after a change that was rolled back: what a process has read under it stays true."""

    mark = models.UUIDField("标记", default=uuid4)

    class Meta:
        verbose_name = verbose_name_plural = "字段标记"

    def __str__(self) -> str:
        return str(self.mark)
