"""The published record of an assignment, and its replay."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vdraw.assignment.events import (
    DRAWN,
    SUPPLEMENT,
    Assigned,
    Entry,
    GivenUp,
    entry_from_dict,
    entry_to_dict,
)
from vdraw.assignment.rule import KIND, AssignmentRule, Item, Judge
from vdraw.assignment.seal import AssignmentOrder, order_assignment, seal_assignment
from vdraw.assignment.steps import (
    AssignmentState,
    AssignmentStep,
    assign_first,
    end_assignment,
    give_up,
    supplement_items,
    void_assignment,
)
from vdraw.chain import check_link, check_second
from vdraw.events import End, Skip, Void
from vdraw.exceptions import EngineError, ReplayDifference
from vdraw.record import PROTOCOL, Opening
from vdraw.seal import Reveal, commit_identities


@dataclass(frozen=True, slots=True)
class AssignmentRecord:
    """All that somebody needs to check an assignment; items and experts are sorted by leaf."""

    rule: AssignmentRule
    items: Sequence[Item]
    reviewers: Sequence[Judge]
    seal: str
    reveals: tuple[Reveal, ...]
    seed: str
    events: tuple[Entry, ...]
    openings: tuple[Opening, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "protocol": PROTOCOL,
            "form": KIND,
            "rule": self.rule.to_dict(),
            "items": [item.to_dict() for item in self.items],
            "candidates": [one.to_dict() for one in self.reviewers],
            "seal": self.seal,
            "reveals": [{"role": item.role, "value": item.value} for item in self.reveals],
            "seed": self.seed,
            "events": [entry_to_dict(event) for event in self.events],
            "openings": [item.to_dict() for item in self.openings],
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "AssignmentRecord":
        """Read a record without checking what it claims; raises EngineError if it has no such form."""
        if content.get("protocol") != PROTOCOL or content.get("form") != KIND:
            raise EngineError(f"不是 {PROTOCOL} 的分配记录")
        try:
            return cls(
                rule=AssignmentRule.from_dict(content["rule"]),
                items=tuple(Item.from_dict(item) for item in content["items"]),
                reviewers=tuple(
                    Judge(item["commit"], tuple(item["classes"]), tuple(item["barred"]))
                    for item in content["candidates"]
                ),
                seal=content["seal"],
                reveals=tuple(Reveal(item["role"], item["value"]) for item in content["reveals"]),
                seed=content["seed"],
                events=tuple(entry_from_dict(item) for item in content["events"]),
                openings=tuple(
                    Opening(item["commit"], item["ref"], item["salt"])
                    for item in content["openings"]
                ),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise EngineError(f"记录格式不对：{error}") from error

    def reorder(self) -> AssignmentOrder:
        """Derive the order again; raises EngineError if seal or seed come out different."""
        sealed = seal_assignment(self.rule, self.items, self.reviewers)
        if sealed.seal != self.seal:
            raise EngineError("封存值与规则、评审对象和专家不一致")
        order = order_assignment(sealed, self.reveals)
        if order.seed != self.seed:
            raise EngineError("种子与封存值和公开值不一致")
        return order


def build_assignment_record(
    order: AssignmentOrder, events: Iterable[Entry], openings: Iterable[Opening] = ()
) -> AssignmentRecord:
    """The record of an assignment; without openings the names stay sealed.

    Raises EngineError for an opening that does not fit its commitment.
    """
    rule, opened = order.sealed.rule, tuple(openings)
    commits = commit_identities(
        draw_id=rule.draw_id,
        refs=[item.ref for item in opened],
        salts=[item.salt for item in opened],
        hash_name=rule.hash_name,
    )
    for item, commit in zip(opened, commits, strict=True):
        if commit != item.commit:
            raise EngineError(f"专家 {item.ref} 的编号与承诺不符")
    return AssignmentRecord(
        rule=rule,
        items=order.sealed.items,
        reviewers=order.sealed.reviewers,
        seal=order.sealed.seal,
        reveals=order.reveals,
        seed=order.seed,
        events=tuple(events),
        openings=opened,
    )


def replay_assignment(order: AssignmentOrder, events: Iterable[Entry]) -> AssignmentState:
    """The state after ``events``, of which the first is the first giving. Raises ReplayDifference at the
    first event that does not follow from those before it."""
    state: AssignmentState | None = None
    skips: dict[str, str] = {}
    link, before = order.seed, None
    for n, event in enumerate(events, start=1):
        if type(event.n) is not int or event.n != n:
            raise ReplayDifference(f"第 {n} 个事件的序号是 {event.n}")
        try:
            state = _apply(order, state, event, skips)
            row = entry_to_dict(event)
            link, before = check_link(order.sealed.rule, link, row, before), row
        except EngineError as error:
            raise ReplayDifference(f"事件 {n}（{event.type}）：{error}") from error
    if skips or state is None:
        raise ReplayDifference("没有首次分配，或最后的跳过之后没有补充分配")
    return state


def _apply(
    order: AssignmentOrder, state: AssignmentState | None, event: Entry, skips: dict[str, str]
) -> AssignmentState:
    if (state is None) != (event.type == DRAWN):
        raise EngineError("第一个事件必须是首次分配（drawn），且只有它是")
    if state is None:
        return _same_shares(assign_first(order), event)
    if isinstance(event, Skip):
        _take_skip(state, event, skips)
        return state
    if event.type == SUPPLEMENT:
        return _same_supplement(state, event, skips)
    if skips:
        raise EngineError("跳过之后必须紧接补充分配")
    match event:
        case GivenUp():
            leaves = event.type == "exit"
            step = give_up(state, event.commit, event.reason, event.items, leaves=leaves)
            return step.state
        case Void():
            return void_assignment(state, event.reason, event.by).state
        case End():
            return _same_end(state, event)
    raise EngineError("没有这种事件")


def _take_skip(state: AssignmentState, event: Skip, skips: dict[str, str]) -> None:
    if event.commit in skips:
        raise EngineError(f"{event.commit} 已跳过，不能重复")
    if not isinstance(event.reason, str):
        raise EngineError("跳过的原因不对")
    # Asked here, too, so that the event that is wrong is named.
    supplement_items(state, {event.commit: event.reason})
    skips[event.commit] = event.reason


def _same_supplement(
    state: AssignmentState, event: Entry, skips: dict[str, str]
) -> AssignmentState:
    step = supplement_items(state, skips)
    skips.clear()
    if not step.shares and not state.is_due:
        raise EngineError("没有人退回，也没有人可补，不应补充分配")
    return replace(_same_shares(step, event), event_count=event.n)


def _same_shares(step: AssignmentStep, event: Entry) -> AssignmentState:
    if not isinstance(event, Assigned) or step.shares != event.shares:
        raise EngineError("分配与按规则重算的结果不一致")
    return step.state


def _same_end(state: AssignmentState, event: End) -> AssignmentState:
    step = end_assignment(state, closed=event.closed)
    if event.closed:
        check_second(event.further)
    if step.events != (replace(event, further={}),):
        raise EngineError("结束状态或缺额与按规则重算的结果不一致")
    return step.state
