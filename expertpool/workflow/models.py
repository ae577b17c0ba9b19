"""Flows, versioned, and the approvals that run by them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from expertpool.core.fields import BlindIndexField
from expertpool.core.models import TriedCode
from expertpool.workflow.enums import ApprovalState, OnRejection, Outcome, Proof


class FlowVersion(models.Model):
    """One version of the flow of a subject; the highest number is the one that new approvals
    take. Never changed: approvals finish under the version with which they began. ``proof`` says that
    somebody drew up its steps here (`queries.steps`)."""

    never = ("UPDATE", "DELETE")  # else an earlier one would be the newest

    subject = models.CharField("对象", max_length=64)  # label of a model, see registry
    number = models.PositiveIntegerField("版本")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="修改人",
        null=True,  # the first version, which nobody drew up
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField("修改时间")
    proof = BlindIndexField("凭证", null=False, default=b"")

    class Meta:
        verbose_name = verbose_name_plural = "审批流程版本"
        ordering = ["subject", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "number"], name="workflow_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} 第 {self.number} 版"


class FlowStep(models.Model):
    """One step of a version: who decides, and for which subjects it is asked."""

    never = ("UPDATE", "DELETE")

    version = models.ForeignKey(FlowVersion, on_delete=models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField("次序")  # from 1
    name = models.CharField("步骤名称", max_length=30)
    role = models.ForeignKey(
        "accounts.Role",
        verbose_name="审批角色",
        # Without one, whoever may decide such subjects.
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    condition = models.JSONField("条件", default=dict)  # canonical criteria of the subject
    on_rejection = models.CharField(
        "不同意时", max_length=12, choices=OnRejection.choices, default=OnRejection.APPLICANT
    )

    class Meta:
        verbose_name = verbose_name_plural = "审批步骤"
        ordering = ["version", "order"]
        constraints = [
            models.UniqueConstraint(fields=["version", "order"], name="workflow_step_order"),
        ]

    def __str__(self) -> str:
        return self.name


class Approval(models.Model):
    """One run of a flow for one subject, from handing in to the end. ``proof`` says that this system has led
    it to its step, as the ``moves``-th time (`queries.steps`); that only grows (trigger)."""

    never = ("DELETE",)

    subject_type = models.CharField("对象", max_length=64)
    subject_id = models.BigIntegerField("对象编号")
    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, related_name="approvals")
    step = models.ForeignKey(FlowStep, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        "状态", max_length=12, choices=ApprovalState.choices, default=ApprovalState.RUNNING
    )
    started_at = models.DateTimeField("提交时间")
    ended_at = models.DateTimeField("结束时间", null=True)
    moves = models.PositiveIntegerField("推进次数", default=0, editable=False)
    proof = BlindIndexField("凭证", null=False, default=b"")

    class Meta:
        verbose_name = verbose_name_plural = "审批"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=models.Q(state=ApprovalState.RUNNING),
                name="workflow_one_running",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state=ApprovalState.RUNNING, step__isnull=False, ended_at__isnull=True
                )
                | (
                    ~models.Q(state=ApprovalState.RUNNING)
                    & models.Q(step__isnull=True, ended_at__isnull=False)
                ),
                name="workflow_running_has_a_step",
            ),
        ]
        # For the whole history: the constraint serves only what runs.
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="workflow_subject")]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}"


class Decision(models.Model):
    """What one person decided at one step; append-only."""

    never = ("UPDATE", "DELETE")

    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="decisions")
    step = models.ForeignKey(FlowStep, on_delete=models.PROTECT, related_name="+")
    agreed = models.BooleanField("同意")
    note = models.CharField("意见", max_length=500, blank=True)
    # Why it was sent back, by the names of what the subject declares (`registry.FlowSubject.fields`).
    fields = models.JSONField("逐项意见", default=dict, db_default={})
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="审批人", on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField("审批时间")

    class Meta:
        verbose_name = verbose_name_plural = "审批意见"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.step} {'同意' if self.agreed else '不同意'}"


class ConfirmationCode(TriedCode):
    """A code that a second person was sent, by which he agrees to one request through whoever asked.

    ``digest`` covers the code, the person, the request and all that he was told of it.
    """

    matter = models.CharField("事项", max_length=64)
    request_id = models.BigIntegerField("申请编号")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="确认人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta(TriedCode.Meta):
        verbose_name = verbose_name_plural = "确认验证码"
        ordering = ["-id"]
        indexes = [models.Index(fields=["matter", "request_id"], name="workflow_code_request")]

    def __str__(self) -> str:
        return f"{self.matter} {self.request_id}"


class TwoPersonRequest(models.Model):
    """That somebody asked for something, and what a second person decided; the person who decides
    is never the one who asked. Apps derive a model for each matter, with a key to its subject
    named by ``subject_field`` and a constraint that at most one is open for it.

    ``decided_at`` is written by one conditional update in `workflow.services.two_persons`; after
    ``expires_at`` nobody decides any more. Ended without anybody's decision: its author withdrew
    it, its time ran out, or nothing could come of it any more, of which the ``note`` says why.

    ``asked_proof`` says that it was asked for here (`workflow.queries.asking`); there is one of each
    for good, and what was decided is not opened again (trigger).
    """

    never = ("DELETE",)
    subject_field: ClassVar[str]

    reason = models.CharField("理由", max_length=500)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申请人", on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField("申请时间")
    # Written when it is asked for: what the office decides later is for later requests.
    expires_at = models.DateTimeField("失效时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="确认人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField("确认时间", null=True)
    agreed = models.BooleanField("同意", null=True)
    note = models.CharField("意见", max_length=500, blank=True)
    proof = models.CharField("确认方式", max_length=8, choices=Proof.choices, default=Proof.SESSION)
    asked_proof = models.BinaryField("申请凭证", unique=True)

    class Meta:
        abstract = True
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="%(app_label)s_%(class)s_by_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(agreed=True) | Q(decided_by__isnull=False),
                name="%(app_label)s_%(class)s_agreed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(decided_at__lt=F("expires_at")),
                name="%(app_label)s_%(class)s_decided_in_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self._meta.verbose_name}"

    @property
    def subject(self) -> Any:
        """What the request is about."""
        return getattr(self, self.subject_field)

    @property
    def subject_name(self) -> str:
        """What the subject is called for good: its proof names it by that."""
        raise NotImplementedError

    @property
    def outcome(self) -> Outcome:
        """What has come of it."""
        if self.decided_at is None:
            return Outcome.WAITING
        if self.decided_by_id is not None:
            return Outcome.AGREED if self.agreed else Outcome.TURNED_DOWN
        if self.note:  # what ended it, see `two_persons.end_with_subject`
            return Outcome.OVERTAKEN
        return Outcome.EXPIRED if self.decided_at >= self.expires_at else Outcome.WITHDRAWN
