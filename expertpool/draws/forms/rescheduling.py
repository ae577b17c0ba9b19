"""Another time and place for the reviews of a draw."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django import forms
from django.utils import timezone

from expertpool.core.views.asking import AsksOnce
from expertpool.draws.services.rescheduling import NewMeeting
from expertpool.projects.models import Project
from expertpool.projects.queries.batches import doubtful_overlaps
from expertpool.projects.queries.regimes import is_working_day

# So much later than before is asked about: a wrong year, or month.
FAR = timedelta(days=90)


class RescheduleForm(AsksOnce):
    """Time and place of each project whose review is to come, filled with what stands now; fields
    are called ``opening_12`` and ``place_12`` by the project's id. Asks once about a day that is far off
    or on which no office works: everybody would be asked anew at once; and about reviews of one panel that overlap."""

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

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        odd = {
            f"opening_{one.pk}": (one.name, new, why)
            for one in self.projects
            if (new := values.get(f"opening_{one.pk}")) and (why := _oddity(one.opening_at, new))
        }
        questions = []
        if odd:
            sentence = "；".join(
                f"{f'「{name}」' if len(self.projects) > 1 else ''}{new:%Y-%m-%d} {why}"
                for name, new, why in odd.values()
            )
            asked = " ".join(f"{name}={new:%Y-%m-%d}" for name, (_, new, _) in odd.items())
            field = next(iter(odd))
            questions.append(
                (field, asked, f"{sentence}。确实如此的，再按一次「改期并通知专家」。")
            )
        if pairs := doubtful_overlaps(self._moved(values)):
            # Of other times it is asked again; only so much of what was asked is kept.
            asked = sha256(pairs.encode()).hexdigest()
            field = f"opening_{self.projects[0].pk}"
            questions.append(
                (
                    field,
                    asked,
                    f"同一组专家的评审时间重叠：{pairs}。是同一场评审的，再按一次「改期并通知专家」。",
                )
            )
        self.ask_all(questions)
        return values

    def _moved(self, values: dict[str, Any]) -> list[Project]:
        """Return the projects as they would be reviewed, those of which the time is known."""
        moved = []
        for project in self.projects:
            if opening := values.get(f"opening_{project.pk}"):
                moved.append(copy(project))
                moved[-1].opening_at = opening
                moved[-1].place = values.get(f"place_{project.pk}", project.place)
        return moved

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


def _oddity(before: datetime, new: datetime) -> str:
    """Say what is odd about moving a review from ``before`` to ``new``; empty: nothing."""
    day = timezone.localdate(new)
    # What is over is refused, whatever day it is; before it is asked about.
    if new <= timezone.now() or day == timezone.localdate(before):
        return ""
    said = []
    if new - before >= FAR:
        said.append(f"比原定时间晚 {(new - before).days} 天")
    if not is_working_day(day):
        said.append("不是工作日")
    return "，".join(said)
