"""Evidence bundles of projects."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from expertpool.bundles.enums import TONES, BundleState, Part
from expertpool.core.fields import ProofField


class Bundle(models.Model):
    """What proves a project, in one ZIP: asked for by somebody, or by the archive (``is_archive``: then it holds all), made by a
    job, kept for good. ``parts`` are those that it holds, ``withheld`` pairs of what it does not and why. ``digest`` is the
    SHA-256 of its list, in hex, which the log tells too. Changed by `services.making` only."""

    never = ("DELETE",)
    final = ("uid", "finished_at", "digest")

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(
        "projects.Project", verbose_name="项目", on_delete=models.PROTECT, related_name="+"
    )
    is_archive = models.BooleanField("归档时生成", default=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="生成人", on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField("开始时间")
    state = models.CharField(
        "状态", max_length=8, choices=BundleState.choices, default=BundleState.QUEUED
    )
    done = models.PositiveSmallIntegerField("已收入", default=0)
    parts = models.JSONField("内容", default=list, blank=True)
    withheld = models.JSONField("没有收入", default=list, blank=True)
    files = models.PositiveIntegerField("文件数", default=0)
    digest = models.CharField("清单摘要", max_length=64, blank=True)
    error = models.CharField("失败原因", max_length=200, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=(
            *("uid.hex", "project.number", "is_archive", "asked_by.username", "asked_at"),
            *("state", "parts", "withheld", "files", "digest", "error", "finished_at"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "证据包"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=BundleState.values), name="bundles_state"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=BundleState.DONE)
                | (models.Q(finished_at__isnull=False) & ~models.Q(digest="")),
                name="bundles_done",
            ),
            # Two clicks at once make one.
            models.UniqueConstraint(
                fields=["project", "asked_by", "is_archive"],
                condition=models.Q(finished_at__isnull=True),
                name="bundles_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"证据包 {self.project.number}"

    @property
    def is_done(self) -> bool:
        return self.state == BundleState.DONE

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None

    @property
    def tone(self) -> str:
        """Colour of the state on a page."""
        return TONES[BundleState(self.state)]

    @property
    def held(self) -> list[str]:
        """What it holds, in words."""
        return [str(Part(one).label) for one in self.parts]

    @property
    def total(self) -> int:
        """How many parts are looked at."""
        return len(Part)
