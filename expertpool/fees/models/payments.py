"""Fees that are paid: together in a batch that two persons agree to, each once."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from expertpool.core.bounds import Bounds, within
from expertpool.core.fields import ProofField, is_vouched
from expertpool.fees.enums import BatchState, PaymentState
from expertpool.fees.models.accounts import BankAccount
from expertpool.fees.models.lines import FEES, TAXES, FeeLine
from expertpool.workflow.models import TwoPersonRequest

TOTALS = Bounds(Decimal(0), Decimal(1_000_000_000))
OPEN = Q(returned_at__isnull=True, dropped_at__isnull=True)


class PaymentBatch(models.Model):
    """Fees that are paid together (付款批次): put together by one person, agreed to by another (``approved_at``), or
    given up (``dropped_at``); its payments then count no more. ``count`` and ``total`` (yuan) are those of its payments."""

    never = ("DELETE",)
    final = ("approved_at", "dropped_at")

    number = models.CharField("批次编号", max_length=20, unique=True)
    title = models.CharField("批次名称", max_length=60)
    made_at = models.DateTimeField("建立时间")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="建立人", on_delete=models.PROTECT, related_name="+"
    )
    count = models.PositiveIntegerField("笔数")
    total = models.DecimalField(
        "付款合计（元）", max_digits=12, decimal_places=2, validators=[TOTALS]
    )
    approved_at = models.DateTimeField("批准时间", null=True)
    dropped_at = models.DateTimeField("作废时间", null=True)
    proof = ProofField(
        "凭证",
        null=False,
        says=(
            *("number", "title", "made_at", "made_by.username", "count", "total_text"),
            *("approved_at", "dropped_at"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "付款批次"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | Q(dropped_at__isnull=True),
                name="fees_batch_one_end",
            ),
            within("fees_batch_bounds", total=TOTALS),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def total_text(self) -> str:
        """The sum as its proof has it."""
        return f"{self.total:.2f}"

    @property
    def state(self) -> BatchState:
        if self.dropped_at:
            return BatchState.DROPPED
        return BatchState.APPROVED if self.approved_at else BatchState.ASKED

    @property
    def is_altered(self) -> bool:
        return not is_vouched(self)


class Payment(models.Model):
    """What is paid of one fee (付款): ``amount`` is what is left after tax, with the costs of the way. A fee has one that
    stands (constraint): neither returned by the bank, nor of a batch that was given up."""

    never = ("DELETE",)
    final = ("paid_at", "returned_at", "dropped_at")

    # Unique over all: the bank's answer is found by it alone.
    reference = models.CharField("流水号", max_length=24, unique=True)
    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    batch = models.ForeignKey(
        PaymentBatch, verbose_name="批次", on_delete=models.PROTECT, related_name="payments"
    )
    line = models.ForeignKey(
        FeeLine, verbose_name="劳务费", on_delete=models.PROTECT, related_name="payments"
    )
    # The row, not the number: what was agreed to is what is paid to.
    account = models.ForeignKey(
        BankAccount, verbose_name="收款账户", on_delete=models.PROTECT, related_name="+"
    )
    gross = models.DecimalField("应发（元）", max_digits=10, decimal_places=2, validators=[FEES])
    tax = models.DecimalField("代扣个税（元）", max_digits=10, decimal_places=2, validators=[TAXES])
    travel = models.DecimalField(
        "差旅（元）", max_digits=10, decimal_places=2, validators=[FEES], default=Decimal(0)
    )
    # Kept, though it can be worked out: the constraint says that it was, by whatever wrote it.
    amount = models.DecimalField("实付（元）", max_digits=10, decimal_places=2, validators=[FEES])
    paid_at = models.DateTimeField("付款时间", null=True)
    returned_at = models.DateTimeField("退回时间", null=True)
    dropped_at = models.DateTimeField("作废时间", null=True)
    note = models.CharField("退回原因", max_length=200, blank=True)
    proof = ProofField(
        "凭证",
        null=False,
        says=(
            *("reference", "batch.number", "line.uid_text", "account.uid_text", "sums_text"),
            *("paid_at", "returned_at", "dropped_at"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "付款"
        ordering = ["reference"]
        constraints = [
            # What keeps a fee from being paid twice, whoever comes when.
            models.UniqueConstraint(fields=["line"], condition=OPEN, name="fees_paid_once"),
            models.CheckConstraint(
                condition=Q(amount=F("gross") - F("tax") + F("travel")), name="fees_payment_sum"
            ),
            models.CheckConstraint(
                condition=Q(dropped_at__isnull=True)
                | Q(paid_at__isnull=True, returned_at__isnull=True),
                name="fees_payment_one_end",
            ),
            within("fees_payment_bounds", gross=FEES, tax=TAXES, travel=FEES, amount=FEES),
        ]
        indexes = [
            models.Index(fields=["line"], name="fees_payments"),
            models.Index(fields=["paid_at"], name="fees_paid_when"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def sums_text(self) -> list[str]:
        """The sums as its proof has them."""
        return [f"{one:.2f}" for one in (self.gross, self.tax, self.travel, self.amount)]

    @property
    def state(self) -> PaymentState:
        """How far it has come; one that the bank returned was not paid, whatever was said before."""
        if self.dropped_at:
            return PaymentState.DROPPED
        if self.returned_at:
            return PaymentState.RETURNED
        return PaymentState.PAID if self.paid_at else PaymentState.WAITING

    @property
    def is_altered(self) -> bool:
        return not is_vouched(self)


class PaymentRequest(TwoPersonRequest):
    """That ``batch`` be paid. ``decided_proof`` says who agreed."""

    subject_field = "batch"
    final = ("decided_at", "agreed", "decided_by_id", "batch_id", "reason")

    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="+")
    decided_proof = ProofField(
        "决定凭证",
        says=(
            *("batch.number", "batch.total_text", "requested_by.username", "requested_at"),
            *("agreed", "decided_by.username", "decided_at"),
        ),
    )

    class Meta(TwoPersonRequest.Meta):
        verbose_name = verbose_name_plural = "付款申请"
        constraints = [
            *TwoPersonRequest.Meta.constraints,
            models.UniqueConstraint(fields=["batch"], name="fees_one_payment_request"),
        ]

    @property
    def subject_name(self) -> str:
        return self.batch.number
