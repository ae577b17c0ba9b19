"""The account of a bank to which an expert is paid, as finance has looked at it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.core.fields import EncryptedTextField, ProofField, is_vouched, readable
from expertpool.core.models import TriedCode
from expertpool.core.text import mask_middle
from expertpool.experts.models import Expert
from expertpool.fees.enums import CheckState


class BankAccount(models.Model):
    """An account (收款账户) that the record of ``expert`` held, put before finance: it is paid to once somebody of finance
    has agreed, and only while the record still says the same. One of them stands by expert (constraint); another in the
    record ends it, and waits anew.
    """

    # To which account a sum went is asked years later.
    never = ("DELETE",)
    final = ("decided_at", "ended_at")

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    expert = models.ForeignKey(
        Expert, verbose_name="专家", on_delete=models.PROTECT, related_name="+"
    )
    bank = models.CharField("开户银行", max_length=100)
    number = EncryptedTextField("银行账号", bound_to=("uid",))
    is_own = models.BooleanField("本人用验证码修改", default=False)
    asked_at = models.DateTimeField("提交时间")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提交人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField("核对时间", null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="核对人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    agreed = models.BooleanField("无误", null=True)
    note = models.CharField("说明", max_length=200, blank=True)
    ended_at = models.DateTimeField("换用其他账户的时间", null=True)
    proof = ProofField(
        "凭证",
        null=False,
        says=(
            *("uid_text", "expert.number", "bank", "readable_number", "asked_at"),
            *("decided_at", "decided_by.username", "agreed", "ended_at"),
        ),
    )
    # Apart: it says who put it there, and stays what it is when it is decided.
    asked_proof = ProofField(
        "提交凭证", null=False, says=("uid_text", "asked_at", "asked_by.username", "is_own")
    )

    class Meta:
        verbose_name = verbose_name_plural = "收款账户"
        ordering = ["-asked_at", "-id"]
        constraints = [
            # Two that stand would both be paid to, by whichever was read.
            models.UniqueConstraint(
                fields=["expert"], condition=Q(ended_at__isnull=True), name="fees_account_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, agreed__isnull=True)
                | Q(decided_at__isnull=False, agreed__isnull=False, decided_by__isnull=False),
                name="fees_account_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expert.name} {self.bank}"

    @property
    def uid_text(self) -> str:
        return self.uid.hex

    @property
    def readable_number(self) -> str:
        return readable(self, "number")

    @property
    def masked(self) -> str:
        """The last four digits of its number."""
        return mask_middle(self.readable_number, head=0, tail=4)

    @property
    def state(self) -> CheckState:
        return CheckState.ENDED if self.ended_at else self.told_state

    @property
    def told_state(self) -> CheckState:
        """The same as others are told it: for them one that its expert changed today may still stand
        (`queries.accounts.told_standing`)."""
        if self.decided_at is None:
            return CheckState.WAITING
        return CheckState.CONFIRMED if self.agreed else CheckState.REFUSED

    @property
    def is_altered(self) -> bool:
        """Whether somebody else than this system has written what it says."""
        return not (is_vouched(self) and is_vouched(self, "asked_proof"))


class AccountCode(TriedCode):
    """A code by which ``expert`` confirms the account that he has typed, or the letter that he signs: its ``digest`` covers
    both. ``topic``, keyed likewise, says for what: for this alone it is found and counted."""

    expert = models.ForeignKey(
        Expert, verbose_name="专家", on_delete=models.PROTECT, related_name="+"
    )
    # Null of codes from before topics were kept.
    topic = models.BinaryField("事项", max_length=16, null=True)

    class Meta(TriedCode.Meta):
        verbose_name = verbose_name_plural = "收款账户验证码"
        ordering = ["-id"]
        indexes = [models.Index(fields=["expert", "sent_at"], name="fees_code_expert")]

    def __str__(self) -> str:
        return f"{self.expert_id} {self.sent_at:%Y-%m-%d %H:%M}"
