"""The chain of a record's events, and what each says of the hand behind it (PROTOCOL.md, section 12)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from vdraw.canonical import canonical_json
from vdraw.events import Event, Person, event_to_dict
from vdraw.exceptions import EngineError
from vdraw.hashing import HashFunction, hash_function
from vdraw.rule import read_time
from vdraw.seal import TAG, Order
from vdraw.text import is_hex, is_key

BY_HAND = "operator"  # the ``via`` of an exit that somebody recorded for the expert
EXITS = ("exit", "recuse")  # somebody gives up what chance gave him
NOTES_OF_TWO = ("emergency", "early_release")  # notes of what one person asks and another agrees to

Row = Mapping[str, Any]


class Chained(Protocol):
    """What a rule says of the chain of its events."""

    @property
    def is_linked(self) -> bool: ...
    @property
    def grounds(self) -> tuple[str, ...] | None: ...
    @property
    def digest(self) -> HashFunction: ...


def chain_events(
    order: Order, events: Iterable[Event], previous: str | None = None
) -> tuple[Event, ...]:
    """``events`` with their hashes, where the rule of ``order`` chains them.

    ``previous``: the hash of the event before them; None: the first of them is the first of all.
    What is chained says when it was, by whom and why: those keys are in ``further`` by now.
    """
    rule, link = order.sealed.rule, previous or order.seed
    if not rule.is_chained:
        return tuple(events)
    chained = []
    for event in events:
        link = event_hash(rule, link, event_to_dict(event))
        chained.append(replace(event, further={**event.further, "hash": link}))
    return tuple(chained)


def event_hash(rule: Chained, previous: str, row: Row) -> str:
    """The hash of an event (as in a record) that follows the one with the hash ``previous``, or
    the seed; raises EngineError for what cannot be hashed."""
    text = canonical_json({key: value for key, value in row.items() if key != "hash"})
    if rule.is_linked:
        return link_hash(rule.digest, previous, rule.digest(text))
    return rule.digest(b"\x07" + TAG + bytes.fromhex(previous) + text).hex()


def link_hash(digest: HashFunction, previous: str, content: bytes) -> str:
    """The hash of a linked event of which no more than the digest is known: that of its ``content``."""
    return digest(b"\x07" + TAG + bytes.fromhex(previous) + content).hex()


def check_link(rule: Chained, previous: str, row: Row, before: Row | None = None) -> str:
    """Check what a chained event (as in a record) says of its hand, and its hash, which is returned;
    ``before`` is the event with the hash ``previous``."""
    _check_hand(row)
    if rule.is_linked:
        _check_ground(rule, row)
        _check_time(row, before)
        if _takes_two(row):
            check_second(row)
    link = event_hash(rule, previous, row)
    if row.get("hash") != link:
        raise EngineError("hash 与内容和前一事件不符")
    return link


def hash_confirmation(
    hash_name: str, *, kind: str, number: str, account: str, at: str, decision: str
) -> str:
    """What an event's ``witness`` is of a second person's confirmation, in hex: the ``kind`` and
    ``number`` of what he was asked, his account, the time and what he decided."""
    text = canonical_json([kind, number, account, at, decision])
    return hash_function(hash_name)(b"\x08" + TAG + text).hex()


def _check_hand(row: Row) -> None:
    if read_time(row.get("at")) is None:
        raise EngineError("at 必须是带时区的时间")
    if row["type"] != "void":
        Person.from_dict(row.get("by"))
    for name in ("via", "reason_code"):
        must = name in row or row["type"] not in ("drawn", "skip")
        if must and not is_key(row.get(name)):
            raise EngineError(f"{name} 必须是非空 ASCII 文本")
    if "witness" in row and not is_hex(row["witness"], 32):
        raise EngineError("witness 必须是 64 位小写十六进制")


def check_second(row: Row) -> None:
    """Check that an event of which one hand is not enough says who agreed, and to what."""
    if not is_hex(row.get("witness"), 32):
        raise EngineError("须由第二人确认：缺少 witness")
    supervisor = row.get("supervisor")
    if not isinstance(supervisor, str) or not supervisor:
        raise EngineError("须由第二人确认：缺少 supervisor")


def _is_by_hand(row: Row) -> bool:
    return row["type"] in EXITS and row.get("via") == BY_HAND


def _takes_two(row: Row) -> bool:
    return _is_by_hand(row) or (row["type"] == "note" and row.get("code") in NOTES_OF_TWO)


def _check_time(row: Row, before: Row | None) -> None:
    at, earlier = read_time(row.get("at")), before and read_time(before.get("at"))
    if at and earlier and at < earlier:
        raise EngineError("at 早于前一事件")


def _check_ground(rule: Chained, row: Row) -> None:
    """Whoever is taken off his seat by hand is so for a ground from the sealed list."""
    by_hand = _is_by_hand(row) and rule.grounds is not None
    if "ground" in row and not by_hand:
        raise EngineError("不应有 ground")
    if by_hand and row.get("ground") not in (rule.grounds or ()):
        raise EngineError("ground 不在规则列明的原因里")
