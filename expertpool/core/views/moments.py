"""Moments at which something begins or ends, where a day alone is typed or picked."""

from __future__ import annotations

import re
from typing import Any

from django import forms

_DAY = re.compile(r"\s*\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?\s*")


class MomentField(forms.DateTimeField):
    """A moment; of a day alone the minute ``at`` (``00:00``, ``23:59``) is meant, in the calendar as well: whoever
    is away until the 22nd is away on it."""

    def __init__(self, *, at: str, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateTimeInput(attrs={"data-time": at}), **kwargs)
        self.at = at

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and _DAY.fullmatch(value):
            value = f"{value.strip()} {self.at}"
        return super().to_python(value)
