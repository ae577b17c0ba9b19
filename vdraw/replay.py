"""Rebuild the state of a draw from its stored events, checking each one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from vdraw.chain import check_link, check_second
from vdraw.events import (
    SKIP_REASONS,
    VOID,
    Drawn,
    End,
    Event,
    Exit,
    Note,
    Person,
    Reschedule,
    Skip,
    Supplement,
    Void,
    event_to_dict,
)
from vdraw.exceptions import EngineError, ReplayDifference
from vdraw.releases import RELEASED, check_released
from vdraw.rule import Rule, is_earlier
from vdraw.seal import Order
from vdraw.seating import (
    Standing,
    Step,
    end_draw,
    exit_expert,
    reschedule,
    seat_first,
    supplement,
    take_note,
    void_draw,
)

NOT_DRAWN = "第一个事件必须是首次入席（drawn）"


@dataclass(frozen=True, slots=True)
class Replayed:
    """How far the events of an ``order`` were replayed: the ``state`` after ``count`` of them, with what the next one
    is checked against. Without a state: not at all."""

    order: Order
    state: Standing | None = None
    count: int = 0
    link: str = ""
    before: Mapping[str, Any] | None = None


def replay(order: Order, events: Iterable[Event]) -> Standing:
    """The state after ``events``, of which the first is the first seating.

    Skips take effect in the supplement that follows them, whether or not their turn would have
    come. Raises ReplayDifference at the first event that does not follow from those before it.
    """
    return state_of(replay_further(Replayed(order), events))


def replay_further(since: Replayed, events: Iterable[Event]) -> Replayed:
    """Replay the ``events`` that come after those replayed before, as `replay` does; the first of them is no
    skip of a supplement that was replayed."""
    order, state, link, before = since.order, since.state, since.link, since.before
    rule, link, n = order.sealed.rule, link or order.seed, since.count
    skips: dict[str, str] = {}
    for n, event in enumerate(events, start=since.count + 1):
        if n == 1 and not isinstance(event, Drawn):
            raise ReplayDifference(NOT_DRAWN)
        if type(event.n) is not int or event.n != n:
            raise ReplayDifference(f"第 {n} 个事件的序号是 {event.n}")
        try:
            state = _apply(order, state, event, skips)
            if rule.is_chained:
                row = event_to_dict(event)
                link, before = check_link(rule, link, row, before), row
        except ReplayDifference:
            raise
        except EngineError as error:
            raise ReplayDifference(f"事件 {n}（{event.type}）：{error}") from error
    if skips:
        raise ReplayDifference("最后的跳过之后没有补抽")
    return Replayed(order, state, n, link, before)


def state_of(replayed: Replayed) -> Standing:
    """The state of what was replayed; raises ReplayDifference where nothing was."""
    if replayed.state is None:
        raise ReplayDifference(NOT_DRAWN)
    return replayed.state


def _apply(order: Order, state: Standing | None, event: Event, skips: dict[str, str]) -> Standing:
    if state is None:
        return _same_seats(seat_first(order), event)
    if isinstance(event, Supplement):
        return _same_supplement(state, event, skips)
    if isinstance(event, Skip):
        _check_skip(state, event, skips)
        skips[event.commit] = event.reason
        return state
    if skips:
        raise EngineError("跳过之后必须紧接补抽")
    match event:
        case Drawn():
            raise EngineError("首次入席只能有一次")
        case Exit():
            return _same_exit(state, event)
        case Note():
            return _same_note(state, event)
        case Reschedule():
            return _same_reschedule(state, event)
        case Void():
            return _same_void(state, event)
        case _:
            return _same_end(state, event)


def _same_supplement(state: Standing, event: Supplement, skips: dict[str, str]) -> Standing:
    step = supplement(state, skips.get)
    skips.clear()
    if _is_chained(state) and not step.seats and not state.is_due:
        raise EngineError("没有人退出，也没有人可补，不应补抽")
    # Numbered as recorded: the engine counts only those skips whose turn comes.
    return replace(_same_seats(step, event), event_count=event.n)


def _same_exit(state: Standing, event: Exit) -> Standing:
    step = exit_expert(state, event.commit, event.reason)
    if step.moved_up != event.moved_up:
        raise EngineError("候补递补与按规则重算的结果不一致")
    return step.state


def _same_note(state: Standing, event: Note) -> Standing:
    step = take_note(state, event.code)
    if event.code == RELEASED:
        check_released(event.further, state.opens_at)
    return step.state


def _same_reschedule(state: Standing, event: Reschedule) -> Standing:
    step = reschedule(state, event.meetings, event.further.get("reveal_at"))
    if step.state.has_opened(event.further.get("at", "")):
        raise EngineError("改期后的评审时间必须晚于改期的时间")
    rule = state.order.sealed.rule
    if rule.is_linked:
        _check_projects(rule, event)
        if is_earlier(event.meetings, state.meetings or rule.meetings):
            check_second(event.further)
    return step.state


def _check_projects(rule: Rule, event: Reschedule) -> None:
    projects = rule.content.get("projects")
    named = [one["project"] for one in event.meetings if "project" in one]
    if isinstance(projects, list) and not all(
        isinstance(one, str) and one in projects for one in named
    ):
        raise EngineError("改期的项目不在规则的项目里")


def _same_void(state: Standing, event: Void) -> Standing:
    if not _is_chained(state):
        raise EngineError("本次抽取的规则没有 void 事件")
    return void_draw(state, event.reason, event.by).state


def _is_chained(state: Standing) -> bool:
    return state.order.sealed.rule.is_chained


def _check_skip(state: Standing, event: Skip, skips: dict[str, str]) -> None:
    # Who is skipped out of turn is not asked about below.
    if event.reason not in SKIP_REASONS:
        raise EngineError(f"未知的跳过原因：{event.reason}")
    position = state.order.sealed.positions.get(event.commit)
    if position is None:
        raise EngineError(f"候选人里没有 {event.commit}")
    if position in state.used or event.commit in skips:
        raise EngineError(f"{event.commit} 已入过席或已跳过")


def _same_seats(step: Step, event: Event) -> Standing:
    if not isinstance(event, Drawn | Supplement) or step.seats != event.seats:
        raise EngineError("席位与按规则重算的结果不一致")
    return step.state


def _same_end(state: Standing, event: End) -> Standing:
    if event.state == VOID and not _is_chained(state):
        by = [Person("", account) for account in event.by]
        return void_draw(state, event.reason or "", by).state
    step = end_draw(state, closed=event.closed)
    if event.closed and step.events != (replace(event, further={}),):
        raise EngineError("没有尚未补抽的空席，不应写明 closed")
    if event.closed and not state.has_opened(event.further.get("at", "")):
        raise EngineError("评审还没有开始，有人退出后应先补抽")
    if step.state.end != event.state:
        raise EngineError(f"结束状态应为 {step.state.end}")
    if (event.lacking or _is_chained(state)) and event.lacking != state.lacking:
        raise EngineError("缺额与按规则重算的结果不一致")
    return step.state
