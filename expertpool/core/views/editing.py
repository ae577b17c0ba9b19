"""Nobody overwrites what he has not seen: a form that edits a record says what its reader has read.

    editing = Editing(request, Edits((User, [pk])))  # before the record: it may change in between
    user = get_object_or_404(…)
    …
    return drawer_form(request, form, write, editing=editing, title=…)

A form that is a page of its own calls ``editing.write(write)`` and gives ``editing`` to its template.
What counts as an edit of the record, and who made it, an `Edited` knows; `audit` has the one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.db import transaction
from django.http import HttpRequest

from expertpool.core.text import is_key

VERSION = "version"  # the input by which a form says it

T = TypeVar("T")


class ChangedMeanwhile(Exception):
    """Somebody has changed the record since it was read; the `Editing` says who and what."""


@dataclass(frozen=True)
class Edit:
    """What one person changed at once, in words that the reader may see."""

    at: datetime
    who: str
    changes: Sequence[str]  # "姓名：王明 → 王小明"


class Edited(Protocol):
    """The edits of a record, each with a number that grows."""

    def last(self) -> int:
        """Return the number of the last edit, 0 where there was none."""
        ...

    def hold(self) -> None:
        """Let nobody else edit the record until the transaction ends; ValidationError: it is gone."""
        ...

    def after(self, number: int, viewer: Any) -> Sequence[Edit]:
        """Return what was edited since, for the eyes of ``viewer``, the latest first."""
        ...


class Editing:
    """One reader's form of a record. ``version`` is the last edit that he has read; ``meanwhile`` are
    those of others that kept him from saving, of which he is told (``is_stale``)."""

    def __init__(self, request: HttpRequest, record: Edited) -> None:
        self.record, self.viewer = record, request.user
        self.is_stale = False
        self.meanwhile: Sequence[Edit] = ()
        # Once posted it stays what it was: a form that comes back with an error is no newer.
        posted = request.POST.get(VERSION, "")
        self.version = int(posted) if is_key(posted) else 0
        if request.method != "POST":
            self.version = record.last()

    def write(self, write: Callable[[], T]) -> T:
        """Call ``write`` if its reader has read what stands; raise ChangedMeanwhile otherwise.

        He is told what he has not read, and saves over it by the next time if he still wants to.
        """
        with transaction.atomic():
            self.record.hold()
            last = self.record.last()
            if last == self.version:
                return write()
        self.is_stale, self.meanwhile = True, self.record.after(self.version, self.viewer)
        self.version = last
        raise ChangedMeanwhile
