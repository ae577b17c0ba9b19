"""What the interface takes and gives of a record, from the declaration of its fields.

    @taken(PROJECT, Project)
    class ProjectInput(Input):
        department_id: Id = Field(description="所属部门")

What the interface names by other words than the record (a row by its id) stands in the class.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatch
from typing import Annotated, Any, Literal, TypeVar

from django.db.models import Field as Column
from django.db.models import Model
from pydantic import BaseModel, Field, create_model

from expertpool.core.api.shapes import Day, Moment
from expertpool.core.subjects import FieldDeclaration, Subject, kinds

Shape = TypeVar("Shape", bound=BaseModel)


def taken(subject: Subject, model: type[Model]) -> Callable[[type[Shape]], type[Shape]]:
    """Add to a class what a caller may fill in: what is required, or else has its column's default."""

    def add(shape: type[Shape]) -> type[Shape]:
        return _with(
            shape, {one.code: _input(one, model) for one in _declared(subject, write=True)}
        )

    return add


def given(subject: Subject, model: type[Model]) -> Callable[[type[Shape]], type[Shape]]:
    """Add to a class what is answered of a record."""

    def add(shape: type[Shape]) -> type[Shape]:
        return _with(shape, {one.code: _output(one, model) for one in _declared(subject)})

    return add


def _declared(subject: Subject, *, write: bool = False) -> list[FieldDeclaration]:
    return [one for one in subject.built_in if one.interface and (one.write or not write)]


def _with(shape: type[Shape], fields: dict[str, Any]) -> type[Shape]:
    return create_model(
        shape.__name__, __base__=shape, __module__=shape.__module__, __doc__=shape.__doc__, **fields
    )


def _input(one: FieldDeclaration, model: type[Model]) -> tuple[Any, Any]:
    kept = _of_input(one.kind)
    column = model._meta.get_field(one.code)
    if one.required:
        # Nobody leaves out a text by sending an empty one.
        least = 1 if isinstance(one.kind, kinds.Text) else None
        return kept, Field(description=_description(one), min_length=least)
    default = column.get_default() if isinstance(column, Column) else None
    return (kept | None if default is None else kept), Field(default, description=_description(one))


def _output(one: FieldDeclaration, model: type[Model]) -> tuple[Any, Any]:
    kept = _of_output(one.kind)
    nullable = model._meta.get_field(one.code).null
    return (kept | None if nullable else kept), Field(description=_description(one))


def _description(one: FieldDeclaration) -> str:
    """Say what a field is, with what each of its fixed values means."""
    assert one.interface is not None  # noqa: S101 (asked only of fields of the interface)
    text = one.interface.help or one.label
    if isinstance(one.kind, kinds.Choice):
        text += "：" + "，".join(f"{value} {word}" for value, word in one.kind.pairs)
    return text


@singledispatch
def _of_input(kind: kinds.Kind) -> Any:
    """Return the type of what a caller sends for a value of ``kind``; its rule has the last word."""
    message = f"no {type(kind).__name__} through the interface: name it in the class"
    raise TypeError(message)


@_of_input.register
def _(kind: kinds.Text) -> Any:
    return Annotated[str, Field(max_length=kind.longest)]


@_of_input.register
def _(kind: kinds.Number) -> Any:
    number = float if kind.decimals else int
    return Annotated[number, Field(ge=kind.least, le=kind.most)]


@_of_input.register
def _(kind: kinds.Amount) -> Any:
    low, high = kind.bounds.low, kind.bounds.high
    return Annotated[Decimal, Field(ge=low, le=high, max_digits=14, decimal_places=2)]


@_of_input.register
def _(kind: kinds.Choice) -> Any:
    return Literal[tuple(str(value) for value, _ in kind.pairs)]


@_of_input.register
def _(kind: kinds.Words) -> Any:
    return list[Literal[tuple(kind.known)]]  # type: ignore[misc]


@_of_input.register(kinds.Moment)
def _(kind: kinds.Moment) -> Any:
    return Moment


@_of_input.register(kinds.Day)
def _(kind: kinds.Day) -> Any:
    return Day


@_of_input.register(kinds.Flag)
def _(kind: kinds.Flag) -> Any:
    return bool


def _of_output(kind: kinds.Kind) -> Any:
    """Return the type of what is answered: bounds are for what comes in."""
    plain = {kinds.Amount: Decimal, kinds.Moment: datetime, kinds.Day: date}
    if type(kind) in plain:
        return plain[type(kind)]
    if isinstance(kind, kinds.Text):
        return str
    if isinstance(kind, kinds.Number):
        return float if kind.decimals else int
    return _of_input(kind)
