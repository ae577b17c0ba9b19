"""Imports: one run for each uploaded file, and what users said about unknown headers."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models

from expertpool.core.crypto import binding
from expertpool.core.fields import UNREADABLE, EncryptedTextField, ProofField
from expertpool.core.waiting import HoldsFiles, WaitingFile

IMPORTS = "imports"
SAME_AS_KEPT = "没有变化"
UNREAD = "看不到全文，没有核对"  # of a row whose other cells say what is kept
UNCHANGED = frozenset(("没有勾选", SAME_AS_KEPT, UNREAD))  # reasons of rows that are in order
GONE = "档案已删除"  # reason of rows whose record is there, and in no list


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", "已上传"
    MAPPING = "mapping", "待对应表头"
    PREVIEWED = "previewed", "待确认"
    RUNNING = "running", "导入中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"
    DISCARDED = "discarded", "已放弃"


class ImportRun(HoldsFiles, models.Model):
    """One file on its way in: uploaded, mapped, previewed, confirmed, imported.

    ``state`` changes only in `core.importing.runs`. The counts are those of the preview until the
    run is done. What rows hold is in sealed files alone: the upload and what its user answered,
    until the run ends; what was found and the 未导入信息表, until it expires.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="导入人",
        on_delete=models.CASCADE,
        related_name="+",
    )
    importer = models.CharField("导入项", max_length=64)
    uid = models.UUIDField("编号", default=uuid4, unique=True, editable=False)
    file_name = EncryptedTextField(
        "文件名", blank=False, bound_to=("uid",), at_least=64, when_shut=UNREADABLE
    )
    state = models.CharField(
        "状态", max_length=12, choices=ImportState.choices, default=ImportState.UPLOADED
    )
    sheet = models.CharField("工作表", max_length=100, blank=True)
    header_row = models.PositiveSmallIntegerField("表头行", default=1)
    headers = models.JSONField("表头", default=list)
    mapping = models.JSONField("对应的列", default=list)  # a code for each header, "" for none
    options = models.JSONField("选项", default=dict)
    total = models.PositiveIntegerField("总行数", default=0)
    accepted = models.PositiveIntegerField("可导入行数", default=0)
    refused = models.PositiveIntegerField("未导入行数", default=0)
    partial = models.BooleanField("只预览了前面的行", default=False)
    reasons = models.JSONField("未导入原因", default=dict)  # reason → number of rows
    left = models.JSONField("留空原因", default=dict)  # reason → number of cells left empty
    notes = models.JSONField("处理", default=dict)  # what was done to cells → how many
    checks = models.PositiveSmallIntegerField("检查次数", default=0)
    done_rows = models.PositiveIntegerField("已处理行数", default=0)
    error = models.CharField("失败原因", max_length=200, blank=True)
    created_at = models.DateTimeField("上传时间")
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    expires_at = models.DateTimeField("失效时间")
    # That its user confirmed it so, and when (`core.mandates`).
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=(
            *("user.username", "importer", "created_at", "confirmed_at", "sheet", "header_row"),
            *("headers", "mapping", "options"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "导入"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "importer", "-created_at"], name="core_import_user"),
            models.Index(fields=["expires_at"], name="core_import_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ImportState.values), name="core_import_state"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ImportState.DONE) | models.Q(finished_at__isnull=False),
                name="core_import_finished",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def tone(self) -> str:
        """Colour of the state on a page."""
        tones = {ImportState.DONE: "green", ImportState.FAILED: "red", ImportState.RUNNING: "blue"}
        return tones.get(ImportState(self.state), "amber")

    @property
    def is_previewed(self) -> bool:
        return self.state == ImportState.PREVIEWED

    @property
    def is_running(self) -> bool:
        return self.state == ImportState.RUNNING

    @property
    def is_done(self) -> bool:
        return self.state == ImportState.DONE

    @property
    def needs_mapping(self) -> bool:
        return self.state in {ImportState.UPLOADED, ImportState.MAPPING}

    @property
    def is_unchecked(self) -> bool:
        """Its first check goes on, or ended with the process that was at it."""
        return self.state == ImportState.UPLOADED

    @property
    def step(self) -> int:
        """Where the run stands among upload, check, result (0-based)."""
        return 1 if self.needs_mapping or self.is_previewed else 2

    @property
    def reason_labels(self) -> list[str]:
        return [f"{reason} {count} 行" for reason, count in self.reasons.items()]

    @property
    def left_labels(self) -> list[str]:
        return [f"{reason} {count} 格" for reason, count in self.left.items()]

    @property
    def note_labels(self) -> list[str]:
        return [f"{kind} {count} 格" for kind, count in self.notes.items()]

    @property
    def unchanged(self) -> int:
        """How many rows of an update say what the pool says already: they are none that could not be taken."""
        return int(self.reasons.get(SAME_AS_KEPT, 0))

    @property
    def unread(self) -> int:
        """How many of its rows say no more than that, beside what its user does not see whole: whether this is the same,
        nobody tells him."""
        return int(self.reasons.get(UNREAD, 0))

    @property
    def unable(self) -> int:
        return self.refused - self.unchanged - self.unread

    @property
    def verdict(self) -> str:
        """Why no row can be taken, in one sentence."""
        if self.reasons and all(one == GONE or one.endswith("重复") for one in self.reasons):
            gone = self.reasons.get(GONE)
            return (
                f"文件中的内容都已在库中，其中 {gone} 行的档案已删除：要再用的，请先恢复这些档案，再用“批量更新”导入这个文件。"
                if gone
                else "没有导入任何行：每一行的号码都已在库中，或在文件中重复。如果是同一份文件，无须再次导入；"
                "是别人的，说明号码填错了，请逐行核对。"
            )
        if UNREAD in self.reasons and set(self.reasons) <= UNCHANGED:
            return "没有要更新的内容：能核对的各项与库中的档案相同；您看不到全文的没有核对，也不更新，请由能查看的人核对。"
        if self.reasons and set(self.reasons) <= UNCHANGED:
            return "没有要更新的内容：没有勾选，或与库中的档案相同。"
        if in_order := sum(self.reasons.get(one, 0) for one in UNCHANGED):
            return (
                f"有错误的 {self.refused - in_order} 行请在下面改好，或改好文件后重新上传；"
                f"其余 {in_order} 行没有要更新的内容。"
            )
        return "每一行都有错误，请在下面改好，或改好文件后重新上传。"

    @property
    def suffix(self) -> str:
        return Path(self.file_name).suffix.lower()

    @property
    def upload(self) -> WaitingFile:
        """The uploaded file, until the run ends."""
        return self._waiting(f"{self.pk}.upload", "upload")

    @property
    def findings(self) -> WaitingFile:
        """What was found in it; `core.importing.findings` reads and writes it."""
        return self._waiting(f"{self.pk}-findings.sealed", "findings")

    @property
    def answers(self) -> WaitingFile:
        """What its user answered, until the run ends."""
        return self._waiting(f"{self.pk}-answers.sealed", "answers")

    @property
    def refused_table(self) -> WaitingFile:
        """The table of what was not taken; it says so when that is nothing."""
        return self._waiting(f"{self.pk}-refused.sealed", "refused")

    def waiting_files(self) -> tuple[WaitingFile, ...]:
        return (self.upload, self.answers, self.findings, self.refused_table)

    def _waiting(self, name: str, kind: str) -> WaitingFile:
        bound = binding(self._meta.db_table, kind, self.pk, self.user_id)
        return WaitingFile(f"{IMPORTS}/{name}", bound)

    def pairs(self) -> list[tuple[str, Any]]:
        """Return each header with the code that it stands for."""
        return list(zip(self.headers, self.mapping, strict=True))


class ImportMemory(models.Model):
    """What one user explained of his files: a header (``column`` is empty), or a word of a column."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="谁的", on_delete=models.CASCADE, related_name="+"
    )
    importer = models.CharField("导入项", max_length=64)
    column = models.CharField("列", max_length=64, blank=True)
    said = models.CharField("写法", max_length=100)
    meant = models.CharField("含义", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入的记忆"
        ordering = ["column", "said"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "importer", "column", "said"], name="core_import_memory_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.said} → {self.meant or '不导入'}"
