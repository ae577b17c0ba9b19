"""What is asked: one dimension, and one grade, a line."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from expertpool.core.text import clean_text
from expertpool.directory.fields import ProjectKindField
from expertpool.directory.models import EVERY_KIND
from expertpool.evaluations.enums import Target
from expertpool.evaluations.models import RatingForm
from expertpool.evaluations.models.forms import Dimension, Grade
from expertpool.evaluations.queries.forms import DILIGENCE

# 名称 权重 说明; 名称 分值
_DIMENSION = re.compile(r"(?P<name>\S{1,20})\s+(?P<weight>\d{1,3})(?:\s+(?P<help>.{1,100}))?")
_GRADE = re.compile(r"(?P<label>\S{1,10})\s+(?P<score>\d{1,3})")


class SetUpForm(forms.Form):
    """A form; of one that stands its target and kind of project stay."""

    target = forms.ChoiceField(label="评价对象", choices=Target.choices)
    project_kind = ProjectKindField(help_text=f"没有自己评价表的项目类型用“{EVERY_KIND}”的。")
    dimensions = forms.CharField(
        label="评价维度",
        max_length=1500,
        widget=forms.Textarea({"rows": 6}),
        help_text="一行一项：名称、权重、说明，用空格分开，如“业务水平 30 意见有依据”。"
        f"名为“{DILIGENCE}”的计入参评情况。",
    )
    grades = forms.CharField(
        label="评价等级",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 6}),
        help_text="一行一个：名称、分值（0 至 100），如“优秀 95”；不填的，直接打 0 至 100 分。",
    )
    active = forms.BooleanField(
        label="启用",
        required=False,
        help_text="停用某一项目类型的，改用所有项目类型的；停用所有项目类型的，不评价这一对象。",
    )
    wide: ClassVar = {"dimensions", "grades"}

    def __init__(self, data: Any = None, *, row: RatingForm) -> None:
        initial = {
            "target": row.target,
            "project_kind": row.project_kind,
            "dimensions": "\n".join(
                " ".join(filter(None, (one.name, str(one.weight), one.help))) for one in row.asked
            ),
            "grades": "\n".join(f"{one.label} {one.score}" for one in row.answers),
            "active": row.active,
        }
        super().__init__(data, initial=initial)
        if row.version:
            for name in ("target", "project_kind"):
                self.fields[name].disabled = True

    def clean_dimensions(self) -> list[Dimension]:
        found = []
        for line in _lines(self.cleaned_data["dimensions"]):
            if (match := _DIMENSION.fullmatch(line)) is None:
                raise ValidationError(
                    f"“{line[:30]}”看不懂：请写名称（最多 20 字）、权重（数字）、说明（最多 100 字），用空格分开。"
                )
            found.append(Dimension(match["name"], int(match["weight"]), match["help"] or ""))
        return found

    def clean_grades(self) -> list[Grade]:
        found = []
        for line in _lines(self.cleaned_data["grades"]):
            if (match := _GRADE.fullmatch(line)) is None:
                raise ValidationError(
                    f"“{line[:30]}”看不懂：请写名称（最多 10 字）和分值（数字），用空格分开。"
                )
            found.append(Grade(match["label"], int(match["score"])))
        return sorted(found, key=lambda one: -one.score)


def _lines(text: str) -> list[str]:
    return [line for one in text.splitlines() if (line := clean_text(one))]


class ExtendForm(forms.Form):
    due_at = forms.DateTimeField(label="延长到")
