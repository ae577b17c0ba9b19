"""What experts ask of the office about their personal data."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from expertpool.core.answers import Answered
from expertpool.core.fields import EncryptedTextField, ProofField, readable
from expertpool.experts.models import Expert
from expertpool.joining.models import ConsentText
from expertpool.privacy.enums import RequestKind
from expertpool.workflow.models import TwoPersonRequest


class DataRequest(Answered):
    """What an expert asked about his data (个人信息保护法 第四十四至五十条), until when the office has to answer, and
    what it answered: once, by one conditional update in `privacy.services.answering`. ``proof`` says that he asked it
    here, what and when (docs/decisions/0477), ``answer_proof`` that the office answered so (0483). Of a kind one waits, which
    `services.asking` sees to."""

    never = ("DELETE",)
    final = ("expert_id", "kind", "asked_at", "due_at", "answered_at", "agreed", "answered_by_id")

    expert = models.ForeignKey(
        Expert, verbose_name="专家", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField("事项", max_length=10, choices=RequestKind.choices)
    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    # Filled up, so that its length tells nothing.
    text = EncryptedTextField("说明", bound_to=("uid", "expert_id"), at_least=512, seals_empty=True)
    asked_at = models.DateTimeField("申请时间")
    # Written when it is asked: what the office decides later is for later requests.
    due_at = models.DateTimeField("答复期限")
    answer = EncryptedTextField("答复", bound_to=("uid", "expert_id"), at_least=512)
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=("expert.number", "kind", "uid.hex", "asked_at", "due_at"),
        opens=("text",),
    )
    answer_proof = ProofField(
        "答复凭证",
        says=(
            *("expert.number", "uid.hex", "agreed", "opened_answer"),
            *("answered_by.username", "answered_at"),
        ),
    )

    class Meta(Answered.Meta):
        verbose_name = verbose_name_plural = "个人信息请求"
        ordering = ["-id"]
        constraints = [
            *Answered.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=RequestKind.values), name="privacy_request_known"
            ),
        ]
        indexes = [
            models.Index(fields=["answered_at", "due_at"], name="privacy_request_due"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.uid}"

    @property
    def readable_text(self) -> str:
        """What he wrote, as a page shows it (`core.fields.readable`)."""
        return readable(self, "text")

    @property
    def due_on(self) -> date:
        """The last day on which it is answered in time."""
        return timezone.localdate(self.due_at - timedelta(seconds=1))

    @property
    def erases(self) -> bool:
        """Whether two persons have to agree to it."""
        return self.kind == RequestKind.ERASE


class Consent(models.Model):
    """That an expert agreed to a text, or took it back (``given``): the last of a purpose counts. Rows are only added;
    of who agrees by his application the application says so. ``proof`` says that this system wrote it."""

    never = ("UPDATE", "DELETE")

    expert = models.ForeignKey(
        Expert, verbose_name="专家", on_delete=models.PROTECT, related_name="+"
    )
    text = models.ForeignKey(
        ConsentText, verbose_name="告知书", on_delete=models.PROTECT, related_name="+"
    )
    given = models.BooleanField("同意")
    at = models.DateTimeField("时间")
    proof = ProofField(
        "凭证", null=False, default=b"", says=("expert.number", "text.named", "given", "at")
    )

    class Meta:
        verbose_name = verbose_name_plural = "个人信息的同意"
        ordering = ["-id"]
        indexes = [models.Index(fields=["expert", "-id"], name="privacy_consent_expert")]

    def __str__(self) -> str:
        return f"{'同意' if self.given else '撤回'} {self.text}"


class ErasureRequest(TwoPersonRequest):
    """That the personal data of an expert who left the pool be erased. ``plan`` is what went then and what stayed, in
    words, as whoever agrees reads it. At most one is open for him."""

    subject_field = "expert"

    expert = models.ForeignKey(
        Expert, verbose_name="专家", on_delete=models.PROTECT, related_name="+"
    )
    plan = models.CharField("抹去的内容", max_length=500)

    class Meta(TwoPersonRequest.Meta):
        verbose_name = verbose_name_plural = "抹去个人信息的申请"
        constraints = [
            *TwoPersonRequest.Meta.constraints,
            models.UniqueConstraint(
                fields=["expert"],
                condition=Q(decided_at__isnull=True),
                name="privacy_one_erasure",
            ),
        ]

    @property
    def subject_name(self) -> str:
        return self.expert.number


class ListedRead(models.Model):
    """Who stood in a file that an entry of the log (id) says somebody took: one row for each file, so that one of the
    whole pool is a row as well (docs/decisions/0473)."""

    entry = models.BigIntegerField("日志编号", unique=True)
    experts = ArrayField(models.IntegerField(), verbose_name="专家")
    at = models.DateTimeField("时间", db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "导出的名单"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}：{len(self.experts)}"
