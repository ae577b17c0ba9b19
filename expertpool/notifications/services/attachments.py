"""What goes along with a message: stored files, and documents rendered when it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from expertpool.core.catalogue import Catalogue
from expertpool.files.models import Attachment
from expertpool.files.queries import opened
from expertpool.notifications.channels.base import File
from expertpool.notifications.models import Message

# What other apps need to declare documents.
__all__ = ["DOCUMENT_KINDS", "Document", "DocumentKind", "File", "load_files"]


@dataclass(frozen=True)
class DocumentKind:
    """Documents that ``render(id)`` makes; it runs in a job, at each attempt."""

    code: str
    render: Callable[[str], File]


DOCUMENT_KINDS: Catalogue[DocumentKind] = Catalogue("document kind")


@dataclass(frozen=True)
class Document:
    """A document to be rendered when the message is sent: kind (``draws.letter``) and an id."""

    kind: str
    id: str | int


def load_files(message: Message) -> tuple[File, ...]:
    """Read and render what goes along with ``message``: stored files first, then documents."""
    stored = [_stored(row) for row in message.attachments.order_by("id")]
    return (*stored, *(DOCUMENT_KINDS[kind].render(str(pk)) for kind, pk in message.documents))


def _stored(row: Attachment) -> File:
    with opened(row) as content:
        return File(row.name, content.read(), row.content_type)
