"""The fee of one expert for one review, step by step, as it is read to him."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from expertpool.core.text import plain_number
from expertpool.fees.enums import FeeOutcome
from expertpool.fees.rules.days import Worked
from expertpool.fees.rules.stages import Stage, time_words

CENT = Decimal("0.01")
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Terms:
    """What is paid (yuan). ``not_reviewed``, ``recused``: to who came and did not review; ``aborted_cap``: at most,
    where the review came to nothing, before a holiday pays it more; ``holiday``: by how much the time is paid more on a public holiday;
    ``each``: beside the time, for each item that was reviewed; ``travel_cap``: how much of his way at most, by its
    receipts, beside the fee and untaxed."""

    stages: Sequence[Stage]
    holiday: Decimal = Decimal(1)
    leader: Decimal = NOTHING
    not_reviewed: Decimal = NOTHING
    recused: Decimal = NOTHING
    aborted_cap: Decimal | None = None
    travel_cap: Decimal | None = None
    each: Decimal = NOTHING


@dataclass(frozen=True)
class Labour:
    """What one expert has done: ``minutes`` of review without breaks, or of several ``days`` each, and how many ``items`` (topics,
    papers). ``other`` is paid beside it (yuan). ``is_holiday`` counts for all days."""

    outcome: FeeOutcome
    minutes: int = 0
    is_holiday: bool = False
    is_leader: bool = False
    other: Decimal = NOTHING
    items: int = 0
    days: Sequence[Worked] = ()

    @property
    def by_day(self) -> Sequence[Worked]:
        return self.days or (Worked(self.minutes),)


@dataclass(frozen=True)
class Step:
    """One line of the calculation: what it is, and what it adds (yuan; less than nothing: a cap)."""

    text: str
    amount: Decimal


@dataclass(frozen=True)
class Fee:
    steps: tuple[Step, ...]

    @property
    def total(self) -> Decimal:
        """What is paid before tax, to the cent."""
        return sum((one.amount for one in self.steps), NOTHING).quantize(CENT, ROUND_HALF_UP)


def fee_for(terms: Terms, labour: Labour) -> Fee:
    """Return what ``labour`` is paid by ``terms``: the sum is that of its steps, to the cent."""
    steps = list(_for_outcome(terms, labour))
    # Behind the time: no holiday multiplies what follows. Shares of the work need a review that ended.
    if labour.items and terms.each and labour.outcome == FeeOutcome.COMPLETED:
        each = f"评审 {labour.items} 件 × {plain_number(terms.each)} 元"
        steps.append(Step(each, labour.items * terms.each))
    if labour.is_leader and terms.leader and labour.outcome == FeeOutcome.COMPLETED:
        steps.append(Step("组长加发", terms.leader))
    if labour.other:
        steps.append(Step("其他补助", labour.other))
    return Fee(tuple(Step(one.text, one.amount.quantize(CENT, ROUND_HALF_UP)) for one in steps))


def _for_outcome(terms: Terms, labour: Labour) -> list[Step]:
    match labour.outcome:
        case FeeOutcome.NOT_REVIEWED:
            return [Step("到场未评审", terms.not_reviewed)]
        case FeeOutcome.RECUSED:
            return [Step("到场需回避", terms.recused)]
        case FeeOutcome.UNFINISHED:
            return [Step("未完成评审，不付劳务费", NOTHING)]
    # By the day: rates pay half and whole days, and cap what a day is paid.
    days = labour.by_day
    left = terms.aborted_cap if labour.outcome == FeeOutcome.ABORTED else None
    steps: list[Step] = []
    for day in days:
        timed = _for_time(terms.stages, day.minutes)
        if left is not None:
            timed += _capped(terms, timed, left)
            left -= _sum(timed)
        # Behind the cap: a holiday pays all more that is paid for the time, also what it comes to at most.
        timed += _for_holiday(terms, timed, day.is_holiday or labour.is_holiday)
        label = f"{day.label}　" if len(days) > 1 else ""
        steps += [Step(f"{label}{one.text}", one.amount) for one in timed]
    return steps


def _capped(terms: Terms, timed: Sequence[Step], left: Decimal) -> list[Step]:
    """Of a review that came to nothing, of whose cap so much is ``left``."""
    if terms.aborted_cap is None or _sum(timed) <= left:
        return []
    return [Step(f"项目终止，最多 {plain_number(terms.aborted_cap)} 元", left - _sum(timed))]


def _for_holiday(terms: Terms, timed: Sequence[Step], is_holiday: bool) -> list[Step]:
    if not is_holiday or terms.holiday == 1:
        return []
    more = _sum(timed) * (terms.holiday - 1)
    return [Step(f"法定节假日 {plain_number(terms.holiday)} 倍", more)]


def _for_time(stages: Sequence[Stage], minutes: int) -> list[Step]:
    steps: list[Step] = []
    begins = 0
    for stage in stages:
        if minutes <= begins:
            break
        ends = minutes if stage.until is None else min(minutes, stage.until)
        steps += _in_stage(stage, begins, ends)
        cap = stage.cap
        if cap is not None and _sum(steps) > cap:
            steps.append(Step(f"封顶 {plain_number(cap)} 元", cap - _sum(steps)))
        begins = ends
    return steps


def _in_stage(stage: Stage, begins: int, ends: int) -> list[Step]:
    whole, rest = divmod(ends - begins, stage.step)
    is_short = 0 < rest <= stage.short
    count = whole + (rest > 0 and not is_short)
    words = f"第 {begins + 1} 至 {ends} 分钟"
    if count == 1 and stage.until is not None and stage.step == stage.until - begins:
        steps = [Step(f"{words}：{time_words(stage.until)}内", stage.amount)]
    elif count:
        each = f"{count} 个{time_words(stage.step)} × {plain_number(stage.amount)} 元"
        steps = [Step(f"{words}：{each}", count * stage.amount)]
    else:
        steps = []
    if is_short:
        steps.append(Step(f"余 {rest} 分钟，不超过 {stage.short} 分钟", stage.short_amount))
    return steps


def _sum(steps: Sequence[Step]) -> Decimal:
    return sum((one.amount for one in steps), NOTHING)
