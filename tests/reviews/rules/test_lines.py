"""Lines of an office become indicators, and are written back alike."""

from __future__ import annotations

from decimal import Decimal

import pytest

from expertpool.reviews.calculation import Base, Kind, Passing, RuleTree
from expertpool.reviews.rules.lines import LinesRefused, read_lines
from expertpool.reviews.rules.presets import PRESETS
from expertpool.reviews.rules.wording import lines_text

D = Decimal
PASTED = """
【资格审查】
1、营业执照（副本）\t合格
【评分】
　1.　技术部分　４０分
1.1 施工 方案　０～３０分 步长0.5 两端说明 低于10分说明｜看 针对性
1.2 班子 优=10 良=8 差=2.5 选填
2 商务 权重50%
2.1 业绩
2.1.1 类似业绩 -5至15分
2.1.2 承诺 通过得5分
3 报价 5-40分 平均价为基准 高1%扣1 低1%扣0.5 低于80%不计 高于120%不计 下浮3%
4 意见 文字 必填
"""


@pytest.mark.shows("OVW-14")
def test_lines_as_they_are_pasted_become_a_tree() -> None:
    check, scored = read_lines(PASTED)
    assert (check.name, check.passing, check.indicators[0].name) == (
        *("资格审查", Passing.MAJORITY, "营业执照（副本）"),
    )
    technical, trade, price, words = scored.indicators
    plan, team = technical.children
    assert (plan.code, plan.name, plan.kind, plan.high, plan.step) == (
        *("2.1.1", "施工 方案", Kind.SCORE, D(30), D("0.5")),
    )
    assert (plan.ends, plan.below, plan.note) == (True, D(10), "看 针对性")
    assert (team.grades[2], team.mandatory) == (("差", D("2.5")), False)
    assert (trade.weight, trade.children[0].children[0].low) == (D("0.5"), D(-5))
    assert trade.most == D(10)
    said = price.formula
    assert said is not None
    assert (said.base, said.up, said.down, said.low, said.high, said.less) == (
        *(Base.MEAN, D(1), D("0.5"), D(80), D(120), D(3)),
    )
    assert (price.low, price.high, words.mandatory) == (D(5), D(40), True)


@pytest.mark.parametrize("text", [PASTED, *(lines_text(one.tree) for one in PRESETS)])
def test_what_is_written_back_is_read_alike(text: str) -> None:
    stages = read_lines(text)
    again = lines_text(RuleTree(stages))
    assert read_lines(again) == stages
    assert lines_text(RuleTree(read_lines(again))) == again


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "1 至 10 个阶段"),
        ("技术部分 10分", "没有编号"),
        ("1 技术部分", "怎么评看不明白"),
        ("1 技术 10分 好评", "“好评”看不懂"),
        ("1 技术 10分\n1.1 方案 0-8分", "写了 10 分，下面各项合计 8 分"),
        ("1 技术 步长1\n1.1 方案 0-8分", "只能写合计"),
        ("1 技术 10分\n1 商务 10分", "写了两次"),
        ("1 技术 10分\n2.1 方案 5分", "没有它的上级 2"),
        ("1 技术 10-5分", "最高分应大于"),
        ("1 技术 0-10分 步长3", "打不到最高分"),
        ("1 技术 0-10分 10分", "写了两次"),
        ("1 技术 0-10分 步长1 步长2", "重复"),
        ("1 技术 优=10", "至少要两个"),
        ("1 技术 0-20000分", "最多 10000 分"),
        ("1 技术 10分 文字", "怎么评看不明白"),
        ("1 技术 10分 下浮3%", "不能写“下浮3%”"),
        ("1 意见 文字", "没有可以得分"),
        ("1 意见 文字 权重2", "不用写权重"),
        ("1 技术 10分 权重0", "权重应大于 0"),
        ("【审查】一半通过\n1 执照 通过", "后面只能写"),
        ("【审查】一致通过\n1 执照 10分", "只能写“通过”"),
        ("【审查\n1 执照 通过", "应写成"),
        ("【审查】\n【评分】\n1 技术 10分", "还没有指标"),
        ("1 技" + "术" * 60 + " 10分", "最多 60 字"),
        (
            "\n".join(f"{'.'.join(['1'] * n)} 层 " for n in range(1, 7)) + "\n1.1.1.1.1.1.1 项 5分",
            "太深",
        ),
        ("1 技术\n" + "\n".join(f"1.{n} 项 5分" for n in range(1, 301)), "最多 300 个指标"),
        ("\n".join(f"【第{n}】\n1 项 5分" for n in range(11)), "1 至 10 个阶段"),
    ],
)
def test_what_is_not_meant_is_refused_with_the_way_to_mend_it(text: str, word: str) -> None:
    with pytest.raises(LinesRefused, match=word):
        read_lines(text)


def test_examples_come_to_a_hundred_points() -> None:
    assert {one.code: one.tree.most for one in PRESETS} == {
        "works": D(100),
        "goods": D(100),
        "topics": D(100),
        "vote": D(0),
    }
