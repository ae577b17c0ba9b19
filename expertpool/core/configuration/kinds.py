"""The kinds of settings: what is typed, what is stored, how it is worded, where its bounds lie."""

from __future__ import annotations

import base64
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any, Generic, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from expertpool.core.documents import square_png
from expertpool.core.sizes import MEGABYTE
from expertpool.core.text import clean_code, clean_text
from expertpool.core.validators import validate_email_address

T = TypeVar("T")
Json = Any  # what the database keeps of a value: text, a number, a list, true or false

Options = tuple[tuple[str, str], ...]  # (value, label)

UNSET = "未设置"
MASK = "••••••"


class Kind(ABC, Generic[T]):
    """How one type of value is edited, kept and told. ``is_secret``: never shown nor logged;
    ``needs_typing``: an empty field leaves the value as it is."""

    is_secret = False
    needs_typing = False

    @abstractmethod
    def field(self) -> forms.Field:
        """Return a new form field; it cleans to what `check` and `dump` take."""

    def check(self, value: T) -> None:
        """Raise ValidationError, in words that tell the bounds, for a value outside them."""

    def within(self, value: T) -> T:
        """Return ``value``, stored when the bounds were wider, as it counts now: the bound, where there is one."""
        return value

    def dump(self, value: T) -> Json:
        return value

    @abstractmethod
    def load(self, stored: Json) -> T:
        """Return the value of what `dump` gave; ValueError or TypeError for anything else."""

    def words(self, value: T) -> str:
        return str(value) or UNSET

    def heard_at(self, _value: T) -> str:
        """Return the address of ``value`` where it is something to hear."""
        return ""


def _text(stored: Json) -> str:
    if not isinstance(stored, str):
        raise TypeError(stored)
    return stored


def _integer(stored: Json) -> int:
    # To Python True is a whole number.
    if isinstance(stored, bool) or not isinstance(stored, int):
        raise TypeError(stored)
    return stored


@dataclass(frozen=True)
class Text(Kind[str]):
    """A line of text; empty only where ``required`` is False. ``also`` raises ValidationError, in words that
    say the mend, for a text that is none of its kind."""

    max_length: int = 100
    required: bool = True
    also: Callable[[str], None] | None = None

    def field(self) -> forms.Field:
        return _TextField(required=self.required)

    def check(self, value: str) -> None:
        if self.required and not value:
            raise ValidationError("不能为空。")
        if len(value) > self.max_length:
            raise ValidationError(f"最多 {self.max_length} 个字，现在 {len(value)} 个。")
        if not value.isprintable():
            raise ValidationError("不能含有换行等看不见的字符，请删去后重新填写。")
        if value and self.also:
            self.also(value)

    def load(self, stored: Json) -> str:
        return _text(stored)


class _TextField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return clean_text(value)


@dataclass(frozen=True)
class Email(Kind[str]):
    """An address; may be empty."""

    def field(self) -> forms.Field:
        return _TextField(required=False, widget=forms.EmailInput())

    def check(self, value: str) -> None:
        if value:
            validate_email_address(value)

    def load(self, stored: Json) -> str:
        return _text(stored)


@dataclass(frozen=True)
class Number(Kind[int]):
    """A whole number from ``low`` to ``high``, both allowed."""

    low: int
    high: int
    unit: str = ""

    def field(self) -> forms.Field:
        widget = forms.NumberInput(attrs={"min": self.low, "max": self.high})
        return forms.IntegerField(widget=widget)

    def check(self, value: int) -> None:
        if not self.low <= value <= self.high:
            bounds = f"{self.low} 至 {self.high} {self.unit}".strip()
            raise ValidationError(f"应为 {bounds}，填的是 {value}。")

    def within(self, value: int) -> int:
        return min(max(value, self.low), self.high)

    def load(self, stored: Json) -> int:
        return _integer(stored)

    def words(self, value: int) -> str:
        return f"{value} {self.unit}".strip() or UNSET  # none counts: `Setting.strictest`


@dataclass(frozen=True)
class Duration(Kind[timedelta]):
    """A length of time in whole ``unit``s, from ``low`` to ``high`` of them."""

    low: int
    high: int
    unit: str = "分钟"  # or 小时, 天

    @property
    def _step(self) -> timedelta:
        return {
            "分钟": timedelta(minutes=1),
            "小时": timedelta(hours=1),
            "天": timedelta(days=1),
        }[self.unit]

    def field(self) -> forms.Field:
        return _DurationField(self._step, self.low, self.high)

    def check(self, value: timedelta) -> None:
        count, rest = divmod(value, self._step)
        if rest or not self.low <= count <= self.high:
            raise ValidationError(f"应为 {self.low} 至 {self.high} {self.unit}。")

    def within(self, value: timedelta) -> timedelta:
        return min(max(value, self.low * self._step), self.high * self._step)

    def dump(self, value: timedelta) -> Json:
        return int(value.total_seconds())

    def load(self, stored: Json) -> timedelta:
        return timedelta(seconds=_integer(stored))

    def words(self, value: timedelta) -> str:
        return f"{value // self._step} {self.unit}"


class _DurationField(forms.IntegerField):
    """Shows and takes whole units."""

    def __init__(self, step: timedelta, low: int, high: int) -> None:
        super().__init__(widget=forms.NumberInput(attrs={"min": low, "max": high}))
        self._step = step

    def prepare_value(self, value: Any) -> Any:
        return value // self._step if isinstance(value, timedelta) else value

    def clean(self, value: Any) -> Any:
        count = super().clean(value)
        try:
            return count * self._step
        except OverflowError as error:
            raise ValidationError("数字太大。") from error


@dataclass(frozen=True)
class Boolean(Kind[bool]):
    yes: str = "开启"
    no: str = "关闭"

    def field(self) -> forms.Field:
        return forms.BooleanField(required=False)

    def load(self, stored: Json) -> bool:
        if not isinstance(stored, bool):
            raise TypeError(stored)
        return stored

    def words(self, value: bool) -> str:
        return self.yes if value else self.no


@dataclass(frozen=True)
class Choice(Kind[str]):
    """One of ``options``: (value, label). The empty value is an answer where it is an option."""

    options: tuple[tuple[str, str], ...]

    def field(self) -> forms.Field:
        return forms.ChoiceField(choices=self.options, required="" not in dict(self.options))

    def check(self, value: str) -> None:
        if value not in dict(self.options):
            raise ValidationError(f"请选择：{'、'.join(dict(self.options).values())}。")

    def load(self, stored: Json) -> str:
        if stored not in dict(self.options):
            raise ValueError(stored)
        return _text(stored)

    def words(self, value: str) -> str:
        return dict(self.options).get(value, value) or UNSET


@dataclass(frozen=True)
class Several(Kind[tuple[str, ...]]):
    """Any number of ``options``: (value, label), in their order; a function where they come and go."""

    options: Options | Callable[[], Options]
    nothing: str = "不要求"

    def pairs(self) -> Options:
        return self.options() if callable(self.options) else self.options

    def field(self) -> forms.Field:
        return _SeveralField(self.pairs())

    def check(self, value: tuple[str, ...]) -> None:
        # The default is checked before there are any that come and go.
        known = dict(self.pairs() if value else ())
        if set(value) - known.keys():
            raise ValidationError(f"请选择：{'、'.join(known.values())}。")

    def dump(self, value: tuple[str, ...]) -> Json:
        return [option for option, _ in self.pairs() if option in value]

    def load(self, stored: Json) -> tuple[str, ...]:
        return tuple(_text(option) for option in stored)

    def words(self, value: tuple[str, ...]) -> str:
        return "、".join(label for option, label in self.pairs() if option in value) or self.nothing


def any_of(values: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Return what is among any of ``values`` of `Several`."""
    return tuple(sorted({one for value in values for one in value}))


class _SeveralField(forms.MultipleChoiceField):
    """Cleans to a tuple in the order of the options: what `load` gives, and compares with it."""

    def __init__(self, options: Options) -> None:
        super().__init__(choices=options, required=False, widget=forms.CheckboxSelectMultiple())
        self._options = options

    def clean(self, value: Any) -> tuple[str, ...]:
        chosen = super().clean(value)
        return tuple(option for option, _ in self._options if option in chosen)


@dataclass(frozen=True)
class OwnNumber(Kind[int | None]):
    """A number of one case, or None: there holds what is set for all cases."""

    number: Number
    same = "与通用规定相同"

    def field(self) -> forms.Field:
        field = self.number.field()
        field.required = False
        field.widget.attrs["placeholder"] = self.same
        return field

    def check(self, value: int | None) -> None:
        if value is not None:
            self.number.check(value)

    def within(self, value: int | None) -> int | None:
        return None if value is None else self.number.within(value)

    def load(self, stored: Json) -> int | None:
        return None if stored is None else self.number.load(stored)

    def words(self, value: int | None) -> str:
        return self.same if value is None else self.number.words(value)


@dataclass(frozen=True)
class Span:
    """A part of the day, ``start`` included, ``end`` not; it may go past midnight."""

    start: time
    end: time

    def __contains__(self, moment: time) -> bool:
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end

    def __str__(self) -> str:
        across = "次日 " if self.end <= self.start else ""
        return f"{self.start:%H:%M} 至 {across}{self.end:%H:%M}"


@dataclass(frozen=True)
class TimeRange(Kind[Span | None]):
    """A part of every day, or none."""

    def field(self) -> forms.Field:
        return _SpanField()

    def dump(self, value: Span | None) -> Json:
        return [f"{value.start:%H:%M}", f"{value.end:%H:%M}"] if value else None

    def load(self, stored: Json) -> Span | None:
        if stored is None:
            return None
        start, end = map(time.fromisoformat, stored)
        return Span(start, end)

    def words(self, value: Span | None) -> str:
        return str(value) if value else UNSET


@dataclass(frozen=True)
class OwnTimeRange(TimeRange):
    """That of one case, or None: there holds what is set for all cases."""

    same = "与通用规定相同"

    def field(self) -> forms.Field:
        field = super().field()
        field.widget.attrs["placeholder"] = self.same
        return field

    def words(self, value: Span | None) -> str:
        return super().words(value) if value else self.same


_MOMENT = r"([01]?[0-9]|2[0-3]):[0-5][0-9]"
SPAN = re.compile(rf"{_MOMENT} *- *{_MOMENT}")


class _SpanField(forms.CharField):
    """「22:00-07:00」, or nothing."""

    def __init__(self) -> None:
        widget = forms.TextInput(attrs={"placeholder": "22:00-07:00", "inputmode": "numeric"})
        super().__init__(required=False, widget=widget)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.start:%H:%M}-{value.end:%H:%M}" if isinstance(value, Span) else value

    def clean(self, value: Any) -> Any:
        text = clean_code(super().clean(value)).replace("–", "-").replace("至", "-")
        if not text:
            return None
        # `time.fromisoformat` alone would take seconds and zones, too.
        if not SPAN.fullmatch(text):
            raise ValidationError("应像 22:00-07:00（24 小时制，可以跨过零点）。")
        start, end = (time.fromisoformat(part.strip().zfill(5)) for part in text.split("-"))
        if start == end:
            raise ValidationError("开始和结束不能是同一时刻；不需要时留空。")
        return Span(start, end)


@dataclass(frozen=True)
class Secret(Kind[str]):
    """Encrypted where it is kept, never shown again: an empty field leaves it as it is.

    ``told_to`` names the settings that say whom the system tells it: when they change, it must be
    typed again, or a new address would be told what only the old one may know.
    """

    max_length: int = 200
    told_to: tuple[str, ...] = ()
    is_secret = True
    needs_typing = True

    def field(self) -> forms.Field:
        # Browsers are asked not to fill in the reader's own password.
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        # Not stripped: a password may begin or end with a blank.
        return forms.CharField(
            max_length=self.max_length, required=False, strip=False, widget=widget
        )

    def load(self, stored: Json) -> str:
        return _text(stored)

    def words(self, value: str) -> str:
        return MASK if value else UNSET


@dataclass(frozen=True)
class Picture(Kind[bytes]):
    """A small PNG, drawn anew when it is uploaded; none by default."""

    needs_typing = True

    def field(self) -> forms.Field:
        return _PictureField()

    def dump(self, value: bytes) -> Json:
        return base64.b64encode(value).decode()

    def load(self, stored: Json) -> bytes:
        return base64.b64decode(_text(stored), validate=True)

    def words(self, value: bytes) -> str:
        return f"图片，{max(1, len(value) // 1024)} KB" if value else UNSET


class _PictureField(forms.FileField):
    """Cleans to the PNG that is kept, or to nothing."""

    LARGEST = 2 * MEGABYTE

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.FileInput(attrs={"accept": "image/png"}))

    def clean(self, value: Any, initial: Any = None) -> Any:
        upload = super().clean(value, None)
        if not upload:
            return b""
        if upload.size > self.LARGEST:
            raise ValidationError("图片太大：最大 2 MB。")
        try:
            return square_png(upload.read())
        except ValueError as error:
            raise ValidationError(
                "这不是可以使用的 PNG 图片：请另存为 PNG，宽和高都不超过 4000 像素。"
            ) from error
