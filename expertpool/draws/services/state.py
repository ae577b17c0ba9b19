"""The engine's state of a stored draw: rebuilt from its rows, checked on the way.

The order of a draw never changes once it is made, so a process keeps the latest ones. After a restart
the first step of a draw seals all its candidates again: nothing less shows that none of them was
changed by hand (docs/decisions/0017).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

import vdraw
from expertpool.core.garbage import without_collections
from expertpool.core.jobs import defer
from expertpool.core.prepared import Given, Prepared
from expertpool.draws.enums import NoteCode
from expertpool.draws.exceptions import of_draw
from expertpool.draws.models import Draw, DrawEvent, Emergency
from expertpool.draws.queries.blocks import candidates_of
from expertpool.draws.queries.chain import CHAIN_HEAD, is_sealed_by_log, logged_heads
from expertpool.draws.queries.emergency import emergency_of
from expertpool.draws.queries.shown import Told, otherwise_in, reseated, told_of
from expertpool.draws.services.hands import Hand

NOBODYS: Mapping[str, Hand] = MappingProxyType({})
CHAINED_OTHERWISE = "事件与操作日志记下的事件链头不一致：数据被改动过，记录不能公开。"
SHOWN = "页面所示的"  # what begins the words of a difference in what stands beside the record
SEALED_OTHERWISE = "封存值或规则与操作日志记下的不一致：数据被改动过。"
_KEPT_CANDIDATES = 200_000  # of all kept orders together: about half a kilobyte each
_orders: OrderedDict[tuple[int, str, str], _Kept] = OrderedDict()
_orders_lock = Lock()  # the threads of a process share them


@dataclass
class _Kept:
    """An order, and how far events of it were replayed, with the text of each: what begins as these do goes on from
    there, and is not replayed from the start at each step. Text, since 1 and 1.0 are equal and not the same."""

    order: vdraw.Order
    replayed: tuple[list[str], vdraw.Replayed] | None = None

    def since(self, texts: list[str]) -> vdraw.Replayed:
        told, replayed = self.replayed or ([], vdraw.Replayed(self.order))
        return replayed if texts[: len(told)] == told else vdraw.Replayed(self.order)


def load_sealed(draw: Draw) -> vdraw.Sealed:
    """Seal rule and candidates again; raises EngineError when they no longer give the seal."""
    with of_draw(draw.pk):
        sealed = vdraw.seal_draw(vdraw.Rule.from_dict(draw.rule_content), candidates_of(draw))
        if sealed.seal != draw.seal:
            message = "封存值与库中的规则和候选人不一致：数据被改动过，抽取停止。"
            raise vdraw.EngineError(message)
    return sealed


def load_order(draw: Draw, *, anew: bool = False) -> vdraw.Order:
    """Return the order of a draw that has one; ``anew`` from its rows, whatever this process kept."""
    return _load(draw, anew=anew).order


def _load(draw: Draw, *, anew: bool = False) -> _Kept:
    # With seal and seed: a row that was changed by hand finds no order and is checked anew.
    key = (draw.pk, draw.seal, draw.seed)
    with _orders_lock:
        kept = None if anew else _orders.get(key)
    if kept is None:  # made without the lock: another thread may make it, too, and gets the same
        with of_draw(draw.pk), without_collections():
            reveals = [vdraw.Reveal(one.role, one.value) for one in draw.revealed]
            order = vdraw.order_candidates(load_sealed(draw), reveals)
            if order.seed != draw.seed:
                message = "种子与封存值和揭示值不一致：数据被改动过，抽取停止。"
                raise vdraw.EngineError(message)
        kept = _Kept(order)
    _keep(draw, kept)
    return kept


def keep_order(draw: Draw, order: vdraw.Order) -> None:
    """Keep the ``order`` of ``draw`` in this process: of whoever has just made it."""
    _keep(draw, _Kept(order))


def _keep(draw: Draw, kept: _Kept) -> None:
    key = (draw.pk, draw.seal, draw.seed)
    with _orders_lock:
        _orders[key] = kept
        _orders.move_to_end(key)
        # The latest stays, however large it is.
        while len(_orders) > 1 and _kept() > _KEPT_CANDIDATES:
            _orders.popitem(last=False)


def _kept() -> int:
    return sum(len(kept.order.ranking) for kept in _orders.values())


def load_events(draw: Draw) -> list[vdraw.Event]:
    with of_draw(draw.pk):
        return [vdraw.event_from_dict(content) for content in _events.all(draw=draw.pk)]


_events = Prepared(
    lambda: (
        DrawEvent.objects.filter(draw=Given("draw")).order_by("n").values_list("content", flat=True)
    )
)


def read_events(draw: Draw) -> list[vdraw.Event]:
    """Return the events of ``draw``. Refuses (EngineError) a chain in which a head that the log holds is
    no more: it was computed anew, and would hold by itself."""
    # The log first: what commits between the two is then in the events and not missed in them.
    heads = logged_heads(draw)
    events = load_events(draw)
    with of_draw(draw.pk):
        if heads - {event.further.get("hash") for event in events}:
            raise vdraw.EngineError(CHAINED_OTHERWISE)
    return events


def check_at_a_glance(draw: Draw, hands: Mapping[str, int] | None = None) -> None:
    """Refuse (EngineError) what of ``draw`` differs from what was written here, without its candidates: seal and
    rule from the log, the chain of its events from their contents and from the log, and what pages show of draw
    and lines from both. Cheap enough for every look; ``hands``: its steps by hand, of whoever has read them."""
    told = told_of(draw, hands)
    with of_draw(draw.pk):
        if not is_sealed_by_log(draw, told.entries):
            raise vdraw.EngineError(SEALED_OTHERWISE)
        if draw.is_random:
            _check_chain(draw, told)
        if _otherwise(told) is None:
            return
    # Somebody may have answered since ``draw`` was read: all of it is read again while nobody can.
    with transaction.atomic(), of_draw(draw.pk):
        held = Draw.objects.select_for_update(of=("self",)).get(pk=draw.pk)
        if found := _otherwise(told_of(held)):
            raise vdraw.EngineError(f"{SHOWN}{found}与当时记下的不符：数据被改动过。")


def _otherwise(told: Told) -> str | None:
    if (found := otherwise_in(told)) or not told.draw.is_random:
        return found
    if not (rows := reseated(told)):
        return None
    seats = {one.commit: (one.group, one.level) for one in load_state(told.draw).seats}
    lines = (row.line for row in rows if seats.get(row.commit) != (row.group, row.level))
    line = next(lines, None)
    return None if line is None else f"第 {line} 行的条件组"


def _check_chain(draw: Draw, told: Told) -> None:
    events = [vdraw.event_from_dict(content) for _, content in told.events]
    if told.heads - {event.further.get("hash") for event in events}:
        raise vdraw.EngineError(CHAINED_OTHERWISE)
    rule, link = vdraw.Rule.from_dict(draw.rule_content), draw.seed
    for event in events if rule.is_chained else ():
        row = vdraw.event_to_dict(event)
        link = vdraw.event_hash(rule, link, row)
        if row.get("hash") != link:
            message = f"第 {event.n} 个事件的内容与事件链不符：数据被改动过。"
            raise vdraw.EngineError(message)


def load_state(draw: Draw) -> vdraw.Standing:
    """Replay the stored events; raises ReplayDifference when one does not follow from the others."""
    with of_draw(draw.pk):
        kept, rows = _load(draw), _events.all(draw=draw.pk)
        texts = [repr(row) for row in rows]
        since = kept.since(texts)
        replayed = vdraw.replay_further(since, map(vdraw.event_from_dict, rows[since.count :]))
        kept.replayed = texts, replayed
        return vdraw.state_of(replayed)


def append_events(
    draw: Draw,
    events: tuple[vdraw.Event, ...],
    *,
    hand: Hand,
    now: datetime,
    skips: Mapping[str, Hand] = NOBODYS,
) -> str:
    """Store the events of a step with whose ``hand`` it was and, in an emergency, that it was one;
    ``skips`` are the hands of those skipped by another one, by commitment.

    Returns the head of their chain, for the log entry of the change: whoever computes the chain anew
    would have to change the log, too. Empty for a draw sealed before events were chained. The
    caller holds the draw's row lock. What a person does, refuses as `read_events`.
    """
    if hand.actor is not None:
        # Nobody adds by hand to what was altered and computed anew; what experts do is checked after it.
        read_events(draw)
    last = _last_event(draw)
    # Whoever waited for the lock read the clock before whoever held it.
    now = max(now, last["at"]) if last else now
    further: dict[str, Any] = {"at": now.isoformat(timespec="seconds")}
    if (last is None or last["urgent"]) and emergency_of(draw) is not None:
        further["emergency"] = True
    said = {of: of.said(draw) for of in {hand, *skips.values()}}

    def hand_of(event: vdraw.Event) -> Hand:
        return skips.get(event.commit, hand) if isinstance(event, vdraw.Skip) else hand

    told = [
        replace(event, further={**event.further, **further, **said[hand_of(event)]})
        for event in events
    ]
    chained = _chain(draw, told, last["hash"] if last else None)
    rows = [vdraw.event_to_dict(event) for event in chained]
    DrawEvent.objects.bulk_create(
        DrawEvent(draw=draw, n=row["n"], at=now, content=row) for row in rows
    )
    defer("draws.check_record", draw_id=draw.pk)
    return str(rows[-1].get("hash", ""))


def _last_event(draw: Draw) -> Mapping[str, Any] | None:
    """Return when the last event of ``draw`` was, its hash, and whether an emergency is declared."""
    last: Mapping[str, Any] | None = _last.first(draw=draw.pk)
    return last


_last = Prepared(
    lambda: (
        DrawEvent.objects.filter(draw=Given("draw"))
        .order_by("-n")
        .annotate(
            urgent=Exists(Emergency.objects.filter(draw=OuterRef("draw"), ended_at__isnull=True))
        )
        .values("at", "hash", "urgent")[:1]
    )
)


def at_head(head: str) -> dict[str, str]:
    """Return what the log entry of a change says of the ``head`` of the chain; nothing where there
    is none."""
    return {CHAIN_HEAD: head} if head else {}


def write_note(draw: Draw, code: NoteCode, *, hand: Hand, now: datetime) -> str:
    """Write what changes no seat of ``draw``, before or after its end; return the head of the chain.

    Writes nothing for a draw sealed before events were chained: its record knows no notes. Raises
    EngineError for a void draw. The caller holds the draw's row lock.
    """
    if not draw.rule.is_chained:
        return ""
    step = vdraw.take_note(load_state(draw), str(code))
    return append_events(draw, step.events, hand=hand, now=now)


def _chain(draw: Draw, events: list[vdraw.Event], previous: str | None) -> tuple[vdraw.Event, ...]:
    if not draw.rule.is_chained:
        return tuple(events)
    return vdraw.chain_events(load_order(draw), events, previous)
