from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from expertpool.projects.models.project import Project


class ProjectBatch(models.Model):
    """Projects that are drawn once and share the one panel (批次).

    Its members are the projects whose ``batch`` it is, at least one, exactly one of them with
    ``leads_batch``: the lead carries the draw plan. Both change only in `projects.services.batches`
    and never while a member is drawn (a trigger refuses it).
    """

    # Given by the system: two who make one at once do not type the same.
    number = models.CharField("批次编号", max_length=50, unique=True)
    name = models.CharField("批次名称", max_length=100)
    note = models.TextField("说明", max_length=1000, blank=True)
    created_at = models.DateTimeField("创建时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="创建人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "项目批次"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def members(self) -> list[Project]:
        """The projects, the lead first, then by their time; load them with
        ``prefetch_related("projects")`` where there are many batches."""
        # In Python: an ordered query would pass over the rows that were prefetched.
        return sorted(
            self.projects.all(), key=lambda one: (not one.leads_batch, one.opening_at, one.pk)
        )
