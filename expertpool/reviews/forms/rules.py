"""A rule as the office writes it, and scores to try it with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from expertpool.core.text import clean_text
from expertpool.directory.fields import ProjectKindField
from expertpool.reviews.calculation import (
    PRICE,
    How,
    Indicator,
    Item,
    Kind,
    Rounding,
    RuleTree,
    ScoreRefused,
    Stage,
    plain,
    read_value,
)
from expertpool.reviews.calculation.steps import ROUNDING
from expertpool.reviews.models import ReviewRule
from expertpool.reviews.rules.lines import LinesRefused, read_lines
from expertpool.reviews.rules.wording import lines_text, words_of

HOWS = (
    (How.MEAN, "平均"),
    (How.TRIMMED, "去掉最高最低后平均"),
    (How.WEIGHTED, "加权平均"),
)
MOST_DROPPED, MOST_DECIMALS = 3, 4
_WEIGHT = re.compile(r"(?P<word>\S{1,20})[\s:=]+(?P<weight>\d{1,3}(?:\.\d{1,2})?)")
PRICE_WORD = "报价"


class RuleForm(forms.Form):
    """A rule; of one that stands the name stays."""

    name = forms.CharField(label="规则名称", max_length=40)
    project_kind = ProjectKindField()
    stages = forms.CharField(
        label="阶段和指标",
        max_length=40_000,
        widget=forms.Textarea({"rows": 22, "spellcheck": "false"}),
        help_text="【】里是阶段，一行一个指标，用编号表示上下级，可以从 Word、Excel 粘贴。怎么评写在名称后面："
        "“0-15分 步长0.5”“优=10 良=8 差=3”“通过”“通过得5分”“文字”“30分 最低价为基准”"
        "“30分 平均价为基准 高1%扣1 低1%扣0.5 低于80%不计 高于120%不计”。还可以写“权重0.6”“选填”“两端说明”"
        "“低于6分说明”“高于9分说明”；“|”后面写评分标准。",
    )
    how = forms.ChoiceField(label="多位专家怎样汇总", choices=HOWS)
    drop = forms.IntegerField(
        label="各去掉几个最高、最低", min_value=1, max_value=MOST_DROPPED, required=False
    )
    by_indicator = forms.BooleanField(
        label="逐个指标去掉", required=False, help_text="不勾选的按每位专家的总分去掉。"
    )
    weights = forms.CharField(
        label="权重",
        max_length=300,
        required=False,
        help_text="组长或条件组的名称和权重，如“组长 1.5、经济组 1.2”；没有写到的为 1。",
    )
    decimals = forms.IntegerField(
        label="总分小数位数", min_value=0, max_value=MOST_DECIMALS, initial=2
    )
    rounding = forms.ChoiceField(label="取舍", choices=list(ROUNDING.items()))
    each = forms.BooleanField(
        label="每位专家的总分先取舍", required=False, help_text="不勾选的只在最后取舍一次。"
    )
    ties = forms.CharField(
        label="总分相同时",
        max_length=100,
        required=False,
        help_text="依次比较什么，如“报价、1.1”：报价低的在前，指标得分高的在前。不填的名次并列。",
    )
    far = forms.DecimalField(
        label="评分差异提醒（满分的 %）",
        min_value=1,
        max_value=100,
        decimal_places=1,
        required=False,
        help_text="与其他专家平均分相差更多的要说明理由；不填的不提醒。",
    )
    anonymous = forms.BooleanField(
        label="匿名评审", required=False, help_text="专家只看到评审对象的匿名编号。"
    )
    source = forms.CharField(label="依据", max_length=100, required=False)
    active = forms.BooleanField(label="启用", required=False)
    wide: ClassVar = {"stages", "source"}
    sections: ClassVar = [
        ("规则", ["name", "project_kind", "stages"]),
        (
            "计算",
            ["how", "drop", "by_indicator", "weights", "decimals", "rounding", "each", "ties"],
        ),
        ("其他", ["far", "anonymous", "source", "active"]),
    ]

    def __init__(self, data: Any = None, *, row: ReviewRule) -> None:
        super().__init__(data, initial=_initial(row))
        if row.version:
            self.fields["name"].disabled = True

    def clean_name(self) -> str:
        return clean_text(self.cleaned_data["name"])

    def clean_stages(self) -> tuple[Stage, ...]:
        try:
            return read_lines(self.cleaned_data["stages"])
        except LinesRefused as refusal:
            raise ValidationError(str(refusal)) from refusal

    def clean_weights(self) -> tuple[tuple[str, Decimal], ...]:
        parts = filter(
            None, map(str.strip, re.split(r"[、,，;；\n]", self.cleaned_data["weights"]))
        )
        found = []
        for part in parts:
            match = _WEIGHT.fullmatch(part)
            if match is None or not Decimal(match["weight"]):
                raise ValidationError(f"“{part[:20]}”看不懂：请写成“组长 1.5、经济组 1.2”。")
            found.append((match["word"], Decimal(match["weight"])))
        return tuple(found)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("how") == How.WEIGHTED and not said.get("weights"):
            self.add_error("weights", "加权平均的，请写权重，如“组长 1.5”。")
        if "stages" in said:
            said["ties"] = self._ties(said["stages"], said.get("ties") or "")
        return said

    def _ties(self, stages: tuple[Stage, ...], text: str) -> tuple[str, ...]:
        known = {
            one.number: one.code for stage in stages if stage.is_scored for one in stage.walk()
        }
        priced = any(one.kind is Kind.PRICE for stage in stages for one in stage.walk())
        found = []
        for word in filter(None, re.split(r"[、,，;；\s]+", text)):
            if word == PRICE_WORD and priced:
                found.append(PRICE)
            elif word in known:
                found.append(known[word])
            else:
                why = "规则里没有报价" if word == PRICE_WORD else f"评分的指标里没有“{word[:20]}”"
                self.add_error("ties", f"{why}，请写“报价”或指标的编号。")
        return tuple(found)

    @property
    def tree(self) -> RuleTree:
        said = self.cleaned_data
        how = How(said["how"])
        trimmed = how is How.TRIMMED
        return RuleTree(
            stages=said["stages"],
            how=how,
            drop=said["drop"] or 1,
            by_indicator=trimmed and said["by_indicator"],
            weights=said["weights"] if how is How.WEIGHTED else (),
            decimals=said["decimals"],
            rounding=Rounding(said["rounding"]),
            each=said["each"],
            ties=said["ties"],
            far=said["far"],
        )


def _initial(row: ReviewRule) -> dict[str, Any]:
    tree = row.tree()
    ties = ((one, tree.indicator(one)) for one in tree.ties)
    return {
        "name": row.name,
        "project_kind": row.project_kind,
        "stages": lines_text(tree),
        "how": tree.how,
        "drop": tree.drop,
        "by_indicator": tree.by_indicator,
        "weights": "、".join(f"{word} {plain(weight)}" for word, weight in tree.weights),
        "decimals": tree.decimals,
        "rounding": tree.rounding,
        "each": tree.each,
        "ties": "、".join(one.number if one else PRICE_WORD for _, one in ties),
        "far": tree.far,
        "anonymous": row.anonymous,
        "source": row.source,
        "active": row.active,
    }


# --- Trying a rule --------------------------------------------------------------------------

TRIED = "本对象"
EXPERTS = 9  # at most, in a trial


@dataclass(frozen=True)
class TrialRow:
    """An indicator with the inputs of each expert; of a group none."""

    indicator: Indicator
    stage: str
    words: str
    fields: list[forms.BoundField]


class TrialForm(forms.Form):
    """Scores of an item that nobody reviewed."""

    def __init__(self, data: Any = None, *, tree: RuleTree, experts: int) -> None:
        super().__init__(data)
        self.tree = tree
        self.experts = [str(place) for place in range(1, experts + 1)]
        for place in self.experts:
            if tree.how is How.WEIGHTED:
                roles = [("", "专家"), *((word, word) for word, _ in tree.weights)]
                self.fields[f"role-{place}"] = forms.ChoiceField(
                    label=f"专家{place}的身份", choices=roles, required=False
                )
            for one in tree.filled_in():
                if one.kind is not Kind.TEXT:
                    self.fields[_input(one, place)] = _score_field(one, place)
        if any(one.kind is Kind.PRICE for one in tree.indicators()):
            self.fields["price"] = forms.DecimalField(
                label="本对象的报价", min_value=0, max_digits=14, decimal_places=2
            )
            self.fields["others"] = forms.CharField(
                label="其他对象的报价", max_length=500, required=False, help_text="用空格隔开。"
            )

    @property
    def rows(self) -> list[TrialRow]:
        return [
            TrialRow(
                one,
                stage.name,
                "" if one.kind in (Kind.GROUP, Kind.CHECK) else words_of(one),
                [self[_input(one, place)] for place in self.experts]
                if one.is_filled_in and one.kind is not Kind.TEXT
                else [],
            )
            for stage in self.tree.stages
            for one in stage.walk()
            if one.kind is not Kind.TEXT
        ]

    @property
    def roles(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("role-")]

    @property
    def prices(self) -> list[forms.BoundField]:
        return [self[name] for name in ("price", "others") if name in self.fields]

    def clean_others(self) -> list[Decimal]:
        words = re.split(r"[\s、,，;；]+", self.cleaned_data["others"].strip())
        try:
            return [Decimal(one) for one in words if one and _is_price(one)]
        except ValueError as refusal:
            raise ValidationError(str(refusal)) from refusal

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        for one in self.tree.filled_in():
            for place in self.experts:
                name = _input(one, place)
                if name not in said:
                    continue
                try:
                    said[name] = read_value(one, said[name])
                except ScoreRefused as refusal:
                    self.add_error(name, str(refusal))
        return said

    @property
    def items(self) -> list[Item]:
        said = self.cleaned_data
        others = said.get("others") or []
        rest = [Item(f"其他{at}", price) for at, price in enumerate(others, start=1)]
        return [Item(TRIED, said.get("price")), *rest]

    @property
    def sheets(self) -> dict[str, dict[str, dict[str, list[str]]]]:
        """What the experts say of the item; the others stand for their prices alone."""
        scores = {place: self._scores(place) for place in self.experts}
        return {place: {item.key: own for item in self.items} for place, own in scores.items()}

    def _scores(self, place: str) -> dict[str, list[str]]:
        return {
            one.code: [self.cleaned_data.get(_input(one, place), "") or "—", ""]
            if one.kind is Kind.TEXT
            else [self.cleaned_data.get(_input(one, place), ""), ""]
            for one in self.tree.filled_in()
        }

    @property
    def roles_of(self) -> Mapping[str, list[str]]:
        return {place: [self.cleaned_data.get(f"role-{place}", "")] for place in self.experts}


def _is_price(word: str) -> bool:
    if not re.fullmatch(r"\d{1,12}(?:\.\d{1,2})?", word):
        raise ValueError(f"“{word[:20]}”不是报价，请填数字，用空格隔开。")
    return True


def _input(indicator: Indicator, place: str) -> str:
    return f"{indicator.code}-{place}"


def _score_field(indicator: Indicator, place: str) -> forms.Field:
    label = f"专家{place}"
    required = indicator.mandatory
    if indicator.kind is Kind.SCORE:
        return forms.CharField(label=label, max_length=12, required=required)
    labels = (
        [label for label, _ in indicator.grades]
        if indicator.kind is Kind.GRADE
        else ["通过", "不通过"]
    )
    choices = [("", "请选择"), *((one, one) for one in labels)]
    return forms.ChoiceField(label=label, choices=choices, required=required)
