"""What an expert enters about himself: a long leave, units and persons to stay away from."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from expertpool.core.views.moments import MomentField
from expertpool.experts.forms.actions import AsksOfLongLeave, AvoidanceForm


class OwnLeaveForm(AsksOfLongLeave):
    """A time in which the expert is drawn for nothing."""

    start = MomentField(at="00:00", label="开始时间")
    end = MomentField(at="23:59", label="结束时间", help_text="只选日期的，到当天 23:59。")
    reason = forms.CharField(
        label="事由", max_length=200, widget=forms.Textarea(attrs={"rows": 3, "data-count": 200})
    )
    wide: ClassVar = {"reason"}

    def clean(self) -> dict[str, Any]:
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end and end <= start:
            self.add_error("end", "结束时间应晚于开始时间。")
        else:
            self.ask_if_long(start, end)
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


class OwnAvoidanceForm(AvoidanceForm):
    """The same as the office enters of him, in words for himself."""

    help_texts: ClassVar = {
        "person_name": "亲属、师生等人员须填写；项目涉及此人时不抽取您。",
        "unit_name": "请填全称；别名和曾用名会自动对应。与人员的关系填其所在单位，可以不填。",
        "uscc": "知道时填写，可避免重名。",
        "end_date": "结束后，从这一天起仍回避三年。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, text in self.help_texts.items():
            self.fields[name].help_text = text
