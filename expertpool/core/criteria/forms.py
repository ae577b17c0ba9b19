"""The condition builder as a form field."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString

from expertpool.core.criteria.errors import CriteriaError
from expertpool.core.criteria.nodes import AllOf, AnyOf, Leaf, Node, Not, canonical
from expertpool.core.criteria.parsing import parse
from expertpool.core.criteria.wording import schema
from expertpool.core.visibility import Viewer


class CriteriaWidget(forms.Textarea):
    """A text area that the page turns into the condition builder, with its schema beside it."""

    subject: str
    viewer: Viewer | None = None

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        attrs = dict(attrs or {})
        schema_id = f"{attrs.get('id') or name}-schema"
        attrs |= {"data-enhance": "conditions", "data-schema": schema_id}
        try:
            node = parse(self.subject, value, stored=True)
        except CriteriaError:
            node = None  # shown as it is, with the error of the field
        fields = schema(self.subject, viewer=self.viewer, node=node)
        area = super().render(name, value, attrs, renderer)
        # No <script>: htmx drops those, even of data, from what it swaps in.
        return format_html('{}<div id="{}" hidden>{}</div>', area, schema_id, json.dumps(fields))


class CriteriaField(forms.Field):
    """Cleans to a `Node`; ``initial`` is a stored mapping or a `Node`.

    The view sets ``form.fields[name].viewer = request.user`` so that guarded fields are refused.
    """

    widget = CriteriaWidget

    def __init__(self, subject: str, **kwargs: Any) -> None:
        self.subject = subject
        self._viewer: Viewer | None = None
        super().__init__(**kwargs)
        self.widget.subject = subject

    @property
    def viewer(self) -> Viewer | None:
        return self._viewer

    @viewer.setter
    def viewer(self, viewer: Viewer | None) -> None:
        self._viewer = self.widget.viewer = viewer

    def prepare_value(self, value: Any) -> str:
        if isinstance(value, Leaf | AllOf | AnyOf | Not):
            value = canonical(value)
        return (
            value
            if isinstance(value, str)
            else json.dumps(value, ensure_ascii=False)
            if value
            else ""
        )

    def to_python(self, value: Any) -> Node:
        try:
            return parse(self.subject, value, viewer=self.viewer)
        except CriteriaError as error:
            raise ValidationError(str(error), code="criteria") from error

    def validate(self, value: Node) -> None:
        if self.required and value == AllOf():
            raise ValidationError("请至少添加一个条件。", code="required")
