"""Changing the key of encrypted columns while the system runs (`expertpool rotate-keys`).

Every `EncryptedField` of every app takes part by being one. What a token begins with says whether
it waits: the work can be stopped or killed anywhere and goes on where it was. A batch is one
transaction that locks its rows and waits for nobody: rows that somebody else is writing are passed
over and come in the next round, so it can never be part of a deadlock.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from django.apps import apps
from django.db import connection, transaction

from expertpool.core.crypto import HEAD_BYTES
from expertpool.core.fields import EncryptedField, encrypted_fields
from expertpool.core.models import Rekeying

ROUNDS = 10  # through one column; each later one finds only rows that were being written
_ROUND_PAUSE = 0.5  # seconds between rounds


@dataclass(frozen=True)
class Progress:
    """After a batch: how many tokens of ``column`` were made anew, by this run or one before."""

    column: str
    changed: int


class StillWaiting(RuntimeError):
    """Tokens of the old key are left, or were written meanwhile."""


def encrypted_columns() -> list[EncryptedField]:
    """Return all encrypted columns of all apps."""
    return [field for model in apps.get_models() for field in encrypted_fields(model)]


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


def rekey(field: EncryptedField, *, rows: int | None = None) -> Iterator[Progress]:
    """Encrypt ``field`` anew wherever its token is not of the present key and suite; yield after
    each batch of ``rows`` (by default what the field says).

    Raises core.crypto.DecryptionError for a token that was altered, moved or is of a key that
    nobody gave, and StillWaiting when tokens are left after all rounds.
    """
    state = _state(field)
    for round_ in count(1):
        while _next_batch(field, state, rows or field.rows_at_once):
            yield Progress(state.column, state.changed)
        left = waiting(field)
        if not left:
            return
        if round_ == ROUNDS:
            message = f"{state.column} 还有 {left} 处用的是旧密钥。"
            raise StillWaiting(message)
        if round_ > 1 or state.last_id:
            time.sleep(_ROUND_PAUSE)
        state.last_id = 0


def _state(field: EncryptedField) -> Rekeying:
    """Return how far it has come, from the beginning if it was for another key."""
    name = f"{field.model._meta.db_table}.{field.attname}"
    state, _ = Rekeying.objects.get_or_create(column=name, defaults={"head": field.vault.head})
    if bytes(state.head) != field.vault.head:
        state.head, state.last_id, state.changed = field.vault.head, 0, 0
        state.save()
    return state


@transaction.atomic
def _next_batch(field: EncryptedField, state: Rekeying, rows: int) -> bool:
    """Encrypt the next rows anew, and note how far it has come; False when there are none."""
    table, column = _names(field)
    bound = ", ".join(f'"{name}"' for name in field.bound_to)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL expertpool.rekeying = 'on'")  # see core_same_token
        cursor.execute(
            f"SELECT id, {column}, {bound} FROM {table}"  # noqa: S608
            f" WHERE id > %s AND {_waits(column)} ORDER BY id LIMIT %s"
            # NO KEY: rows that refer to these can be written meanwhile.
            " FOR NO KEY UPDATE SKIP LOCKED",
            [state.last_id, field.vault.head, rows],
        )
        found = cursor.fetchall()
        if not found:
            return False
        bindings = [field.binding_of(*row[2:]) for row in found]
        plains = [
            field.vault.decrypt(bytes(row[1]), where)
            for row, where in zip(found, bindings, strict=True)
        ]
        tokens = field.vault.encrypt_all(zip(plains, bindings, strict=True))
        cursor.execute(
            f"UPDATE {table} AS row SET {column} = made.token"  # noqa: S608
            " FROM unnest(%s::bigint[], %s::bytea[]) AS made(id, token) WHERE row.id = made.id",
            [[row[0] for row in found], tokens],
        )
        cursor.execute("SET LOCAL expertpool.rekeying = 'off'")
    state.last_id, state.changed = found[-1][0], state.changed + len(found)
    state.save(update_fields=["last_id", "changed"])
    return True


def _names(field: EncryptedField) -> tuple[str, str]:
    return f'"{field.model._meta.db_table}"', f'"{field.attname}"'


def _waits(column: str) -> str:
    return f"{column} <> '' AND substring({column} FROM 1 FOR {HEAD_BYTES}) <> %s"
