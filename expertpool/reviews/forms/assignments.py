"""How many score an item, and the value that somebody gives after the seal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from expertpool.reviews.models import EACH, MOST, ItemAssignment
from expertpool.reviews.services.assigning import Share

ALL, SOME, HAND = "all", "draw", "hand"


class ShareForm(forms.Form):
    """Who scores what in a review; once it is open, how many alone."""

    way = forms.ChoiceField(
        label="由谁评",
        choices=[
            (ALL, "全部专家评全部评审对象"),
            (SOME, "随机分配给部分专家"),
            (HAND, "人工指定，另一人确认"),
        ],
        widget=forms.RadioSelect,
    )
    per_item = forms.IntegerField(
        label="每个评审对象几人评",
        min_value=EACH.low,
        max_value=EACH.high,
        error_messages=EACH.messages,
        required=False,
    )
    per_expert = forms.IntegerField(
        label="每人最多评几个",
        min_value=MOST.low,
        max_value=MOST.high,
        error_messages=MOST.messages,
        required=False,
    )
    supervised = forms.BooleanField(
        label="监督人也提供随机值",
        required=False,
        initial=True,
        help_text="随机分配的，不勾选则只由经办人提供，公信力较弱。",
    )
    why = forms.CharField(
        label="人工指定的理由",
        max_length=500,
        required=False,
        help_text="人工指定不是随机分配，须写明理由，并由另一人确认。",
    )

    def __init__(
        self, data: Any = None, *, row: ItemAssignment | None = None, is_open: bool = False
    ) -> None:
        super().__init__(data)
        self.initial = {"way": SOME if row or is_open else ALL, "supervised": True}
        if row is not None:
            for name in ("per_item", "per_expert", "supervised"):
                self.initial[name] = getattr(row, name)
            self.initial["why"] = row.why_by_hand
            if row.by_hand:
                self.initial["way"] = HAND
        if is_open:
            way: Any = self.fields["way"]
            way.choices = [one for one in way.choices if one[0] != ALL]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("way") in (SOME, HAND):
            for name in ("per_item", "per_expert"):
                if said.get(name) is None and name not in self.errors:
                    self.add_error(name, "请填写。")
        return said

    @property
    def share(self) -> Share | None:
        said = self.cleaned_data
        if said["way"] == ALL:
            return None
        by_hand = said["way"] == HAND
        supervised = by_hand or said["supervised"]
        return Share(said["per_item"], said["per_expert"], supervised, by_hand, said["why"])


class ValueForm(forms.Form):
    value = forms.CharField(
        label="随机值",
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": "任意数字或文字，如现场掷骰子的点数"}
        ),
        error_messages={"required": "请填写随机值。", "max_length": "最多 100 个字。"},
    )


class ChoiceForm(forms.Form):
    """Who scores an item."""

    experts = forms.TypedMultipleChoiceField(
        label="评审专家",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="须回避和不评这一类别的专家不在其中。",
    )

    def __init__(
        self, data: Any = None, *, choices: list[tuple[int, str]], chosen: list[int]
    ) -> None:
        super().__init__(data)
        field: Any = self.fields["experts"]
        field.choices = choices
        self.initial = {"experts": chosen}


class GroundForm(forms.Form):
    """Why somebody is taken off: a ground of the office's list, and what is said of it."""

    ground = forms.ChoiceField(label="原因", error_messages={"required": "请选择原因。"})
    reason = forms.CharField(
        label="说明",
        required=False,
        max_length=150,
        widget=forms.Textarea(attrs={"rows": 2, "data-count": 150}),
        help_text="原因为其他时必填。",
    )

    def __init__(self, data: Any = None, *, grounds: Sequence[str]) -> None:
        super().__init__(data)
        ground: Any = self.fields["ground"]
        ground.choices = [("", "请选择"), *((one, one) for one in grounds)]


class RecuseForm(GroundForm):
    """From which of his items an expert has to stay away: ``items`` are pairs of a key and the name."""

    items = forms.MultipleChoiceField(
        label="须回避的评审对象",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择须回避的评审对象。"},
        help_text="同一原因的一次选齐。填过的评分作废，由系统按次序改由其他专家评。",
    )
    field_order = ("items", "ground", "reason")

    def __init__(
        self, data: Any = None, *, items: Sequence[tuple[str, str]], grounds: Sequence[str]
    ) -> None:
        super().__init__(data, grounds=grounds)
        field: Any = self.fields["items"]
        field.choices = items


class ExitForm(GroundForm):
    """Why somebody scores no more, and what becomes of his sheet where ``submitted``; ``never``: why it cannot count."""

    counts = forms.BooleanField(
        label="已提交的评分表计入结果",
        required=False,
        help_text="按适用制度决定：中途退出的，一般不计入。",
    )

    def __init__(
        self, data: Any = None, *, submitted: bool, grounds: Sequence[str], never: str
    ) -> None:
        super().__init__(data, grounds=grounds)
        if never and submitted:
            self.fields["ground"].help_text = f"已提交的评分表不计入结果：{never}。"
        # Whoever has ticked it before it was so is told.
        if not submitted or (never and "counts" not in self.data):
            del self.fields["counts"]
