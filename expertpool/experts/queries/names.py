"""Experts by their names, which stand encrypted: who is called so, whose name has a part or begins with these
initials, and the order of names (docs/decisions/0540).

Every question of a name goes through here. No column of the database can be asked for one.
"""

from __future__ import annotations

import re
import time
from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import Case, Q, QuerySet, TextField, When
from django.db.models.functions import Cast

from expertpool.core.fields import Sealed
from expertpool.core.lookups import Among
from expertpool.core.ordering import KeyOrder, Places
from expertpool.core.text import as_name
from expertpool.core.visibility import NAME, Viewer, is_clear
from expertpool.experts.models import Expert
from expertpool.experts.queries.initials import LATIN, MOST_CHARS
from expertpool.experts.queries.packs import (
    NOBODY,
    Holders,
    holders,
    holding_all,
    ids_in_order,
    state_of,
)

LONG = 0.5  # seconds; an order that takes longer is worked out
SHARE = 10  # only after so many times as long
_LETTERS = re.compile(r"[^\W_]")
_INDEX: Any = Expert._meta.get_field("name_index")


def name_index(name: str) -> bytes | None:
    """Return the blind index of a name, of whoever has exactly this one."""
    index: bytes | None = _INDEX.index_of(name)
    return index


def called(names: Iterable[str]) -> Q:
    """Who has one of ``names``."""
    indexes = {index for name in names if (index := name_index(name))}
    return Q(Among("name_index", indexes)) if indexes else Q(pk__in=[])


def named_like(keywords: Sequence[str]) -> dict[str, Holders]:
    """Return for each of ``keywords`` the keys of all experts whose name contains it, or, of Latin letters, has a
    word or initials that begin with it. What has no letter fits nobody. They are read as names are (`as_name`)."""
    names = {one: as_name(one) for one in keywords}
    latin = {one: LATIN.findall(name.lower()) for one, name in names.items() if name.isascii()}
    parts = [one for one, name in names.items() if not name.isascii() and _LETTERS.search(name)]
    words = list(dict.fromkeys(word[:MOST_CHARS] for each in latin.values() for word in each))
    found = dict(zip(parts, _held("name", "contains", [names[one] for one in parts]), strict=True))
    begun = dict(zip(words, _held("initials", "word", words), strict=True))
    for keyword, each in latin.items():
        if each:
            found[keyword] = holding_all([begun[word[:MOST_CHARS]] for word in each])
    return {one: found.get(one, NOBODY) for one in keywords}


def _held(source: str, op: str, texts: Sequence[str]) -> list[Holders]:
    return holders(source, op, texts) if texts else []


def shut_name(path: str) -> Cast:
    """Return the name of the expert at ``path`` as a statement may carry it along: shut, in hexadecimal digits."""
    return Cast(f"{path}__name", TextField())


def opened_name(shut: str, number: str) -> str:
    """Return the name of the expert with ``number`` that `shut_name` gave."""
    token: Any = Sealed(bytes.fromhex(shut.removeprefix("\\x")))
    return Expert(number=number, name=token).name


def by_likeness(rows: QuerySet[Expert], text: str, viewer: Viewer) -> QuerySet[Expert]:
    """Order ``rows``, which a search of ``viewer`` for ``text`` has found: first who is called just so, if that is told
    him, then who came first."""
    if not is_clear(viewer, NAME):
        return rows.order_by("pk")
    just_so = Case(When(called([as_name(text)]), then=0), default=1)
    return rows.order_by(just_so, "pk")


class _Known(NamedTuple):
    """The keys of all experts in the order of their names, as it was worked out: when, how long it took, and what the
    packs were then. They are numbers, no names."""

    state: Any = None
    places: Places = Places(())
    at: float = 0
    seconds: float = 0

    def holds_for(self, state: Any) -> bool:
        """Whether names are as they were; where it takes long, they may be as they were a little ago."""
        if state == self.state:
            return True
        return self.seconds > LONG and time.monotonic() < self.at + SHARE * self.seconds


_known = _Known()


def _places_by_name() -> Places:
    global _known  # noqa: PLW0603 - one for the process
    state = state_of("name")
    if not _known.holds_for(state):
        started = time.thread_time()  # of its own: a busy machine makes nothing long
        # Eight bytes each: a million may be in it.
        places = Places(array("q", ids_in_order("name")))
        seconds = time.thread_time() - started
        _known = _Known(state, places, time.monotonic(), seconds)
    return _known.places


# The order of all names: in no column and no index of the database is one (docs/decisions/0540).
BY_NAME = KeyOrder(_places_by_name)
BY_EXPERT = KeyOrder(_places_by_name, "expert")  # of what is about an expert
