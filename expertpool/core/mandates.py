"""Rows on whose word this system acts, or says something, in somebody's name: none that it did not write.

A run is asked for by a page and worked off by a job, which finds nothing but the row. So the row proves by a key
outside the database who asked for what, and when (`core.fields.ProofField`); the job asks `stands` before it does
anything, and again what is shown is asked. What does not stand is ended, logged, and told to whoever watches
(docs/decisions/0234). Each model whose rows are such declares it::

    MANDATES.add(Mandate("bulk", "批量办理", lambda now: BulkRun.objects.filter(expires_at__gt=now)))
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from random import randrange
from typing import Any, TypeVar
from uuid import uuid4

from django.db import transaction
from django.db.migrations import AddField, AlterField, RunPython, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.models import BigIntegerField, Model, Q, QuerySet, UUIDField
from django.db.models.expressions import RawSQL

from expertpool.core.catalogue import Catalogue
from expertpool.core.events import publish
from expertpool.core.fields import ProofField, is_vouched

FORGED = "这一项不是在系统中提出的，或在系统之外被改动过，没有办理。"
LATELY = timedelta(days=1)
# What came of a run, by whatever of these it has.
CAME_OF = ("state", "done", "made", "refused", "said", "error", "finished_at")
LATEST = 500  # rows of a kind that are looked at each minute
MOST_TOLD = 50  # rows of a kind in one night: more say no more
AT_ONCE = 500  # rows of which the night asks together
FEW = 2000  # rows whose proofs are asked each time
A_LOOK = 10_000  # forged rows that one page reads, in some tenths of a second
KNOWN_FOR = (
    600.0  # seconds: what is found forged while somebody alters what it refers to is asked again
)
MOST_KNOWN = 1_000_000

Row = TypeVar("Row", bound=Model)
Found = TypeVar("Found")
logger = logging.getLogger(__name__)
_forged: dict[str, tuple[float, set[int]]] = {}  # of a table: until when, and the versions of rows
_held: dict[str, set[int]] = {}  # of a table: the rows that were not


@dataclass(frozen=True)
class Mandate:
    """A kind of such rows. ``rows(now)``: those that act, or are shown, with what their proof (column ``by``) says, the
    latest first. ``is_whole``: however old they are, they count, and all are looked at every night."""

    code: str
    label: str
    rows: Callable[[datetime], QuerySet[Any]]
    by: str = "proof"
    is_whole: bool = False
    # Of rows that are proven otherwise than by a column of `ProofField`.
    holds: Callable[[Any], bool] | None = None
    # Where each row would be a statement: of many, the keys of those that hold.
    all_hold: Callable[[Sequence[Any]], Collection[int]] | None = None

    def forged_of(self, rows: Sequence[Any]) -> list[Any]:
        """Return which of ``rows`` this system did not write."""
        if self.all_hold is None:
            return [row for row in rows if not self.is_written(row)]
        held = self.all_hold(rows)
        return [row for row in rows if row.pk not in held]

    def is_written(self, row: Model) -> bool:
        """Tell whether this system wrote ``row``."""
        if self.all_hold is not None:
            return row.pk in self.all_hold([row])
        return self.holds(row) if self.holds else is_vouched(row, self.by)


MANDATES: Catalogue[Mandate] = Catalogue("kind of rows that act")


@dataclass(frozen=True)
class ForgedFound:
    """``row`` was to act, and is not as this system wrote it; nothing of it was done."""

    row: Model
    at: datetime


def stands(row: Model, *, now: datetime, by: str = "proof") -> bool:
    """Tell whether this system wrote what ``row`` asks for. Where not, it is logged and announced (ForgedFound):
    the caller ends it, in this transaction, by an `update` that makes no proof."""
    if is_vouched(row, by):
        return True
    _tell(row, now)
    return False


def _tell(row: Model, now: datetime) -> None:
    logger.error("%s %s was not asked for here", row._meta.label, row.pk)
    publish(ForgedFound(row, now))


@contextmanager
def unless_undone(run: Model) -> Iterator[None]:
    """A transaction in which what came of ``run`` is written; if it is undone, ``run`` says again what the row does,
    whose proof the next writing makes."""
    held = {name: getattr(run, name) for name in CAME_OF if hasattr(run, name)}
    try:
        with transaction.atomic():
            yield
    except BaseException:
        for name, value in held.items():
            setattr(run, name, value)
        raise


def vouched(rows: Iterable[Row]) -> list[Row]:
    """Return those of ``rows`` that this system wrote."""
    return [row for row in rows if is_vouched(row)]


def vouched_among(rows: QuerySet[Row], *, a_look: int | None = None) -> list[Row]:
    """Return those of ``rows``, in their order, that this system wrote, however many somebody else wrote: these are few.
    Of thousands, what was found forged is not read again for some minutes by this process (docs/decisions/0455).
    ``a_look``: for a page, which does not wait until all are read: after so many forged ones it is answered by what was
    found first, and the next look goes on."""
    if len(first := list(rows[: FEW + 1])) <= FEW:
        return vouched(first)
    found = _found_sound(rows, lambda part: {row.pk: row for row in vouched(part)}, a_look)
    return list(found.values())


def vouched_keys(rows: QuerySet[Row]) -> set[int]:
    """Return the keys of those of ``rows``, of which there are more than `FEW`, that `vouched_among` returns: read as
    plain values, in a third of the time."""
    proof: Any = rows.model._meta.get_field("proof")
    return set(_found_sound(rows, lambda part: dict.fromkeys(proof.held_by(part))))


def _found_sound(
    rows: QuerySet[Row],
    ask: Callable[[QuerySet[Row]], dict[int, Found]],
    a_look: int | None = None,
) -> dict[int, Found]:
    """Return by their keys, in the order of ``rows``, what ``ask`` finds sound of each part."""
    forged, held, found = _forged_of(rows.model), _held_of(rows.model), dict[int, Found]()
    at = RawSQL(f'"{rows.model._meta.db_table}"."xmin"::text::bigint', (), BigIntegerField())  # noqa: S611 (a model's)
    versions = rows.annotate(row_version=at).values_list("pk", "row_version")
    new = {pk: pk << 32 | xmin for pk, xmin in versions if pk << 32 | xmin not in forged}
    met = 0
    for part in _by_turns(list(new), held) if a_look else _in_order(list(new)):
        own = ask(rows.filter(pk__in=part))
        found |= own
        forged |= {new[pk] for pk in part if pk not in own}
        held.update(own)
        met += len(part) - len(own)
        if a_look and met >= a_look:
            break
    return {pk: found[pk] for pk in new if pk in found}


def _in_order(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    return (keys[at : at + FEW] for at in range(0, len(keys), FEW))


def _by_turns(keys: Sequence[int], held: Collection[int]) -> Iterator[Sequence[int]]:
    """Parts: what held before, then both ends (what was there before somebody wrote, and what came since), and from
    anywhere on the others. Whoever writes all his rows anew between two looks hides what is among them for some looks
    only (docs/decisions/0506)."""
    yield from _in_order([key for key in keys if key in held])
    rest = [key for key in keys if key not in held]
    yield rest[:FEW]
    yield rest[FEW:][-FEW:]
    if middle := rest[FEW:-FEW]:
        begin = randrange(len(middle))  # noqa: S311 (where to begin)
        yield from _in_order(middle[begin:] + middle[:begin])


def _held_of(model: type[Model]) -> set[int]:
    """Return which rows of ``model`` (ids) this process found sound at some time: they are asked first, and each time."""
    held = _held.setdefault(model._meta.db_table, set())
    if len(held) > MOST_KNOWN:
        held.clear()
    return held


def _forged_of(model: type[Model]) -> set[int]:
    """Return what of ``model`` this process knows as forged: a version of a row (xmin) never says anything else."""
    until, known = _forged.get(model._meta.db_table, (0.0, set[int]()))
    if time.monotonic() > until or len(known) > MOST_KNOWN:
        until, known = time.monotonic() + KNOWN_FOR, set()
        _forged[model._meta.db_table] = (until, known)
    return known


def unfinished(model: type[Row], now: datetime) -> QuerySet[Row]:
    """Return the runs that are not over, or were not a day ago, each with its user."""
    lately = Q(finished_at__isnull=True) | Q(finished_at__gt=now - LATELY)
    return model._default_manager.filter(lately).select_related("user")


def forged_rows(*, now: datetime) -> dict[str, int]:
    """Return of each kind, by its label, how many of the latest rows this system did not write."""
    found = {kind.label: len(kind.forged_of(list(kind.rows(now)[:LATEST]))) for kind in MANDATES}
    return {label: count for label, count in found.items() if count}


def _parts(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    read = rows.iterator(FEW)
    while part := list(islice(read, AT_ONCE)):
        yield part


def look_at_all(*, now: datetime) -> int:
    """Log and announce (ForgedFound) which rows of kinds that are ``is_whole`` this system did not write, however old: each
    minute the latest alone are looked at. Return how many."""
    found = 0
    for kind in filter(lambda one: one.is_whole, MANDATES):
        forged = (row for part in _parts(kind.rows(now)) for row in kind.forged_of(part))
        for row in islice(forged, MOST_TOLD):
            with transaction.atomic():
                _tell(row, now)
            found += 1
    return found


def vouch_more(
    app: str, model: str, *more: str, before: Sequence[str], together: str = ""
) -> RunPython:
    """Return the operation of a migration by which rows that have proven what they say (``before``) prove ``more`` as
    well; those that have not go on proving nothing."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        kind = apps.get_model(app, model)
        old, new = ProofField(says=before), ProofField(says=(*before, *more))
        rows = kind.objects.order_by()
        rows = rows.select_related(*together.split()) if together else rows
        made = [
            (new.made_of(row), row.pk)
            for row in rows.iterator(2000)
            if bytes(row.proof or b"") == old.made_of(row)
        ]
        with schema_editor.connection.cursor() as cursor:
            write = f"UPDATE {kind._meta.db_table} SET proof = %s WHERE id = %s"  # noqa: S608 (a model's)
            cursor.executemany(write, made)

    return RunPython(forwards, RunPython.noop, elidable=True)


def numbered(model: str, table: str) -> list[Operation]:
    """Return the operations of a migration by which each row of ``model`` gets a number of its own (``uid``)."""
    return [
        AddField(model, "uid", UUIDField(null=True)),
        RunSQL(
            f"UPDATE {table} SET uid = gen_random_uuid(); SET CONSTRAINTS ALL IMMEDIATE",  # noqa: S608 (ours)
            RunSQL.noop,
        ),
        AlterField(
            model, "uid", UUIDField(default=uuid4, editable=False, unique=True, verbose_name="编号")
        ),
    ]


def vouch(app: str, model: str, *says: str, together: str = "", column: str = "proof") -> RunPython:
    """Return the operation of a migration by which rows as they stand get a proof of what they ``says``, in ``column``;
    ``together`` names the rows that this refers to, to be read at once."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        kind, field = apps.get_model(app, model), ProofField(says=says)
        rows = kind.objects.order_by()
        rows = rows.select_related(*together.split()) if together else rows
        made = [(field.made_of(row), row.pk) for row in rows.iterator(2000)]
        with schema_editor.connection.cursor() as cursor:
            write = f"UPDATE {kind._meta.db_table} SET {column} = %s WHERE id = %s"  # noqa: S608 (a model's)
            cursor.executemany(write, made)
            # What was just written would keep the table from being altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    return RunPython(forwards, RunPython.noop, elidable=True)
