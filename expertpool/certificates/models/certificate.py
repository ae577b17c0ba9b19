"""Certificates of experts, and how they are counted."""

from __future__ import annotations

import json
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.certificates.enums import Ending
from expertpool.certificates.models.design import DesignVersion
from expertpool.core.bounds import DAYS, within
from expertpool.core.fields import (
    UNREADABLE,
    BlindIndexField,
    EncryptedTextField,
    IndexOfField,
    ProofField,
)
from expertpool.experts.enums import ExpertKind


class Series(models.Model):
    """Up to where the numbers with one beginning (prefix and year) are given; they only grow."""

    never = ("DELETE",)

    beginning = models.CharField("编号开头", max_length=24, unique=True)
    last = models.PositiveIntegerField("已用到", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "证书编号"

    def __str__(self) -> str:
        return f"{self.beginning} {self.last}"


class Certificate(models.Model):
    """What an expert can show: number, validity and a code that anybody can look up.

    Name, kind, type and ``printed`` (the values by their placeholders) stay as they were on the day of issue.
    Whether it is valid follows from these, the day and the expert: `queries.states`. ``code`` stands encrypted,
    so that rows alone make no certificate; ``code_digest`` is by what it is found.
    """

    never = ("DELETE",)
    final = ("ending", "ended_at")

    expert = models.ForeignKey(
        "experts.Expert", verbose_name="专家", on_delete=models.PROTECT, related_name="+"
    )
    number = models.CharField("证书编号", max_length=40, unique=True)
    code = EncryptedTextField("防伪码", bound_to=("number",))
    # The code itself is encrypted differently each time: by that nothing is found.
    code_digest = models.BinaryField("防伪码摘要", max_length=32, unique=True)
    version = models.ForeignKey(
        DesignVersion, verbose_name="样式", on_delete=models.PROTECT, related_name="+"
    )
    name = EncryptedTextField(
        "姓名",
        bound_to=("number",),
        at_least=64,
        seals_empty=True,
        when_shut=UNREADABLE,
        blank=False,
    )
    # As that of the record: by it those are found whose expert is called otherwise now.
    name_index = IndexOfField("姓名索引", of="name", purpose="expert.name")
    kind = models.CharField("类别", max_length=12, choices=ExpertKind.choices)
    expert_type = models.CharField("专家类型", max_length=50, blank=True)
    # Kept: what is in somebody's hands stays what anybody finds under its code. An object of JSON.
    contents = EncryptedTextField(
        "证书内容", bound_to=("number",), at_least=512, seals_empty=True, when_shut="{}"
    )
    valid_from = models.DateField("生效日期", validators=[DAYS])
    valid_until = models.DateField("有效期至", null=True, blank=True, validators=[DAYS])
    issued_at = models.DateTimeField("签发时间")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="签发人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # One successor each: two would both be the valid one.
    replaces = models.OneToOneField(
        "self",
        verbose_name="换发自",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="successor",
    )
    ending = models.CharField("结束", max_length=10, choices=Ending.choices, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="办理人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.CharField("注销原因", max_length=200, blank=True)
    # That this system issued it, and has not ended it: a row that somebody writes proves nothing.
    proof = ProofField(
        "凭证",
        says=(
            "number",
            "expert.number",
            "code_digest",
            "name",
            "kind",
            "expert_type",
            "printed",
            "valid_from",
            "valid_until",
            "ending",
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "专家证书"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["expert"], condition=Q(ending=""), name="certificates_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ending="", ended_at__isnull=True)
                | Q(ending__in=Ending.values, ended_at__isnull=False),
                name="certificates_ended_when",
            ),
            models.CheckConstraint(
                condition=Q(ending=Ending.REVOKED) & ~Q(reason="")
                | ~Q(ending=Ending.REVOKED) & Q(reason=""),
                name="certificates_revoked_why",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("valid_from")),
                name="certificates_valid_order",
            ),
            within("certificates_bounds", valid_from=DAYS, valid_until=DAYS),
        ]
        indexes = [models.Index(fields=["valid_until", "id"], name="certificates_until")]

    def __str__(self) -> str:
        return f"{self.number}（{self.name}）"

    @property
    def printed(self) -> dict[str, str]:
        """The values by their placeholders; none of a row that was altered, which proves nothing either."""
        found: dict[str, str] = json.loads(self.contents or "{}")
        return found

    @printed.setter
    def printed(self, values: dict[str, str]) -> None:
        self.contents = json.dumps(values, ensure_ascii=False)

    @property
    def shortened_to(self) -> date | None:
        """On which day an open one ends earlier than is printed on it, since the term of its expert does now;
        None where it does not."""
        term, printed = self.expert.term_end_date, self.valid_until
        is_earlier = term is not None and (printed is None or term < printed)
        return term if is_earlier and not self.ending else None


class Lookup(models.Model):
    """How often one address asked for certificates in one hour; forgotten after a day."""

    address_index = BlindIndexField("地址索引")
    hour = models.DateTimeField("小时")
    count = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "扫码查询次数"
        constraints = [
            models.UniqueConstraint(
                fields=["address_index", "hour"], name="certificates_lookup_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.hour} {self.count}"
