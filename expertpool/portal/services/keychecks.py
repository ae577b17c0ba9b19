"""Whether the secrets at hand are those of the data (docs/decisions/0055).

The database keeps a check value of each secret with which data may have been written. A process
that lacks one of them would fail to read, or, worse, write a second index beside the first, under
which the same expert can be entered, and booked, twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, TypeVar

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.db.models import Field, Model

from expertpool.accounts.models import User, contact_index
from expertpool.core.crypto import DecryptionError, Vault, key_checks
from expertpool.core.fields import BlindIndexField, EncryptedField
from expertpool.core.models import KeyCheck
from expertpool.core.rekeying import encrypted_columns, has_tokens, is_made_with
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import email_index, id_number_index, phone_index

AnyField = TypeVar("AnyField", bound="Field[Any, Any]")
ENCRYPTING = ("FIELD_KEY", "SEAL_KEY")
SETTINGS = (*ENCRYPTING, "INDEX_KEY")
_RESTART_FIRST = (
    "正在运行的系统还没有这把新的 {0}，改用它加密后，页面和后台任务都读不出来。"
    "请先把新旧密钥填入 .env，重启系统（多台机器时全部重启），再运行 expertpool rotate-keys。"
)
SAMPLE = 20  # of the latest rows; one that fits will do, others may have been altered
# Where a value stands beside its index, so that the index can be computed anew.
INDEXED: tuple[tuple[type[Model], str, Callable[[str], bytes | None]], ...] = (
    (Expert, "phone", phone_index),
    (Expert, "id_number", id_number_index),
    (Expert, "email", email_index),
    (User, "phone", partial(contact_index, "phone")),
    (User, "email", partial(contact_index, "email")),
)


class WrongKey(ImproperlyConfigured):
    """A secret is not that of the data."""


def check_keys(*, introduces: bool = True) -> None:
    """Refuse to go on (WrongKey) when a secret of the data is missing; note the present ones.

    Where nothing was noted yet, the data themselves are asked. A secret may be replaced at will as
    long as nothing depends on it. Before the table exists there is nothing to compare with.
    Who does not ``introduce`` keys is refused one that no other process has started with: what he
    wrote with it could be read by none of them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [KeyCheck._meta.db_table])
        if cursor.fetchone()[0] is None:
            return
    noted = _noted()
    missing = [setting for setting in SETTINGS if not _at_hand(setting, noted[setting])]
    if missing:
        raise WrongKey("\n".join(_refusal(setting) for setting in missing))
    unknown = [
        name for name in ENCRYPTING if noted[name] and key_checks(name)[0] not in noted[name]
    ]
    if unknown and not introduces:
        raise WrongKey("\n".join(_RESTART_FIRST.format(setting) for setting in unknown))
    for setting in SETTINGS:
        known = noted[setting] & set(key_checks(setting)) or _used(setting)
        _note(setting, known | {key_checks(setting)[0]}, noted[setting])


def forget_old_keys() -> None:
    """Note that nothing is encrypted with an old key any more."""
    noted = _noted()
    for setting in ENCRYPTING:
        _note(setting, {key_checks(setting)[0]}, noted[setting])


def _noted() -> dict[str, set[bytes]]:
    noted: dict[str, set[bytes]] = {setting: set() for setting in SETTINGS}
    for setting, digest in KeyCheck.objects.values_list("setting", "digest"):
        noted[setting].add(bytes(digest))
    return noted


def _at_hand(setting: str, noted: set[bytes]) -> bool:
    """Tell whether the secrets at hand read and find all that is there."""
    if noted:
        # A secret by which nothing was written may go.
        return noted <= set(key_checks(setting)) or not _is_in_use(setting)
    if setting in ENCRYPTING:
        return bool(_used(setting)) or not _is_in_use(setting)
    # The index key leaves no mark in what it makes: it is tried.
    found = list(_recomputed())
    # One that fits will do: others may have been altered.
    return any(found) or not found


@transaction.atomic
def _note(setting: str, digests: set[bytes], noted: set[bytes]) -> None:
    # Several processes start at once, and note the same.
    rows = [KeyCheck(setting=setting, digest=digest) for digest in digests - noted]
    if rows:
        KeyCheck.objects.bulk_create(rows, ignore_conflicts=True)
    if gone := noted - digests:
        KeyCheck.objects.filter(setting=setting, digest__in=gone).delete()


def _is_in_use(setting: str) -> bool:
    """Tell whether anything was written with a secret of ``setting``."""
    if setting in ENCRYPTING:
        return any(has_tokens(field) for field in _columns(setting))
    return any(
        field.model._default_manager.filter(**{f"{field.attname}__isnull": False}).exists()
        for field in _there(
            field
            for model in apps.get_models()
            for field in model._meta.concrete_fields
            if isinstance(field, BlindIndexField)
        )
    )


def _used(setting: str) -> set[bytes]:
    """Return the check values of the secrets at hand by which something is encrypted."""
    columns = _columns(setting)
    return {
        digest
        for digest, key_id in zip(key_checks(setting), Vault(setting).key_ids(), strict=True)
        if any(is_made_with(field, key_id) for field in columns)
    }


def _columns(setting: str) -> list[EncryptedField]:
    return _there(field for field in encrypted_columns() if field.vault.setting == setting)


def _there(fields: Iterable[AnyField]) -> list[AnyField]:
    """Return those of ``fields`` that have a column: before a database of an earlier version is migrated, or
    one whose first start was cut off, some have none yet, and nothing stands in them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
            " WHERE relnamespace = current_schema()::regnamespace AND attnum > 0"
        )
        columns = set(cursor.fetchall())
    return [field for field in fields if (field.model._meta.db_table, field.column) in columns]


def _recomputed() -> Iterator[bool]:
    """Yield for a sample of indexes whether it is what the value beside it gives."""
    for model, name, index in INDEXED:
        stored = f"{name}_index"
        fields: list[Any] = [model._meta.get_field(one) for one in (name, stored)]
        if len(_there(fields)) < len(fields):
            continue
        rows = model._default_manager.filter(**{f"{stored}__isnull": False})
        for row in rows.only(name, stored).order_by("-pk")[:SAMPLE]:
            try:
                yield getattr(row, stored) == index(getattr(row, name))
            except DecryptionError:
                continue


def _refusal(setting: str) -> str:
    if setting in ENCRYPTING:
        return (
            f"{setting} 不是这个数据库的密钥：库中的信息是用另一把密钥加密的，现在的读不出来。"
            f"请把当时的密钥填回 {setting}；正在更换密钥的，填入 {setting}_OLD，"
            "运行 expertpool rotate-keys 完成后才能删去（docs/howto/rotate-keys.md）。"
        )
    return (
        f"{setting}（或 CRYPTO_SUITE）不是建立这个数据库时的：继续运行会写入第二套索引，"
        f"同一位专家可以录入两次、被重复抽中。请改回原来的 {setting} 和 CRYPTO_SUITE。"
    )
