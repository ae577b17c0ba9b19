"""Model fields for sensitive values: encrypted at rest, found by a blind index.

    phone = EncryptedTextField("手机号")
    phone_index = BlindIndexField("手机号索引")

Services fill the index through ``blind_index`` of the normalised value; equal values get equal
indexes, so a unique constraint on the index holds what a unique constraint on the value would.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldError
from django.db import models

from expertpool.core.crypto import Vault

field_vault = Vault("FIELD_KEY", "field")


class EncryptedTextField(models.TextField):
    """Text kept as an authenticated ciphertext (see `core.crypto`); empty text is kept empty.

    Lookups other than ``isnull`` are refused: search goes through a blind index.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", "")
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_prep_value(self, value: Any) -> bytes | None:
        if value is None:
            return None
        return field_vault.encrypt(str(value).encode()) if value != "" else b""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = value if prepared else self.get_prep_value(value)
        return None if value is None else connection.Database.Binary(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        if value is None:
            return None
        return field_vault.decrypt(bytes(value)).decode() if value else ""

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            message = f"{self.name} is encrypted; search by its blind index"
            raise FieldError(message)
        return super().get_lookup(lookup_name)


class BlindIndexField(models.BinaryField):
    """Keyed digest of an encrypted value (16 bytes), or null when there is no value."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        return None if value is None else bytes(value)
