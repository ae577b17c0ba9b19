"""Operations of migrations that encrypt anew what stands in a column: what they are told is of that time, whatever
the models say since."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from django.db import connection
from django.db.migrations import AddField, RemoveField, RenameField, RunPython, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.models import Field

from expertpool.core.crypto import DecryptionError, Vault, binding, blind_index
from expertpool.core.fields import EncryptedJSONField

_AT_ONCE = 2000


def seal_empty(
    table: str, column: str, *bound: str, at_least: int, where: str = "TRUE"
) -> RunPython:
    """Return the operation by which the empty cells of ``column``, bound to the columns ``bound``, say by a key that
    nothing stands there (`EncryptedField.seals_empty`); of rows ``where`` nothing may stand."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        vault, place = Vault("FIELD_KEY", at_least), binding(table, column)
        for rows in _rows(table, bound, f"{column} = '' AND {where}"):
            tokens = vault.encrypt_all((b"", place + binding(*row[1:])) for row in rows)
            _write(table, column, [row[0] for row in rows], tokens)

    return RunPython(forwards, RunPython.noop, elidable=True)


def bind_more(table: str, column: str, *more: str, before: str, at_least: int) -> RunPython:
    """Return the operation by which ``column``, bound to the column ``before``, is bound to ``more`` as well. What does
    not open stays as it is, and does not open then either; what is bound already stays, too."""

    def rebind(old: int, new: int) -> None:
        vault, place, bound = Vault("FIELD_KEY", at_least), binding(table, column), (before, *more)
        for rows in _rows(table, (*bound, column), f"{column} <> ''"):
            keys, pairs = [], []
            for pk, *values, token in rows:
                try:
                    plain = vault.decrypt(bytes(token), place + binding(*values[:old]))
                except DecryptionError:
                    continue
                keys.append(pk)
                pairs.append((plain, place + binding(*values[:new])))
            _write(table, column, keys, vault.encrypt_all(pairs))

    return RunPython(
        lambda apps, editor: rebind(1, 1 + len(more)),
        lambda apps, editor: rebind(1 + len(more), 1),
        elidable=True,
    )


def seal_clear(
    table: str, clear: str, column: str, *bound: str, at_least: int, seals_empty: bool = False
) -> RunPython:
    """Return the operation by which what the column ``clear`` says in clear is encrypted in ``column``, bound to the
    columns ``bound``; on the way back what does not open is lost."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        vault, place = Vault("FIELD_KEY", at_least), binding(table, column)
        where = "TRUE" if seals_empty else f"{clear} <> ''"
        for rows in _rows(table, (*bound, clear), where):
            pairs = [(_plain(row[-1]), place + binding(*row[1:-1])) for row in rows]
            _write(table, column, [row[0] for row in rows], vault.encrypt_all(pairs))

    def backwards(apps: Any, schema_editor: Any) -> None:
        vault, place = Vault("FIELD_KEY", at_least), binding(table, column)
        is_text = clear in _text_columns(table)
        for rows in _rows(table, (*bound, column), f"{column} <> ''"):
            said: list[tuple[Any, int]] = []
            for pk, *values, token in rows:
                with suppress(DecryptionError):
                    plain = vault.decrypt(bytes(token), place + binding(*values))
                    said.append((plain.decode() if is_text else plain, pk))
            with connection.cursor() as cursor:
                cursor.executemany(f"UPDATE {table} SET {clear} = %s WHERE id = %s", said)  # noqa: S608
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    return RunPython(forwards, backwards, elidable=True)


def write_anew(
    table: str,
    column: str,
    *bound: str,
    at_least: int,
    index: tuple[str, str],
    anew: Callable[[str], str],
) -> RunPython:
    """Return the operation by which each text of ``column``, bound to the columns ``bound``, stands as ``anew`` returns it,
    unless that is nothing; ``index``: the column of its blind index, and for which purpose that is made. What does not
    open stays as it is."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        vault, place = Vault("FIELD_KEY", at_least), binding(table, column)
        for rows in _rows(table, (*bound, column), f"{column} <> ''"):
            places = [place + binding(*values) for _, *values, _ in rows]
            opened = vault.decrypt_all(zip((bytes(row[-1]) for row in rows), places, strict=True))
            written = {
                pk: (text, its)
                for (pk, *_), its, stood in zip(rows, places, opened, strict=True)
                if stood is not None and (text := anew(stood.decode())) not in {"", stood.decode()}
            }
            tokens = vault.encrypt_all((text.encode(), its) for text, its in written.values())
            _write(table, column, [*written], tokens)
            indexes = [blind_index(index[1], text) for text, _ in written.values()]
            _write(table, index[0], [*written], indexes)

    return RunPython(forwards, RunPython.noop, elidable=True)


def _plain(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


def _text_columns(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND data_type <> 'bytea'",
            [table],
        )
        return {name for (name,) in cursor.fetchall()}


def _rows(table: str, columns: tuple[str, ...], where: str) -> Iterator[list[tuple[Any, ...]]]:
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, {', '.join(columns)} FROM {table}"  # noqa: S608 (names of a migration)
                f" WHERE id > %s AND {where} ORDER BY id LIMIT %s",
                [after, _AT_ONCE],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        after = rows[-1][0]
        yield rows


def _write(table: str, column: str, keys: list[int], tokens: list[bytes]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS row SET {column} = made.token"  # noqa: S608
            " FROM unnest(%s::bigint[], %s::bytea[]) AS made(id, token) WHERE row.id = made.id",
            [keys, tokens],
        )
        # What was just written would keep the table from being altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def seal_column(
    model: str, table: str, name: str, sealed: Field[Any, Any], *bound: str, at_least: int
) -> list[Operation]:
    """Return the operations of a migration by which the column ``name`` of ``model``, which stood in clear, is ``sealed``,
    bound to the columns ``bound``."""
    is_json = isinstance(sealed, EncryptedJSONField)  # of which none is empty as texts are
    clear = f"{name}_clear"
    return [
        RenameField(model, name, clear),
        AddField(model, name, sealed),
        # Checks that wait would keep the table from being altered.
        RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        seal_clear(table, clear, name, *bound, at_least=at_least, seals_empty=is_json),
        RemoveField(model, clear),
    ]
