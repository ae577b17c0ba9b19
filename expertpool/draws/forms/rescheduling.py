"""Another time and place for the reviews of a draw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

from django import forms
from django.utils import timezone

from expertpool.core.views.asking import AsksOnce
from expertpool.draws.services.rescheduling import NewMeeting
from expertpool.projects.models import Project
from expertpool.projects.queries.regimes import is_working_day

# So much later than before is asked about: a wrong year, or month.
FAR = timedelta(days=90)


class RescheduleForm(AsksOnce):
    """Time and place of each project whose review is to come, filled with what stands now; fields
    are called ``opening_12`` and ``place_12`` by the project's id. Asks once about a day that is far off
    or on which no office works: everybody would be asked anew at once."""

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
        if odd:
            sentence = "；".join(
                f"{f'「{name}」' if len(self.projects) > 1 else ''}{new:%Y-%m-%d} {why}"
                for name, new, why in odd.values()
            )
            asked = " ".join(f"{name}={new:%Y-%m-%d}" for name, (_, new, _) in odd.items())
            self.ask_once(next(iter(odd)), asked, f"{sentence}。确实如此的，再按一次「改期」。")
        elif at_once := self._at_once(values):
            field, sentence = at_once
            self.ask_once(
                field,
                sentence,
                f"{sentence}：同一组专家不能同时在两处。是同一场评审的，再按一次「改期」。",
            )
        return values

    def _at_once(self, values: dict[str, Any]) -> tuple[str, str] | None:
        """Return of which project the review would begin while that of another goes on, and that in words."""
        times = [
            (new, new + timedelta(minutes=one.duration_minutes), one)
            for one in self.projects
            if (new := values.get(f"opening_{one.pk}"))
        ]
        for (begin, end, one), (other, _, later) in permutations(times, 2):
            if begin < other < end:
                field = f"opening_{later.pk}"
                return field, f"「{later.name}」开始时「{one.name}」还没有结束"
        return None

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
