"""Flows, versioned, and the approvals that run by them."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from expertpool.core.fields import BlindIndexField, ProofField
from expertpool.workflow.enums import Agreement, ApprovalState, OnRejection, Place, StepKind
from expertpool.workflow.registry import FLOW_SUBJECTS


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
        subject = FLOW_SUBJECTS.get(self.subject)
        return f"{subject.label if subject else self.subject} 第 {self.number} 版"


class FlowStep(models.Model):
    """One step of a version: who decides, and for which subjects it is asked. One that is a notice
    (``kind``) lasts ``days`` working days, in which the public may object, and nobody decides."""

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
    kind = models.CharField(
        "类型",
        max_length=8,
        choices=StepKind.choices,
        default=StepKind.DECISION,
        db_default=StepKind.DECISION.value,
    )
    place = models.CharField(
        "部门",
        max_length=8,
        choices=Place.choices,
        default=Place.ANY,
        db_default=Place.ANY.value,
    )
    department = models.ForeignKey(
        "accounts.Department",
        verbose_name="指定的部门",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    agreement = models.CharField(
        "几人同意",
        max_length=4,
        choices=Agreement.choices,
        default=Agreement.ANY,
        db_default=Agreement.ANY.value,
    )
    persons = models.PositiveSmallIntegerField("人数", null=True, blank=True)  # of SOME
    days = models.PositiveSmallIntegerField("期限（工作日）", null=True, blank=True)
    return_to = models.PositiveSmallIntegerField("退回到", null=True, blank=True)  # its order

    class Meta:
        verbose_name = verbose_name_plural = "审批步骤"
        ordering = ["version", "order"]
        constraints = [
            models.UniqueConstraint(fields=["version", "order"], name="workflow_step_order"),
            models.CheckConstraint(
                condition=~Q(kind=StepKind.NOTICE) | Q(days__gte=1, role__isnull=True),
                name="workflow_notice_has_days",
            ),
            models.CheckConstraint(
                condition=Q(place=Place.NAMED, department__isnull=False)
                | (~Q(place=Place.NAMED) & Q(department__isnull=True)),
                name="workflow_named_department",
            ),
            models.CheckConstraint(
                condition=Q(agreement=Agreement.SOME, persons__gte=2)
                | (~Q(agreement=Agreement.SOME) & Q(persons__isnull=True)),
                name="workflow_some_persons",
            ),
            models.CheckConstraint(
                condition=Q(on_rejection=OnRejection.STEP, return_to__lt=F("order"))
                | (~Q(on_rejection=OnRejection.STEP) & Q(return_to__isnull=True)),
                name="workflow_returns_to_an_earlier",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Approval(models.Model):
    """One run of a flow for one subject, from handing in to the end. ``proof`` says that this system has led
    it to its step, as the ``moves``-th time (`queries.steps`); that only grows (trigger).

    ``department`` is that of the subject when it was handed in. ``due_at`` is when the term of the step ends, or
    its notice. ``reminded`` (0 to 2) counts what was told of the term, and proves nothing."""

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
    department = models.ForeignKey(
        "accounts.Department",
        verbose_name="所属部门",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    due_at = models.DateTimeField("期限", null=True, blank=True)
    reminded = models.PositiveSmallIntegerField("已提醒", default=0, db_default=0, editable=False)
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
        indexes = [
            # For the whole history: the constraint serves only what runs.
            models.Index(fields=["subject_type", "subject_id"], name="workflow_subject"),
            models.Index(
                fields=["due_at"],
                condition=Q(state=ApprovalState.RUNNING, due_at__isnull=False),
                name="workflow_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}"

    @property
    def last_day(self) -> date | None:
        """The last day of the term of its step, which ends with it; None: it has none."""
        return timezone.localdate(self.due_at - timedelta(minutes=1)) if self.due_at else None


class Decision(models.Model):
    """What one person decided at one step, for himself or for whoever handed it over to him; append-only.

    ``round`` is the move of the approval at which it was said; None: before rounds were kept. Of a step that
    several have to agree to, only those count that this system wrote (``proof``)."""

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
    for_whom = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="代何人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    round = models.PositiveIntegerField("轮次", null=True, blank=True)
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=(
            *("approval_id", "round", "step.order", "agreed", "note", "fields"),
            *("decided_by.username", "part", "decided_at"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "审批意见"
        ordering = ["id"]
        constraints = [
            # Who agrees for somebody else is one person still, and nobody agrees twice by two.
            models.UniqueConstraint(
                fields=["approval", "round", "decided_by"], name="workflow_person_once"
            ),
            models.UniqueConstraint(
                fields=["approval", "round", "for_whom"], name="workflow_part_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} {'同意' if self.agreed else '不同意'}"

    @property
    def part(self) -> str:
        """The account for which somebody else decided; empty where it was for himself."""
        return self.for_whom.username if self.for_whom else ""

    @property
    def who(self) -> str:
        """Who decided, and for whom."""
        return f"{self.decided_by}（代{self.for_whom}）" if self.for_whom else str(self.decided_by)
