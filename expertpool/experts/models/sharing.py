from __future__ import annotations

from django.conf import settings
from django.db import models

from expertpool.accounts.models import Department
from expertpool.experts.enums import SharingMode


class Sharing(models.Model):
    """Whose projects may draw the experts of ``department`` and of those below it that have no rule of
    their own: besides projects in its own line of the tree, those of all, of the ``borrowers`` and
    what is below them, or none (docs/decisions/0221). ``borrowers`` are kept while another ``mode`` holds.

    ``contacts``: whether other departments see how its experts are reached by the levels of their roles;
    otherwise masked at most."""

    department = models.OneToOneField(Department, on_delete=models.CASCADE, related_name="+")
    mode = models.CharField("共享给", max_length=10, choices=SharingMode.choices)
    borrowers = models.ManyToManyField(
        Department, verbose_name="可以抽取的部门（含下级）", blank=True, related_name="+"
    )
    contacts = models.BooleanField("其他部门可见联系方式", default=False)
    set_at = models.DateTimeField("设置时间")
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "共享规则"
        ordering = ["department__path"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mode__in=SharingMode.values), name="experts_sharing_mode"
            )
        ]

    def __str__(self) -> str:
        return str(self.department)
