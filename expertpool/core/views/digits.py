"""The form field for a code of so many digits, shown on a screen or sent to a telephone."""

from __future__ import annotations

from typing import Any

from django import forms

from expertpool.core.text import clean_digits


class DigitsField(forms.RegexField):
    """As it is typed, in full width and with blanks, too (`core.text.clean_digits`)."""

    def __init__(self, digits: int, *, autocomplete: str = "off", **options: Any) -> None:
        # Room for the blanks of what is pasted.
        attrs = {"inputmode": "numeric", "maxlength": 2 * digits, "autocomplete": autocomplete}
        super().__init__(rf"^[0-9]{{{digits}}}$", widget=forms.TextInput(attrs=attrs), **options)

    def to_python(self, value: Any) -> Any:
        return clean_digits(value) or super().to_python(None)
