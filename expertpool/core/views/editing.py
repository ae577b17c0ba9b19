"""Nobody overwrites what he has not seen: a form that edits a record says what its reader has read.

    editing = Editing(request, Edits((User, [pk])))  # before the record: it may change in between
    user = get_object_or_404(…)
    …
    return drawer_form(request, form, write, editing=editing, title=…)

A form that is a page of its own calls ``editing.about(parts_of(form))`` and `drawers.attempt`, and
gives ``editing`` to its template. What its reader left alone takes what others have made of it.
What counts as an edit of the record, and who made it, an `Edited` knows; `audit` has the one.

Of edits of which he is told later (`core.visibility.LATER`) he hears nothing here either: what he left alone keeps
them, and what he changed himself is his (docs/decisions/0194).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.db import transaction
from django.http import HttpRequest

from expertpool.core.aftermath import writing_afterwards
from expertpool.core.text import is_key
from expertpool.core.views.parts import Part, digest, read_in, sign

# The inputs by which a form says it: which edit was the last, and what its own fields held.
VERSION, READ = "version", "read"

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
    """The edits of a record, numbered as whoever reads them is told of them."""

    def last(self, viewer: Any) -> int:
        """Return the number of the last edit that ``viewer`` is told of, 0 where there was none; None: of all."""
        ...

    def hold(self) -> None:
        """Let nobody else edit the record until the transaction ends; ValidationError: it is gone."""
        ...

    def after(self, number: int, viewer: Any) -> Sequence[Edit]:
        """Return what was edited since, for the eyes of ``viewer``, the latest first."""
        ...


class Editing:
    """One reader's form of a record. ``version`` is the last edit that he has read; ``meanwhile`` are
    those of others that kept him from saving, of which he is told (``is_stale``).

    Of its fields, then, ``taken`` (labels) are those that only others have changed, shown as they
    stand, and ``clashes`` those that both have.
    """

    def __init__(self, request: HttpRequest, record: Edited) -> None:
        self.record, self.viewer = record, request.user
        self.is_stale = False
        self.meanwhile: Sequence[Edit] = ()
        self.taken: list[str] = []
        self.clashes: list[str] = []
        self._parts: list[Part] = []
        # Before the record is read: what is shown is at least as new as what it says to have read.
        self._standing = record.last(request.user)
        # Once posted it stays what it was: a form that comes back with an error is no newer.
        self._is_posted = request.method == "POST"
        posted = request.POST.get(VERSION, "")
        self._read = request.POST.get(READ, "")
        self.version = int(posted) if is_key(posted) else 0
        if not self._is_posted:
            self.version = self._standing
        # Told or not.
        self._all = record.last(None) if self._is_posted else 0

    def about(self, parts: Sequence[Part]) -> None:
        """Say what the form asks, filled from the record."""
        self._parts = list(parts)
        if self._is_posted and self.version == self._standing:
            # What differs all the same, he is not told of.
            for part, was in self._others():
                if digest(part.posted) == was:
                    part.take()

    @property
    def read(self) -> str:
        """What the form held as its reader read it, signed; it comes back with what he posts."""
        return self._read if self._is_posted and not self.is_stale else sign(self._parts)

    def write(self, write: Callable[[], T]) -> T:
        """Call ``write`` if its reader has read what stands; raise ChangedMeanwhile otherwise.

        He is told what he has not read, and saves over it by the next time if he still wants to.
        """
        with writing_afterwards(), transaction.atomic():
            self.record.hold()
            # What came since the form was filled, it has not taken over: told or not.
            if (
                self.record.last(self.viewer) == self.version
                and self.record.last(None) == self._all
            ):
                return write()
        self.is_stale, self.meanwhile = True, self.record.after(self.version, self.viewer)
        self.version = self._standing
        self._merge()
        raise ChangedMeanwhile

    def _merge(self) -> None:
        for part, was in self._others():
            if digest(part.posted) == was:
                part.take()
                self.taken.append(part.label)
            else:
                part.mark()
                self.clashes.append(part.label)

    def _others(self) -> Iterator[tuple[Part, str]]:
        """Yield what others have changed since it was read, otherwise than its reader has, with its digest of then."""
        read = read_in(self._read)
        for part in self._parts:
            was = read.get(part.name)
            if was is not None and digest(part.standing) not in {was, digest(part.posted)}:
                yield part, was
