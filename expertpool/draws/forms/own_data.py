"""What an expert enters about himself: a long leave, a unit to stay away from."""

from __future__ import annotations

from typing import Any

from django import forms


class OwnLeaveForm(forms.Form):
    """A time in which the expert is drawn for nothing."""

    start = forms.DateTimeField(label="开始时间")
    end = forms.DateTimeField(label="结束时间")
    reason = forms.CharField(
        label="事由", max_length=200, widget=forms.Textarea(attrs={"rows": 3, "data-count": 200})
    )

    def clean(self) -> dict[str, Any]:
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end and end <= start:
            self.add_error("end", "结束时间应晚于开始时间。")
        return self.cleaned_data
