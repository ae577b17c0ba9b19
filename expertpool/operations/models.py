"""Jobs that failed, and why; checks that turned bad."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.core.health import Health
from expertpool.core.health.words import length_text
from expertpool.operations.enums import QUEUE_LABELS, job_label


class JobFailure(models.Model):
    """How the last attempt of the job ``job_id`` ended that failed. ``reason`` is in words, ``place`` where in
    the program; what the error said is not kept: it may name people. The queue's own row says whether
    the job has failed for good, or is tried again."""

    job_id = models.BigIntegerField("任务编号", unique=True)
    at = models.DateTimeField("时间")
    # In our words alone: those of an error may hold what a row contained.
    reason = models.CharField("原因", max_length=40)
    place = models.CharField("程序位置", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "任务失败记录"

    def __str__(self) -> str:
        return f"{self.job_id} {self.reason}"


class FailedJob(ProcrastinateJob):
    """A row of the queue as a page shows it; the annotations are those of `queries.jobs.failed_jobs`."""

    class Meta:
        # The queue owns its table: nothing of ours is kept in it.
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


class Alert(models.Model):
    """A check that turned bad, until it is well; of each check one at a time. ``told_at``: the last time;
    None: nobody was told yet. ``well_since``: it has been well again since, and is over if it stays so.
    Written by `services.alerts`."""

    check_code = models.CharField("检查代码", max_length=64)
    label = models.CharField("检查", max_length=40)
    state = models.CharField("状态", max_length=8, choices=Health.choices)
    sentence = models.CharField("情况", max_length=300)
    figure = models.CharField("数值", max_length=100, blank=True)
    mend = models.CharField("处理办法", max_length=300, blank=True)
    began_at = models.DateTimeField("开始时间")
    told_at = models.DateTimeField("最近告知", null=True, blank=True)
    # What got worse since is told at once, whenever it was told last.
    told_state = models.CharField("告知时的状态", max_length=8, blank=True)
    # Not over at once: what comes and goes would be told each time.
    well_since = models.DateTimeField("恢复时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    acknowledged_at = models.DateTimeField("确认时间", null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="确认人",
        null=True,
        blank=True,
        # Who answered for it stays known, whatever becomes of his account.
        on_delete=models.PROTECT,
        related_name="+",
    )
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "运行报警"
        ordering = ["-id"]
        constraints = [
            # Two workers that look at the same moment begin one alert.
            models.UniqueConstraint(
                fields=["check_code"],
                condition=models.Q(ended_at=None),
                name="operations_alert_once",
            ),
            models.CheckConstraint(
                condition=models.Q(acknowledged_at=None, acknowledged_by=None)
                | models.Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="operations_alert_acknowledged_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.get_state_display()}"

    @property
    def tone(self) -> str:
        return "green" if self.ended_at else Health(self.state).tone

    @property
    def state_label(self) -> str:
        return "已恢复" if self.ended_at else str(self.get_state_display())

    @property
    def lasted(self) -> str:
        """How long it took until it was well."""
        return length_text((self.ended_at or self.began_at) - self.began_at)
