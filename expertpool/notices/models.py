"""Notices that the office writes to experts whom it chooses, and what became of them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.core.fields import ProofField
from expertpool.experts.models import Expert
from expertpool.notices.enums import NoticeState, ReceiptKind
from expertpool.notifications.enums import ChannelCode

LONGEST_TITLE, LONGEST_TEXT, LONGEST_REASON = 100, 3000, 200


class ExpertNotice(models.Model):
    """A text to chosen experts; its files are those of this row in files.

    Title, text, channels and addressees change only while it is a draft. ``state`` changes only in
    `services`. ``reminders`` counts how often all who had not read it were reminded. ``proof``: what it says, who sent
    it and when, or took it back (`core.mandates`).
    """

    final = ("uid", "sent_at", "withdrawn_at")

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField("标题", max_length=LONGEST_TITLE)
    text = models.TextField("正文", max_length=LONGEST_TEXT, blank=True)
    channels = models.JSONField("发送渠道", default=list)  # ChannelCode values
    needs_receipt = models.BooleanField("需要确认收到", default=False)
    state = models.CharField(
        "状态", max_length=10, choices=NoticeState.choices, default=NoticeState.DRAFT
    )
    department = models.ForeignKey(
        "accounts.Department",
        verbose_name="所属部门",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField("编写时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="编写人", on_delete=models.PROTECT, related_name="+"
    )
    updated_at = models.DateTimeField("更新时间")
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="发送人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reminders = models.PositiveSmallIntegerField("提醒次数", default=0)
    reminded_at = models.DateTimeField("最近提醒时间", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="撤回人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Told the experts, who have read the text by then.
    withdrawal_reason = models.CharField("撤回原因", max_length=LONGEST_REASON, blank=True)
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=(
            *(
                "uid.hex",
                "title",
                "text",
                "channels",
                "needs_receipt",
                "sent_at",
                "sent_by.username",
            ),
            *("withdrawn_at", "withdrawn_by.username", "withdrawal_reason"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "专家通知"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=NoticeState.values), name="notices_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=NoticeState.DRAFT, sent_at__isnull=True, sent_by__isnull=True)
                | ~Q(state=NoticeState.DRAFT) & Q(sent_at__isnull=False, sent_by__isnull=False),
                name="notices_sent_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=NoticeState.WITHDRAWN,
                    withdrawn_at__isnull=False,
                    withdrawn_by__isnull=False,
                )
                & ~Q(withdrawal_reason="")
                | ~Q(state=NoticeState.WITHDRAWN) & Q(withdrawn_at__isnull=True),
                name="notices_withdrawn_why",
            ),
        ]

    def __str__(self) -> str:
        return f"《{self.title}》"

    @property
    def is_draft(self) -> bool:
        return self.state == NoticeState.DRAFT

    @property
    def channel_labels(self) -> list[str]:
        return [str(ChannelCode(code).label) for code in self.channels]

    @property
    def asked_kind(self) -> ReceiptKind:
        """What its experts are to do."""
        return ReceiptKind.CONFIRMED if self.needs_receipt else ReceiptKind.READ


class Addressee(models.Model):
    """An expert to whom a notice goes. ``sent_at``: his messages were written then; ``skipped``: why he got none.
    ``reminders``: up to which reminder of the notice he was gone through."""

    notice = models.ForeignKey(ExpertNotice, on_delete=models.PROTECT, related_name="addressees")
    expert = models.ForeignKey(
        Expert, verbose_name="专家", on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    skipped = models.CharField("未发送原因", max_length=100, blank=True)
    reminders = models.PositiveSmallIntegerField("提醒次数", default=0)
    # That the office chose him.
    proof = ProofField("凭证", null=False, default=b"", says=("notice.uid.hex", "expert.number"))

    class Meta:
        verbose_name = verbose_name_plural = "通知收件人"
        ordering = ["id"]
        constraints = [
            # Chosen twice he gets one letter.
            models.UniqueConstraint(fields=["notice", "expert"], name="notices_addressee_once"),
            models.CheckConstraint(
                condition=Q(skipped="") | Q(sent_at__isnull=True), name="notices_sent_or_skipped"
            ),
        ]
        indexes = [
            # The job looks for who is next; an expert for what is his.
            models.Index(
                fields=["notice", "id"],
                name="notices_waiting",
                condition=Q(sent_at__isnull=True, skipped=""),
            ),
            models.Index(fields=["expert", "-id"], name="notices_of_expert"),
        ]

    def __str__(self) -> str:
        return f"{self.expert}"


class Receipt(models.Model):
    """That an expert has opened a notice, or confirmed that he has it. Others are told on the next day while
    names are sealed (docs/decisions/0219). ``proof`` vouches for what he confirmed, too: for its very words."""

    never = ("UPDATE", "DELETE")

    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, related_name="receipts")
    kind = models.CharField("回执", max_length=10, choices=ReceiptKind.choices)
    at = models.DateTimeField("时间")
    proof = ProofField(
        "凭证",
        says=(
            *("addressee.notice.uid.hex", "addressee.notice.title", "addressee.notice.text"),
            *("addressee.expert.number", "kind", "at"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "通知回执"
        ordering = ["id"]
        constraints = [
            # Of two windows the first counts: what he confirmed has one moment.
            models.UniqueConstraint(fields=["addressee", "kind"], name="notices_receipt_once"),
            models.CheckConstraint(
                condition=Q(kind__in=ReceiptKind.values), name="notices_receipt_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.addressee} {self.get_kind_display()}"
