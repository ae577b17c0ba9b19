"""What apps above say of the recipients of messages."""

from __future__ import annotations

from dataclasses import dataclass

from expertpool.core.catalogue import Catalogue


@dataclass(frozen=True)
class RecipientFields:
    """Which declared fields a record of a message shows of a recipient who stands in another app: what the office keeps
    out of exports of these is in no export of messages."""

    code: str
    name: tuple[str, ...]
    address: tuple[str, ...]


RECIPIENT_FIELDS: Catalogue[RecipientFields] = Catalogue("fields of recipients")
