"""Declaring an emergency."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from expertpool.draws.models import Draw
from expertpool.draws.queries.clock import emergency_minutes


class EmergencyForm(forms.Form):
    reason = forms.CharField(
        label="应急原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": 200}),
        help_text="例如「距开标不足两小时，仍缺 2 人」。",
        error_messages={"required": "请写明应急原因。"},
    )
    minutes = forms.IntegerField(
        label="答复时限（分钟）",
        help_text="从确认时起；原来更早截止的不变。此后补抽的专家也用这个时限。",
        error_messages={"required": "请填写答复时限。"},
    )

    def __init__(self, data: Any = None, *, draw: Draw, now: datetime) -> None:
        may = emergency_minutes(draw, now=now)
        super().__init__(data, initial={"minutes": may.usual})
        self.fields["minutes"].widget.attrs |= {"min": may.fewest, "max": may.most}
