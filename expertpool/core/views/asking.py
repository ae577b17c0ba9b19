"""Forms that ask about something odd before they save it."""

from __future__ import annotations

from typing import Any

from django import forms


class AsksOnce(forms.Form):
    """A form that asks once about what was typed: saved again unchanged, it is meant so."""

    asked = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)

    def ask_once(self, field: str, value: str, sentence: str) -> None:
        """Say ``sentence`` at ``field`` unless it was said of this ``value`` already; called by ``clean``."""
        if not sentence or self.cleaned_data.get("asked") == value:
            return
        self.add_error(field, sentence)
        data: Any = self.data
        data = data.copy()
        data[self.add_prefix("asked")] = value
        self.data = data
