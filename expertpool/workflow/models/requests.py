"""What two persons decide."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from expertpool.core.models import TriedCode
from expertpool.workflow.enums import Proof, RequestOutcome


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
    # Columns that the proof names only where they are filled: what was asked before there were any holds.
    came_later: ClassVar[tuple[str, ...]] = ()

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
    def outcome(self) -> RequestOutcome:
        """What has come of it."""
        if self.decided_at is None:
            return RequestOutcome.WAITING
        if self.decided_by_id is not None:
            return RequestOutcome.AGREED if self.agreed else RequestOutcome.TURNED_DOWN
        if self.note:  # what ended it, see `two_persons.end_with_subject`
            return RequestOutcome.OVERTAKEN
        return (
            RequestOutcome.EXPIRED
            if self.decided_at >= self.expires_at
            else RequestOutcome.WITHDRAWN
        )
