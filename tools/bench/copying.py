"""Writing many rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Field, Max, Model


def copy_rows(model: type[Model], names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write ``rows`` by COPY; they hold the fields ``names``, other fields get their defaults."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    others = [
        field
        for name, field in fields.items()
        # What the database makes itself is written by nobody.
        if name not in names and not field.primary_key and not field.generated
    ]
    columns = [fields[name].column for name in names] + [field.column for field in others]
    fixed = [_default(field) for field in others]
    own = [at for at, field in enumerate(others) if field.unique]  # another in each row
    quoted = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
            for row in rows:
                for at in own:
                    fixed[at] = _default(others[at])
                copy.write_row((*row, *fixed))
        if "id" in names:
            last = model._default_manager.aggregate(last=Max("pk"))["last"]
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, last])


def _default(field: Field[Any, Any]) -> Any:
    return field.get_db_prep_save(field.get_default(), connection)


@contextmanager
def indexes_made_at_the_end(models: Sequence[type[Model]]) -> Iterator[None]:
    """Drop the indexes that hold no constraint, and make them again after the block."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
            " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexname::regclass)",
            [[model._meta.db_table for model in models]],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _, statement in found:
            cursor.execute(statement)
