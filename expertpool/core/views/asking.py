"""Forms that ask about something odd before they save it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

KEPT = 20  # of what was asked


class Asked(Exception):
    """Something odd was asked about after the service had taken it; the form says what, and nothing is written."""


class AsksOnce(forms.Form):
    """A form that asks once about what was typed: saved again unchanged, it is meant so."""

    viewer: Any = None  # who is asked, where a question names what not everybody may see

    asked = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)

    def ask_once(self, field: str, value: str, sentence: str) -> None:
        """Say ``sentence`` at ``field`` unless it was said of this ``value`` already; called by ``clean``."""
        self.ask_all([(field, value, sentence)])

    def ask_all(self, questions: Iterable[tuple[str, str, str]]) -> bool:
        """Do so of several (field, value, sentence) at once, and tell whether any was asked; what has no sentence
        is not."""
        data: Any = self.data
        said = list(filter(None, str(data.get(self.add_prefix("asked")) or "").split("\t")))
        asked = [one for one in questions if one[2] and one[1] not in said]
        if not asked:
            return False
        for field, _, sentence in asked:
            self.add_error(field, sentence)
        data = data.copy()
        values = [*said, *(value for _, value, _ in asked)]
        data[self.add_prefix("asked")] = "\t".join(values[-KEPT:])
        self.data = data
        return True
