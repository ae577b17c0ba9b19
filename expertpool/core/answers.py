"""What the office answers somebody who asked it for something: yes or no, in words, once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from expertpool.core.fields import is_vouched, readable
from expertpool.core.mandates import Mandate

FORGED_ANSWER = "答复不是在系统中作出的，或被改动过，不作数；本人可以就同一事项再次提出。"


class Answered(models.Model):
    """A request that is answered once. Whoever builds on it has its ``expert`` and ``answer``, a ``proof`` of what was asked, and
    ``answer_proof`` of what was answered, when and by whom (docs/decisions/0483, 0505)."""

    agreed = models.BooleanField("同意", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="答复人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            # All or none: an answer that nobody gave, or at no time, is none.
            models.CheckConstraint(
                condition=Q(agreed__isnull=True, answered_by__isnull=True, answered_at__isnull=True)
                | Q(agreed__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
                name="%(app_label)s_request_answered",
            ),
        ]

    @property
    def opened_answer(self) -> str:
        """The answer as it stands, whoever wrote it."""
        return readable(self, "answer")

    @property
    def is_forged_answer(self) -> bool:
        """Whether something was answered that the office did not answer here, or not so."""
        return self.answered_at is not None and not is_vouched(self, "answer_proof")

    @property
    def readable_answer(self) -> str:
        """What the office answered, as a page shows it; of a forged answer nothing."""
        return FORGED_ANSWER if self.is_forged_answer else self.opened_answer

    @property
    def state_label(self) -> str:
        if self.is_forged_answer:
            return "答复无效"
        if self.agreed is None:
            return "待答复"
        return "已同意" if self.agreed else "未同意"

    @property
    def tone(self) -> str:
        if self.is_forged_answer:
            return "red"
        return {None: "amber", True: "green", False: "grey"}[self.agreed]


def answers_to(model: type[Answered], code: str, label: str) -> Mandate:
    """Return the kind of rows that are answers to requests of ``model``, to be looked at with those."""

    def rows(now: datetime) -> QuerySet[Any]:
        found: QuerySet[Any] = model._default_manager.filter(answered_at__isnull=False)
        return found.select_related("expert", "answered_by").order_by("-answered_at", "-pk")

    # Of what nobody asked it is told already.
    def holds(row: Any) -> bool:
        return not (is_vouched(row) and row.is_forged_answer)

    return Mandate(code, label, rows, is_whole=True, holds=holds)
