"""Another time and place for the reviews of a draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from expertpool.draws.services.rescheduling import NewMeeting
from expertpool.projects.models import Project


class RescheduleForm(forms.Form):
    """Time and place of each project whose review is to come, filled with what stands now; fields
    are called ``opening_12`` and ``place_12`` by the project's id."""

    reason = forms.CharField(
        label="改期原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": 200}),
        help_text="会告知监督人，也可用于通知模板；请勿写专家姓名。",
        error_messages={"required": "请写明改期的原因。"},
    )

    def __init__(self, data: Any = None, *, projects: Sequence[Project]) -> None:
        super().__init__(data)
        self.projects = projects
        for project in projects:
            of = f"（{project.name}）" if len(projects) > 1 else ""
            self.fields[f"opening_{project.pk}"] = forms.DateTimeField(
                label=f"新的评审开始时间{of}",
                initial=project.opening_at,
                error_messages={"required": "请填写评审开始时间。"},
            )
            self.fields[f"place_{project.pk}"] = forms.CharField(
                label=f"新的评审地点{of}",
                initial=project.place,
                max_length=200,
                error_messages={"required": "请填写评审地点。"},
            )
        self.order_fields([name for name in self.fields if name != "reason"])

    @property
    def meetings(self) -> list[NewMeeting]:
        """What was entered."""
        return [
            NewMeeting(
                project.pk,
                self.cleaned_data[f"opening_{project.pk}"],
                self.cleaned_data[f"place_{project.pk}"],
            )
            for project in self.projects
        ]
