"""Customers' own forms of papers."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from expertpool.directory.models import ForProjectKind
from expertpool.papers.enums import TemplateForm, TemplateState
from expertpool.papers.registry import PAPERS


class PaperTemplate(ForProjectKind):
    """A customer's own form of a paper, for projects of one kind or for all. Its file is that of
    this row in the files app. At most one is active for a paper and a kind of project."""

    paper = models.CharField("文书", max_length=32)  # the code of a registered one
    name = models.CharField("文件名", max_length=200)
    form = models.CharField("格式", max_length=8, choices=TemplateForm.choices)
    state = models.CharField(
        "状态", max_length=12, choices=TemplateState.choices, default=TemplateState.ACTIVE
    )
    used_at = models.DateTimeField("首次使用时间", null=True, blank=True)
    uploaded_at = models.DateTimeField("上传时间")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="上传人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "文书模板"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "project_kind"],
                condition=models.Q(state=TemplateState.ACTIVE),
                name="papers_one_active_template",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=TemplateState.values),
                name="papers_template_state_known",
            ),
            # What nobody used leaves nothing that has to be kept.
            models.CheckConstraint(
                condition=~models.Q(state=TemplateState.REMOVED) | models.Q(used_at__isnull=False),
                name="papers_unused_template_is_deleted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paper_label}（{self.kind_label}）{self.name}"

    @property
    def paper_label(self) -> str:
        return PAPERS[self.paper].label
