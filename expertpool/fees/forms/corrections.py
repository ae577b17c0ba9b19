"""By how much a fee that was paid is corrected, and how what was too much came back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from expertpool.core.views.asking import AsksOnce
from expertpool.fees.models import CORRECTIONS
from expertpool.fees.rules.corrections import corrected_words, is_far_more


class CorrectionForm(AsksOnce):
    """``stands``: what its fee comes to now, in yuan before tax."""

    field_order = ("gross", "reason")

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

    def __init__(self, *args: Any, stands: Decimal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stands = stands

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        gross = data.get("gross")
        if gross and is_far_more(self.stands, gross):
            words = corrected_words(self.stands, gross)
            self.ask_once("gross", f"{gross:.2f}", f"{words}。没有填错的，请再提交一次。")
        return data


class ReceivedForm(forms.Form):
    note = forms.CharField(
        label="怎样收回",
        max_length=200,
        min_length=2,
        help_text="如“11 月 28 日银行转账退回，回单 2026112800123”。",
    )
