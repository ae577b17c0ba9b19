"""What an expert enters about himself: a long leave, units and persons to stay away from."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from expertpool.core.views.asking import AsksOnce
from expertpool.directory.models import Unit
from expertpool.directory.queries import UNIT_NAME, near_sentence
from expertpool.directory.services.units import resolve_unit
from expertpool.experts.enums import AvoidanceKind
from expertpool.experts.models import AvoidanceUnit, Expert


class OwnLeaveForm(forms.Form):
    """A time in which the expert is drawn for nothing."""

    start = forms.DateTimeField(label="开始时间")
    end = forms.DateTimeField(label="结束时间")
    reason = forms.CharField(
        label="事由", max_length=200, widget=forms.Textarea(attrs={"rows": 3, "data-count": 200})
    )
    wide: ClassVar = {"reason"}

    def clean(self) -> dict[str, Any]:
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end and end <= start:
            self.add_error("end", "结束时间应晚于开始时间。")
        return self.cleaned_data


class RemovalForm(forms.Form):
    """Why an avoidance that the office has set should be removed."""

    reason = forms.CharField(
        label="申请理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": 300}),
        help_text="例如「已于 2020 年 3 月离职，不再有往来」；管理部门核定后会通知您。",
        error_messages={"required": "请填写申请移除的理由。"},
    )


class OwnAvoidanceForm(AsksOnce):
    """A current or past employer, or another unit or person he is tied to."""

    kind = forms.ChoiceField(label="关系", choices=AvoidanceKind.choices)
    person_name = forms.CharField(
        label="人员姓名",
        max_length=100,
        required=False,
        help_text="亲属、师生等人员须填写；项目涉及此人时不抽取您。",
    )
    unit_name = forms.CharField(
        label="单位名称",
        max_length=200,
        required=False,
        help_text="请填全称；别名和曾用名会自动对应。与人员的关系填其所在单位，可以不填。",
        widget=forms.TextInput(attrs=UNIT_NAME | {"data-code": "uscc"}),
    )
    uscc = forms.CharField(
        label="统一社会信用代码",
        max_length=18,
        required=False,
        help_text="知道时填写，可避免重名。",
    )
    start_date = forms.DateField(label="开始日期", required=False)
    end_date = forms.DateField(
        label="结束日期", required=False, help_text="结束后，从这一天起仍回避三年。"
    )
    note = forms.CharField(label="说明", max_length=200, required=False)
    wide: ClassVar = {"unit_name", "note"}

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("unit_name", "").strip()
        uscc = self.cleaned_data.get("uscc", "").strip().upper()
        self.ask_once("unit_name", name, near_sentence(name, uscc))
        return self.cleaned_data

    def row(self, expert: Expert) -> AvoidanceUnit:
        """Return the relation that was entered, not saved; its unit is made when it is new.

        Raises ValidationError.
        """
        data = self.cleaned_data
        name, uscc = data["unit_name"].strip(), data["uscc"].strip().upper()
        unit: Unit | None = resolve_unit(name=name, uscc=uscc) if name or uscc else None
        return AvoidanceUnit(
            expert=expert,
            unit=unit,
            person_name=data["person_name"].strip(),
            kind=data["kind"],
            start_date=data["start_date"],
            end_date=data["end_date"],
            note=data["note"],
        )
