"""Controls are written as Django's own templates write them, only faster."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from expertpool.core.templatetags.ui_widgets import FormRenderer

CHOICES = [("", "全部"), ("a&b", "甲<乙"), ("省", [(1, "南昌"), (2, "九江")])]
CASES: list[tuple[forms.Widget, Any]] = [
    (forms.TextInput(attrs={"placeholder": '"引号"', "required": True, "readonly": False}), "<&>"),
    (forms.TextInput(attrs={"data-empty": ""}), None),
    (forms.NumberInput(), 12),
    (forms.NumberInput(), 0),
    (forms.HiddenInput(), ""),
    (forms.PasswordInput(), "secret"),
    (forms.DateInput(format="%Y-%m-%d"), "2026-11-24"),
    (forms.CheckboxInput(), True),
    (forms.CheckboxInput(), False),
    (forms.FileInput(), None),
    (forms.Select(choices=CHOICES), "a&b"),
    (forms.Select(choices=CHOICES), None),
    (forms.SelectMultiple(choices=CHOICES, attrs={"data-noun": "专业"}), [1, 2]),
    (forms.Textarea(), "\n第一行空\n</textarea>"),
    (forms.Textarea(), ""),
    (forms.RadioSelect(choices=CHOICES), "a&b"),
    (forms.CheckboxSelectMultiple(choices=CHOICES), ["1"]),
    (forms.ClearableFileInput(), None),
]


@pytest.mark.parametrize(("widget", "value"), CASES)
def test_a_control_is_what_django_writes(widget: forms.Widget, value: Any) -> None:
    ours, theirs = (
        widget.render("field", value, {"id": "id_field"}, renderer=renderer())
        for renderer in (FormRenderer, DjangoTemplates)
    )
    assert _without_gaps(ours) == _without_gaps(theirs)


def _without_gaps(html: str) -> str:
    """Django breaks lines between options; inside of elements every character counts."""
    return re.sub(r">\s+<", "><", html).strip()
