"""Forms that ask about something odd before they save it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms


class AsksOnce(forms.Form):
    """A form that asks once about what was typed: saved again unchanged, it is meant so."""

    asked = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)

    def ask_once(self, field: str, value: str, sentence: str) -> None:
        """Say ``sentence`` at ``field`` unless it was said of this ``value`` already; called by ``clean``."""
        self.ask_all([(field, value, sentence)])

    def ask_all(self, questions: Iterable[tuple[str, str, str]]) -> None:
        """Do so of several (field, value, sentence) at once; what has no sentence is not asked."""
        asked = [one for one in questions if one[2]]
        value = "\t".join(value for _, value, _ in asked)
        if not asked or self.cleaned_data.get("asked") == value:
            return
        for field, _, sentence in asked:
            self.add_error(field, sentence)
        data: Any = self.data
        data = data.copy()
        data[self.add_prefix("asked")] = value
        self.data = data
