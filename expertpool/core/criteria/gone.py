"""How what conditions name by its key was called, once it is gone: a number would tell nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from expertpool.core.catalogue import Catalogue
from expertpool.core.text import is_key


@dataclass(frozen=True)
class GoneNames:
    """``names`` returns how rows were called last, by their keys as text; of (list, keys), where a list is called like its
    model (``experts.tag``). Of a row of which nothing is known there is none."""

    code: str
    names: Callable[[str, Sequence[str]], Mapping[str, str]]


GONE_NAMES: Catalogue[GoneNames] = Catalogue("names of what is gone")


def gone_word(value: Any) -> str:
    """Return how a value reads that a stored condition names and that is gone: removed, renamed or out of use."""
    return f"{value}（已不在选项中）"


def names_of_gone(kept_list: str, values: Sequence[Any]) -> dict[Any, str]:
    """Return how each of ``values``, which are gone from the list, was called; itself where nobody knows."""
    keys = [str(value) for value in values if kept_list and is_key(str(value))]
    known = {
        key: name
        for one in GONE_NAMES
        if keys
        for key, name in one.names(kept_list, keys).items()
        if name
    }
    return {value: known.get(str(value), str(value)) for value in values}
