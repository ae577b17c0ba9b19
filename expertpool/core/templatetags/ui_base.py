"""What all components share: the library they are registered in, and their checks."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

TONES = frozenset({"green", "orange", "amber", "grey", "red", "blue"})
EMPTY = "—"
Values = dict[str, Any]


def render_component(name: str, **values: Any) -> SafeString:
    return mark_safe(get_template(f"core/ui/{name}.html").render(values))  # noqa: S308 - our own template


def known_tone(tone: str) -> str:
    """Return ``tone``; ValueError for one that the style sheet does not know."""
    if tone not in TONES:
        raise ValueError(f"Unknown tone {tone!r}; one of {', '.join(sorted(TONES))}")
    return tone


def one_action(**actions: Any) -> None:
    """Refuse a button that is given several things to do (ValueError)."""
    given = [name for name, value in actions.items() if value]
    if len(given) > 1:
        raise ValueError(f"A button does one thing, not {' and '.join(given)}")
