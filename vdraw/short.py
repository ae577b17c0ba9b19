"""The short record of a draw, public while its names are sealed: commitments and nothing else
(PROTOCOL.md, section 13).

It holds hashes from which seal, seed, tickets and the chain of events are recomputed. Neither rule nor
groups, units or seats are in it; the whole record shows later that it is of the same draw.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from vdraw.canonical import canonical_json
from vdraw.chain import link_hash
from vdraw.events import Event, event_to_dict
from vdraw.exceptions import EngineError
from vdraw.hashing import HASH_NAMES, HashFunction, hash_all, hash_function
from vdraw.merkle import merkle_root
from vdraw.record import PROTOCOL, Record
from vdraw.seal import (
    NONCE_BYTES,
    Order,
    commit_nonce,
    seal_value,
    seed_value,
    tickets_of,
)
from vdraw.text import are_hex, is_hex

SHORT = "short"
KEYS = (
    "protocol", "form", "hash", "rule", "leaves", "root", "seal",
    "nonce_commit", "reveals", "seed", "tickets", "events",
)  # fmt: skip


def shorten(order: Order, events: Iterable[Event]) -> dict[str, Any]:
    """The short record of a draw as JSON values; raises EngineError where its events are not linked."""
    sealed = order.sealed
    rule, leaves = sealed.rule, sealed.leaves
    if not rule.is_linked:
        raise EngineError("本次抽取的事件没有逐条摘要，没有公开前的记录")
    return {
        "protocol": PROTOCOL,
        "form": SHORT,
        "hash": rule.hash_name,
        "rule": rule.digest(canonical_json(rule.to_dict())).hex(),
        "leaves": [leaf.hex() for leaf in leaves],
        "root": merkle_root(leaves, rule.digest_all).hex(),
        "seal": sealed.seal,
        "nonce_commit": rule.nonce_commit,
        "reveals": [reveal.value for reveal in order.reveals],
        "seed": order.seed,
        "tickets": [
            one.hex() for one in tickets_of(rule.hash_name, bytes.fromhex(order.seed), leaves)
        ],
        "events": [_shorten(rule.digest, event) for event in events],
    }


def check_short(content: Mapping[str, Any]) -> None:
    """Check what a short record claims; raises EngineError at the first thing that does not follow."""
    _check_form(content)
    name = content["hash"]
    digest = hash_function(name)
    leaves = [bytes.fromhex(leaf) for leaf in content["leaves"]]
    root = merkle_root(leaves, lambda values: hash_all(name, values))
    _same(content["root"], root.hex(), "root")
    seal = seal_value(digest, bytes.fromhex(content["rule"]), root, len(leaves))
    _same(content["seal"], seal.hex(), "seal")
    nonce, *_ = values = [bytes.fromhex(value) for value in content["reveals"]]
    if len(nonce) != NONCE_BYTES:
        raise EngineError("公开前的记录：系统随机数必须是 32 字节")
    _same(content["nonce_commit"], commit_nonce(nonce, hash_name=name), "nonce_commit")
    seed = seed_value(digest, seal, values)
    _same(content["seed"], seed.hex(), "seed")
    tickets = [ticket.hex() for ticket in tickets_of(name, seed, leaves)]
    _same(content["tickets"], tickets, "tickets")
    check_links(content)


def check_links(content: Mapping[str, Any]) -> None:
    """Check that each event of a short record is linked to the one before it, the first to the seed; raises
    EngineError at the first that is not. Cheap: nothing of the candidates is hashed again."""
    digest, link = hash_function(content["hash"]), content["seed"]
    for n, event in enumerate(content["events"], start=1):
        link = link_hash(digest, link, bytes.fromhex(event["content"]))
        _same(event["hash"], link, f"第 {n} 个事件的 hash")


def check_same_draw(short: Mapping[str, Any], record: Record) -> None:
    """Check that a short record is of the draw of ``record``, which may have gone on since; raises
    EngineError for the first thing that differs. Both are checked for themselves elsewhere."""
    whole = shorten(record.reorder(), record.events)
    for key in KEYS[:-1]:
        _same(short[key], whole[key], key)
    count, known = len(short["events"]), len(whole["events"])
    _same(short["events"][:known], whole["events"][:count], "events")
    if count > known:
        raise EngineError(f"完整记录较旧：只有前 {known} 个事件，公开前的记录已有 {count} 个")


def _shorten(digest: HashFunction, event: Event) -> dict[str, str]:
    row = event_to_dict(event)
    content = {key: value for key, value in row.items() if key != "hash"}
    return {"content": digest(canonical_json(content)).hex(), "hash": row.get("hash", "")}


def _check_form(content: Mapping[str, Any]) -> None:
    right = (
        isinstance(content, Mapping)
        and content.keys() == set(KEYS)
        and content["protocol"] == PROTOCOL
        and content["form"] == SHORT
        and content["hash"] in HASH_NAMES
        and all(
            is_hex(content[key], 32) for key in ("rule", "root", "seal", "nonce_commit", "seed")
        )
        and all(_is_hashes(content[key]) for key in ("leaves", "tickets"))
        and isinstance(content["reveals"], list)
        and content["reveals"] != []
        and all(is_hex(value) for value in content["reveals"])
        and _are_links(content["events"])
    )
    if not right:
        raise EngineError("公开前的记录格式不对")
    if any(first >= second for first, second in pairwise(content["leaves"])):
        raise EngineError("公开前的记录：候选人没有按叶子值排序")


def _is_hashes(value: Any) -> bool:
    return isinstance(value, list) and are_hex(value, 32)


def _are_links(value: Any) -> bool:
    return (
        isinstance(value, list)
        and value != []
        and all(isinstance(one, Mapping) and one.keys() == {"content", "hash"} for one in value)
        and all(_is_hashes([one["content"], one["hash"]]) for one in value)
    )


def _same(given: str | Sequence[Any], right: str | Sequence[Any], what: str) -> None:
    if given != right:
        raise EngineError(f"公开前的记录：{what} 与重算的结果不一致")
