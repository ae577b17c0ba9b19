"""What all components share: the library they are registered in, how they write HTML, their checks.

A component is a plain function over ``element``: it stands twenty times in a list, and a template
of its own would cost ten times as much (docs/decisions/0045). Only the large ones that a page has
once (filters, pager, toolbar …) are templates in `core/ui/`.
"""

from __future__ import annotations

from functools import cache
from html import escape
from typing import Any

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

TONES = frozenset({"green", "orange", "amber", "grey", "red", "blue"})
EMPTY = "—"
Values = dict[str, Any]
_VOID = frozenset({"img", "input"})


def element(name: str, /, *content: Any, **attributes: Any) -> SafeString:
    """Return ``<name attributes>content</name>``; what is not safe yet is escaped.

    An attribute that is None, False or "" is left out, True stands without a value;
    ``hx_get`` is written ``hx-get``, ``class_`` is ``class``.
    """
    parts = [f"<{name}"]
    for key, value in attributes.items():
        if value is True:
            parts.append(f" {_attribute(key)}")
        elif value is not None and value is not False and value != "":
            parts.append(f' {_attribute(key)}="{escaped(value)}"')
    parts.append(">")
    parts += map(escaped, content)
    if name not in _VOID:
        parts.append(f"</{name}>")
    # Each part is ours or escaped. (`mark_safe` looks out for lazy texts first.)
    return SafeString("".join(parts))


@cache
def _attribute(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")


def joined(*parts: Any) -> SafeString:
    """Return the parts one after the other; what is not safe yet is escaped."""
    return SafeString("".join(map(escaped, parts)))


def escaped(value: Any) -> str:
    """Return ``value`` as HTML. Django's own way looks out for lazy texts before each text."""
    if type(value) is SafeString:
        return value
    return escape(value) if type(value) is str else conditional_escape(value)


def posted(context: Context, url: str, button: SafeString, **attributes: Any) -> SafeString:
    """Return a form around ``button`` that posts to ``url``."""
    token = element(
        "input", type="hidden", name="csrfmiddlewaretoken", value=context.get("csrf_token")
    )
    return element("form", token, button, **attributes, method="post", action=url)


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
