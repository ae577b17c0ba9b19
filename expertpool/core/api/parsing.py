"""Reading what callers send: JSON as its standard says, and no text that cannot be stored."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.errors import HttpError
from ninja.parser import Parser


class StrictParser(Parser):
    """Refuses (400) NaN and infinite numbers, nesting without end, and the character NUL."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            data = json.loads(request.body, parse_constant=_refuse)
            _check(data)
        except (ValueError, RecursionError) as error:
            raise HttpError(400, "malformed") from error
        return data

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        if any("\x00" in text for text in _texts(data)):
            raise HttpError(400, "malformed")
        return super().parse_querydict(data, list_fields, request)


def _texts(data: MultiValueDict[str, Any]) -> list[str]:
    return [value for _, values in data.lists() for value in values if isinstance(value, str)]


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _check(data: Any) -> None:
    stack = [data]
    # Not by recursion, which nesting could exhaust.
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            stack += value
        elif isinstance(value, str) and ("\x00" in value or not _is_text(value)):
            raise ValueError(value)


def _is_text(value: str) -> bool:
    """Half a surrogate pair is no text."""
    return not any("\ud800" <= char <= "\udfff" for char in value)
