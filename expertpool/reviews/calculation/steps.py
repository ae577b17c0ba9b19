"""The calculation of one item step by step, as it is read to who asks how its total came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from expertpool.reviews.calculation.prices import base_price, counting, deviation, mean_of
from expertpool.reviews.calculation.result import (
    PRICE,
    Item,
    Result,
    Roles,
    Row,
    Sheets,
    drop_of,
    mean_of_code,
    prices_of,
    weight_of,
)
from expertpool.reviews.calculation.scores import points_of
from expertpool.reviews.calculation.tree import (
    Base,
    Formula,
    How,
    Indicator,
    Kind,
    Passing,
    Rounding,
    RuleTree,
    Stage,
    plain,
)

PASSING = {
    Passing.MAJORITY: "过半数通过",
    Passing.TWO_THIRDS: "三分之二以上通过",
    Passing.ALL: "一致通过",
}
ROUNDING = {
    Rounding.HALF_UP: "四舍五入",
    Rounding.HALF_EVEN: "四舍六入五成双",
    Rounding.DOWN: "只舍不入",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line: what is done, and what it comes to. ``part``: the heading it stands under."""

    part: str
    text: str
    value: str


def decimals_words(rule: RuleTree) -> str:
    """Return how totals are rounded, in words."""
    places = f"保留 {rule.decimals} 位小数" if rule.decimals else "取整数"
    return f"{ROUNDING[rule.rounding]}{places}"


def explain(
    rule: RuleTree,
    items: Sequence[Item],
    sheets: Sheets,
    found: Result,
    item: str,
    *,
    roles: Roles | None = None,
    names: Mapping[str, str] | None = None,
    ranked: bool = True,
) -> list[Step]:
    """Return how ``found``, which is the result of the rest, came to what it says of ``item``; ``names``: what experts and
    items are called. The rank is told last, if it is asked for."""
    row = next(one for one in found.rows if one.item == item)
    told = _Told(rule, sheets, row, names or {}, roles or {})
    if item in found.unscored or (
        row.fallen is not None and not any(one.of for one in row.votes.values())
    ):
        # Also of results of before that was told apart: nobody has voted, so nobody has failed it.
        return [Step("结论", "没有专家评", "没有结论")]
    steps = told.votes()
    if row.fallen is not None:
        # Nothing more is told of it: scores that count for nothing would be read as if they did.
        return [*steps, Step("结论", f"“{rule.stages[row.fallen].name}”未通过，不再评分", "不通过")]
    steps += told.totals()
    steps += _prices(rule, items, found, row)
    return [*steps, *told.conclusion(), *(told.rank() if ranked else ())]


class _Told:
    def __init__(
        self, rule: RuleTree, sheets: Sheets, row: Row, names: Mapping[str, str], roles: Roles
    ) -> None:
        self.rule, self.sheets, self.row, self.names, self.roles = rule, sheets, row, names, roles

    def name(self, key: str) -> str:
        return self.names.get(key, key)

    def votes(self) -> list[Step]:
        steps = []
        for stage in self.rule.stages:
            for one, _ in stage.leaves():
                vote = self.row.votes.get(one.code)
                if vote is None:
                    continue
                text = f"{one.number} {one.name}：{vote.of} 位专家中 {vote.yes} 位判为通过"
                text += f"（{PASSING[stage.passing]}）"
                steps.append(Step(stage.name, text, "通过" if vote.passed else "不通过"))
        return steps

    def totals(self) -> list[Step]:
        stages = [one for one in self.rule.stages if one.is_scored]
        steps = [
            Step("各专家评分", f"{self.name(expert)}：{self._sum(stages, expert)}", plain(total))
            for expert, total in self.row.totals.items()
        ]
        if self.row.totals:
            steps += self._by_indicator() if self.rule.by_indicator else self._by_total()
        return steps

    def _sum(self, stages: Sequence[Stage], expert: str) -> str:
        scores = self.sheets[expert][self.row.item]
        parts = []
        for stage in stages:
            for one, weight in stage.leaves():
                if one.kind not in (Kind.TEXT, Kind.PRICE):
                    said = scores.get(one.code, ("",))[0]
                    points = plain(points_of(one, said)) if said else "未填 0"
                    times = "" if weight == 1 else f"×{plain(weight)}"
                    parts.append(f"{one.name} {points}{times}")
        each = f"，每位专家的总分{decimals_words(self.rule)}" if self.rule.each else ""
        return " + ".join(parts) + each

    def _by_total(self) -> list[Step]:
        rule, row, steps = self.rule, self.row, []
        drop = drop_of(rule, len(row.totals))
        if row.left_out:
            words = "、".join(f"{self.name(one)} {plain(row.totals[one])}" for one in row.left_out)
            text = f"去掉 {drop} 个最高分和 {drop} 个最低分：{words}"
            steps.append(Step("汇总", text + self._ties(), ""))
        elif rule.how is How.TRIMMED:
            # Said, since the rule says that they are left out: somebody would look for them.
            text = f"专家不足 {2 * rule.drop + 1} 位，不去掉最高最低分"
            steps.append(Step("汇总", text, ""))
        kept = {one: total for one, total in row.totals.items() if one not in row.left_out}
        if rule.how is How.WEIGHTED:
            weights = {one: weight_of(rule, self.roles.get(one, ())) for one in kept}
            parts = " + ".join(f"{plain(kept[one])}×{plain(weights[one])}" for one in kept)
            whole = sum(weights.values(), Decimal(0))
            text = f"加权平均：({parts}) ÷ {plain(whole)}"
        else:
            text = f"平均：({' + '.join(map(plain, kept.values()))}) ÷ {len(kept)}"
        return [*steps, Step("汇总", text, plain(self._mean(kept)))]

    def _ties(self) -> str:
        row = self.row
        inside = {total for one, total in row.totals.items() if one not in row.left_out}
        same = any(row.totals[one] in inside for one in row.left_out)
        return "（有专家与其同分，去掉哪一位不影响平均分）" if same else ""

    def _mean(self, kept: Mapping[str, Decimal]) -> Fraction:
        weights = [Fraction(weight_of(self.rule, self.roles.get(one, ()))) for one in kept]
        values = [Fraction(one) for one in kept.values()]
        whole = sum((a * b for a, b in zip(values, weights, strict=True)), Fraction(0))
        return whole / sum(weights, Fraction(0))

    def _by_indicator(self) -> list[Step]:
        drop = drop_of(self.rule, len(self.row.totals))
        how = f"去掉 {drop} 个最高和 {drop} 个最低后平均" if drop else "各专家平均"
        steps = []
        for stage in self.rule.stages:
            for one, _ in stage.leaves():
                if stage.is_scored and one.kind not in (Kind.TEXT, Kind.PRICE):
                    mean = plain(self.row.means[one.code])
                    steps.append(Step("汇总", f"{one.number} {one.name}：{how}", mean))
        return steps

    def conclusion(self) -> list[Step]:
        row = self.row
        if row.exact is None or row.total is None:
            return [Step("结论", "还有专家没有提交或报价没有填，暂不计算总分", "")]
        text = f"总分 {plain(row.exact)}，{decimals_words(self.rule)}"
        return [Step("结论", text, f"{row.total:f}")]

    def rank(self) -> list[Step]:
        if self.row.rank is None:
            return []
        tied = [Step("结论", self._told_apart(), "")] if self.row.tied else []
        return [*tied, Step("结论", "名次", f"第 {self.row.rank} 名")]

    def _told_apart(self) -> str:
        others = "、".join(self.name(one) for one in self.row.tied)
        words = "；".join(tie_words(self.rule))
        return f"与 {others} 总分相同，" + (
            f"依次按{words}排序，仍相同的并列" if words else "名次并列"
        )


def tie_words(rule: RuleTree) -> list[str]:
    """Return by what items with the same total are told apart, in words."""
    found = []
    for code in rule.ties:
        indicator = rule.indicator(code)
        if code == PRICE:
            found.append("报价由低到高")
        elif indicator is not None:
            found.append(f"“{indicator.name}”得分由高到低")
    return found


def formula_words(formula: Formula) -> str:
    """Return how a price becomes points, in words."""
    base = "最低报价" if formula.base is Base.LOWEST else "报价平均值"
    parts = [f"以{base}为基准价"]
    low = "" if formula.low is None else f"低于平均值 {plain(formula.low)}%"
    high = "" if formula.high is None else f"高于平均值 {plain(formula.high)}%"
    if low or high:
        parts.append("、".join(filter(None, (low, high))) + "的报价不参与计算基准价")
    if formula.less:
        parts.append(f"下浮 {plain(formula.less)}%")
    if formula.up is None and formula.down is None:
        return "，".join([*parts, "得分 = 基准价 ÷ 报价 × 满分"])
    up, down = plain(formula.up or Decimal(0)), plain(formula.down or Decimal(0))
    return "，".join([*parts, f"每高 1% 扣 {up} 分，每低 1% 扣 {down} 分，不足 1% 按比例"])


def _prices(rule: RuleTree, items: Sequence[Item], found: Result, row: Row) -> list[Step]:
    standing = {one.item for one in found.rows if one.fallen is None}
    prices = [one.price for one in items if one.key in standing and one.price is not None]
    own = next(one.price for one in items if one.key == row.item)
    steps = []
    for indicator, weight in prices_of(rule):
        if indicator.formula is None or own is None or not prices:
            continue
        steps.append(_base(indicator, indicator.formula, prices))
        base = base_price(indicator.formula, prices) or Fraction(1)
        points = plain(mean_of_code(rule, row, indicator.code))
        steps.append(
            Step("价格分", _of_price(indicator, indicator.formula, own, base, weight), points)
        )
    return steps


def _base(indicator: Indicator, formula: Formula, prices: Sequence[Decimal]) -> Step:
    used = counting(formula, prices)
    text = f"{indicator.name}：{formula_words(formula)}"
    if len(used) < len(prices):
        mean = plain(mean_of(prices))
        text += f"；{len(prices)} 个报价平均 {mean}，其中 {len(used)} 个参与计算"
    return Step("价格分", text, f"基准价 {plain(base_price(formula, prices) or Fraction(0))}")


def _of_price(
    indicator: Indicator, formula: Formula, own: Decimal, base: Fraction, weight: Decimal
) -> str:
    most, times = plain(indicator.high), "" if weight == 1 else f" × {plain(weight)}"
    if formula.up is None and formula.down is None:
        text = f"{plain(base)} ÷ {plain(own)} × {most}{times}"
    else:
        off = deviation(own, base)
        factor = (formula.up if off > 0 else formula.down) or Decimal(0)
        side = "高" if off > 0 else "低"
        text = (
            f"报价 {plain(own)} 比基准价{side} {plain(abs(off))}%，"
            f"{most} - {plain(abs(off))} × {plain(factor)}{times}"
        )
    return f"{text}（最低 {plain(indicator.low)} 分，最高 {most} 分）"
