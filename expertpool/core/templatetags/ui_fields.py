"""How a form field becomes a control: classes, widgets of ours, words for screen readers."""

from __future__ import annotations

import json

from django import forms
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

from expertpool.core.templatetags.ui_base import element, joined
from expertpool.core.templatetags.ui_marks import icon

# Widgets that take a whole line of a two-column form.
WIDE_ENHANCERS = {"cascader", "conditions"}


def render_field(
    bound: BoundField,
    *,
    label: str | None = None,
    hint: str | None = None,
    wide: bool = False,
    hide_label: bool = False,
) -> SafeString:
    """Return label, star, control, help and errors; TypeError for something that is no bound field.

    A field with ``shown_when`` (the name and the values of another one) is shown only then.
    """
    if not isinstance(bound, BoundField):
        raise TypeError("field= takes a bound field: form.name or form['name']")
    widget = bound.field.widget
    if hint is not None:
        bound.help_text = hint
    kind = _kind(widget)
    _prepare(bound, kind)
    title = bound.label if label is None else label
    star = element("span", "*", class_="field-required", aria_hidden="true")
    words = title, star if bound.field.required else ""
    looks = f"field-label{' visually-hidden' if hide_label else ''}"
    described = None
    if kind == "check":
        name = element("label", title, for_=bound.id_for_label)
        inside = element("div", bound.as_widget(), name, class_="form-check")
    elif kind == "options":
        described = bound.aria_describedby
        inside = joined(element("legend", *words, class_=looks), _options(bound))
    else:
        name = element("label", *words, class_=looks, for_=bound.id_for_label)
        inside = joined(name, bound.as_widget())
    when = getattr(bound.field, "shown_when", None)
    return element(
        "fieldset" if kind == "options" else "div",
        inside,
        _told(bound),
        data_show_when=json.dumps(when, ensure_ascii=False) if when else None,
        class_=f"field{' is-wide' if wide or is_wide(bound) else ''}",
        aria_describedby=described,
    )


def _options(bound: BoundField) -> SafeString:
    lines = (
        element("label", option.tag(), element("span", option.choice_label), class_="form-check")
        for option in bound.subwidgets
    )
    return element("div", *lines, class_="check-list")


def _told(bound: BoundField) -> SafeString:
    """What is wrong with the field, and its help."""
    errors = [
        element(
            "p",
            icon(name="alert-circle", size="sm"),
            element("span", error),
            class_="field-error",
        )
        for error in _errors(bound)
    ]
    hint = bound.help_text
    return joined(
        element("div", *errors, id=f"{bound.auto_id}_error") if bound.errors else "",
        element("p", hint, class_="field-help", id=f"{bound.auto_id}_helptext") if hint else "",
    )


def is_wide(bound: BoundField) -> bool:
    widget = bound.field.widget
    return (
        isinstance(widget, (forms.Textarea, forms.CheckboxSelectMultiple))
        or widget.attrs.get("data-enhance") in WIDE_ENHANCERS
        or bound.name in getattr(bound.form, "wide", ())
    )


def form_sections(form: forms.BaseForm) -> list[tuple[str, list[BoundField]]]:
    """``form.sections`` with its fields; fields named nowhere come last, without a heading."""
    left = {bound.name: bound for bound in form.visible_fields()}
    sections = [
        (title, [left.pop(name) for name in names if name in left])
        for title, names in getattr(form, "sections", [])
    ]
    if left:
        sections.append(("", list(left.values())))
    return [(title, fields) for title, fields in sections if fields]


def is_filled(bound: BoundField) -> bool:
    return bound.value() not in (None, False, "", [], ())


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "options"
    return "check" if isinstance(widget, forms.CheckboxInput) else "control"


def _prepare(bound: BoundField, kind: str) -> None:
    """Give the widget our class and enhancer; its own classes stay."""
    widget = bound.field.widget
    classes = {
        "control": "form-control",
        "check": "form-check-input",
        "options": "form-check-input",
    }
    wanted = "form-select" if isinstance(widget, forms.Select) else classes[kind]
    own = widget.attrs.get("class", "").split()
    parts = [wanted, *own, *(["is-invalid"] if bound.errors else [])]
    widget.attrs["class"] = " ".join(dict.fromkeys(parts))
    enhancer = _enhancer(widget)
    if enhancer:
        widget.attrs.setdefault("data-enhance", enhancer)
    # Django's Chinese format is 2026/11/24; ours is 2026-11-24.
    if isinstance(widget, forms.DateTimeInput):
        widget.format = widget.format or "%Y-%m-%d %H:%M"
    elif isinstance(widget, forms.DateInput):
        widget.format = widget.format or "%Y-%m-%d"


def _enhancer(widget: forms.Widget) -> str:
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return ""
    for kind, enhancer in (
        (forms.DateTimeInput, "datetime"),
        (forms.DateInput, "date"),
        (forms.SelectMultiple, "select"),
        (forms.FileInput, "file"),
    ):
        if isinstance(widget, kind):
            return enhancer
    return ""


def _errors(bound: BoundField) -> list[str]:
    """What is wrong; "this field is required" says instead what to do."""
    told: list[str] = []
    for error in bound.errors.as_data():
        default = type(bound.field).default_error_messages.get("required")
        default = default or forms.Field.default_error_messages["required"]
        # A message of the field's own is kept; Django's says nothing that a reader could do.
        if error.code == "required" and error.message == default:
            told.append(_wanted(bound))
        else:
            told.extend(error.messages)
    return told


def _wanted(bound: BoundField) -> str:
    if isinstance(bound.field, forms.BooleanField):
        return f"请勾选“{bound.label}”。"
    chosen = isinstance(
        bound.field,
        (
            forms.ChoiceField,
            forms.ModelChoiceField,
            forms.DateField,
            forms.DateTimeField,
            forms.FileField,
        ),
    )
    return f"请{'选择' if chosen else '填写'}{bound.label}。"
