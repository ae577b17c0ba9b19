"""Experts written by thousands: past models and statements, as the database copies rows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import islice
from operator import itemgetter
from queue import SimpleQueue
from types import NoneType
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg.types.json import Jsonb

from expertpool.core.connections import WatchedConnection
from expertpool.core.fields import BlindIndexField, EncryptedField, IndexOfField
from expertpool.core.lookups import array_text
from expertpool.experts.models import Expert

COLUMNS = Expert._meta.concrete_fields
# Django asks each value of these what the driver should get, and gets the value back.
_AS_IT_STANDS = (
    *(models.BigAutoField, models.CharField, models.TextField),
    *(models.PositiveIntegerField, models.PositiveSmallIntegerField),
    *(models.DateField, models.DateTimeField, models.ForeignKey, models.OneToOneField),
    *(BlindIndexField, IndexOfField),
)
_COPY_EXPERTS = f"COPY experts_expert ({', '.join(str(one.column) for one in COLUMNS)}) FROM STDIN"
_COPY_SPECIALTIES = "COPY experts_expertspecialty (expert_id, specialty_id) FROM STDIN"
# The signs that part values and rows there, and the one that says so of them.
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_ESCAPED = re.compile(r"[\\\t\n\r]")
COPIED = 500  # rows that are made ready while the database writes those before
# COPY returns no ids, so they are taken before it.
_NEW_IDS = (
    "SELECT nextval(pg_get_serial_sequence('experts_expert', 'id')) FROM generate_series(1, %s)"
)


def next_ids(count: int) -> list[int]:
    """Return the keys of ``count`` new experts."""
    with connection.cursor() as cursor:
        cursor.execute(_NEW_IDS, [count])
        return [pk for (pk,) in cursor.fetchall()]


def copy_experts(
    records: Iterator[dict[str, Any]], held: Iterable[tuple[int, Iterable[int]]]
) -> None:
    """Write experts, each as what he holds by column, and the specialties (ids) ``held`` by each. The database takes
    them while they are made ready, and may be at it yet when this returns (`WatchedConnection.meanwhile`)."""
    # Two numbers need no quoting.
    specialties = "".join(f"{expert}\t{one}\n" for expert, ids in held for one in ids)
    ready: SimpleQueue[str] = SimpleQueue()
    driver = connection.connection
    driver.meanwhile(partial(_copy, driver, ready, specialties))
    try:
        while chunk := list(islice(records, COPIED)):
            columns = (_written(_stored(column, chunk)) for column in COLUMNS)
            rows = map("\t".join, zip(*columns, strict=True))
            ready.put("".join(f"{row}\n" for row in rows))
    finally:
        ready.put("")


def _copy(driver: WatchedConnection, ready: SimpleQueue[str], specialties: str) -> None:
    with driver.cursor() as cursor:
        with cursor.copy(_COPY_EXPERTS) as copy:
            while rows := ready.get():
                copy.write(rows)
        with cursor.copy(_COPY_SPECIALTIES) as copy:
            copy.write(specialties)
        # Else the foreign keys of all rows were looked at in the end, while nothing else is to be done.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _written(values: Sequence[Any]) -> Sequence[str]:
    """Return the values of a column as COPY reads them. The driver asks for each value of each row how it is written;
    what all rows have in common is written once."""
    first = values[0]
    if all(value is first for value in values):
        return [_text_of(first)] * len(values)
    kinds = set(map(type, values))
    if kinds == {str} and not _ESCAPED.search("".join(values)):
        return values  # nearly all texts are plain: numbers of people, codes, names
    if kinds <= {bytes, NoneType}:  # ciphertexts and blind indexes
        return [r"\N" if value is None else rf"\\x{value.hex()}" for value in values]
    return list(map(_text_of, values))


def _text_of(value: Any) -> str:
    if isinstance(value, str):
        return value.translate(_ESCAPES) if _ESCAPED.search(value) else value
    if value is None:
        return r"\N"
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, date):  # and moments, which are some
        return value.isoformat()
    if isinstance(value, Jsonb):
        text = (value.dumps or json.dumps)(value.obj)
        return _text_of(text if isinstance(text, str) else text.decode())
    return str(int(value))  # of a choice its number


def _stored(column: Any, records: Sequence[dict[str, Any]]) -> Sequence[Any]:
    """Return what the database takes for ``column`` of each record."""
    values = list(map(itemgetter(column.attname), records))
    if isinstance(column, EncryptedField):
        bound = zip(*(map(itemgetter(name), records) for name in column.bound_to), strict=True)
        return column.token_each(zip(values, bound, strict=True))
    if isinstance(column, ArrayField):
        return list(map(array_text, values))
    if type(getattr(column, "base_field", column)) in _AS_IT_STANDS:
        return values
    return [column.get_db_prep_save(value, connection) for value in values]
