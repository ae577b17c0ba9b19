"""Jobs that failed, and why."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.operations.enums import QUEUE_LABELS, job_label


class JobFailure(models.Model):
    """How the last attempt of the job ``job_id`` ended that failed. ``reason`` is in words, ``place`` where in
    the program; what the error said is not kept: it may name people. The queue's own row says whether
    the job has failed for good, or is tried again."""

    job_id = models.BigIntegerField("任务编号", unique=True)
    at = models.DateTimeField("时间")
    reason = models.CharField("原因", max_length=40)
    place = models.CharField("程序位置", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "任务失败记录"

    def __str__(self) -> str:
        return f"{self.job_id} {self.reason}"


class FailedJob(ProcrastinateJob):
    """A row of the queue as a page shows it; the annotations are those of `queries.jobs.failed_jobs`."""

    failed_at: datetime
    reason: str | None
    place: str | None

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "失败的任务"

    def __str__(self) -> str:
        return f"{self.task_name} {self.pk}"

    @property
    def label(self) -> str:
        return job_label(self.task_name)

    @property
    def queue_label(self) -> str:
        return QUEUE_LABELS.get(self.queue_name, self.queue_name)
