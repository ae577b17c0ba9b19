"""Rates as provinces have published them, as examples to begin with: an office looks up what holds for it.

Collected from public notices (a survey of 2017, 晋财购〔2021〕24号, 鲁财采〔2017〕28号, 威海文登 2025); several have been revised since.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from expertpool.fees.rules.pay import Terms
from expertpool.fees.rules.stages import read_stages


@dataclass(frozen=True)
class Preset:
    """The rates of one place."""

    code: str
    name: str
    terms: Terms
    source: str = "2017 年公布，仅作示例"


def _terms(text: str, **more: Decimal) -> Terms:
    return Terms(read_stages(text), **more)


# Of which a town says how time is counted and what the way costs: what is paid is said by the province alone.
_SHANDONG = _terms(
    "3小时内 400元\n以后 每1小时 100元 不超过30分钟50元 封顶1000元",
    not_reviewed=Decimal(200),
    recused=Decimal(200),
)
PRESETS = (
    Preset("beijing", "北京（示例）", _terms("以后 每4小时 500元")),
    Preset(
        "tianjin",
        "天津（示例）",
        _terms(
            "4小时内 300元\n6小时内 150元\n8小时内 150元\n以后 每1小时 100元",
            not_reviewed=Decimal(100),
            travel_cap=Decimal(100),
        ),
    ),
    Preset(
        "shanxi",
        "山西（示例）",
        _terms(
            "2小时内 300元\n8小时内 每1小时 100元 封顶800元\n以后 每1小时 100元 封顶1000元",
            holiday=Decimal(2),
            not_reviewed=Decimal(100),
            aborted_cap=Decimal(400),
        ),
        "晋财购〔2021〕24号，仅作示例",
    ),
    # Half a day and a day: there is no second day within one, however long it is.
    Preset("shanghai", "上海（示例）", _terms("4小时内 500元\n24小时内 300元")),
    Preset("jiangsu", "江苏（示例）", _terms("4小时内 500元\n以后 每1小时 100元")),
    Preset(
        "zhejiang",
        "浙江（示例）",
        _terms("3小时内 500元\n8小时内 每1小时 100元 封顶1000元\n以后 每1小时 200元"),
    ),
    Preset("fujian", "福建（示例）", _terms("3小时内 300元\n以后 每1小时 100元 不足30分钟50元")),
    Preset("shandong", "山东（示例）", _SHANDONG, "鲁财采〔2017〕28号，仅作示例"),
    # Nights, meals and ways in the town have limits of their own there (docs/decisions/0639).
    Preset(
        "weihai",
        "威海文登（示例）",
        _SHANDONG,
        "威海文登 2025 年公布，金额按山东的标准；时长自开标至签署提交报告，用餐、休息不计，差旅凭票据；仅作示例",
    ),
)
