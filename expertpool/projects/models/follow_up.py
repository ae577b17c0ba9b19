"""What happens around a project: progress that is reported, tasks that are given out."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from expertpool.core.bounds import DAYS, within
from expertpool.projects.models.project import Project


class ProgressEntry(models.Model):
    """One report of progress; it never changes. Its files are those of this row in the files app."""

    # With its project, which is deleted as a draft alone.
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="progress")
    text = models.TextField("进展", max_length=2000)
    at = models.DateTimeField("时间")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="记录人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "项目进展"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.text[:50]


class Task(models.Model):
    """Work on a project, given to a person, or to whoever of a department takes it up.

    It ends once: completed (by whom, with a note) or cancelled, by `projects.services.tasks`.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tasks")
    title = models.CharField("任务", max_length=100)
    detail = models.TextField("要求", max_length=1000, blank=True)
    department = models.ForeignKey(
        "accounts.Department",
        verbose_name="负责部门",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="负责人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    due_date = models.DateField("完成期限", validators=[DAYS])
    created_at = models.DateTimeField("指派时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="指派人", on_delete=models.PROTECT, related_name="+"
    )
    completed_at = models.DateTimeField("完成时间", null=True, blank=True)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="完成人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    note = models.CharField("完成情况", max_length=500, blank=True)
    cancelled_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "项目任务"
        ordering = ["due_date", "id"]
        constraints = [
            models.CheckConstraint(
                # Else it would stand in nobody's list.
                condition=Q(department__isnull=False) | Q(assignee__isnull=False),
                name="projects_task_is_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True, completed_by__isnull=True)
                | Q(
                    completed_at__isnull=False,
                    completed_by__isnull=False,
                    cancelled_at__isnull=True,
                ),
                name="projects_task_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True) | Q(completed_at__gte=F("created_at")),
                name="projects_task_completed_later",
            ),
            within("projects_task_bounds", due_date=DAYS),
        ]
        indexes = [
            # The menu counts open tasks on every page; those that have ended pile up.
            models.Index(
                fields=["due_date"],
                name="projects_task_open",
                condition=Q(completed_at__isnull=True, cancelled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.completed_at is None and self.cancelled_at is None

    @property
    def responsible(self) -> str:
        """Who has to do it, in words."""
        return "，".join(str(who) for who in (self.department, self.assignee) if who)

    def is_overdue(self, today: date) -> bool:
        """Whether it is still open after its day."""
        return self.is_open and self.due_date < today
