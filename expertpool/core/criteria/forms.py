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
from expertpool.core.criteria.parsing import load, parse
from expertpool.core.criteria.unseen import opened, shut
from expertpool.core.criteria.wording import schema
from expertpool.core.visibility import Viewer


class CriteriaWidget(forms.Textarea):
    """A text area that the page turns into the condition builder, with its schema beside it."""

    subject: str
    viewer: Viewer | None = None
    keeps = True

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        attrs = dict(attrs or {})
        schema_id = f"{attrs.get('id') or name}-schema"
        attrs |= {"data-enhance": "conditions", "data-schema": schema_id}
        try:
            value, node = self._shown(value)
        except CriteriaError:
            node = None  # shown as it is, with the error of the field
        fields = schema(self.subject, viewer=self.viewer, node=node) | {"keeps": self.keeps}
        area = super().render(name, value, attrs, renderer)
        # No <script>: htmx drops those, even of data, from what it swaps in.
        return format_html('{}<div id="{}" hidden>{}</div>', area, schema_id, json.dumps(fields))

    def _shown(self, value: Any) -> tuple[Any, Node]:
        """Return the condition as its reader gets it, and as it is."""
        data, _ = opened(self.subject, load(value or ""), self.viewer)
        closed = shut(self.subject, data, self.viewer)
        node = parse(self.subject, data, stored=True)
        return value if closed == data else json.dumps(closed, ensure_ascii=False), node


class CriteriaField(forms.Field):
    """Cleans to a `Node`; ``initial`` is a stored mapping or a `Node`.

    The view sets ``form.fields[name].viewer = request.user`` so that guarded fields are refused.
    What stands in it that he may not ask stays as it is (docs/decisions/0489); where he asks by it at once
    (``keeps=False``) it is refused, and he may take it away.
    """

    widget = CriteriaWidget

    def __init__(self, subject: str, *, keeps: bool = True, **kwargs: Any) -> None:
        self.subject = subject
        self.keeps = keeps
        self._viewer: Viewer | None = None
        super().__init__(**kwargs)
        self.widget.subject = subject
        self.widget.keeps = keeps

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
            return self._read(value)
        except CriteriaError as error:
            raise ValidationError(str(error), code="criteria") from error

    def _read(self, value: Any) -> Node:
        if not self.keeps:
            return parse(self.subject, value, viewer=self.viewer)
        data = load(value) if isinstance(value, str) else value
        data, kept = opened(self.subject, data, self.viewer)
        return parse(self.subject, data, viewer=self.viewer, kept=kept)

    def validate(self, value: Node) -> None:
        if self.required and value == AllOf():
            raise ValidationError("请至少添加一个条件。", code="required")
