"""The controls of forms, written as the other components are: `FORM_RENDERER`.

Django renders a select of thirty options by sixty templates. Those that stand in every form are
written here, exactly as Django's templates write them; the rare ones stay with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from expertpool.core.templatetags.ui_base import escaped

Widget = Mapping[str, Any]
_FOLDER = "django/forms/widgets/"
_INPUTS = (
    "text",
    "number",
    "email",
    "url",
    "password",
    "hidden",
    "date",
    "datetime",
    "time",
    "file",
)


class FormRenderer(DjangoTemplates):
    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        write = _CONTROLS.get(template_name)
        return (
            write(context["widget"]) if write else super().render(template_name, context, request)
        )


def _attributes(widget: Widget) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{escaped(str(value))}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _input(widget: Widget) -> SafeString:
    value = widget["value"]
    given = "" if value is None else f' value="{_text(value)}"'
    return _safe(
        f'<input type="{widget["type"]}" name="{escaped(widget["name"])}"{given}{_attributes(widget)}>'
    )


def _textarea(widget: Widget) -> SafeString:
    # The line break belongs to the tag: without it a first empty line of the text would be lost.
    value = escaped(widget["value"]) if widget["value"] else ""
    name = escaped(widget["name"])
    return _safe(f'<textarea name="{name}"{_attributes(widget)}>\n{value}</textarea>')


def _select(widget: Widget) -> SafeString:
    parts = [f'<select name="{escaped(widget["name"])}"{_attributes(widget)}>']
    for group, options, _ in widget["optgroups"]:
        lines = map(_option, options)
        parts += (f'<optgroup label="{escaped(group)}">', *lines, "</optgroup>") if group else lines
    parts.append("</select>")
    return _safe("".join(parts))


def _option(option: Widget) -> str:
    label = escaped(option["label"])
    return f'<option value="{_text(option["value"])}"{_attributes(option)}>{label}</option>'


def _text(value: Any) -> str:
    return escaped(value if isinstance(value, str) else str(value))


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308 - each part is ours or escaped


_CONTROLS: dict[str, Callable[[Widget], SafeString]] = {
    **{f"{_FOLDER}{name}.html": _input for name in _INPUTS},
    f"{_FOLDER}checkbox.html": _input,
    f"{_FOLDER}select.html": _select,
    f"{_FOLDER}textarea.html": _textarea,
}
