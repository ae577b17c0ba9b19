"""Starting a draw by wider conditions."""

from __future__ import annotations

from django import forms

from expertpool.draws.rules import IS_PUBLIC_LATER


class WideningForm(forms.Form):
    reason = forms.CharField(
        label="放宽条件的原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": 200}),
        help_text=f"例如「本市该专业专家已全部问过，放宽到全省」；{IS_PUBLIC_LATER}",
        error_messages={"required": "请写明放宽条件的原因。"},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def show_version(self, version: int) -> None:
        """Carry ``version`` of the plan from now on, whatever was posted."""
        self.data = {**self.data.dict(), "version": version}  # type: ignore[attr-defined]
