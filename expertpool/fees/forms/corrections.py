"""By how much a fee that was paid is corrected, and how what was too much came back."""

from __future__ import annotations

from django import forms

from expertpool.fees.models import CORRECTIONS


class CorrectionForm(forms.Form):
    gross = forms.DecimalField(
        label="更正金额（元，税前）",
        min_value=CORRECTIONS.low,
        max_value=CORRECTIONS.high,
        decimal_places=2,
        error_messages=CORRECTIONS.messages,
        help_text="少付的填补付的金额，如 200；多付的填负数，如 -200。差旅不在这里更正。",
    )
    reason = forms.CharField(
        label="更正原因", max_length=200, min_length=2, help_text="写进给专家的更正函。"
    )


class ReceivedForm(forms.Form):
    note = forms.CharField(
        label="怎样收回",
        max_length=200,
        min_length=2,
        help_text="如“11 月 28 日银行转账退回，回单 2026112800123”。",
    )
