"""Forms of rules, levels, services, corrections and requests."""

from __future__ import annotations

from typing import Any

from django import forms

from expertpool.points.models import Benefit, PointLevel, PointRule
from expertpool.points.models.ledger import POINTS
from expertpool.points.registry import POINT_FACTS


class RuleForm(forms.ModelForm):
    class Meta:
        model = PointRule
        fields = ("fact", "points", "active")
        widgets = {"fact": forms.Select}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fact: Any = self.fields["fact"]
        if self.instance.pk:
            fact.disabled = True
            known = POINT_FACTS.get(self.instance.fact)
            fact.help_text = known.help if known else ""
        else:
            taken = set(PointRule.objects.values_list("fact", flat=True))
            left = [(one.code, one.label) for one in POINT_FACTS if one.code not in taken]
            fact.choices = [("", "请选择" if left else "没有可以新增的事项"), *left]
            if not left:
                fact.help_text = (
                    "每个事项一条规则，都已经有了：要改积分或重新启用的，请在列表中修改那一条。"
                )


class LevelForm(forms.ModelForm):
    class Meta:
        model = PointLevel
        fields = ("name", "threshold", "note")


class BenefitForm(forms.ModelForm):
    class Meta:
        model = Benefit
        fields = ("name", "level", "description", "order", "active")
        widgets = {"description": forms.Textarea({"rows": 4})}


class CorrectionForm(forms.Form):
    points = POINTS.number(label="积分", help_text="正数加分，负数扣分，如 -5。")
    reason = forms.CharField(
        label="原因",
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="专家本人在明细里看得到。",
    )


class CounterForm(forms.Form):
    reason = forms.CharField(
        label="原因",
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="专家本人在明细里看得到。",
    )


class AskForm(forms.Form):
    text = forms.CharField(
        label="需要什么",
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        help_text="时间、地点、人数等，写清楚便于安排；只有答复的人看得到。",
    )
