"""Setting up a round, handing in, deciding, and the filters of the lists."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.criteria import CriteriaField, canonical
from expertpool.core.lookups import within_days
from expertpool.core.text import clean_text
from expertpool.core.views.filters import DateRangeField, keyword_field
from expertpool.core.views.listing import FilterForm
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import years_before
from expertpool.experts.queries.criteria import SUBJECT as OF_EXPERTS
from expertpool.experts.queries.search import search
from expertpool.inspections.enums import State
from expertpool.inspections.models import (
    DECLARATION,
    GUIDANCE,
    LONGEST,
    MATERIALS,
    MOST_MATERIALS,
    YEARS,
    Inspection,
    Round,
)
from expertpool.inspections.queries.inspections import labels_of, years


class RoundForm(forms.Form):
    """A round; of one that goes on the choice and what is asked do not change."""

    name = forms.CharField(label="名称", max_length=60)
    year = YEARS.number(label="年度")
    due_date = forms.DateField(label="提交截止", help_text="这一天提交的算按期。")
    suspend_from = forms.DateField(
        label="暂停抽取从",
        required=False,
        help_text="从这一天起，未通过或未按期提交的专家不再被抽取，通过后恢复；不填的没有这一后果。"
        "已封存的抽取和已接受的邀请不受影响。",
    )
    guidance = forms.CharField(
        label="填报说明",
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    materials = forms.CharField(
        label="须上传的材料",
        max_length=600,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=f"一行一项，最多 {MOST_MATERIALS} 项，每项至少上传一个文件；没有的不填。",
    )
    declaration = forms.CharField(
        label="承诺内容", max_length=1000, widget=forms.Textarea({"rows": 3})
    )
    wide: ClassVar = {"name", "guidance", "materials", "declaration", "criteria"}

    def __init__(self, data: Any = None, *, row: Round, user: User) -> None:
        super().__init__(data, initial=_initial(row))
        where = CriteriaField(
            OF_EXPERTS,
            label="范围",
            required=False,
            help_text="开启时在库、符合条件、在您管理范围内的专家；没有条件的，全部在库专家。",
        )
        where.viewer = user
        self.fields["criteria"] = where
        self.sections = [
            ("年检", ["name", "year", "due_date", "suspend_from"]),
            ("填报内容", ["guidance", "materials", "declaration"]),
            ("哪些专家参加", ["criteria"]),
        ]
        if row.is_open:
            for name in ("year", "materials", "declaration", "criteria"):
                del self.fields[name]
            self.sections = [("年检", ["name", "due_date", "suspend_from", "guidance"])]

    def clean_materials(self) -> list[str]:
        lines = [clean_text(line)[:60] for line in self.cleaned_data["materials"].splitlines()]
        return list(dict.fromkeys(line for line in lines if line))

    @property
    def values(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        if "criteria" in values:
            values["criteria"] = canonical(values["criteria"])
        return values


def _initial(row: Round) -> dict[str, Any]:
    if row.pk:
        names = ("name", "year", "due_date", "suspend_from", "guidance", "declaration", "criteria")
        return {name: getattr(row, name) for name in names} | {
            "materials": "\n".join(row.materials)
        }
    today = timezone.localdate()
    due = today + timedelta(days=30)
    return {
        "name": f"{today.year} 年度专家年检",
        "year": today.year,
        "due_date": due,
        "suspend_from": due + timedelta(days=15),
        "guidance": GUIDANCE,
        "materials": MATERIALS,
        "declaration": DECLARATION,
    }


class OwnForm(forms.Form):
    """What its expert says; whether that is enough is asked once he hands it in."""

    contents = forms.CharField(
        label="本年度情况",
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea({"rows": 6, "data-count": LONGEST}),
    )
    declared = forms.BooleanField(
        label="我已阅读并承诺以上内容", required=False, widget=forms.CheckboxInput({"form": "own"})
    )

    def __init__(self, data: Any = None, *, row: Inspection) -> None:
        super().__init__(
            data, initial={"contents": row.readable_contents, "declared": row.is_declared}
        )


class ForForm(OwnForm):
    """What the office hands in for an expert without an account."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    declared = forms.BooleanField(label="本人已签字承诺", required=False)

    def __init__(self, data: Any = None, *, row: Inspection) -> None:
        super().__init__(data, row=row)
        self.initial.update(version=row.version, declared=False)
        self.fields["contents"].help_text = row.round.guidance
        # What he has signed, word for word.
        self.fields["declared"].help_text = f"{row.round.declaration}（签字的承诺书请扫描后上传）"


class DecisionForm(forms.Form):
    outcome = forms.ChoiceField(
        label="审核结果",
        choices=[
            (State.PASSED, "通过"),
            (State.RETURNED, "退回修改，改好后重新提交"),
            (State.FAILED, "不通过"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择审核结果。"},
    )
    note = forms.CharField(
        label="审核意见",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 3, "data-count": 300}),
        help_text="专家会收到；退回和不通过的须写明原因。",
    )
    seen = forms.DateTimeField(widget=forms.HiddenInput, required=False)
    wide: ClassVar = {"outcome", "note"}

    def __init__(self, data: Any = None, *, row: Inspection) -> None:
        super().__init__(data, initial={"seen": timezone.now().isoformat()})
        self.labels = labels_of(row)
        for name, label in self.labels.items():
            self.fields[f"why_{name}"] = forms.CharField(
                label=f"「{label}」要改什么", max_length=200, required=False
            )

    @property
    def reasons(self) -> dict[str, str]:
        found = {name: self.cleaned_data.get(f"why_{name}") or "" for name in self.labels}
        return {name: why for name, why in found.items() if why}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="原因", max_length=200, widget=forms.Textarea({"rows": 3, "data-count": 200})
    )


class InspectionFilter(FilterForm):
    q = keyword_field("专家姓名、编号或单位")
    asked = DateRangeField(label="提交日期")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            rows = rows.filter(expert__in=search(Expert.objects.all(), text, self.user))
        if days := self.value("asked"):
            rows = rows.filter(within_days("shown_at", days))
        return rows


class RoundFilter(FilterForm):
    year = forms.ChoiceField(label="年度")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        control: Any = self.fields["year"]
        control.choices = [("", "全部"), *years()]

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        year = self.value("year")
        return rows.filter(year=year) if year else rows


class AskRenewalForm(forms.Form):
    reason = forms.CharField(
        label="申请说明",
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 4, "data-count": 500}),
        help_text="可以写明本聘期参加评审的情况、身体状况等。",
    )


class RenewalDecisionForm(forms.Form):
    agree = forms.ChoiceField(
        label="审核结果",
        choices=[("yes", "同意续聘"), ("no", "不续聘")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择审核结果。"},
    )
    until = forms.DateField(label="续聘至", required=False)
    note = forms.CharField(
        label="意见",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 3, "data-count": 300}),
        help_text="专家会收到；不续聘的须写明原因。",
    )
    wide: ClassVar = {"agree", "note"}

    def __init__(self, data: Any = None, *, end: date | None) -> None:
        super().__init__(data, initial={"until": renewed_until(end, timezone.localdate())})


class RenewForm(forms.Form):
    """Many at once."""

    until = forms.DateField(
        label="续聘至", help_text="比现在的聘期晚的才续；过了这一天不再被抽取。"
    )
    reason = forms.CharField(
        label="依据",
        max_length=200,
        help_text="例如：2026 年 12 月专家库管理会议决定。记入历史变更。",
    )
    wide: ClassVar = {"reason"}

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"until": renewed_until(None, timezone.localdate())})


YEARS_RENEWED = 3


def renewed_until(end: date | None, today: date) -> date:
    """Return what is proposed: three years after the end of the term, or after today where that is later."""
    return years_before(max(end or today, today), -YEARS_RENEWED)


class TermFilter(FilterForm):
    q = keyword_field("姓名、首字母、编号、单位或专业")
    term = DateRangeField(label="聘期届满")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if days := self.value("term"):
            rows = rows.filter(term_end_date__range=days)
        if text := self.value("q"):
            rows = search(rows, text, self.user)
        return rows
