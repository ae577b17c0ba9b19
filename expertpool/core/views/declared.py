"""Filters of a list that follow from the declaration of its records' fields."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Any, ClassVar, cast

from django import forms
from django.db.models import Model

from expertpool.core import criteria as ask
from expertpool.core.criteria import AllOf, Node, parse
from expertpool.core.subjects import FieldDeclaration, Subject
from expertpool.core.subjects.subject import placed
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.listing import FilterForm

ANY = ("", "全部")


class DeclaredFilter(FilterForm):
    """A control for each field of ``subject`` that is declared with `InFilter`. Each asks what the
    field's condition asks (`condition`): a filter and the builder never differ."""

    subject: ClassVar[Subject]

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.declared = {one.filter_name: one for one in placed(self.subject.fields(), "filtered")}
        for name, one in self.declared.items():
            self.fields[name] = _input(one)
            self.fields[name].required = False

    def condition(self) -> Node:
        """Return what was chosen, as a condition of the subject."""
        leaves = [
            _leaf(one, value)
            for name, one in self.declared.items()
            if (value := self.value(name)) is not None
        ]
        return parse(self.subject.code, {"all": leaves}) if leaves else AllOf()


def _input(one: FieldDeclaration) -> forms.Field:
    place, question = one.filtered, one.question()
    assert place is not None  # noqa: S101 (asked only of fields that filter)
    label = place.label or one.label
    if place.kind is not None:
        return place.kind.input(label=label)
    return _control(question, label)


@singledispatch
def _control(question: ask.Field, label: str) -> forms.Field:
    message = f"{question.code}: a filter of this type needs a kind of its own"
    raise TypeError(message)


@_control.register
def _(question: ask.Text, label: str) -> forms.Field:
    return forms.CharField(label=label, max_length=100)


@_control.register
def _(question: ask.Date, label: str) -> forms.Field:
    return DateRangeField(label=label)


@_control.register
def _(question: ask.Choice, label: str) -> forms.Field:
    pairs = question.pairs()
    if question.ordered:
        # Beyond the top there is nothing, and the first is what everybody has.
        pairs[1:-1] = [(value, f"{word}及以上") for value, word in pairs[1:-1]]
    return forms.ChoiceField(label=label, choices=[ANY, *pairs])


@_control.register
def _(question: ask.Multi, label: str) -> forms.Field:
    return forms.MultipleChoiceField(label=label, choices=question.pairs())


def _leaf(one: FieldDeclaration, value: Any) -> dict[str, Any]:
    question = one.question()
    op = next(iter(question.operator_labels()))
    if isinstance(question, ask.Date):
        op, value = "between", [day.isoformat() for day in value]
    elif isinstance(question, ask.Choice) and not isinstance(question, ask.Multi):
        lowest = str(question.pairs()[0][0])
        op = "gte" if question.ordered and value != lowest else "eq"
    elif not isinstance(question, ask.Text):
        rows = [value] if isinstance(value, Model) else cast("Iterable[Any]", value)
        value = [row.pk if isinstance(row, Model) else row for row in rows]
    return {"field": question.code, "op": op, "value": value}
