"""Steps 4 to 7: first seating, exits, supplements and the end, as functions state → step."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any

from vdraw.board import Board, Sitting
from vdraw.events import (
    EXIT_REASONS,
    SKIP_REASONS,
    SUCCESS,
    SUCCESS_SUPPLEMENT,
    UNSATISFIED,
    VOID,
    Drawn,
    End,
    Event,
    Exit,
    Note,
    Person,
    Reschedule,
    Seat,
    Skip,
    Supplement,
    Void,
)
from vdraw.exceptions import EngineError
from vdraw.releases import opened_by
from vdraw.rule import has_opened, last_opening, read_time
from vdraw.seal import Order

Unavailable = Callable[[str], str | None]
"""Asked with a commitment when its turn comes: a reason from SKIP_REASONS, or None to seat it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a draw stands after its events; rebuilt from an order and stored events by ``replay``.

    ``sitting`` lists the seated of each group, the longest-seated first; ``seated`` lists them all
    in the order in which they were seated; ``used`` holds everybody who was ever seated.
    ``was_short``: a seating once left seats free. ``is_due``: somebody left since the last seating.
    ``end``: the state of the closing event, until something follows it. ``meetings``: when the panel
    sits, once that is no more what the rule says, and ``reveal_at``, from when names open then.
    ``opened``: the code of the note by which names are open; None: they are sealed.
    """

    order: Order
    sitting: Sitting
    seated: tuple[int, ...]
    used: frozenset[int]
    event_count: int = 0
    was_short: bool = False
    is_due: bool = False
    end: str | None = None
    meetings: tuple[Mapping[str, Any], ...] = ()
    reveal_at: str | None = None
    opened: str | None = None

    @property
    def opens_at(self) -> datetime | None:
        """From when names open by themselves; None where neither the rule nor the last move says it."""
        return read_time(self.reveal_at if self.meetings else self.order.sealed.rule.reveal_at)

    @property
    def may_be_opened(self) -> bool:
        """Whether a record may say who sits. Of a void draw it may; before rules said when names open, it
        did not say by what they were."""
        is_told = self.order.sealed.rule.reveal_at is not None
        return not is_told or self.opened is not None or self.end == VOID

    def has_opened(self, at: datetime | str) -> bool:
        """Whether the panel sits, or sat, for the last time at ``at``: by the latest times."""
        if self.meetings:
            return has_opened(self.meetings, at)
        return self.order.sealed.rule.has_opened(at)

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Those who sit now, in the order in which they were seated."""
        return _seats_of(self.order, self.sitting, self.seated)

    @property
    def lacking(self) -> dict[str, int]:
        """Free seats of the panel by group id, without the groups that are full."""
        rule = self.order.sealed.rule
        free = {
            rule.groups[n].id: rule.groups[n].seats - len(self.sitting[n]) for n in rule.ordinary
        }
        return {group: count for group, count in free.items() if count}

    @property
    def has_free_seats(self) -> bool:
        """Whether a seat is free, be it of a standby."""
        rows = zip(self.order.sealed.rule.groups, self.sitting, strict=True)
        return any(group.seats > len(row) for group, row in rows)


@dataclass(frozen=True, slots=True)
class Step:
    """The state after a step, the events to append, and earlier seats that changed their group."""

    state: Standing
    events: tuple[Event, ...]
    moved: tuple[Seat, ...] = ()

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Those whom this step seated, in seating order."""
        last = self.events[-1]
        return last.seats if isinstance(last, Drawn | Supplement) else ()

    @property
    def moved_up(self) -> Seat | None:
        """The seat of the panel that a standby took in this step."""
        last = self.events[-1]
        return last.moved_up if isinstance(last, Exit) else None


def seat_first(order: Order) -> Step:
    """Step 4: seat the order for the first time, the panel first, then those who stand by.

    Everybody under the seal counts as available.
    """
    sealed = order.sealed
    board = Board(sealed, tuple(() for _ in sealed.rule.groups))
    seated: list[int] = []
    for groups in (sealed.rule.ordinary, sealed.rule.standby):
        seated += board.seat_by_levels(
            groups, order.ranking, sealed.levels, set(seated), lambda expert: False
        )
    sitting = _freeze(board)
    state = Standing(order=order, sitting=sitting, seated=(), used=frozenset())
    event = Drawn(1, _seats_of(order, sitting, tuple(seated)))
    return _seating_step(state, sitting, seated, (event,))


def exit_expert(state: Standing, commit: str, reason: str) -> Step:
    """Free the seat of ``commit``, who never comes back; whoever stood by longest for it takes it.

    Refuses whoever does not sit now.
    """
    _refuse_void(state)
    if reason not in EXIT_REASONS:
        raise EngineError(f"未知的退出原因：{reason}（可用 {'、'.join(EXIT_REASONS)}）")
    expert = next((e for e in state.seated if _commit_of(state, e) == commit), None)
    if expert is None:
        raise EngineError(f"{commit} 此时不在席位上，不能退出")
    sitting, successor = _without(state, expert)
    moved = _seats_of(state.order, sitting, () if successor is None else (successor,))
    event = Exit(state.event_count + 1, commit, reason, moved_up=moved[0] if moved else None)
    after = replace(
        state,
        sitting=sitting,
        seated=tuple(e for e in state.seated if e != expert),
        event_count=event.n,
        is_due=True,
        end=None,
    )
    return Step(after, (event,), moved)


def supplement(state: Standing, unavailable: Unavailable) -> Step:
    """Step 6: fill the free seats from the same order, for each group and its levels in turn.

    The seats of the panel first, then those of standbys.
    ``unavailable`` is asked only about candidates whose turn comes, once each; those it names a
    reason for become skip events before the supplement. Refuses when no seat is free.
    """
    _refuse_void(state)
    if not state.has_free_seats:
        raise EngineError("没有空席，不需要补抽")
    sealed = state.order.sealed
    board = Board(sealed, state.sitting)
    skipped: dict[int, str] = {}

    def is_skipped(expert: int) -> bool:
        if expert not in skipped:
            reason = unavailable(_commit_of(state, expert))
            if reason is None:
                return False
            if reason not in SKIP_REASONS:
                raise EngineError(f"未知的跳过原因：{reason}（可用 {'、'.join(SKIP_REASONS)}）")
            skipped[expert] = reason
        return True

    seated: list[int] = []
    for groups in (sealed.rule.ordinary, sealed.rule.standby):
        seated += _seat_directly(state, board, groups, seated, is_skipped)
        used = state.used | set(seated)
        ranking = state.order.ranking
        seated += board.seat_by_levels(groups, ranking, sealed.levels, used, is_skipped)
    skips = [
        Skip(n, _commit_of(state, expert), reason)
        for n, (expert, reason) in enumerate(skipped.items(), start=state.event_count + 1)
    ]
    n = state.event_count + len(skips) + 1
    sitting = _freeze(board)
    event = Supplement(n, _seats_of(state.order, sitting, tuple(seated)))
    return _seating_step(state, sitting, seated, (*skips, event))


def end_draw(state: Standing, *, closed: bool = False) -> Step:
    """Step 7: close the list as it stands: success, success_supplement or unsatisfied.

    Success by supplement means that the draw had been short of candidates and a later supplement
    completed it. Refuses while somebody who left has not been supplemented, unless ``closed``: the
    panel sits (`Standing.has_opened`) and nobody new is asked any more.
    """
    _refuse_void(state)
    if state.end is not None:
        raise EngineError("抽取已经结束，不能再次结束")
    due = bool(state.lacking) and state.is_due
    if due and not closed:
        raise EngineError("有人退出后尚未补抽，不能结束")
    full = SUCCESS_SUPPLEMENT if state.was_short else SUCCESS
    name = UNSATISFIED if state.lacking else full
    event = End(state.event_count + 1, name, lacking=state.lacking, closed=due)
    return Step(replace(state, event_count=event.n, end=name), (event,))


def void_draw(state: Standing, reason: str, by: Sequence[Person]) -> Step:
    """Declare the draw void for good: a reason and two persons with different accounts."""
    _refuse_void(state)
    if not reason:
        raise EngineError("作废必须写明原因")
    accounts = tuple(person.account or "" for person in by)
    if len(by) != 2 or len(set(accounts)) != 2 or not all(accounts):
        raise EngineError("作废必须由两名不同的人员确认")
    n, is_chained = state.event_count + 1, state.order.sealed.rule.is_chained
    # Whoever checks a draw of before by the program of before knows no other form.
    old = End(n, VOID, reason=reason, by=accounts)
    event = Void(n, reason, tuple(by)) if is_chained else old
    return Step(replace(state, event_count=n, end=VOID), (event,))


def take_note(state: Standing, code: str) -> Step:
    """Write down what changes no seat, before or after the end; ``code`` says what it was.

    Refuses a void draw, and one whose events are not chained.
    """
    _refuse_void(state)
    if not state.order.sealed.rule.is_chained:
        raise EngineError("本次抽取的规则没有 note 事件")
    event, opened = Note(state.event_count + 1, code), opened_by(state.opened, code)
    return Step(replace(state, event_count=event.n, opened=opened), (event,))


def reschedule(
    state: Standing, meetings: Sequence[Mapping[str, Any]], reveal_at: str | None = None
) -> Step:
    """Let the panel sit at other times: its ``meetings``, each with its ``opening_at``. Everybody
    keeps his seat; a list that had ended goes on and ends anew, names that were open are sealed until
    ``reveal_at`` (None: the record does not say).

    Refuses a void draw, one whose events are not chained, and meetings that do not say when.
    """
    _refuse_void(state)
    if not state.order.sealed.rule.is_chained:
        raise EngineError("本次抽取的规则没有 reschedule 事件")
    if last_opening(meetings) is None:
        raise EngineError("改期必须写明每一场的开始时间")
    further = {} if reveal_at is None else {"reveal_at": reveal_at}
    event = Reschedule(state.event_count + 1, tuple(meetings), further)
    after = replace(
        state,
        event_count=event.n,
        end=None,
        meetings=event.meetings,
        reveal_at=reveal_at,
        opened=None,
    )
    return Step(after, (event,))


def _without(state: Standing, expert: int) -> tuple[Sitting, int | None]:
    """Who sits where once ``expert`` has left, and the standby who took his seat."""
    rows = [[e for e in row if e != expert] for row in state.sitting]
    left = next(group for group, row in enumerate(state.sitting) if expert in row)
    standby = state.order.sealed.rule.standby_of.get(left)
    successor = rows[standby].pop(0) if standby is not None and rows[standby] else None
    if successor is not None:
        rows[left].append(successor)
    return tuple(map(tuple, rows)), successor


def _seat_directly(
    state: Standing,
    board: Board,
    groups: Iterable[int],
    before: Iterable[int],
    is_skipped: Callable[[int], bool],
) -> list[int]:
    order = state.order
    taken = {*state.used, *before}
    seated: list[int] = []
    for group in groups:
        levels = order.sealed.levels if board.free_in(group) else ()
        for expert in chain.from_iterable(order.queue(group, level) for level in levels):
            if expert in taken or board.at_cap(expert) or is_skipped(expert):
                continue
            board.sit(expert, group)
            taken.add(expert)
            seated.append(expert)
            if not board.free_in(group):
                break
    return seated


def _seating_step(
    state: Standing, sitting: Sitting, seated: list[int], events: tuple[Event, ...]
) -> Step:
    before = set(state.seats)
    after = replace(
        state,
        sitting=sitting,
        seated=(*state.seated, *seated),
        used=state.used.union(seated),
        event_count=events[-1].n,
        is_due=False,
        end=None,
    )
    after = replace(after, was_short=state.was_short or bool(after.lacking))
    # ``seats`` lists the earlier seated first; a seat that was not there before changed its group.
    moved = tuple(seat for seat in after.seats[: len(state.seated)] if seat not in before)
    return Step(after, events, moved)


def _seats_of(order: Order, sitting: Sitting, experts: tuple[int, ...]) -> tuple[Seat, ...]:
    sealed = order.sealed
    group_of = {expert: group for group, row in enumerate(sitting) for expert in row}
    return tuple(
        Seat(
            commit=sealed.candidates.commits[expert],
            group=sealed.rule.groups[group_of[expert]].id,
            level=dict(sealed.fits[expert])[group_of[expert]],
        )
        for expert in experts
    )


def _freeze(board: Board) -> Sitting:
    return tuple(tuple(row) for row in board.sitting)


def _commit_of(state: Standing, expert: int) -> str:
    return state.order.sealed.candidates.commits[expert]


def _refuse_void(state: Standing) -> None:
    if state.end == VOID:
        raise EngineError("抽取已作废，不能再有变动")
