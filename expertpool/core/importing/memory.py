"""What a user explained about his files, kept for his next one: headers, and words of lists.

Kept by a confirmed import only. The user sees and deletes it on the page of the upload.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet

from expertpool.core.importing.columns import ERRORS
from expertpool.core.models import ImportMemory

HEADER = ""  # the column of a memory of a header
LONGEST = 100  # characters that are remembered; a longer text is no header, and no word


def memories(user: Any, importer: str) -> QuerySet[ImportMemory]:
    """Return what is remembered for ``user``, headers first; nothing for nobody."""
    mine = ImportMemory.objects.filter(importer=importer)
    return mine.filter(user=user) if user else mine.none()


def remembered(user: Any, importer: str) -> dict[str, dict[str, str]]:
    """Return what ``user`` explained: column (`HEADER` for headers) → said → meant."""
    found: dict[str, dict[str, str]] = {}
    for one in memories(user, importer):
        found.setdefault(one.column, {})[one.said] = one.meant
    return found


def forget(user: Any, importer: str, said: Mapping[str, Collection[str]]) -> None:
    """Keep no longer what was taken back, by column."""
    for column, words in said.items():
        memories(user, importer).filter(column=column, said__in=words).delete()


def remember(user: Any, importer: str, said: Mapping[str, Mapping[str, str]]) -> None:
    """Keep what was explained; the newest explanation counts."""
    ImportMemory.objects.bulk_create(
        (
            ImportMemory(user=user, importer=importer, column=column, said=word, meant=meaning)
            for column, words in said.items()
            for word, meaning in words.items()
            if 0 < len(word) <= LONGEST and word not in ERRORS  # of one file
        ),
        update_conflicts=True,
        unique_fields=["user", "importer", "column", "said"],
        update_fields=["meant"],
    )
