"""A rate as the office writes it, and a review to try it with."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from expertpool.accounts.models import Department
from expertpool.core.text import clean_code, clean_text
from expertpool.directory.fields import ProjectKindField
from expertpool.fees.enums import TIMED, FeeOutcome, Pays
from expertpool.fees.models import ITEMS, MULTIPLES, OTHER, SUMS, FeeRate
from expertpool.fees.rules.days import MOST_DAYS, Worked
from expertpool.fees.rules.pay import Labour, Terms
from expertpool.fees.rules.stages import Stage, StageRefused, read_stages
from expertpool.projects.enums import Regime

DAY_HOURS = 24
_HOURS = re.compile(r"\d{1,2}(\.\d{1,2})?")


def _yuan(label: str, **kw: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=SUMS.low,
        max_value=SUMS.high,
        decimal_places=2,
        required=False,
        error_messages=SUMS.messages,
        **kw,
    )


class RateForm(forms.Form):
    """A rate; of one that stands the name stays."""

    name = forms.CharField(label="标准名称", max_length=40)
    project_kind = ProjectKindField(help_text="登记时先列出项目自己类型的标准。")
    regime = forms.ChoiceField(
        label="适用制度", choices=[("", "全部"), *Regime.choices], required=False
    )
    department = forms.ModelChoiceField(
        label="适用部门（含下级）",
        queryset=Department.objects.filter(active=True),
        empty_label="全部",
        required=False,
        help_text="各地标准不同的，按部门分别设置；都适用时用条件最具体的。",
    )
    pays = forms.ChoiceField(
        label="付款单位",
        choices=[("", "按系统设置"), *Pays.choices],
        required=False,
        help_text="写在确认函上；个税由付款单位分别申报。",
    )
    effective_on = forms.DateField(label="施行日期", help_text="这一天起开始的评审适用。")
    stages = forms.CharField(
        label="时间与报酬",
        max_length=600,
        widget=forms.Textarea({"rows": 5}),
        help_text="一行一段，时间从评审开始算起，如“4小时内 300元”“8小时内 每1小时 100元 封顶800元”"
        "“以后 每1小时 100元 不超过30分钟50元”。不足一档的按一档算，另写了的除外。",
    )
    holiday = forms.DecimalField(
        label="法定节假日倍数",
        min_value=MULTIPLES.low,
        max_value=MULTIPLES.high,
        decimal_places=2,
        error_messages=MULTIPLES.messages,
    )
    each = _yuan("评审对象每件（元）", help_text="课题、论文等按件另付的；不填的只按时间。")
    leader = _yuan("组长加发（元）")
    not_reviewed = _yuan("到场未评审（元）")
    recused = _yuan("到场需回避（元）")
    aborted_cap = _yuan(
        "项目终止最多（元）", help_text="废标等项目终止的；不填的不另设上限，节假日在此之上加倍。"
    )
    travel_cap = _yuan("差旅最多（元）", help_text="凭票据报销，不计税；不填的不另设上限。")
    source = forms.CharField(label="依据", max_length=100, required=False)
    active = forms.BooleanField(label="启用", required=False)
    wide: ClassVar = {"stages", "source"}

    def __init__(self, data: Any = None, *, row: FeeRate) -> None:
        initial = {
            "name": row.name,
            "project_kind": row.project_kind,
            "regime": row.regime,
            "department": row.department_id,
            "pays": row.pays,
            "effective_on": row.effective_on,
            "stages": row.stages_text,
            "holiday": row.holiday,
            "each": row.each or None,
            "leader": row.leader,
            "not_reviewed": row.not_reviewed,
            "recused": row.recused,
            "aborted_cap": row.aborted_cap,
            "travel_cap": row.travel_cap,
            "source": row.source,
            "active": row.active,
        }
        super().__init__(data, initial=initial)
        if row.version:
            self.fields["name"].disabled = True

    def clean_name(self) -> str:
        return clean_text(self.cleaned_data["name"])

    def clean_stages(self) -> tuple[Stage, ...]:
        try:
            return read_stages(self.cleaned_data["stages"])
        except StageRefused as refusal:
            raise ValidationError(str(refusal)) from refusal

    @property
    def terms(self) -> Terms:
        said = self.cleaned_data
        return Terms(
            stages=said["stages"],
            holiday=said["holiday"],
            leader=said["leader"] or Decimal(0),
            not_reviewed=said["not_reviewed"] or Decimal(0),
            recused=said["recused"] or Decimal(0),
            aborted_cap=said["aborted_cap"],
            travel_cap=said["travel_cap"],
            each=said["each"] or Decimal(0),
        )


class TrialForm(forms.Form):
    """A review that nobody held, and what was paid in the month before it."""

    rate = forms.ModelChoiceField(FeeRate.objects.none(), label="劳务费标准", empty_label=None)
    outcome = forms.ChoiceField(label="评审情况", choices=FeeOutcome.choices)
    hours = forms.CharField(
        label="评审时长（小时）",
        max_length=60,
        help_text="不含休息和用餐；几天的用加号隔开，如 8+7.5。",
    )
    items = ITEMS.number(label="评审对象（件）", required=False)
    is_holiday = forms.BooleanField(label="法定节假日", required=False)
    is_leader = forms.BooleanField(label="组长", required=False)
    other = forms.DecimalField(
        label="其他补助（元）",
        min_value=OTHER.low,
        max_value=OTHER.high,
        decimal_places=2,
        required=False,
    )
    paid = _yuan("本月已发（元）", help_text="同月的合并计税。")

    net = _yuan("反算：想让专家实得（元）", help_text="填了的，同时算出税前应发多少。")

    def __init__(self, data: Any = None, *, rates: Any) -> None:
        super().__init__(data)
        rate: Any = self.fields["rate"]
        rate.queryset = rates

    def clean_hours(self) -> tuple[Worked, ...]:
        parts = clean_code(self.cleaned_data["hours"]).split("+")
        if not all(_HOURS.fullmatch(one) and Decimal(one) <= DAY_HOURS for one in parts):
            raise ValidationError(
                f"请填小时数，一天最多 {DAY_HOURS} 小时，如 3.5；几天的用加号隔开，如 8+7.5。"
            )
        if len(parts) > MOST_DAYS:
            raise ValidationError(f"最多 {MOST_DAYS} 天。")
        return tuple(
            Worked(int(Decimal(one) * 60), label=f"第 {at} 天") for at, one in enumerate(parts, 1)
        )

    @property
    def labour(self) -> Labour:
        said = self.cleaned_data
        outcome = FeeOutcome(said["outcome"])
        days = said["hours"] if outcome in TIMED else ()
        return Labour(
            outcome=outcome,
            days=days,
            is_holiday=said["is_holiday"],
            is_leader=said["is_leader"],
            other=said["other"] or Decimal(0),
            items=said["items"] or 0,
        )
