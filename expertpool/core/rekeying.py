"""Changing the key of encrypted columns and waiting files while the system runs
(`expertpool rotate-keys`).

Every `EncryptedField` of every app takes part by being one. What a token begins with says whether
it waits: the work can be stopped or killed anywhere and goes on where it was. A batch is one
transaction that locks its rows and waits for nobody: rows that somebody else is writing are passed
over and come in the next round, so it can never be part of a deadlock. A token that cannot be
opened is passed over, too, and named at the end (`unopenable`). Files go one by one: each says
itself whether it waits.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Sum

from expertpool.core.crypto import HEAD_BYTES, KEY_ID_BYTES, DecryptionError, key_checks
from expertpool.core.fields import EncryptedField, encrypted_fields
from expertpool.core.models import KeyCheck, Rekeying
from expertpool.core.waiting import LOOSE_FILES, HoldsFiles, WaitingFile

logger = logging.getLogger(__name__)

FILES = "等待取用的文件"  # what stands for them beside the columns
ROUNDS = 10  # through one column; each later one finds only rows that were being written
_ROUND_PAUSE = 0.5  # seconds between rounds


@dataclass(frozen=True)
class Progress:
    """After a batch: how many tokens of ``column`` were made anew, by this run or one before."""

    column: str
    changed: int


@dataclass(frozen=True)
class Unopenable:
    """A value that no key at hand opens, or that was altered or moved: where it stands, and why."""

    place: str
    reason: str
    waits: bool = True  # of another key or suite than the present


def lacks_keys() -> bool:
    """Tell whether data are written by now with a secret that this process does not have: it was
    started before that came, and reads nothing of them."""
    return any(
        bytes(check.digest) not in key_checks(check.setting) for check in KeyCheck.objects.all()
    )


class StillWaiting(RuntimeError):
    """Tokens of the old key are left, or were written meanwhile."""


def may_rekey() -> bool:
    """Tell whether this process may make tokens anew: it has to be connected as the owner of the tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_may_rekey()")
        return bool(cursor.fetchone()[0])


def encrypted_columns() -> list[EncryptedField]:
    """Return all encrypted columns of all apps."""
    return [field for model in apps.get_models() for field in encrypted_fields(model)]


def has_tokens(field: EncryptedField) -> bool:
    """Tell whether anything of ``field`` is encrypted."""
    table, column = _names(field)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {column} <> '')")  # noqa: S608
        return bool(cursor.fetchone()[0])


def is_made_with(field: EncryptedField, key_id: bytes) -> bool:
    """Tell whether a token of ``field`` names the key ``key_id``."""
    table, column = _names(field)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT 1 FROM {table}"  # noqa: S608
            f" WHERE {column} <> '' AND substring({column} FROM 2 FOR {KEY_ID_BYTES}) = %s)",
            [key_id],
        )
        return bool(cursor.fetchone()[0])


def waiting(field: EncryptedField) -> int:
    """Return how many tokens of ``field`` were not made with the present key and suite."""
    table, column = _names(field)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {table} WHERE {_waits(column)}",  # noqa: S608 (names of models)
            [field.vault.head],
        )
        found: int = cursor.fetchone()[0]
    return found


def unopenable(field: EncryptedField, *, whole: bool = False) -> Iterator[Unopenable]:
    """Yield each value of ``field`` that was not made with the present key and suite and cannot be
    made anew, since it does not open (those that do open wait for `rekey` only); of the ``whole`` column
    also those that were altered or moved since."""
    after = 0
    while rows := _batch(field, after, field.rows_at_once, whole=whole):
        after = rows[-1][0]
        for pk, token, *bound in rows:
            try:
                field.vault.decrypt(bytes(token), field.binding_of(*bound))
            except DecryptionError as error:
                place = f"{column_name(field)}，主键 {pk}（{'，'.join(map(str, bound))}）"
                waits = bytes(token)[:HEAD_BYTES] != field.vault.head
                yield Unopenable(place, str(error), waits)


def count_shut() -> int:
    """Open everything that is encrypted, note for each column how much does not open, and return how much
    in all."""
    total = 0
    for field in encrypted_columns():
        shut = sum(1 for _ in unopenable(field, whole=True))
        Rekeying.objects.update_or_create(
            column=column_name(field),
            defaults={"shut": shut},
            create_defaults={"shut": shut, "head": b""},
        )
        total += shut
    if total:
        logger.error("%s encrypted values cannot be opened", total)
    return total


def noted_shut() -> int:
    """Return what `count_shut` last found."""
    total: int | None = Rekeying.objects.aggregate(total=Sum("shut"))["total"]
    return total or 0


def rekey(field: EncryptedField, *, rows: int | None = None) -> Iterator[Progress]:
    """Encrypt ``field`` anew wherever its token is not of the present key and suite; yield after
    each batch of ``rows`` (by default what the field says).

    What cannot be opened stays as it is (`unopenable`). Raises StillWaiting when tokens that can
    be opened are left after all rounds.
    """
    state = _state(field)
    for round_ in count(1):
        from_start, shut = state.last_id == 0, 0
        while (passed := _next_batch(field, state, rows or field.rows_at_once)) is not None:
            shut += passed
            yield Progress(state.column, state.changed)
        left = waiting(field)
        # A round that took up where an earlier run ended has not seen all that stays shut.
        if left == 0 or (from_start and left <= shut):
            return
        if round_ == ROUNDS:
            message = f"{state.column} 还有 {left - shut} 处用的是旧密钥。"
            raise StillWaiting(message)
        if round_ > 1 or state.last_id:
            time.sleep(_ROUND_PAUSE)
        state.last_id = 0


def files_waiting() -> list[WaitingFile]:
    """Return the files that were not made with the present key and suite."""
    of_rows = (
        file
        for model in apps.get_models()
        if issubclass(model, HoldsFiles)
        for row in model._default_manager.iterator()
        for file in row.waiting_files()
    )
    loose = (file for kind in LOOSE_FILES for file in kind.files())
    return [file for file in chain(of_rows, loose) if file.waits_for_key]


def files_unopenable() -> Iterator[Unopenable]:
    """Yield each of `files_waiting` that does not open."""
    for file in files_waiting():
        if fault := file.fault:
            yield Unopenable(file.name, fault)


def rekey_files() -> Iterator[Progress]:
    """Encrypt the files that wait anew; yield after each. What cannot be opened stays as it is.

    Raises StillWaiting when files that can be opened were written with an old key meanwhile.
    """
    changed = 0
    for file in files_waiting():
        if not file.fault:
            changed += file.rekey()
            yield Progress(FILES, changed)
    if left := [file for file in files_waiting() if not file.fault]:
        message = f"{FILES}还有 {len(left)} 处用的是旧密钥。"
        raise StillWaiting(message)


def column_name(field: EncryptedField) -> str:
    """Return ``field`` as the database names it: table.column."""
    return f"{field.model._meta.db_table}.{field.attname}"


def _state(field: EncryptedField) -> Rekeying:
    """Return how far it has come, from the beginning if it was for another key."""
    state, _ = Rekeying.objects.get_or_create(
        column=column_name(field), defaults={"head": field.vault.head}
    )
    if bytes(state.head) != field.vault.head:
        state.head, state.last_id, state.changed = field.vault.head, 0, 0
        state.save()
    return state


@transaction.atomic
def _next_batch(field: EncryptedField, state: Rekeying, rows: int) -> int | None:
    """Encrypt the next rows anew, and note how far it has come; return how many of them could not
    be opened, None when there were no more rows."""
    # NO KEY: rows that refer to these can be written meanwhile.
    found = _batch(field, state.last_id, rows, lock="FOR NO KEY UPDATE SKIP LOCKED")
    if not found:
        return None
    opened = []
    for pk, token, *bound in found:
        where = field.binding_of(*bound)
        try:
            opened.append((pk, field.vault.decrypt(bytes(token), where), where))
        except DecryptionError:
            continue  # counted below, named by `unopenable`
    table, column = _names(field)
    tokens = field.vault.encrypt_all((plain, where) for _, plain, where in opened)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL expertpool.rekeying = 'on'")  # see core_same_token
        cursor.execute(
            f"UPDATE {table} AS row SET {column} = made.token"  # noqa: S608
            " FROM unnest(%s::bigint[], %s::bytea[]) AS made(id, token) WHERE row.id = made.id",
            [[pk for pk, _, _ in opened], tokens],
        )
        cursor.execute("SET LOCAL expertpool.rekeying = 'off'")
    state.last_id, state.changed = found[-1][0], state.changed + len(opened)
    state.save(update_fields=["last_id", "changed"])
    return len(found) - len(opened)


def _batch(
    field: EncryptedField, after: int, rows: int, lock: str = "", *, whole: bool = False
) -> list[tuple[Any, ...]]:
    """Return key, token and what it is bound to of the next rows after ``after`` that wait, or of all."""
    table, column = _names(field)
    bound = ", ".join(f'"{name}"' for name in field.bound_to)
    every = "TRUE" if field.seals_empty else f"{column} <> ''"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {column}, {bound} FROM {table}"  # noqa: S608
            f" WHERE id > %s AND ({_waits(column)} OR (%s AND {every})) ORDER BY id LIMIT %s {lock}",
            [after, field.vault.head, whole, rows],
        )
        waiting_rows: list[tuple[Any, ...]] = cursor.fetchall()
    return waiting_rows


def _names(field: EncryptedField) -> tuple[str, str]:
    return f'"{field.model._meta.db_table}"', f'"{field.attname}"'


def _waits(column: str) -> str:
    return f"{column} <> '' AND substring({column} FROM 1 FOR {HEAD_BYTES}) <> %s"
