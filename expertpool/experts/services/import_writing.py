"""Experts written by thousands: past models and statements, as the database copies rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from operator import itemgetter
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from expertpool.core.fields import BlindIndexField, EncryptedField
from expertpool.core.lookups import array_text
from expertpool.experts.models import Expert

COLUMNS = Expert._meta.concrete_fields
# Django asks each value of these what the driver should get, and gets the value back.
_AS_IT_STANDS = (
    *(models.BigAutoField, models.CharField, models.TextField),
    *(models.PositiveIntegerField, models.PositiveSmallIntegerField),
    *(models.DateField, models.DateTimeField, models.ForeignKey, models.OneToOneField),
    BlindIndexField,
)
_COPY_EXPERTS = f"COPY experts_expert ({', '.join(str(one.column) for one in COLUMNS)}) FROM STDIN"
_COPY_SPECIALTIES = "COPY experts_expertspecialty (expert_id, specialty_id) FROM STDIN"
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
    """Write experts, each as what he holds by column, and the specialties (ids) ``held`` by each."""
    with _copying(_COPY_EXPERTS) as copy:
        while chunk := list(islice(records, COPIED)):
            columns = (_stored(column, chunk) for column in COLUMNS)
            for values in zip(*columns, strict=True):
                copy.write_row(values)
    with _copying(_COPY_SPECIALTIES) as copy:
        # Two numbers need no quoting.
        copy.write("".join(f"{expert}\t{one}\n" for expert, ids in held for one in ids))


@contextmanager
def _copying(statement: str) -> Iterator[Any]:
    # A copy talks to the driver past Django: its errors become Django's here.
    errors = connection.wrap_database_errors
    with errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        yield copy


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
