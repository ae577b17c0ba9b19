"""What the interface takes and gives of a record, from the declaration of its fields.

    @taken(PROJECT, Project)
    class ProjectInput(Input):
        department_id: Id = Field(description="所属部门")

What the interface names by other words than the record (a row by its id) stands in the class; so does what is
answered of a guarded field, which is not the same for everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatch
from typing import Annotated, Any, Literal, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Field as Column
from django.db.models import Model
from pydantic import BaseModel, Field, TypeAdapter, WrapValidator, create_model, model_validator
from pydantic import ValidationError as PydanticError

from expertpool.core.api.shapes import Day, Moment, Output
from expertpool.core.importing import CellRefused
from expertpool.core.subjects import FieldDeclaration, Subject, kinds
from expertpool.core.visibility import Viewer, is_exportable

Shape = TypeVar("Shape", bound=BaseModel)


def _of_some_kind(value: Any, read: Callable[[Any], Any]) -> Any:
    """Read a value that is of one of several kinds: what is of none has one thing wrong, not one for each kind."""
    try:
        return read(value)
    except PydanticError:
        raise ValueError("应为文字、数字、true 或 false、文字的列表，或 null。") from None


# A value of a field that administrators added; its field says which kinds it takes.
FieldValue = Annotated[bool | int | float | str | list[str] | None, WrapValidator(_of_some_kind)]


class AddedField(Output):
    """A field that administrators added."""

    code: str = Field(description="代码，固定不变")
    label: str = Field(description="名称")
    kind: str = Field(
        description="text 单行文字，long_text 多行文字，number 数字，date 日期（2026-12-01），"
        "choice 单选（一个选项），words 多选（选项的列表），flag 是／否（true、false），file 文件（只读，值是文件名）"
    )
    required: bool = Field(description="是否必填")
    options: list[str] = Field(description="可选的值")
    help: str = Field(description="填写说明")
    least: float | None = Field(description="数字的最小值；其他类型为空")
    most: float | None = Field(description="数字的最大值；其他类型为空")
    group: str = Field(description="分组，没有分组的为空")
    waits_for: str = Field(description="显示条件：取决于哪个字段的代码；空为始终填写")
    wait_words: list[str] = Field(description="那个字段为其中之一时才填写")

    @staticmethod
    def resolve_least(field: Any) -> float | None:
        return field.bounds[0] if field.bounds else None

    @staticmethod
    def resolve_most(field: Any) -> float | None:
        return field.bounds[1] if field.bounds else None


def taken(subject: Subject, model: type[Model]) -> Callable[[type[Shape]], type[Shape]]:
    """Add to a class what a caller may fill in: what is required, or else has its column's default."""

    def add(shape: type[Shape]) -> type[Shape]:
        return _with(
            shape,
            {one.code: _input(one, model) for one in _declared(subject) if one.write},
        )

    return add


def given(subject: Subject, model: type[Model]) -> Callable[[type[Shape]], type[Shape]]:
    """Add to a class what is answered of a record; of fields that the office keeps out of exports it answers
    nothing, as far as their types know a nothing (a status or a required day has none)."""

    def add(shape: type[Shape]) -> type[Shape]:
        open_to_all = [one for one in _declared(subject) if not one.guard]
        return _with(
            shape,
            {one.code: _output(one, model) for one in open_to_all},
            _without_kept(subject),
        )

    return add


def naming(subject: Subject) -> Callable[[type[Shape]], type[Shape]]:
    """Say of a class that it answers some fields of a record, by the record's words: nothing of those that the
    office keeps out of exports."""

    def add(shape: type[Shape]) -> type[Shape]:
        return _with(shape, {}, _without_kept(subject))

    return add


def _without_kept(subject: Subject) -> Any:
    names = {one.code: subject.name_of(one) for one in subject.built_in if one.exported}

    def without(answer: BaseModel) -> BaseModel:
        for name, place in type(answer).model_fields.items():
            if name in names and not is_exportable(names[name]):
                setattr(answer, name, _nothing(place.annotation, getattr(answer, name)))
        return answer

    return model_validator(mode="after")(without)


def _nothing(annotation: Any, value: Any) -> Any:
    """Return the emptiest value of a type; ``value`` where it has none."""
    known = TypeAdapter(annotation)
    empties: tuple[Any, ...] = (None, "", [])
    for empty in empties:
        with suppress(PydanticError):
            return known.validate_python(empty)
    return value


def added_values(
    subject: Subject, values: Mapping[str, FieldValue], *, viewer: Viewer, listed_at: str
) -> dict[str, Any]:
    """Return the values of all fields of ``subject`` that administrators added and ``viewer`` sees, cleaned by their
    rules; none of a file, which comes by a page alone.

    ``listed_at`` is where a caller finds which there are. Raises ValidationError (``fields.CODE``).
    """
    added = {one.code: one for one in subject.joined(viewer)}
    errors = {
        f"fields.{code}": f"没有这个字段，或它已停用；可用的字段见 {listed_at}。"
        for code in values.keys() - added.keys()
    }
    cleaned: dict[str, Any] = {}
    for code, field in added.items():
        value = values.get(code)
        if isinstance(field.kind, kinds.File) and value is None:
            continue
        try:
            if isinstance(value, list) and not isinstance(field.kind, kinds.Words):
                raise CellRefused("{}格式", "应为一个值，不是列表。")
            cleaned[code] = field.clean(value)
        except CellRefused as refusal:
            errors[f"fields.{code}"] = refusal.sentence(field.label)
    if errors:
        raise ValidationError(errors)
    return cleaned


def added_of(subject: Subject, extra: Mapping[str, Any], viewer: Viewer) -> dict[str, FieldValue]:
    """Return of the ``extra`` of a record what ``viewer`` sees and the office lets leave, retired fields too; of a
    file its name."""
    joined = (one for one in subject.all_fields() if one.is_extra)
    added = (one for one in joined if is_exportable(subject.name_of(one)))
    seen = {one.code: one for one in added if not one.is_hidden_from(viewer)}
    return {
        code: value["name"] if isinstance(seen[code].kind, kinds.File) else value
        for code, value in extra.items()
        if code in seen
    }


def _declared(subject: Subject) -> list[FieldDeclaration]:
    return [one for one in subject.built_in if one.interface]


def _with(shape: type[Shape], fields: dict[str, Any], after: Any = None) -> type[Shape]:
    return create_model(
        shape.__name__,
        __base__=shape,
        __module__=shape.__module__,
        __doc__=shape.__doc__,
        __validators__={"after": after} if after else {},
        **fields,
    )


def _input(one: FieldDeclaration, model: type[Model]) -> tuple[Any, Any]:
    column = model._meta.get_field(one.code)
    kept = _or_nothing(_of_input(one.kind), one, column)
    if one.required:
        # Nobody leaves out a text by sending an empty one.
        least = 1 if isinstance(one.kind, kinds.Text) else None
        return kept, Field(description=_description(one), min_length=least)
    default = column.get_default() if isinstance(column, Column) else None
    return (kept | None if default is None else kept), Field(default, description=_description(one))


def _output(one: FieldDeclaration, model: type[Model]) -> tuple[Any, Any]:
    column = model._meta.get_field(one.code)
    kept = _or_nothing(_of_output(one.kind), one, column)
    return (kept | None if column.null else kept), Field(description=_description(one))


def _or_nothing(kept: Any, one: FieldDeclaration, column: Any) -> Any:
    """Return ``kept``, and the empty text where a choice need not be made."""
    return kept | Literal[""] if isinstance(one.kind, kinds.Choice) and column.blank else kept


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
