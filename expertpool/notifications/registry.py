"""What apps above say of the recipients of messages, and keep of attempts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from expertpool.core.catalogue import Catalogue


@dataclass(frozen=True)
class RecipientFields:
    """Which declared fields a record of a message shows of a recipient who stands in another app: what the office keeps
    out of exports of these is in no export of messages."""

    code: str
    name: tuple[str, ...]
    address: tuple[str, ...]


RECIPIENT_FIELDS: Catalogue[RecipientFields] = Catalogue("fields of recipients")


class KeptSound(NamedTuple):
    """Words for a sound, where it is got, and its hash."""

    label: str
    url: str
    sha256: str


@dataclass(frozen=True)
class AttemptFiles:
    """What another app has recorded of attempts: ``links`` gives the sounds by attempt, for whoever may read the message."""

    code: str
    links: Callable[[Any], Mapping[int, Sequence[KeptSound]]]


ATTEMPT_FILES: Catalogue[AttemptFiles] = Catalogue("files of attempts")
