"""Parts of a list that another page counts: a number of a statistic leads to the list, narrowed to the rows that it
counts by the very expression that counted them (docs/decisions/0349).

The address names them, ``?segment=level:4``, several separated by commas: a list that is narrowed so has all its
filters, and exports the same rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from django import forms
from django.db.models import QuerySet

from expertpool.core.catalogue import Catalogue
from expertpool.core.validators import is_writable

NOBODY = ""  # the key of the rows of which it is not known
MOST = 4
GONE = "没有这样的统计分组，请从统计页面重新打开。"


@dataclass(frozen=True)
class Segment:
    """By what the rows of ``subject`` are split, ``label``. ``narrow(rows, key, user)`` leaves those with a key (a
    text), ``word(key)`` says it; both raise ValueError for what is no key. ``allows``: who may ask."""

    code: str
    subject: str
    label: str
    narrow: Callable[[QuerySet[Any], str, Any], QuerySet[Any]]
    word: Callable[[str], str]
    allows: Callable[[Any], bool] = lambda user: True


@dataclass(frozen=True)
class Chosen:
    """A segment and which part of it; reads as 职称级别：正高."""

    segment: Segment
    key: str

    def __str__(self) -> str:
        return f"{self.segment.label}：{self.segment.word(self.key)}"


SEGMENTS: Catalogue[Segment] = Catalogue("segment")


def segment_text(*chosen: tuple[str, str]) -> str:
    """Return what the address says of segments, each a code and a key."""
    return ",".join(f"{code}:{quote(key, safe='')}" for code, key in chosen)


class SegmentField(forms.CharField):
    """The segments of an address, in a filter of rows of ``subject``; cleans to a list of `Chosen`."""

    widget = forms.HiddenInput

    def __init__(self, subject: str, user: Any) -> None:
        super().__init__(label="统计分组", required=False, max_length=500)
        self.subject, self.user = subject, user

    def to_python(self, value: Any) -> list[Chosen]:  # type: ignore[override]
        text = super().to_python(value)
        parts = text.split(",") if text else []
        if len(parts) > MOST:
            raise forms.ValidationError(GONE)
        return [self._read(part) for part in parts]

    def _read(self, part: str) -> Chosen:
        code, _, key = part.partition(":")
        segment, key = SEGMENTS.get(f"{self.subject}.{code}"), unquote(key)
        if segment is None or self.user is None or not segment.allows(self.user):
            raise forms.ValidationError(GONE)
        if not is_writable(key):  # the address was looked at while it was quoted twice
            raise forms.ValidationError(GONE)
        chosen = Chosen(segment, key)
        try:
            str(chosen)
        except ValueError:
            raise forms.ValidationError(GONE) from None
        return chosen

    def run_validators(self, value: Any) -> None:
        """What it names was looked up."""

    def narrow(self, rows: QuerySet[Any], chosen: list[Chosen]) -> QuerySet[Any]:
        for one in chosen:
            rows = one.segment.narrow(rows, one.key, self.user)
        return rows
