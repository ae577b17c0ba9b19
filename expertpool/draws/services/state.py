"""The engine's state of a stored draw: rebuilt from its rows, checked on the way.

The order of a draw never changes once it is made, so a process keeps the latest ones. After a restart
the first step of a draw seals all its candidates again: nothing less shows that none of them was
changed by hand (docs/decisions/0017).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Any

import vdraw
from expertpool.accounts.models import User
from expertpool.draws.models import Draw, DrawEvent
from expertpool.draws.queries.blocks import candidates_of
from expertpool.draws.queries.emergency import emergency_of

_KEPT_CANDIDATES = 200_000  # of all kept orders together: about half a kilobyte each
_orders: OrderedDict[tuple[int, str, str], vdraw.Order] = OrderedDict()
_orders_lock = Lock()  # the threads of a process share them


def load_sealed(draw: Draw) -> vdraw.Sealed:
    """Seal rule and candidates again; raises EngineError when they no longer give the seal."""
    sealed = vdraw.seal_draw(vdraw.Rule.from_dict(draw.rule_content), candidates_of(draw))
    if sealed.seal != draw.seal:
        message = "封存值与库中的规则和候选人不一致：数据被改动过，抽取停止。"
        raise vdraw.EngineError(message)
    return sealed


def load_order(draw: Draw) -> vdraw.Order:
    """Return the order of a draw that has one."""
    # With seal and seed: a row that was changed by hand finds no order and is checked anew.
    key = (draw.pk, draw.seal, draw.seed)
    with _orders_lock:
        order = _orders.get(key)
    if order is None:  # made without the lock: another thread may make it, too, and gets the same
        reveals = [vdraw.Reveal(one.role, one.value) for one in draw.revealed]
        order = vdraw.order_candidates(load_sealed(draw), reveals)
        if order.seed != draw.seed:
            message = "种子与封存值和揭示值不一致：数据被改动过，抽取停止。"
            raise vdraw.EngineError(message)
    with _orders_lock:
        _orders[key] = order
        _orders.move_to_end(key)
        # The latest stays, however large it is.
        while len(_orders) > 1 and _kept() > _KEPT_CANDIDATES:
            _orders.popitem(last=False)
    return order


def _kept() -> int:
    return sum(len(order.ranking) for order in _orders.values())


def load_events(draw: Draw) -> list[vdraw.Event]:
    rows = DrawEvent.objects.filter(draw=draw).order_by("n").values_list("content", flat=True)
    return [vdraw.event_from_dict(content) for content in rows]


def load_state(draw: Draw) -> vdraw.DrawState:
    """Replay the stored events; raises ReplayDifference when one does not follow from the others."""
    return vdraw.replay(load_order(draw), load_events(draw))


def append_events(
    draw: Draw, events: tuple[vdraw.Event, ...], *, now: datetime, actor: User | None
) -> None:
    """Store the events of a step with the time, that it was an emergency, and, if a person caused
    it, his account name."""
    further: dict[str, Any] = {"at": now.isoformat(timespec="seconds")}
    if actor is not None:
        further["by"] = actor.username
    if emergency_of(draw) is not None:
        further["emergency"] = True
    DrawEvent.objects.bulk_create(
        DrawEvent(
            draw=draw,
            n=event.n,
            at=now,
            content=vdraw.event_to_dict(
                replace(event, further={**event.further, **_without_own(event, further)})
            ),
        )
        for event in events
    )


def _without_own(event: vdraw.Event, further: dict[str, Any]) -> dict[str, Any]:
    """A void's ``by`` names its two persons; every other key may be added."""
    own = {"by"} if isinstance(event, vdraw.End) and event.by else set()
    return {key: value for key, value in further.items() if key not in own}
