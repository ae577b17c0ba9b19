"""Forms and filters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.template import Context
from django.utils.safestring import SafeString

from expertpool.core.templatetags.ui_base import Values, element, register
from expertpool.core.templatetags.ui_fields import form_sections, is_filled, render_field
from expertpool.core.templatetags.ui_marks import icon


@register.simple_tag
def field(
    *,
    field: Any,
    label: str | None = None,
    hint: str | None = None,
    wide: bool = False,
    hide_label: bool = False,
) -> SafeString:
    """One bound field: label, star, control, help, errors in words."""
    return render_field(field, label=label, hint=hint, wide=wide, hide_label=hide_label)


@register.simple_block_tag
def field_grid(content: SafeString, *, columns: int = 2) -> SafeString:
    """Fields side by side; below each other on a phone."""
    return element("div", content, class_=f"field-grid columns-{columns}")


@register.simple_tag
def form_errors(*, form: Any) -> SafeString:
    """What is wrong with the form as a whole."""
    errors = form.non_field_errors()
    if not errors:
        return SafeString()
    told = element("div", *(element("p", error) for error in errors))
    return element("div", icon(name="alert-circle"), told, class_="notice tone-red", role="alert")


@register.inclusion_tag("core/ui/form_fields.html")
def form_fields(*, form: Any, columns: int = 2) -> Values:
    """All of a form: errors, hidden fields, sections (``form.sections``), fields."""
    return {"form": form, "sections": form_sections(form), "columns": columns}


@register.inclusion_tag("core/ui/filters.html", takes_context=True)
def filters(
    context: Context,
    *,
    form: Any,
    shown: int = 4,
    target: str = "#list",
    saved: Iterable[Any] | None = None,
    save_url: str = "",
    keep: str = "tab,sort,size",
) -> Values:
    """The filter form of a list; its values live in the address."""
    form.auto_id = "filter_%s"  # a drawer may open a form with fields of the same names
    fields = form.visible_fields()
    return {
        "form": form,
        "first": fields[:shown],
        "more": fields[shown:],
        "open": any(is_filled(bound) for bound in fields[shown:]),
        "target": target,
        "saved": saved,
        "save_url": save_url,
        "keep": keep,
        "path": context["request"].path,
    }
