"""Filters of a list that follow from the declaration of its records' fields."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Any, ClassVar, cast

from django import forms
from django.db.models import Model, QuerySet
from django.utils import timezone

from expertpool.core import criteria as ask
from expertpool.core.criteria import Context, CriteriaError, Leaf, Node, parse, to_q
from expertpool.core.segments import Chosen, SegmentField
from expertpool.core.subjects import FieldDeclaration, InFilter, Subject
from expertpool.core.subjects.subject import placed
from expertpool.core.validators import is_writable
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.listing import FilterForm
from expertpool.core.visibility import Viewer

ANY = ("", "全部")
NOTHING = "-"  # in place of a choice: whoever has none


class DeclaredFilter(FilterForm):
    """A control for each field of ``subject`` that is declared with `InFilter`. Each asks what the
    field's condition asks: a filter and the builder never differ. ``where`` is a condition of the
    builder, as JSON; with a ``viewer``, one that he may ask. ``segment`` is what a statistic counted."""

    subject: ClassVar[Subject]
    where = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, viewer: Viewer | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.viewer = viewer
        self.declared = {
            one.filter_name: one
            for one in placed(self.subject.fields(), "filtered")
            if viewer is None or not one.is_veiled_from(viewer)
        }
        for name, one in self.declared.items():
            self.fields[name] = _input(one, asked=self.data.get(name, ""))
            self.fields[name].required = False
        self.fields["segment"] = SegmentField(self.subject.code, viewer)

    @property
    def segments(self) -> list[Chosen]:
        """What of a statistic the rows are narrowed to."""
        return self.value("segment") or []

    def clean_where(self) -> Node | None:
        text = self.cleaned_data["where"]
        try:
            # Anybody may type an address, and a bookmark outlives the fields that it names.
            return parse(self.subject.code, text, viewer=self.viewer) if text else None
        except CriteriaError as error:
            raise forms.ValidationError(f"高级条件有误：{error}") from None

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow ``rows`` by what was chosen, if anything was: a list that is not narrowed is
        counted further, and told by its rows being the very same."""
        conditions = [
            _condition(self.subject, one, value)
            for name, one in self.declared.items()
            if (value := self.value(name)) is not None
        ]
        if where := self.value("where"):
            conditions.append(where)
        context = Context(now=timezone.now())
        for condition in conditions:
            rows = rows.filter(to_q(condition, context))
        control = cast("SegmentField", self.fields["segment"])
        return control.narrow(rows, self.segments)


def _place(one: FieldDeclaration) -> InFilter:
    assert one.filtered is not None  # noqa: S101 (asked only of fields that filter)
    return one.filtered


def _input(one: FieldDeclaration, *, asked: str) -> forms.Field:
    place, question = _place(one), one.question()
    label = place.label or one.label
    if place.kind is not None:
        return place.kind.input(label=label)
    if place.single and isinstance(question, ask.Choice):
        return forms.ChoiceField(label=label, choices=[ANY, *question.pairs()])
    control = _control(question, label)
    if place.outlived and isinstance(control, forms.ChoiceField):
        choices: list[Any] = list(control.choices)  # type: ignore[arg-type]
        if is_writable(asked) and asked not in dict(choices):
            control.choices = [*choices, (asked, asked)]
    return control


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
    if question.nullable:
        pairs.append((NOTHING, "未填写"))
    return forms.ChoiceField(label=label, choices=[ANY, *pairs])


@_control.register
def _(question: ask.Multi, label: str) -> forms.Field:
    return forms.MultipleChoiceField(label=label, choices=question.pairs())


def _condition(subject: Subject, one: FieldDeclaration, value: Any) -> Node:
    question = one.question()
    if isinstance(question, ask.Choice) and question.nullable and value == NOTHING:
        return Leaf(subject.code, question.code, "empty")
    if _place(one).outlived:  # the control has looked at it, and the condition knows it no more
        return Leaf(subject.code, question.code, "eq", value)
    return parse(subject.code, _leaf(question, value))


def _leaf(question: ask.Field, value: Any) -> dict[str, Any]:
    op = next(iter(question.operator_labels()))
    if isinstance(question, ask.Date):
        op, value = "between", [day.isoformat() for day in value]
    elif isinstance(question, ask.Choice) and not isinstance(question, ask.Multi):
        lowest = str(question.pairs()[0][0])
        op = "gte" if question.ordered and value != lowest else "eq"
    elif not isinstance(question, ask.Text):
        rows = [value] if isinstance(value, Model | str) else cast("Iterable[Any]", value)
        value = [row.pk if isinstance(row, Model) else row for row in rows]
    return {"field": question.code, "op": op, "value": value}
