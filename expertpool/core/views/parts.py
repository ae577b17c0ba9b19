"""What a form asks, one by one: what stands, and what its reader has made of it.

A form says what it was filled from by a keyed digest of each of its values (`Part.standing`), hence
one that comes back late tells which of them its reader has touched, whatever the field is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.forms import BaseForm, CheckboxInput, FileInput, ModelChoiceField
from django.forms.boundfield import BoundField
from django.utils.crypto import salted_hmac

SALT = "core.editing"
ENOUGH = 16  # hex digits of a digest
CLASH = "您和对方都改了这一项，对方的改法见上；保存后以您填写的为准。"


@dataclass(frozen=True)
class Part:
    """``standing`` and ``posted`` are one text where they mean the same. ``take`` lets the form show
    what stands; ``mark`` says that two have changed it."""

    name: str
    label: str
    standing: str
    posted: str
    take: Callable[[], object]
    mark: Callable[[], object]


def parts_of(form: BaseForm) -> list[Part]:
    """Return the fields of ``form``, whose initial values are what stands."""
    bound = (form[name] for name in form.fields)
    # A file does not come back by itself: whoever posts one has chosen it.
    return [
        _part(one)
        for one in bound
        if not (one.field.disabled or isinstance(one.field.widget, FileInput))
    ]


def sign(parts: list[Part]) -> str:
    """Return what the reader of a form filled from ``parts`` has read."""
    return signing.dumps(
        {one.name: digest(one.standing) for one in parts}, salt=SALT, compress=True
    )


def read_in(signed: str) -> dict[str, str]:
    """Return the digests by name; none of something that nobody has signed: all counts as touched."""
    try:
        found: dict[str, str] = signing.loads(signed, salt=SALT)
    except signing.BadSignature:
        return {}
    return found


def digest(text: str) -> str:
    return salted_hmac(SALT, text).hexdigest()[:ENOUGH]


def _part(bound: BoundField) -> Part:
    form, name = bound.form, bound.name
    return Part(
        name=bound.html_name,
        label=str(bound.label),
        standing=_text(bound, bound.initial),
        posted=_text(bound, bound.data) if form.is_bound else "",
        take=lambda: _take(bound),
        mark=lambda: None if bound.is_hidden else form.add_error(name, CLASH),
    )


def _value(bound: BoundField, value: Any) -> str | list[str]:
    """Return ``value`` as a browser that shows it would post it."""
    widget = bound.field.widget
    if isinstance(widget, CheckboxInput):
        return ["on"] if widget.check_test(value) else []
    if isinstance(value, set | frozenset):
        value = list(value)
    shown = widget.format_value(bound.field.prepare_value(value))
    if isinstance(shown, list | tuple):
        return [str(one) for one in shown]
    return "" if shown is None else str(shown)


def _text(bound: BoundField, value: Any) -> str:
    shown = _value(bound, value)
    if isinstance(shown, list):
        return "\n".join(sorted(one for one in shown if one))
    return shown.replace("\r\n", "\n").strip()


def _take(bound: BoundField) -> None:
    data: Any = bound.form.data
    data, shown = data.copy(), _value(bound, bound.initial)
    data.setlist(bound.html_name, shown if isinstance(shown, list) else [shown])
    bound.form.data = data
    field = bound.field
    if isinstance(field, ModelChoiceField) and "data-url" in field.widget.attrs:
        # What is searched carries only the option that was chosen.
        rows: Any = field.queryset
        field.queryset = rows.model._base_manager.filter(
            pk__in=filter(None, data.getlist(bound.html_name))
        )
