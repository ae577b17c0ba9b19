"""An assignment from the first giving to its end, as functions state → step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from vdraw.assignment.board import Board, Shortage
from vdraw.assignment.events import (
    DRAWN,
    EXIT,
    RECUSE,
    SUPPLEMENT,
    Assigned,
    Entry,
    GivenUp,
    Share,
)
from vdraw.assignment.rule import AssignmentRule, Item, Judge, check_items, check_reviewers
from vdraw.assignment.seal import AssignmentOrder
from vdraw.events import (
    EXIT_REASONS,
    SKIP_REASONS,
    SUCCESS,
    SUCCESS_SUPPLEMENT,
    UNSATISFIED,
    VOID,
    End,
    Person,
    Skip,
    Void,
)
from vdraw.exceptions import EngineError


@dataclass(frozen=True, slots=True)
class AssignmentState:
    """Where an assignment stands after its events.

    ``held``: the items of each expert; ``used``: who ever got one; ``out``: who gets no more;
    ``given_up``: (expert, item) that never comes again. The rest as in `vdraw.Standing`.
    """

    order: AssignmentOrder
    held: tuple[frozenset[int], ...]
    used: frozenset[int] = frozenset()
    out: frozenset[int] = frozenset()
    given_up: frozenset[tuple[int, int]] = frozenset()
    event_count: int = 0
    was_short: bool = False
    is_due: bool = False
    end: str | None = None

    @property
    def lacking(self) -> dict[str, int]:
        """How many experts each item lacks, by its id; without those that lack none."""
        count = [0] * len(self.order.sealed.items)
        for row in self.held:
            for item in row:
                count[item] += 1
        rows = zip(self.order.sealed.items, count, strict=True)
        return {item.id: item.experts - has for item, has in rows if item.experts > has}

    def items_of(self, commit: str) -> tuple[str, ...]:
        """The ids of the items that an expert holds."""
        items = self.order.sealed.items
        return tuple(items[at].id for at in sorted(self.held[_position(self, commit)]))


@dataclass(frozen=True, slots=True)
class AssignmentStep:
    """The state after a step, and the events to append; ``shortages``: why items were left short."""

    state: AssignmentState
    events: tuple[Entry, ...]
    shortages: tuple[Shortage, ...] = ()

    @property
    def shares(self) -> tuple[Share, ...]:
        last = self.events[-1]
        return last.shares if isinstance(last, Assigned) else ()


def assign_first(order: AssignmentOrder) -> AssignmentStep:
    """Give every item its experts. Whenever all items can have theirs, they get them; nobody's load
    could be passed on so that loads come closer together."""
    state = AssignmentState(order, held=tuple(frozenset() for _ in order.sealed.reviewers))
    return _give(state, DRAWN, (), ())


def give_up(
    state: AssignmentState, commit: str, reason: str, items: Iterable[str], *, leaves: bool
) -> AssignmentStep:
    """An expert gives up ``items``. ``leaves``: he gets no more, and what he keeps counts.

    Refuses whoever holds nothing, and an item that is not his.
    """
    _refuse_void(state)
    if reason not in EXIT_REASONS:
        raise EngineError(f"未知的退出原因：{reason}（可用 {'、'.join(EXIT_REASONS)}）")
    one, ids = _position(state, commit), tuple(items)
    places = [state.order.sealed.places.get(item, -1) for item in ids]
    if not state.held[one]:
        raise EngineError(f"{commit} 没有评审对象，不能退出")
    if leaves and one in state.out:
        raise EngineError(f"{commit} 已经退出")
    if not leaves and not ids:
        raise EngineError("回避必须写明评审对象")
    if len(set(ids)) != len(ids) or not state.held[one].issuperset(places):
        raise EngineError(f"退回的评审对象不在 {commit} 名下")
    held = list(state.held)
    held[one] = held[one].difference(places)
    event = GivenUp(EXIT if leaves else RECUSE, state.event_count + 1, commit, reason, ids)
    after = replace(
        state,
        held=tuple(held),
        out=state.out | {one} if leaves else state.out,
        given_up=state.given_up.union((one, place) for place in places),
        event_count=event.n,
        is_due=state.is_due or bool(ids),
        end=None,
    )
    return AssignmentStep(after, (event,))


def supplement_items(state: AssignmentState, unavailable: Mapping[str, str]) -> AssignmentStep:
    """Give what is free to others by the same tickets; nobody loses what he holds.

    ``unavailable``: why an expert gets nothing now, by his commitment. Refuses when nothing is free.
    """
    _refuse_void(state)
    if not state.lacking:
        raise EngineError("没有空缺，不需要补充分配")
    skips = []
    for n, (commit, reason) in enumerate(sorted(unavailable.items()), state.event_count + 1):
        if reason not in SKIP_REASONS:
            raise EngineError(f"未知的跳过原因：{reason}（可用 {'、'.join(SKIP_REASONS)}）")
        if _position(state, commit) in state.out:
            raise EngineError(f"{commit} 已经退出，不能再跳过")
        skips.append(Skip(n, commit, reason))
    absent = [_position(state, skip.commit) for skip in skips]
    return _give(state, SUPPLEMENT, absent, skips)


def end_assignment(state: AssignmentState, *, closed: bool = False) -> AssignmentStep:
    """Close the list as it stands. While what somebody gave up was not supplemented only ``closed``
    (nobody new is asked) ends it."""
    _refuse_void(state)
    if state.end is not None:
        raise EngineError("分配已经结束，不能再次结束")
    lacking = state.lacking
    due = bool(lacking) and state.is_due
    if due and not closed:
        raise EngineError("有人退回后尚未补充分配，不能结束")
    full = SUCCESS_SUPPLEMENT if state.was_short else SUCCESS
    name = UNSATISFIED if lacking else full
    event = End(state.event_count + 1, name, lacking=lacking, closed=due)
    return AssignmentStep(replace(state, event_count=event.n, end=name), (event,))


def void_assignment(state: AssignmentState, reason: str, by: Sequence[Person]) -> AssignmentStep:
    """Declare the assignment void for good: a reason and two persons with different accounts."""
    _refuse_void(state)
    if not reason:
        raise EngineError("作废必须写明原因")
    accounts = {person.account or "" for person in by}
    if len(by) != 2 or len(accounts) != 2 or not all(accounts):
        raise EngineError("作废必须由两名不同的人员确认")
    event = Void(state.event_count + 1, reason, tuple(by))
    return AssignmentStep(replace(state, event_count=event.n, end=VOID), (event,))


def check_assignable(
    rule: AssignmentRule, items: Sequence[Item], reviewers: Sequence[Judge]
) -> tuple[Shortage, ...]:
    """Before anything is sealed: the sets of items that could not all have their experts, if any.

    Positions in ``items`` and ``reviewers`` as they are given. None: whatever chance gives, there is a
    full assignment.
    """
    check_items(rule, items)
    check_reviewers(rule, items, reviewers)
    board = Board(
        items,
        reviewers,
        rule.per_expert,
        [() for _ in reviewers],
        _barred(items, reviewers),
        (),
    )
    board.fill(range(len(items)), lambda _, experts: list(experts))
    return board.shortages()


def _give(
    state: AssignmentState, kind: str, absent: Iterable[int], skips: Sequence[Skip]
) -> AssignmentStep:
    sealed = state.order.sealed
    board = Board(
        sealed.items,
        sealed.reviewers,
        sealed.rule.per_expert,
        state.held,
        {*_barred(sealed.items, sealed.reviewers), *state.given_up},
        state.out.union(absent),
    )
    board.fill(state.order.turns, state.order.rank)
    got: list[list[str]] = [[] for _ in sealed.items]
    for one, row in enumerate(board.given):
        for item in row:
            got[item].append(sealed.reviewers[one].commit)
    shares = tuple(
        Share(sealed.items[item].id, tuple(sorted(got[item])))
        for item in state.order.turns
        if got[item]
    )
    event = Assigned(kind, state.event_count + len(skips) + 1, shares)
    after = replace(
        state,
        held=tuple(frozenset(row) for row in board.held),
        used=state.used.union(one for one, row in enumerate(board.given) if row),
        event_count=event.n,
        is_due=False,
        end=None,
    )
    after = replace(after, was_short=state.was_short or bool(after.lacking))
    return AssignmentStep(after, (*skips, event), board.shortages())


def _barred(items: Sequence[Item], reviewers: Sequence[Judge]) -> set[tuple[int, int]]:
    place = {item.id: at for at, item in enumerate(items)}
    return {(one, place[item]) for one, row in enumerate(reviewers) for item in row.barred}


def _position(state: AssignmentState, commit: str) -> int:
    position = state.order.sealed.positions.get(commit)
    if position is None:
        raise EngineError(f"专家里没有 {commit}")
    return position


def _refuse_void(state: AssignmentState) -> None:
    if state.end == VOID:
        raise EngineError("分配已作废，不能再有变动")
