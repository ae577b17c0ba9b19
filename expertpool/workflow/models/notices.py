"""What stands beside an approval: who decides for whom, what the public was told, and what it said."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from expertpool.core.fields import BlindIndexField, EncryptedTextField, ProofField
from expertpool.workflow.models.flows import Approval, FlowStep


class Delegation(models.Model):
    """That ``giver`` has handed over what waits for him to ``to``, who may decide such things as well, for some
    time; it ends early at ``ended_at``."""

    never = ("DELETE",)
    final = ("ended_at",)

    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="委托人", on_delete=models.PROTECT, related_name="+"
    )
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="受托人", on_delete=models.PROTECT, related_name="+"
    )
    begins_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    reason = models.CharField("事由", max_length=200)
    made_at = models.DateTimeField("登记时间")
    ended_at = models.DateTimeField("提前结束", null=True, blank=True)
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=("giver.username", "to.username", "begins_at", "ends_at", "ended_at"),
    )

    class Meta:
        verbose_name = verbose_name_plural = "审批委托"
        ordering = ["-begins_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(giver=F("to")), name="workflow_delegated_to_another"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")), name="workflow_delegated_for_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.to}"

    @property
    def last_day(self) -> date:
        return timezone.localdate(self.ends_at - timedelta(minutes=1))


class PublicNotice(models.Model):
    """What a step that is a notice told the public, as it was when the step began. It stands as long as its
    approval is at that move (``round``). Later on it says nothing any more (`services.forgetting`); the database
    lets nothing else of it be written."""

    never = ("DELETE",)

    public_id = models.UUIDField("公开编号", unique=True, editable=False)
    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="notices")
    step = models.ForeignKey(FlowStep, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveIntegerField("轮次")
    title = models.CharField("标题", max_length=200)
    lines = models.JSONField("公示内容", default=list)  # pairs of a label and a value
    begins_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=("approval_id", "round", "title", "lines", "begins_at", "ends_at"),
    )

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        ordering = ["-begins_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["approval", "round"], name="workflow_notice_once"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def last_day(self) -> date:
        return timezone.localdate(self.ends_at - timedelta(minutes=1))


class Objection(models.Model):
    """What somebody of the public has against what a notice tells. Who it is, only those who decide read.
    ``proof`` says that it came by the page: none other is counted, or shown. It goes with what its notice said."""

    never = ("UPDATE",)

    code = models.UUIDField("编号", unique=True, editable=False)
    notice = models.ForeignKey(PublicNotice, on_delete=models.CASCADE, related_name="objections")
    name = EncryptedTextField("姓名", bound_to=("code",), at_least=64)
    contact = EncryptedTextField("联系方式", bound_to=("code",), at_least=64)
    text = EncryptedTextField("异议", bound_to=("code",), at_least=256)
    filed_at = models.DateTimeField("提出时间")
    address_index = BlindIndexField("来源索引", null=False)
    # The same text by the same person is one objection, however often the button is pressed.
    once = BlindIndexField("内容索引", null=False)
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=("code.hex", "notice.public_id.hex", "filed_at", "address_index", "once"),
    )

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "once"], name="workflow_objection_once"),
        ]
        indexes = [
            models.Index(fields=["address_index", "filed_at"], name="workflow_objection_source")
        ]

    def __str__(self) -> str:
        return f"{self.notice} {self.pk}"
