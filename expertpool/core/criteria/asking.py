"""Which stored conditions ask a field, told by the database: a column of JSON is looked through as it stands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, F, Func, Value


def asks(column: str, code: str, values: Sequence[Any] = (), *, where: str = "$.**") -> Func:
    """Return the expression that tells whether a condition in ``column``, at ``where`` of it, asks the field ``code``
    (for one of ``values``, if there are any)."""
    wanted = " || ".join(f"@.value == {json.dumps(value)}" for value in values)
    further = f" && ({wanted})" if wanted else ""
    # A string of JSON is one of jsonpath, too: quoted, a code cannot become part of the path.
    path = f"{where} ? (@.field == {json.dumps(code)}{further})"
    return Func(
        F(column),
        Value(path),
        template="jsonb_path_exists(%(expressions)s::jsonpath)",
        output_field=BooleanField(),
    )
