"""Rules as lines and words, as `lines` reads them."""

from __future__ import annotations

from decimal import Decimal

from expertpool.reviews.calculation import Base, Formula, How, Indicator, Kind, RuleTree, plain
from expertpool.reviews.calculation.steps import decimals_words, tie_words
from expertpool.reviews.rules.lines import PASSING

_WORDS = {passing: word for word, passing in PASSING.items()}


def lines_text(tree: RuleTree) -> str:
    """Return the lines that say the stages of ``tree``."""
    lines = []
    for stage in tree.stages:
        lines.append(f"【{stage.name}】{_WORDS.get(stage.passing, '')}")
        lines += [
            "  " * one.depth
            + " ".join(filter(None, (one.number, one.name, words_of(one))))
            + (f" | {one.note}" if one.note else "")
            for one in stage.walk()
        ]
    return "\n".join(lines)


def words_of(one: Indicator) -> str:
    """Return how ``one`` is judged, as a line says it."""
    parts: list[str] = []
    match one.kind:
        case Kind.GROUP:
            whole = sum((child.most for child in one.children), Decimal(0))
            parts = [f"{plain(whole)}分"] if whole else []
        case Kind.SCORE:
            parts = [f"{plain(one.low)}-{plain(one.high)}分"]
            parts += [f"步长{plain(one.step)}"] if one.step else []
        case Kind.GRADE:
            parts = [f"{label}={plain(points)}" for label, points in one.grades]
        case Kind.CHECK:
            parts = [f"通过得{plain(one.points)}分" if one.points else "通过"]
        case Kind.TEXT:
            parts = ["文字", "必填"] if one.mandatory else ["文字"]
        case Kind.PRICE:
            parts = _price_words(one)
    if one.weight != 1:
        parts.append(f"权重{plain(one.weight)}")
    if not one.mandatory and one.kind is not Kind.TEXT:
        parts.append("选填")
    return " ".join([*parts, *_reason_words(one)])


def _price_words(one: Indicator) -> list[str]:
    formula = one.formula or Formula()
    span = f"{plain(one.low)}-" if one.low else ""
    said = [
        ("高1%扣{}", formula.up),
        ("低1%扣{}", formula.down),
        ("低于{}%不计", formula.low),
        ("高于{}%不计", formula.high),
        ("下浮{}%", formula.less or None),
    ]
    base = "最低价为基准" if formula.base is Base.LOWEST else "平均价为基准"
    words = [text.format(plain(number)) for text, number in said if number is not None]
    return [f"{span}{plain(one.high)}分", base, *words]


def _reason_words(one: Indicator) -> list[str]:
    words = ["两端说明"] if one.ends else []
    words += [f"低于{plain(one.below)}说明"] if one.below is not None else []
    return words + ([f"高于{plain(one.above)}说明"] if one.above is not None else [])


def settings_words(tree: RuleTree) -> list[str]:
    """Return how scores become a result, as lines."""
    each = "每个指标" if tree.by_indicator else "总分"
    how = {
        How.MEAN: "各专家的总分取平均",
        How.WEIGHTED: "加权平均："
        + "、".join(f"{word} {plain(weight)}" for word, weight in tree.weights)
        + "，其他专家 1",
        How.TRIMMED: f"{each}去掉 {tree.drop} 个最高和 {tree.drop} 个最低后取平均，"
        f"专家不足 {2 * tree.drop + 1} 位时不去",
    }
    lines = [how[tree.how], f"总分{decimals_words(tree)}"]
    if tree.each:
        lines.append(
            "每位专家的总分先取整再汇总" if not tree.decimals else "每位专家的总分先按此取舍再汇总"
        )
    ties = "，再按".join(tie_words(tree))
    lines.append(f"总分相同的按{ties}排序，仍相同的并列" if ties else "总分相同的名次并列")
    if tree.far is not None:
        lines.append(f"与其他专家平均分相差超过满分 {plain(tree.far)}% 的要说明")
    return lines
