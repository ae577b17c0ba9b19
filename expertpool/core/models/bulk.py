"""One action on many rows, worked off in the background for one user."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from expertpool.core.fields import EncryptedJSONField, EncryptedTextField, ProofField


class BulkState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "办理中"
    DONE = "done", "已办理"
    STOPPED = "stopped", "已停止"
    FAILED = "failed", "出错"


TONES = {
    BulkState.QUEUED: "grey",
    BulkState.RUNNING: "blue",
    BulkState.DONE: "green",
    BulkState.STOPPED: "amber",
    BulkState.FAILED: "red",
}


class BulkRun(models.Model):
    """What one user asked to be done to ``chosen`` (keys) by ``action``, with what he had ``posted``; how far it
    is, and whom it refused (pairs of name and reason). What names somebody, or what was asked by and typed, is
    encrypted (docs/decisions/0566); ``page``: the path of ``back``, on which he is told of it. Changed by `core.bulk` only; emptied when it expires: a row
    that was deleted would come back as one that waits. ``proof``: that he asked for it, and nobody else,
    and what came of it (`core.mandates`)."""

    never = ("DELETE",)
    final = ("uid", "finished_at")

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="办理人", on_delete=models.CASCADE, related_name="+"
    )
    action = models.CharField("事项", max_length=100)
    title = models.CharField("名称", max_length=100)
    page = models.CharField("页面", max_length=500, blank=True)
    back = EncryptedTextField("返回", bound_to=("uid",), at_least=256, max_length=2000)
    # As query strings.
    posted = EncryptedTextField("填写的内容", bound_to=("uid",), at_least=256)
    asked_with = EncryptedTextField("列表条件", bound_to=("uid",), at_least=256)
    chosen = models.JSONField("所选")
    made = models.JSONField("已办理的", default=list, blank=True)
    refused = EncryptedJSONField("未办理的", bound_to=("uid",), at_least=256, rows_at_once=20)
    state = models.CharField(
        "状态", max_length=8, choices=BulkState.choices, default=BulkState.QUEUED
    )
    undoes = models.ForeignKey(
        "self", verbose_name="撤销", on_delete=models.CASCADE, null=True, related_name="+"
    )
    # Asked of the worker: it ends itself after the part that it is at.
    stop_asked = models.BooleanField("要求停止", default=False, db_default=False)
    # That its user has seen how it ended: until then the page from which he asked says so.
    seen = models.BooleanField("结果已看", default=False, db_default=False)
    total = models.PositiveIntegerField("总数")
    done = models.PositiveIntegerField("已处理", default=0)
    said = models.CharField("另外", max_length=500, blank=True)
    error = models.CharField("失败原因", max_length=200, blank=True)
    created_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    expires_at = models.DateTimeField("失效时间")
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=(
            *("uid.hex", "user.username", "action", "title", "back", "posted", "asked_with"),
            *("chosen", "total", "created_at", "expires_at"),
            *("state", "done", "made", "refused", "said", "error", "finished_at"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "批量办理"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=BulkState.values), name="core_bulk_state"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        return self.state in {BulkState.DONE, BulkState.STOPPED, BulkState.FAILED}

    @property
    def left(self) -> int:
        """How many were not come to when it was stopped."""
        return self.total - self.done if self.is_over else 0

    @property
    def unmade(self) -> int:
        return self.total - len(self.made)

    @property
    def did_nothing(self) -> bool:
        return self.state == BulkState.DONE and not self.made

    @property
    def verdict(self) -> str:
        """What came of it, in words."""
        return "没有办理" if self.did_nothing else self.get_state_display()

    @property
    def tone(self) -> str:
        """Colour of the state on a page."""
        return "amber" if self.did_nothing else TONES[BulkState(self.state)]
