"""The events of an assignment, in and out of JSON. Skips, ends and voids are those of a draw."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from vdraw.chain import event_hash
from vdraw.events import End, Skip, Void, event_from_dict, event_to_dict
from vdraw.exceptions import EngineError

DRAWN = "drawn"
SUPPLEMENT = "supplement"
EXIT = "exit"
RECUSE = "recuse"


@dataclass(frozen=True, slots=True)
class Share:
    """An item and the experts whom an event gave it."""

    item: str
    commits: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"item": self.item, "commits": list(self.commits)}


@dataclass(frozen=True, slots=True)
class Assigned:
    """Who got which item, first (``drawn``) or in place of somebody (``supplement``)."""

    type: str
    n: int
    shares: tuple[Share, ...]
    further: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GivenUp:
    """An expert gives up ``items``: ``exit``, and he gets no more, or ``recuse``, of these alone.

    What he holds beside them stays his: it counts.
    """

    type: str
    n: int
    commit: str
    reason: str
    items: tuple[str, ...]
    further: Mapping[str, Any] = field(default_factory=dict)


Entry = Assigned | GivenUp | Skip | End | Void


def entry_to_dict(entry: Entry) -> dict[str, Any]:
    """The event as it stands in a record."""
    if not isinstance(entry, Assigned | GivenUp):
        return event_to_dict(entry)
    row: dict[str, Any] = {"n": entry.n, "type": entry.type}
    if isinstance(entry, Assigned):
        row["shares"] = [share.to_dict() for share in entry.shares]
    else:
        row |= {"commit": entry.commit, "reason": entry.reason, "items": list(entry.items)}
    return {**entry.further, **row}


def entry_from_dict(row: Mapping[str, Any]) -> Entry:
    """Read an event; keys the protocol does not name are kept in ``further``."""
    try:
        kind = row["type"]
        if kind in (DRAWN, SUPPLEMENT):
            shares = tuple(_read_share(share) for share in row["shares"])
            return Assigned(kind, row["n"], shares, _further(row, "shares"))
        if kind in (EXIT, RECUSE):
            items, own = _texts(row["items"]), ("commit", "reason", "items")
            return GivenUp(kind, row["n"], row["commit"], row["reason"], items, _further(row, *own))
    except (KeyError, TypeError, AttributeError) as error:
        raise EngineError(f"事件格式不对：{error}") from error
    event = event_from_dict(row)
    if not isinstance(event, Skip | End | Void):
        raise EngineError(f"分配没有 {event.type} 事件")
    return event


def chain_entries(
    rule: Any, seed: str, entries: Iterable[Entry], previous: str | None = None
) -> tuple[Entry, ...]:
    """``entries`` with their hashes; ``previous``: the hash of the event before, None: there is none."""
    link, chained = previous or seed, []
    for entry in entries:
        link = event_hash(rule, link, entry_to_dict(entry))
        chained.append(replace(entry, further={**entry.further, "hash": link}))
    return tuple(chained)


def _read_share(row: Mapping[str, Any]) -> Share:
    if row.keys() != {"item", "commits"}:
        raise EngineError("事件格式不对：shares")
    return Share(_text(row["item"]), _texts(row["commits"]))


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise EngineError("事件格式不对：应为列表")
    return tuple(_text(one) for one in value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise EngineError("事件格式不对：应为文本")
    return value


def _further(row: Mapping[str, Any], *own: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in ("n", "type", *own)}
