"""The attachments, as whatever keeps all of them asks for them (`core.storing.keeping`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Q

from expertpool.core.storing import KeptFolder
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import FOLDER, Attachment
from expertpool.files.queries import stored
from expertpool.files.queries.content import digest_of


def _named(since: datetime | None) -> Iterable[str]:
    rows = Attachment.objects.all()
    if since:
        # One that lay in clear has another name since it was encrypted.
        rows = rows.filter(Q(created_at__gte=since) | Q(sealed_at__gte=since))
    return map(str, rows.values_list("file", flat=True))


def _newest(count: int) -> Iterator[tuple[str, bool]]:
    for row in Attachment.objects.order_by("-pk")[:count]:
        yield str(row.file.name), _opens(row)


def _opens(row: Attachment) -> bool:
    """To its end, by the keys of here, which are in no backup."""
    try:
        with stored(row) as file:
            digest_of(file)
    except FileRefused:
        return False
    return True


ATTACHMENTS = KeptFolder(FOLDER, "附件", _named, _newest)
