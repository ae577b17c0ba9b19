"""Renewals of terms: what experts ask for, and many renewed at once."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from expertpool.core.bounds import DAYS, within
from expertpool.core.fields import (
    EncryptedJSONField,
    EncryptedTextField,
    ProofField,
    is_vouched,
    readable,
)
from expertpool.inspections.enums import RenewalState, RunState
from expertpool.inspections.models.inspection import MOST_REASON

_DECIDED = (RenewalState.APPROVED, RenewalState.REJECTED)


class Renewal(models.Model):
    """That an expert asked for his term to be renewed; ``until`` is to which day it was."""

    expert = models.ForeignKey(
        "experts.Expert", verbose_name="专家", on_delete=models.PROTECT, related_name="+"
    )
    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    # Filled up to that length: else it would tell who has explained much.
    reason = EncryptedTextField("申请说明", bound_to=("uid",), at_least=512, seals_empty=True)
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申请人", on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        "状态", max_length=10, choices=RenewalState.choices, default=RenewalState.WAITING
    )
    until = models.DateField("续聘至", null=True, blank=True, validators=[DAYS])
    note = models.CharField("意见", max_length=500, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="审核人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=(
            *(
                "uid.hex",
                "expert.number",
                "asked_at",
                "asked_by.username",
                "state",
                "until",
                "note",
            ),
            *("ended_at", "decided_by.username"),
        ),
        opens=("reason",),
    )

    never = ("DELETE",)
    final = ("ended_at",)  # else what was turned down would be decided again

    class Meta:
        verbose_name = verbose_name_plural = "续聘申请"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["expert"],
                condition=Q(state=RenewalState.WAITING),
                name="inspections_renewal_once",
            ),
            models.CheckConstraint(
                condition=Q(state=RenewalState.WAITING, ended_at__isnull=True)
                | ~Q(state=RenewalState.WAITING) & Q(ended_at__isnull=False),
                name="inspections_renewal_ended",
            ),
            # Somebody decides, and it is not who asked.
            models.CheckConstraint(
                condition=Q(state__in=_DECIDED, decided_by__isnull=False)
                & ~Q(decided_by=F("asked_by"))
                | ~Q(state__in=_DECIDED) & Q(decided_by__isnull=True),
                name="inspections_renewal_decided",
            ),
            within("inspections_renewal_bounds", until=DAYS),
        ]
        indexes = [models.Index(fields=["expert"], name="inspections_renewal_expert")]

    def __str__(self) -> str:
        return f"{self.expert.name}（{self.expert.number}）"

    @property
    def is_altered(self) -> bool:
        """Whether somebody else than this system has written what was asked, or decided."""
        return not is_vouched(self)

    @property
    def readable_reason(self) -> str:
        """The reason as a page shows it (`core.fields.readable`)."""
        return readable(self, "reason")


class RenewalRun(models.Model):
    """Terms that one user renews together: asked for, worked off by a job. ``chosen`` are the keys of experts,
    ``refused`` pairs of name and reason. ``proof``: that he asked for it (`core.mandates`)."""

    never = ("DELETE",)
    final = ("uid", "finished_at")

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="办理人", on_delete=models.PROTECT, related_name="+"
    )
    until = models.DateField("续聘至", validators=[DAYS])
    reason = models.CharField("依据", max_length=MOST_REASON)
    # In order, for the job goes on behind those that are done.
    chosen = models.JSONField("所选")
    refused = EncryptedJSONField("未办理", bound_to=("uid",), at_least=256, rows_at_once=20)
    state = models.CharField(
        "状态", max_length=8, choices=RunState.choices, default=RunState.QUEUED
    )
    total = models.PositiveIntegerField("总数")
    done = models.PositiveIntegerField("已处理", default=0)
    made = models.PositiveIntegerField("已续聘", default=0)
    created_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=(
            *("uid.hex", "user.username", "until", "reason", "chosen", "total", "created_at"),
            *("state", "done", "made", "refused", "finished_at"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "批量续聘"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RunState.values), name="inspections_run_state"
            ),
            within("inspections_run_bounds", until=DAYS),
        ]

    def __str__(self) -> str:
        return f"续聘 {self.total} 位专家至 {self.until}"

    @property
    def is_over(self) -> bool:
        return self.state in {RunState.DONE, RunState.FAILED}
