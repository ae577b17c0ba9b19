"""How a review is held, what is scored in it, and the hand under a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms import BoundField

from expertpool.core.strokes import SignatureField
from expertpool.core.views.filters import keyword_field
from expertpool.core.views.listing import FilterForm
from expertpool.reviews.forms.assignments import GroundForm
from expertpool.reviews.models import PRICES, Review, ReviewItem, ReviewRule
from expertpool.reviews.queries.sheets import Part
from expertpool.reviews.services.organising import Terms, Thing


class TermsForm(forms.Form):
    """How ``review`` is held, or one that is made for ``project``."""

    rule = forms.ModelChoiceField(
        ReviewRule.objects.none(), label="评审规则", required=False, empty_label="以后再选"
    )
    by_stage = forms.BooleanField(
        label="由组长逐阶段开启",
        required=False,
        help_text="先只开启第一阶段，组长或组织人员开启下一阶段后，专家才能填写。",
    )
    due_at = forms.DateTimeField(
        label="截止时间", required=False, help_text="不填的，结束评审前都能提交。"
    )

    def __init__(
        self,
        data: Any = None,
        *,
        rules: QuerySet[ReviewRule],
        review: Review | None = None,
    ) -> None:
        super().__init__(data)
        rule: Any = self.fields["rule"]
        rule.queryset = rules
        if review is not None:
            self.initial = {name: getattr(review, name) for name in self.fields}
            if review.opened_at:
                del self.fields["rule"], self.fields["by_stage"]

    @property
    def terms(self) -> Terms:
        said = self.cleaned_data
        return Terms(said.get("rule"), bool(said.get("by_stage")), said["due_at"])


class ItemForm(forms.Form):
    number = forms.CharField(label="编号", max_length=40)
    name = forms.CharField(label="名称", max_length=200)
    unit = forms.CharField(
        label="单位（人）", max_length=200, required=False, help_text="投标人、申报单位或作者。"
    )
    category = forms.CharField(label="类别", max_length=50, required=False)
    price = forms.DecimalField(
        label="报价（元）",
        min_value=PRICES.low,
        max_value=PRICES.high,
        decimal_places=2,
        required=False,
        error_messages=PRICES.messages,
        help_text="按报价计分的规则需要。",
    )

    def __init__(self, data: Any = None, *, item: ReviewItem | None = None) -> None:
        super().__init__(data)
        if item is not None:
            self.initial = {name: getattr(item, name) for name in self.fields}

    @property
    def thing(self) -> Thing:
        return Thing(**self.cleaned_data)


class MaterialsForm(forms.Form):
    archive = forms.FileField(
        label="ZIP 文件",
        help_text="按编号对应：文件夹名是评审对象的编号，或文件名以编号开头（如 T-01 技术方案.pdf）。",
    )


class SubmitForm(forms.Form):
    """What the glass gives, and which content stood above it."""

    signature = SignatureField()
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, data: Any = None, *, far: Sequence[Part]) -> None:
        """``far``: the items of which he has to say why he keeps to scores that are far from the others'."""
        super().__init__(data)
        self.far = far
        for at, one in enumerate(far):
            self.fields[f"far{at}"] = forms.CharField(
                label=one.name,
                max_length=500,
                required=False,
                widget=forms.Textarea({"rows": 2}),
            )
            self.initial[f"far{at}"] = one.remark

    @property
    def reasons(self) -> list[BoundField]:
        return [self[f"far{at}"] for at in range(len(self.far))]

    @property
    def remarks(self) -> dict[str, str]:
        """What he says, by the alias of the item."""
        said = self.cleaned_data
        return {one.alias: said[f"far{at}"] for at, one in enumerate(self.far)}


class JoinForm(GroundForm):
    """Which of those who stand by comes in: ``people`` are pairs of the line and the name; why, where it is not his turn."""

    line = forms.TypedChoiceField(label="候补专家", coerce=int)
    field_order = ("line", "ground", "reason")

    def __init__(
        self, data: Any = None, *, people: Sequence[tuple[int, str]], grounds: Sequence[str]
    ) -> None:
        super().__init__(data, grounds=grounds)
        line: Any = self.fields["line"]
        line.choices = people
        self.fields["ground"].required = False
        self.fields["ground"].help_text = "按次序加入的不用选择。"


class ReviewFilter(FilterForm):
    q = keyword_field("项目名称或编号")

    def narrow(self, rows: Any) -> Any:
        if text := self.value("q"):
            named = rows.filter(project__name__icontains=text)
            rows = named | rows.filter(project__number__icontains=text)
        return rows
