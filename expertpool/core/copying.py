"""Rows with large bytes, as the bytes they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection


def copied_rows(query: str, values: Sequence[Any], types: Sequence[str]) -> Iterator[Any]:
    """Yield the rows of ``query``, whose columns are of ``types``, by a binary COPY. As text, which a cursor reads, bytes
    are twice as many, made and read digit by digit, and take five times as long (docs/decisions/0275).
    Nothing else may be asked before the last row: the connection is taken."""
    statement = f"COPY ({query}) TO STDOUT (FORMAT BINARY)"
    # By the cursor itself: what Django wraps it in for DEBUG takes no values.
    with connection.cursor() as wrapper, wrapper.cursor.copy(statement, values) as copy:
        copy.set_types(types)
        yield from copy.rows()
