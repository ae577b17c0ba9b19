"""Model fields for sensitive values: encrypted at rest, found by a blind index.

    phone = EncryptedTextField("手机号", bound_to=("number",))
    phone_index = BlindIndexField("手机号索引")

A value is bound to its table, its column and the columns ``bound_to``, which name its row: they
are unique together and never change (docs/decisions/0038). It is opened by its row, when the
attribute is read: a list that does not show a phone number decrypts none. ``values()`` and
``values_list()`` give a `Sealed`, which nobody can read but `EncryptedField.opened_each`, of many rows at once; ``update()`` and ``bulk_update()`` can
only empty such a column, or write what `EncryptedField.sealed` made for their one row. Where rows are written by COPY, `EncryptedField.token` and
`token_each` make what they hold.

Services fill the index through ``blind_index`` of the normalised value; equal values get equal
indexes, so a unique constraint on the index holds what a unique constraint on the value would.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib.postgres.fields import RangeField
from django.core import checks
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from expertpool.core.crypto import (
    HEAD_BYTES,
    LEAST_BYTES,
    DecryptionError,
    Vault,
    binding,
    blind_index,
    proof,
)

UNREADABLE = "无法读取"

logger = logging.getLogger(__name__)


class Sealed:
    """A token as it stands in a column. Only the attribute of its row opens it."""

    __slots__ = ("plain", "token")

    def __init__(self, token: bytes, plain: Any = None) -> None:
        self.token = token
        self.plain = plain  # kept once it was opened

    def __str__(self) -> str:
        message = "an encrypted value is read as an attribute of its row, not by values()"
        raise FieldError(message)


class ShutText(str):
    """What is said in place of a value that does not open. Set on a row, it is that value again."""

    __slots__ = ("token",)
    token: bytes

    @classmethod
    def of(cls, text: str, token: bytes) -> ShutText:
        made = cls(text)
        made.token = token
        return made


class EncryptedAttribute(DeferredAttribute):
    """Opens the value when it is read from a row."""

    field: EncryptedField

    def __get__(self, row: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        if row is None:
            return self
        name = self.field.attname
        if name not in row.__dict__:  # deferred: its row comes along, since it is opened by it
            row.refresh_from_db(fields=[name, *self.field.bound_to])
        value = row.__dict__[name]
        return self.field.shown(row, value) if isinstance(value, Sealed) else value

    # makes this a data descriptor: else Python would take the sealed value from ``__dict__``
    def __set__(self, row: models.Model, value: Any) -> None:
        if isinstance(value, ShutText):  # as rows are read anew: attribute by attribute
            value = Sealed(value.token)
        row.__dict__[self.field.attname] = value


class EncryptedField(models.Field):
    """What encrypted text and bytes share.

    ``key`` names the setting of the secret; ``rows_at_once`` is for `core.rekeying`: few where
    values are large. ``at_least`` is the smallest length that is encrypted: one that holds what is
    usual there, so that lengths tell nothing of it (docs/decisions/0086). With ``seals_empty`` that there is
    no value is encrypted, too, so that nobody without a key can say it: an empty cell does not open
    (docs/decisions/0178). What stands beside everything that is shown of its row says ``when_shut`` instead of
    ending each such page, where it does not open.
    """

    descriptor_class = EncryptedAttribute
    empty: str | bytes

    def __init__(
        self,
        *args: Any,
        bound_to: Sequence[str] = (),
        key: str = "FIELD_KEY",
        rows_at_once: int = 500,
        at_least: int = LEAST_BYTES,
        seals_empty: bool = False,
        when_shut: str | None = None,
        **kwargs: Any,
    ) -> None:
        # None of them is of the schema: migrations do not know them, and cannot open such a column.
        self.bound_to = tuple(bound_to)
        self.vault = Vault(key, at_least)
        self.rows_at_once = rows_at_once
        self.seals_empty = seals_empty
        self.when_shut = when_shut
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_bound_to()]

    def get_internal_type(self) -> str:
        return "BinaryField"

    def open(self, row: models.Model, value: Sealed) -> Any:
        """Return what ``value`` of ``row`` says; raises crypto.DecryptionError."""
        if value.plain is None:
            value.plain = self.opened(value.token, *(getattr(row, name) for name in self.bound_to))
        return value.plain

    def shown(self, row: models.Model, value: Sealed) -> Any:
        """Return what ``value`` of ``row`` says, or what is said instead; raises crypto.DecryptionError where that is
        nothing."""
        if self.when_shut is None:
            return self.open(row, value)
        try:
            return self.open(row, value)
        except DecryptionError:
            logger.error("%s of %s %s cannot be opened", self.attname, row._meta.label, row.pk)  # noqa: TRY400
            return ShutText.of(self.when_shut, value.token)

    def opened(self, token: bytes, *bound: Any, ring: Any = None) -> Any:
        """Return what ``token`` says in the row whose ``bound_to`` is ``bound``; raises crypto.DecryptionError. ``ring`` as
        in `Vault.decrypt`."""
        return self.from_bytes(self.vault.decrypt(token, self.binding_of(*bound), ring))

    def opened_each(self, values: Iterable[tuple[Any, Sequence[Any]]]) -> list[Any]:
        """Return what each of many cells says, None for one that does not open; as pairs of what ``values_list()`` gives
        of the column, and what ``bound_to`` is."""
        column = self._column_binding()
        pairs = [
            (value.token, column + self._row_binding(bound)) if isinstance(value, Sealed) else None
            for value, bound in values
        ]
        opened = self.vault.decrypt_all(filter(None, pairs))
        plain = [next(opened) if pair else b"" for pair in pairs]
        return [None if one is None else self.from_bytes(one) for one in plain]

    def token(self, value: Any, *bound: Any) -> bytes:
        """Return what the column holds for ``value`` in the row whose ``bound_to`` is ``bound``."""
        return self.token_each([(value, bound)])[0]

    def token_each(self, values: Iterable[tuple[Any, Sequence[Any]]]) -> list[bytes]:
        """The same for many rows, as pairs of a value and what ``bound_to`` is."""
        column, to_bytes = self._column_binding(), self.to_bytes
        pairs = [
            None
            if self._stays_empty(value)
            else (to_bytes(value), column + self._row_binding(bound))
            for value, bound in values
        ]
        tokens = iter(self.vault.encrypt_all(filter(None, pairs)))
        return [next(tokens) if pair else b"" for pair in pairs]

    def _stays_empty(self, value: Any) -> bool:
        return bool(value == self.empty) and not self.seals_empty

    def binding_of(self, *values: Any) -> bytes:
        """Return the binding of the row in which the columns ``bound_to`` hold ``values``."""
        return self._column_binding() + self._row_binding(values)

    def _column_binding(self) -> bytes:
        return binding(self.model._meta.db_table, self.attname)

    def _row_binding(self, values: Sequence[Any]) -> bytes:
        if not values or len(values) != len(self.bound_to):
            message = f"{self} is bound to {self.bound_to}, not to {len(values)} values"
            raise ValueError(message)
        return binding(*values)

    def to_bytes(self, value: Any) -> bytes:
        raise NotImplementedError

    def from_bytes(self, plain: bytes) -> str | bytes:
        raise NotImplementedError

    def pre_save(self, row: models.Model, add: bool) -> Any:
        value = row.__dict__.get(self.attname)
        if isinstance(value, Sealed):
            if not add and value.token[:HEAD_BYTES] == self.vault.head:
                return value
            value = self.open(row, value)  # a row of its own, or a key that goes out of use
        if value is None or self._stays_empty(value):
            return value
        row.__dict__[self.attname] = sealed = self.sealed(row, value)
        return sealed

    def sealed(self, row: models.Model, value: Any) -> Sealed:
        """Return ``value`` as an ``update()`` of ``row`` alone takes it."""
        return Sealed(self.token(value, *(getattr(row, name) for name in self.bound_to)), value)

    def get_prep_value(self, value: Any) -> bytes | None:
        if value is None:
            return None
        if isinstance(value, Sealed):
            return value.token
        if self._stays_empty(value):
            return b""
        message = f"{self} is encrypted for its row: set the attribute and save the row"
        raise FieldError(message)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = value if prepared else self.get_prep_value(value)
        return None if value is None else connection.Database.Binary(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        return Sealed(bytes(value)) if value or self.seals_empty else self.empty

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            message = f"{self.name} is encrypted; search by its blind index"
            raise FieldError(message)
        return super().get_lookup(lookup_name)

    def _check_bound_to(self) -> list[checks.CheckMessage]:
        """That no two rows are bound alike: else a value could be moved from one to the other."""
        fields = {field.attname: field for field in self.model._meta.concrete_fields}
        if not set(self.bound_to) <= fields.keys():
            return [checks.Error(f"{self}: no columns {self.bound_to}", obj=self, id="core.E003")]
        alone = any(fields[name].unique for name in self.bound_to)
        bound = {fields[name].name for name in self.bound_to}
        together = any(
            isinstance(one, models.UniqueConstraint)
            and one.condition is None
            and one.fields
            and set(one.fields) <= bound
            for one in self.model._meta.constraints
        )
        if alone or together:
            return []
        message = f"{self}: {self.bound_to} are not unique together"
        return [checks.Error(message, obj=self, id="core.E004")]


class EncryptedTextField(EncryptedField, models.TextField):
    """Text kept as an authenticated ciphertext (see `core.crypto`); empty text is kept empty, or sealed.

    Lookups other than ``isnull`` are refused: search goes through a blind index.
    """

    empty = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", "")
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        # Django leaves out what it takes for the usual.
        return name, path, args, kwargs if self.blank else kwargs | {"blank": False}

    def to_bytes(self, value: Any) -> bytes:
        return str(value).encode()

    def from_bytes(self, plain: bytes) -> str:
        return plain.decode()


class EncryptedBytesField(EncryptedField, models.BinaryField):
    """The same for bytes."""

    empty = b""

    def to_bytes(self, value: Any) -> bytes:
        return bytes(value)

    def from_bytes(self, plain: bytes) -> bytes:
        return plain


class EncryptedJSONField(EncryptedField, models.BinaryField):
    """The same for what JSON writes, of lists."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    @property
    def empty(self) -> list[Any]:  # type: ignore[override]
        return []  # of each row its own

    def to_bytes(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False).encode()

    def from_bytes(self, plain: bytes) -> Any:
        return json.loads(plain)


def encrypted(model: type[models.Model], name: str) -> EncryptedField:
    """Return the encrypted column ``name`` of ``model``."""
    field = model._meta.get_field(name)
    assert isinstance(field, EncryptedField)  # noqa: S101 - for the type checker
    return field


def encrypted_fields(model: type[models.Model]) -> list[EncryptedField]:
    """Return all encrypted columns of ``model``."""
    return [field for field in model._meta.concrete_fields if isinstance(field, EncryptedField)]


def readable(row: models.Model, name: str, shown: Callable[[str], str] = str) -> str:
    """Return the encrypted column ``name`` of ``row`` as ``shown`` makes it, for where many rows
    stand together: one that was altered says so in its place, and in the log, and stops none."""
    try:
        return shown(getattr(row, name))
    except DecryptionError:
        logger.error("%s of %s %s cannot be opened", name, row._meta.label, row.pk)  # noqa: TRY400
        return UNREADABLE


def opens(row: models.Model, name: str) -> bool:
    """Tell whether the encrypted column ``name`` of ``row`` can be read (an empty one can). Says nothing to the
    log, where the row itself may be what nobody may know."""
    field = encrypted(type(row), name)
    try:
        getattr(row, name)  # a deferred one comes along
        if isinstance(value := row.__dict__[name], Sealed):
            field.open(row, value)
    except DecryptionError:
        return False
    return True


def shut_cells(row: models.Model) -> set[str]:
    """Return the encrypted columns of ``row`` that somebody altered so that they do not open."""
    return {one.attname for one in encrypted_fields(type(row)) if not opens(row, one.attname)}


class BlindIndexField(models.BinaryField):
    """Keyed digest of an encrypted value (16 bytes), or null when there is no value."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        # What differs from Django's defaults is left out by it, and would be ours again when read.
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"null": self.null, "blank": self.blank}

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        return None if value is None else bytes(value)


class IndexOfField(BlindIndexField):
    """The blind index of the encrypted column ``of``, for one ``purpose``: made with each save that writes it."""

    def __init__(self, *args: Any, of: str = "", purpose: str = "", **kwargs: Any) -> None:
        self.of, self.purpose = of, purpose  # not of the schema
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        return name, f"{BlindIndexField.__module__}.{BlindIndexField.__name__}", args, kwargs

    def index_of(self, value: str) -> bytes | None:
        return blind_index(self.purpose, value) if value else None

    def pre_save(self, row: models.Model, add: bool) -> bytes | None:
        held = row.__dict__.get(self.of)
        if isinstance(held, Sealed) and held.plain is None:  # nobody has read it, nor written
            stays: bytes | None = getattr(row, self.attname)
            return stays
        made = self.index_of(held.plain if isinstance(held, Sealed) else held or "")
        setattr(row, self.attname, made)
        return made


class ProofField(BlindIndexField):
    """That this system wrote the row, or wrote again what it ``says`` (attributes, also of rows that it
    refers to; nothing where there is none): made with each save, by a key outside the database.

    Rows are named by what never changes (``role.code``), never by an id. What past the models writes
    (``update()``, statements) makes none. The encrypted columns ``opens`` have to open as well: their words
    are theirs by the binding, and an emptied one says nothing where ``seals_empty`` (docs/decisions/0500).
    """

    def __init__(
        self, *args: Any, says: Sequence[str] = (), opens: Sequence[str] = (), **kwargs: Any
    ) -> None:
        self.says, self.opens = tuple(says), tuple(opens)  # not of the schema
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        return name, f"{BlindIndexField.__module__}.{BlindIndexField.__name__}", args, kwargs

    def pre_save(self, row: models.Model, add: bool) -> bytes:
        made = self.made_of(row)
        setattr(row, self.attname, made)
        return made

    def made_of(self, row: models.Model) -> bytes:
        said = [_said(_read(row, path)) for path in self.says]
        return proof(row._meta.db_table, said)

    def holds_for(self, row: models.Model) -> bool:
        """Tell whether this system wrote what ``row`` says; what does not open, it did not."""
        try:
            made = bytes(getattr(row, self.attname) or b"") == self.made_of(row)
        except DecryptionError:
            return False
        return made and all(opens(row, name) for name in self.opens)

    def held_by(self, rows: models.QuerySet[Any]) -> list[int]:
        """Return the keys of those of ``rows`` for which it holds: no objects are made of thousands. Only of a proof
        that ``opens`` nothing, and ``says`` columns."""
        if self.opens:
            raise TypeError(self.opens)
        columns, rests = zip(*(_as_column(self.model, path) for path in self.says), strict=True)
        table = self.model._meta.db_table
        return [
            pk
            for pk, made, *values in rows.values_list("pk", self.attname, *columns)
            if bytes(made or b"")
            == proof(table, [_said(_read(*one)) for one in zip(values, rests, strict=True)])
        ]


# What a range calls its ends, and what the database does.
_ENDS = {"lower": "startswith", "upper": "endswith"}


def _as_column(model: type[models.Model], path: str) -> tuple[str, str]:
    """Return the column that ``path`` (`ProofField.says`) reads, as a query names it, and what is read of its value."""
    names, at = path.split("."), 0
    field: Any = model._meta.get_field(names[at])
    while field.is_relation:
        at += 1
        field = field.related_model._meta.get_field(names[at])
    column, rest = "__".join(names[: at + 1]), names[at + 1 :]
    if rest and isinstance(field, RangeField):
        return f"{column}__{_ENDS[rest[0]]}", ""
    return column, ".".join(rest)


def is_vouched(row: models.Model, by: str = "proof") -> bool:
    """Tell whether this system wrote what ``row`` says, by its column ``by``."""
    field = row._meta.get_field(by)
    return isinstance(field, ProofField) and field.holds_for(row)


def _read(row: Any, path: str) -> Any:
    for name in path.split(".") if path else ():
        row = None if row is None else getattr(row, name)
    return row


def _said(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
