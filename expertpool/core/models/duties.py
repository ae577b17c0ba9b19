"""When each duty was done last."""

from __future__ import annotations

from django.db import models

from expertpool.core.fields import ProofField


class DutyRun(models.Model):
    """That the task ``name`` ran ``at``, for the ``n``-th time (`core.duties`), or that pages were answered
    (`core.answering`), or that a telephone program has its line: the database takes only the next one and gives up none, so that no row of before comes back."""

    name = models.CharField("任务", max_length=100, unique=True)
    at = models.DateTimeField("最近运行")
    n = models.PositiveBigIntegerField("次数", default=0)
    proof = ProofField("凭证", says=("name", "at", "n"))

    class Meta:
        verbose_name = verbose_name_plural = "定时任务的运行"

    def __str__(self) -> str:
        return self.name
