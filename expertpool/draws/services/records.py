"""The public record of a draw: what anybody needs to replay it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import vdraw
from expertpool.draws.enums import DrawStatus
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import Draw
from expertpool.draws.queries.chain import logged_heads
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.services.state import load_events, load_order


def build_record(draw: Draw, *, opened: bool = True) -> dict[str, Any]:
    """Return the record of an ended draw as JSON values.

    The openings of all who were ever seated are in it once the names are released, nobody else's
    ever; not ``opened``, as anybody may have it, none: with them it says who declined. Refuses (DrawNotReady) a draw that has not ended: its record would be incomplete;
    and a list that persons chose. Raises EngineError where the rows are no more those that were
    sealed and logged.
    """
    if not draw.is_random:
        raise DrawNotReady("人工选定的名单不是随机抽取，没有可核验的记录。")
    if draw.status == DrawStatus.ABANDONED:
        raise DrawNotReady("本次抽取在定序之前已放弃，没有抽取结果，也没有可核验的记录。")
    if draw.ordered_at is None or draw.ended_at is None:
        raise DrawNotReady("抽取尚未结束，还没有可核验的记录。")
    openings = []
    if opened and draw.released_at is not None:
        rows = draw.invitations.order_by("line")
        for row in rows:
            identity = open_identity(row)
            openings.append(vdraw.Opening(row.commit, identity.ref, identity.salt))
    events = load_events(draw)
    check_heads(draw, events)
    return vdraw.build_record(load_order(draw), events, openings).to_dict()


def digest_of(record: Mapping[str, Any]) -> str:
    """Return SHA-256 of a record as canonical JSON, in hex, by which two are told apart. Without its
    openings: they come with the release, and each is proved by its commitment."""
    content = {key: value for key, value in record.items() if key != "openings"}
    return hashlib.sha256(vdraw.canonical_json(content)).hexdigest()


def check_heads(draw: Draw, events: Sequence[vdraw.Event]) -> None:
    """Refuse (EngineError) a chain in which a head that the log holds is no more: it was computed
    anew, and would hold by itself."""
    if logged_heads(draw) - {event.further.get("hash") for event in events}:
        message = "事件与操作日志记下的事件链头不一致：数据被改动过，记录不能公开。"
        raise vdraw.EngineError(message)
