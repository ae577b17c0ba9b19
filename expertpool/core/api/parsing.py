"""Reading what callers send: JSON as its standard says, and no text that cannot be stored."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from expertpool.core.text import HIDDEN
from expertpool.core.validators import is_writable

LONGEST_NUMBER = 400  # digits; Python refuses thousands of them, and names no field
NO_NUMBER = "不是有限的数字，或位数太多。"


class StrictParser(Parser):
    """Refuses, by the path of the field, NaN and numbers without end, and texts that nobody can
    write (ValidationError). What is no JSON, and nesting without end, has no field (ValueError)."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            data = json.loads(request.body, parse_int=_whole)
        except RecursionError as error:
            raise ValueError from error
        if wrong := dict(_wrong(data)):
            raise ValidationError(wrong)
        return data

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        texts = {
            name: [one for one in values if isinstance(one, str)] for name, values in data.lists()
        }
        if wrong := dict(_wrong(texts)):
            # Of a value that is given once the place among its likes says nothing.
            raise ValidationError({path.removesuffix(".0"): why for path, why in wrong.items()})
        return super().parse_querydict(data, list_fields, request)


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_NUMBER else math.inf


def _wrong(data: Any) -> Iterator[tuple[str, str]]:
    """Yield where something stands that nothing can hold, and what is wrong with it."""
    stack: list[tuple[tuple[str, ...], Any]] = [((), data)]
    # Not by recursion, which nesting could exhaust.
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            if not all(map(is_writable, value)):
                yield ".".join(path), HIDDEN
                continue
            stack += [((*path, name), one) for name, one in value.items()]
        elif isinstance(value, list):
            stack += [((*path, str(at)), one) for at, one in enumerate(value)]
        elif isinstance(value, str) and not is_writable(value):
            yield ".".join(path), HIDDEN
        elif isinstance(value, float) and not math.isfinite(value):
            yield ".".join(path), NO_NUMBER
