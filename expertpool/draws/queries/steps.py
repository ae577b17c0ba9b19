"""Whether the steps by hand that pages count and show (`queries.hands`) are those that events and log say: their
rows stand beside both (docs/decisions/0264)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from expertpool.audit.models import Entry
from expertpool.draws.enums import InvitationState, NoteCode, StepReason
from expertpool.draws.models import Draw, DrawPause, Emergency, Rescheduling
from expertpool.draws.queries.emergency import ENDED, proof_of
from expertpool.draws.queries.hands import CHOSEN_AGAIN, GIVEN_UP
from expertpool.draws.queries.reveal import MOVED

EMERGENCY, PAUSE, RESUME = "draw.emergency", "draw.pause", "draw.resume"
AGREED = "draw.pick_agree"
_PAUSED, _RESUMED, _POOL, _VOID, _OVER = "暂停", "恢复", "封存后改动专家资料", "作废", ""
# What the log, and the notes of the record, say of each kind of `hand_kinds`.
LOGGED = {
    EMERGENCY: "应急抽取",
    ENDED: "取消应急",
    MOVED: "改期",
    PAUSE: _PAUSED,
    RESUME: _RESUMED,
    "draw.pool_changed": _POOL,
    "draw.send_at_once": "免打扰时段内发出",
    "draw.release_early": "提前公开名单",
    "draw.void": _VOID,
    AGREED: CHOSEN_AGAIN,
    "draw.abandon": GIVEN_UP,
    "draw.end": _OVER,
}
_NOTED: dict[str, str] = {
    NoteCode.EMERGENCY: "应急抽取",
    NoteCode.EMERGENCY_ENDED: "取消应急",
    NoteCode.PAUSED: _PAUSED,
    NoteCode.RESUMED: _RESUMED,
    NoteCode.SENT_AT_ONCE: "免打扰时段内发出",
    NoteCode.EARLY_RELEASE: "提前公开名单",
}
_REPLACED, _ANSWERED = "更换专家", "代登记答复"
_WIDENED = "放宽条件补抽"  # by the draw that it widens, which is asked itself


def steps_hold(
    draw: Draw,
    entries: list[Entry],
    events: Iterable[Mapping[str, Any]],
    hands: Mapping[str, int],
) -> Iterator[tuple[str, bool]]:
    """Tell of each kind of step by hand in ``draw`` whether its rows, of which there are so many ``hands``, say what
    ``entries`` of the log and ``events`` do: as often as either does, and by whom, when and why."""
    logged = _counted(LOGGED[one.action] for one in entries if one.action in LOGGED)
    logged.update(_answered(entries))
    if logged[CHOSEN_AGAIN]:
        logged[CHOSEN_AGAIN] -= 1  # the first is the list itself
    noted = _counted(step for event in events if (step := _noted(event)) is not None)
    shown = Counter(hands)
    said = logged | noted  # whichever is more: what was taken out of one is in the other
    for kind in sorted(said | shown):
        if kind != _WIDENED:
            yield f"人工干预（{kind}）", shown[kind] == said[kind]
    if shown["应急抽取"]:
        yield "应急抽取", _emergencies_hold(draw, entries)
    if shown[_PAUSED] or shown[_POOL]:
        yield "暂停和恢复", _pauses_hold(draw, entries)
    if shown["改期"]:
        yield "改期", _moves_hold(draw, entries)


def _noted(event: Mapping[str, Any]) -> str | None:
    kind = event.get("type")
    if kind == "void":
        return _VOID
    if kind == "end":
        return _OVER
    if kind == "reschedule":
        return LOGGED[MOVED]
    code = str(event.get("code")) if kind == "note" else ""
    if code == NoteCode.PAUSED and event.get("reason_code") == StepReason.POOL_CHANGED:
        return _POOL
    return _NOTED.get(code)


def _counted(steps: Iterable[str]) -> Counter[str]:
    """Count ``steps`` as rows are: turns lost while the draw stands for others are of the same pause, and who lets
    it go on then has looked at them. A pause ends with its draw."""
    counts: Counter[str] = Counter()
    of_pool = False
    for step in steps:
        if not (of_pool and step in (_POOL, _RESUMED)) and step != _OVER:
            counts[step] += 1
        if step in (_POOL, _PAUSED, _RESUMED, _VOID, _OVER):
            of_pool = step == _POOL
    return counts


def _answered(entries: Iterable[Entry]) -> Counter[str]:
    said = [one.after or {} for one in entries if one.action == "draw.reply"]
    replaced = InvitationState.REPLACED.label
    return Counter(
        _REPLACED if one.get("参与状态") == replaced else _ANSWERED
        for one in said
        if "申请人" in one
    )


def _told(entries: Iterable[Entry], action: str) -> Counter[tuple[int | None, datetime, str]]:
    return Counter((one.actor_id, one.at, one.note) for one in entries if one.action == action)


def _emergencies_hold(draw: Draw, entries: list[Entry]) -> bool:
    rows = list(Emergency.objects.filter(draw=draw).select_related("declared_by"))
    for row in rows:
        row.draw = draw
    declared = {(one.at, one.note) for one in entries if one.action == EMERGENCY}
    ended = {(actor, at) for actor, at, _ in _told(entries, ENDED)}
    return (
        all(bytes(row.proof or b"") == proof_of(row) for row in rows)
        and {(row.declared_at, row.reason) for row in rows} == declared
        and {(row.ended_by_id, row.ended_at) for row in rows if row.ended_at} == ended
    )


def _pauses_hold(draw: Draw, entries: list[Entry]) -> bool:
    rows = list(DrawPause.objects.filter(draw=draw))
    paused = Counter(
        (row.paused_by_id, row.paused_at, row.reason) for row in rows if row.paused_by_id
    )
    resumed = {(row.resumed_by_id, row.resumed_at) for row in rows if row.resumed_by_id}
    ended = {(actor, at) for actor, at, _ in _told(entries, RESUME)}
    return paused == _told(entries, PAUSE) and resumed == ended


def _moves_hold(draw: Draw, entries: list[Entry]) -> bool:
    moves = {one.at: one for one in entries if one.action == MOVED}
    for row in Rescheduling.objects.filter(draw=draw):
        said = moves.get(row.moved_at)
        if said is None or said.before != row.before or said.note != row.reason:
            return False
        if row.after.items() - (said.after or {}).items():
            return False
    return True
