"""A catalogue: all entries of one kind that the apps declare, each under a code of its own.

Permissions, menu entries, exports, log actions … are declared in code and collected here while
Django starts: each ``apps.ready()`` is the list of what its app adds. The catalogue stands beside
the type of its entries (``core.permissions.PERMISSIONS``); lower apps own it, upper apps add to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.core.checks import Error
from django.urls import get_resolver

Entry = TypeVar("Entry")

_catalogues: list[Catalogue[Any]] = []


class UnknownCode(LookupError):
    """A code that no entry of the catalogue has."""


class Catalogue(Generic[Entry]):
    """Entries in their order, looked up by code. Going through it gives the entries.

    ``what`` says in a word or two what an entry is, for errors. ``code`` and ``order`` tell both
    of an entry (its attribute ``code``; by declaration). ``faults`` names what is wrong with an
    entry once all apps are ready (a permission that nobody declared …): `check_catalogues`.
    """

    def __init__(
        self,
        what: str,
        *,
        code: Callable[[Entry], str] = attrgetter("code"),
        order: Callable[[Entry], int] = lambda entry: 0,
        faults: Callable[[Entry], Iterable[str]] = lambda entry: (),
    ) -> None:
        self.what = what
        self._code, self._order, self._faults = code, order, faults
        self._entries: dict[str, Entry] = {}
        _catalogues.append(self)

    def add(self, *entries: Entry) -> None:
        """Add ``entries``, all or none; ValueError when two would have the same code."""
        together = dict(self._entries)
        for entry in entries:
            code = self._code(entry)
            if code in together:
                message = f"two entries of {self.what} {code!r}: {together[code]!r}, {entry!r}"
                raise ValueError(message)
            together[code] = entry
        self._entries = dict(sorted(together.items(), key=lambda item: self._order(item[1])))

    def __getitem__(self, code: str) -> Entry:
        """Return the entry; UnknownCode for a code that nobody declared."""
        try:
            return self._entries[code]
        except KeyError:
            near = ", ".join(get_close_matches(code, self._entries, n=3))
            message = f"no {self.what} {code!r}" + (f"; near: {near}" if near else "")
            raise UnknownCode(message) from None

    def get(self, code: str) -> Entry | None:
        return self._entries.get(code)

    def __contains__(self, code: object) -> bool:
        return code in self._entries

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries.values()))

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"<Catalogue of {self.what}: {', '.join(self._entries)}>"

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._entries)

    def faults(self) -> list[str]:
        """Return what is wrong with the entries, one sentence each, without a full stop."""
        return [
            f"{self.what} {code}: {fault}"
            for code, entry in self._entries.items()
            for fault in self._faults(entry)
        ]

    @contextmanager
    def holding(self, *entries: Entry, alone: bool = False) -> Iterator[None]:
        """Hold ``entries`` as well (``alone``: nothing else) inside the block; whatever was added
        meanwhile goes away again. For tests."""
        kept = self._entries
        self._entries = {} if alone else dict(kept)
        try:
            self.add(*entries)
            yield
        finally:
            self._entries = kept


def all_catalogues() -> tuple[Catalogue[Any], ...]:
    return tuple(_catalogues)


def check_catalogues(**kwargs: Any) -> list[Error]:
    """System check: what the entries of all catalogues name is there."""
    _ = get_resolver().url_patterns  # imports all views, and what they declare
    return [
        Error(fault, hint="Declare it in its app and add it in apps.ready().", id="core.E001")
        for catalogue in _catalogues
        for fault in catalogue.faults()
    ]
