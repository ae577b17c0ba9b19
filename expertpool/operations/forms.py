"""What is said when an alert is acknowledged."""

from __future__ import annotations

from django import forms

from expertpool.operations.models import Alert


class AcknowledgeForm(forms.Form):
    note = forms.CharField(
        label="备注",
        max_length=Alert._meta.get_field("note").max_length,
        required=False,
        help_text="谁在处理、预计何时恢复；确认后不再重复报警，直到恢复或变得更严重。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
