"""The rule sets of the regimes, as data: what each rule asks, where the law states it.

Plain Python. A rule looks at `Facts` and says in Chinese what is not met, or nothing. Rules marked
``unverified`` were not compared with the official text: their findings ask the reader to do it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from expertpool.core.workdays import holidays_are_known, is_working_day
from expertpool.projects.enums import Regime, RegimeOption, Severity

TENDER_MEMBERS = 5
PROCUREMENT_MEMBERS = 3
PROCUREMENT_TENDER_MEMBERS = 5
PROCUREMENT_LARGE_MEMBERS = 7
PROCUREMENT_LARGE_BUDGET = Decimal(10_000_000)
PROCUREMENT_EARLIEST_WORKDAYS = 2


@dataclass(frozen=True)
class Facts:
    """What the rules look at. ``experts`` is the number of seats to draw, ``representatives`` who
    else sits in the panel; ``opening_at`` and ``now`` are in the local time zone."""

    experts: int
    representatives: int
    budget: Decimal | None
    opening_at: datetime
    now: datetime

    @property
    def members(self) -> int:
        return self.experts + self.representatives


@dataclass(frozen=True)
class RegimeRule:
    """One rule of a regime, in force for projects that open on or after ``effective_date``.

    ``check`` returns what is not met as a sentence, or an empty text. ``needs_seats``: it can only
    be checked once the number of seats is known.
    """

    code: str
    regime: Regime
    label: str
    article: str
    effective_date: date
    check: Callable[[Facts], str]
    needs_seats: bool = True
    unverified: bool = False


@dataclass(frozen=True)
class Finding:
    """That a rule is not met: what the user reads, where the law says it, whether it stops the
    draw."""

    rule: str
    severity: Severity
    text: str
    article: str

    @property
    def is_blocking(self) -> bool:
        return self.severity == Severity.BLOCKING


def _members(minimum: int, body: str) -> Callable[[Facts], str]:
    def check(facts: Facts) -> str:
        if facts.members >= minimum:
            return ""
        return (
            f"{body}应为 {minimum} 人以上单数，现为 {facts.members} 人"
            f"（抽取 {facts.experts} 人，代表 {facts.representatives} 人）。"
        )

    return check


def _odd(body: str) -> Callable[[Facts], str]:
    def check(facts: Facts) -> str:
        if facts.members % 2:
            return ""
        return (
            f"{body}成员应为单数，现为 {facts.members} 人"
            f"（抽取 {facts.experts} 人，代表 {facts.representatives} 人）。"
        )

    return check


def _two_thirds(body: str) -> Callable[[Facts], str]:
    def check(facts: Facts) -> str:
        # In whole numbers, since a float holds no third exactly.
        if facts.experts * 3 >= facts.members * 2:
            return ""
        return f"专家不得少于{body}成员总数的三分之二，现为 {facts.experts}／{facts.members}。"

    return check


def _large_budget(facts: Facts) -> str:
    if facts.budget is None or facts.budget < PROCUREMENT_LARGE_BUDGET:
        return ""
    if facts.members >= PROCUREMENT_LARGE_MEMBERS:
        return ""
    return f"预算 1000 万元以上的采购项目，评标委员会应为 7 人以上单数，现为 {facts.members} 人。"


def earliest_draw_date(opening: date) -> date:
    """Return the day two working days before ``opening``.

    Working days are those of `core.workdays`.
    """
    day, left = opening, PROCUREMENT_EARLIEST_WORKDAYS
    while left:
        day -= timedelta(days=1)
        left -= is_working_day(day)
    return day


def _not_too_early(facts: Facts) -> str:
    opening = facts.opening_at.date()
    earliest = earliest_draw_date(opening)
    # Days are counted, not hours: on the earliest day it may be drawn from midnight on.
    if facts.now >= datetime.combine(earliest, time(), tzinfo=facts.now.tzinfo):
        return ""
    known = all(holidays_are_known(year) for year in {earliest.year, opening.year})
    doubt = "" if known else "按周一至周五计算，未计法定节假日；"
    return (
        f"抽取专家原则上不得早于评审活动开始前 2 个工作日，最早 {earliest:%Y-%m-%d} 抽取"
        f"（{doubt}竞争性谈判、磋商和异地评审除外）。"
    )


# When the wording that was read came into force, its last amendment included.
_BIDDING_LAW = date(2017, 12, 28)
_PROCUREMENT_LAW = date(2014, 8, 31)
_EXPERT_MEASURES = date(2017, 1, 1)
_TENDER_MEASURES = date(2017, 10, 1)
_GROUP = "谈判（询价）小组、评标委员会"

RULES: tuple[RegimeRule, ...] = (
    RegimeRule(
        "tender.members",
        Regime.TENDER,
        "评标委员会五人以上",
        "招标投标法第三十七条",
        _BIDDING_LAW,
        _members(TENDER_MEMBERS, "评标委员会"),
    ),
    RegimeRule(
        "tender.odd",
        Regime.TENDER,
        "评标委员会成员为单数",
        "招标投标法第三十七条",
        _BIDDING_LAW,
        _odd("评标委员会"),
    ),
    RegimeRule(
        "tender.experts",
        Regime.TENDER,
        "专家不少于三分之二",
        "招标投标法第三十七条",
        _BIDDING_LAW,
        _two_thirds("评标委员会"),
    ),
    RegimeRule(
        "procurement.members",
        Regime.PROCUREMENT,
        "谈判（询价）小组三人以上",
        "政府采购法第三十八条、第四十条",
        _PROCUREMENT_LAW,
        _members(PROCUREMENT_MEMBERS, "谈判（询价）小组"),
    ),
    RegimeRule(
        "procurement.odd",
        Regime.PROCUREMENT,
        "小组成员为单数",
        "政府采购法第三十八条、第四十条",
        _PROCUREMENT_LAW,
        _odd(_GROUP),
    ),
    RegimeRule(
        "procurement.experts",
        Regime.PROCUREMENT,
        "专家不少于三分之二",
        "政府采购法第三十八条、第四十条",
        _PROCUREMENT_LAW,
        _two_thirds(_GROUP),
    ),
    # How a purchase is made, no project says: both floors are checked, and each names its own case.
    RegimeRule(
        "procurement.tender_members",
        Regime.PROCUREMENT,
        "评标委员会五人以上（招标方式）",
        "政府采购货物和服务招标投标管理办法第四十七条",
        _TENDER_MEASURES,
        _members(PROCUREMENT_TENDER_MEMBERS, "以招标方式采购的，评标委员会"),
        unverified=True,
    ),
    RegimeRule(
        "procurement.large_budget",
        Regime.PROCUREMENT,
        "预算 1000 万元以上七人以上（招标方式）",
        "政府采购货物和服务招标投标管理办法第四十七条",
        _TENDER_MEASURES,
        _large_budget,
        unverified=True,
    ),
    RegimeRule(
        "procurement.not_too_early",
        Regime.PROCUREMENT,
        "不早于评审前两个工作日抽取",
        "政府采购评审专家管理办法第十四条",
        _EXPERT_MEASURES,
        _not_too_early,
        needs_seats=False,
        unverified=True,
    ),
)


@dataclass(frozen=True)
class Option:
    """An option that may be switched on for a regime, and where the law speaks of it."""

    regime: Regime
    option: RegimeOption
    article: str
    unverified: bool = False

    @property
    def code(self) -> str:
        return f"{self.regime}.{self.option}"

    @property
    def label(self) -> str:
        return str(self.option.label)


OPTIONS: tuple[Option, ...] = (
    Option(
        Regime.TENDER,
        RegimeOption.MANUAL_WAYS,
        "招标投标法第三十七条、招标投标法实施条例第四十七条：仅限特殊招标项目",
    ),
    Option(
        Regime.TENDER,
        RegimeOption.ONE_LEADER,
        "评标委员会和评标方法暂行规定第九条",
        unverified=True,
    ),
    Option(
        Regime.TENDER,
        RegimeOption.PUBLIC_PANEL,
        "招标投标法第三十七条：中标结果确定前保密；之后是否公布，依本地规定",
    ),
    Option(
        Regime.PROCUREMENT,
        RegimeOption.MANUAL_WAYS,
        "政府采购评审专家管理办法第十三条：经主管预算单位同意自行选定，公告时注明",
        unverified=True,
    ),
    Option(Regime.PROCUREMENT, RegimeOption.ONE_LEADER, "采购文件或本单位制度"),
    Option(Regime.PROCUREMENT, RegimeOption.LEFT_NEVER_COUNT, "采购文件或本单位制度"),
    Option(Regime.INTERNAL, RegimeOption.MANUAL_WAYS, "本单位制度"),
    Option(Regime.INTERNAL, RegimeOption.ONE_LEADER, "本单位制度"),
    Option(Regime.INTERNAL, RegimeOption.LEFT_NEVER_COUNT, "本单位制度"),
    Option(Regime.INTERNAL, RegimeOption.PUBLIC_PANEL, "本单位制度"),
)

UNVERIFIED_NOTE = "请以原文核对。"


def rules_for(regime: str, opening: date) -> list[RegimeRule]:
    """Return the rules of ``regime`` in force on ``opening``; none for internal reviews."""
    return [rule for rule in RULES if rule.regime == regime and rule.effective_date <= opening]


def find_violations(
    regime: str, facts: Facts, *, seats_known: bool, blocking: frozenset[str]
) -> list[Finding]:
    """Return a finding for each rule not met; those whose codes are in ``blocking`` stop the draw."""
    findings = []
    for rule in rules_for(regime, facts.opening_at.date()):
        if rule.needs_seats and not seats_known:
            continue
        if text := rule.check(facts):
            severity = Severity.BLOCKING if rule.code in blocking else Severity.WARNING
            note = UNVERIFIED_NOTE if rule.unverified else ""
            findings.append(Finding(rule.code, severity, text + note, rule.article))
    return findings
