"""What an expert types of himself, and what is asked where the office decides on it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from expertpool.changes.enums import RequestState, WorkKind
from expertpool.changes.models import YEARS, Career, ChangeRequest, Work
from expertpool.changes.queries import SUBJECT, asked_in, field_labels
from expertpool.changes.services.requests import seen_of
from expertpool.changes.services.values import NamedEmployer
from expertpool.core.lookups import within_days
from expertpool.core.subjects import FieldDeclaration, Owner
from expertpool.core.text import clean_text
from expertpool.core.views.asking import AsksOnce
from expertpool.core.views.filters import DateRangeField, keyword_field
from expertpool.core.views.listing import FilterForm
from expertpool.core.visibility import Level
from expertpool.directory.queries import UNIT_NAME
from expertpool.directory.services.units import question_about, resolve_unit
from expertpool.experts.fields import EXPERT
from expertpool.experts.fields.owners import owner_of
from expertpool.experts.fields.words import is_no_employer
from expertpool.experts.forms.profile import ExpertForm
from expertpool.experts.models import Expert
from expertpool.experts.queries.search import search
from expertpool.workflow.queries.approvals import waiting_for

REASON = "change_reason"
ASKED = "须核准：提交后由管理部门核准，核准前仍按原来的内容。"


class OwnFileForm(ExpertForm):
    """A section of the record for the expert himself, who sees all of it plain: what is his own, and what he
    asks for; what waits already is shown and not typed."""

    def __init__(
        self, data: Any, files: Any, *, expert: Expert, section: str, waiting: dict[str, Any]
    ) -> None:
        self.waiting = waiting
        assert expert.user is not None  # noqa: S101 (it is his own area)
        super().__init__(
            data, files, user=expert.user, kind=expert.kind, expert=expert, section=section
        )
        asked = [name for name, one in self.declared.items() if owner_of(one) == Owner.CONTROLLED]
        for name in asked:
            field = self.fields[name]
            field.help_text = f"须核准。{field.help_text}"
        for name in self.waits & self.fields.keys():
            self.fields[name].disabled = True
            self.fields[name].help_text = "已有待核准的申请；要改请先撤回，撤回生效后再申请。"
        if asked:
            self.fields[REASON] = forms.CharField(
                label="申请说明",
                required=False,
                max_length=300,
                widget=forms.Textarea(attrs={"rows": 2, "data-count": 300}),
                help_text="改动须核准的内容时，可以说明原因，例如「2026 年 6 月评上正高级工程师」；证明材料请传到「附件」。",
            )
            title, names = self.sections[-1]
            self.sections[-1] = (title, [*names, REASON])

    @property
    def waits(self) -> set[str]:
        """The controls of what waits."""
        found = set(self.waiting)
        return found | ({"employer_name", "employer_uscc"} if "employer" in found else set())

    def inputs(self, section: str) -> dict[str, list[FieldDeclaration]]:
        his = (Owner.OWN, Owner.CONTROLLED)
        typed = EXPERT.inputs(self.kind, section, viewer=self.user, record=self.expert)
        kept = {
            # The level of a title follows from it.
            code: [one for one in rows if owner_of(one) in his and one.code != "title_level"]
            for code, rows in typed.items()
        }
        return {code: rows for code, rows in kept.items() if rows}

    def level_of(self, guard: str) -> Level:
        return Level.PLAIN

    def values(self) -> dict[str, Any]:
        """Return what the service takes, without what waits."""
        values: dict[str, Any] = super().values()
        if "specialties" in self.fields:
            values["specialties"] = list(self.cleaned_data["specialties"])
        values.pop("title_level", None)
        return {code: value for code, value in values.items() if code not in self.waiting}

    def _employer(self) -> Any:
        name = clean_text(self.cleaned_data[self._named] or "")
        return NamedEmployer(name, self.cleaned_data["employer_uscc"] or "")

    @property
    def reason(self) -> str:
        return str(self.cleaned_data.get(REASON) or "")


class CareerForm(AsksOnce):
    """A line of the expert's work."""

    unit_name = forms.CharField(
        label="单位名称",
        max_length=200,
        help_text="请填全称；这个单位会自动列入您的回避单位，离开后满三年为止。",
        widget=forms.TextInput(attrs=UNIT_NAME | {"data-code": "uscc"}),
    )
    uscc = forms.CharField(
        label="统一社会信用代码",
        max_length=18,
        required=False,
        help_text="知道时填写，可避免重名。",
    )
    position = forms.CharField(label="职务或岗位", max_length=50, required=False)
    start_date = forms.DateField(label="开始日期", required=False)
    end_date = forms.DateField(label="结束日期", required=False, help_text="仍在职的不填。")
    note = forms.CharField(label="说明", max_length=200, required=False)
    wide: ClassVar = {"unit_name", "note"}
    error_fields: ClassVar = {"unit": "unit_name"}

    def __init__(self, data: Any = None, *, career: Career) -> None:
        self.career = career
        held = career.unit if career.pk else None
        names = ("position", "start_date", "end_date", "note")
        initial = {name: getattr(career, name) for name in names}
        if held:
            initial |= {"unit_name": held.name, "uscc": held.uscc}
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        name = clean_text(self.cleaned_data.get("unit_name") or "")
        uscc = (self.cleaned_data.get("uscc") or "").strip().upper()
        if is_no_employer(name):
            told = f"“{name}”不是单位的名称，不能按单位回避：请填写全称。"
            self.add_error("unit_name", told)
        else:
            self.ask_once("unit_name", f"{name}{uscc}", question_about(name, uscc))
        return self.cleaned_data

    def row(self) -> Career:
        """Return the line as it was typed, not saved; its unit is entered when it is new (ValidationError)."""
        data, career = self.cleaned_data, self.career
        name, uscc = clean_text(data["unit_name"]), data["uscc"].strip().upper()
        career.unit = resolve_unit(name=name, uscc=uscc, knowing=True)
        career.position, career.note = clean_text(data["position"]), clean_text(data["note"])
        career.start_date, career.end_date = data["start_date"], data["end_date"]
        return career


class WorkForm(forms.Form):
    """A paper or the like."""

    kind = forms.ChoiceField(label="类别", choices=WorkKind.choices)
    title = forms.CharField(label="名称", max_length=200)
    outlet = forms.CharField(label="刊物、出版社或委托单位", max_length=200, required=False)
    year = YEARS.number(label="年份", required=False)
    part = forms.CharField(
        label="本人作用",
        max_length=50,
        required=False,
        help_text="例如：第一作者、主编、项目负责人。",
    )
    wide: ClassVar = {"title", "outlet"}

    def __init__(self, data: Any = None, *, work: Work) -> None:
        self.work = work
        super().__init__(data, initial={name: getattr(work, name) for name in Work.RECORDED})

    def row(self) -> Work:
        for name in ("kind", "year"):
            setattr(self.work, name, self.cleaned_data[name])
        for name in ("title", "outlet", "part"):
            setattr(self.work, name, clean_text(self.cleaned_data[name]))
        return self.work


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label="照片",
        widget=forms.FileInput(
            attrs={"accept": "image/png,image/jpeg,image/webp", "data-enhance": "file"}
        ),
        help_text="近期正面照，PNG、JPG 或 WebP；不必裁剪。换一张时原来的会删除。",
        error_messages={"required": "请选择一张照片。"},
    )


class DecisionForm(forms.Form):
    """What the office says to a request: all of it, and why not by field."""

    agree = forms.ChoiceField(
        label="核准",
        choices=[("yes", "同意，按新值修改档案"), ("no", "不同意")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择同意或不同意。"},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, data: Any = None, *, request: ChangeRequest, viewer: Any) -> None:
        open_fields = {one.field for one in request.items.all() if one.is_open}
        super().__init__(data, initial={"seen": seen_of(request.items.all())})
        self.asked = [one for one in asked_in(request, viewer) if one.code in open_fields]
        for one in self.asked:
            self.fields[f"why_{one.code}"] = forms.CharField(
                label=f"「{one.label}」不同意的原因", required=False, max_length=200
            )
        self.fields["note"] = forms.CharField(
            label="意见",
            required=False,
            max_length=300,
            widget=forms.Textarea(attrs={"rows": 2, "data-count": 300}),
            help_text="会告知专家；不同意的，意见和逐项原因至少填一项。",
        )
        self.wide = {"agree", "note", *(f"why_{one.code}" for one in self.asked)}

    @property
    def reasons(self) -> dict[str, str]:
        found = {one.code: self.cleaned_data.get(f"why_{one.code}") or "" for one in self.asked}
        return {code: why for code, why in found.items() if why}


class RequestFilter(FilterForm):
    q = keyword_field("专家姓名、编号或单位")
    field = forms.ChoiceField(label="申请变更的内容")
    asked = DateRangeField(label="申请日期")
    mine = forms.ChoiceField(label="轮到我核准", choices=[("", "全部"), ("1", "是")])

    def __init__(self, data: Any = None, *, user: Any) -> None:
        super().__init__(data)
        self.user = user
        control: Any = self.fields["field"]
        control.choices = [("", "全部"), *field_labels()]

    def narrow(self, rows: Any) -> Any:
        if text := self.value("q"):
            rows = rows.filter(expert__in=search(Expert.objects.all(), text, self.user))
        if code := self.value("field"):
            rows = rows.filter(items__field=code)
        if days := self.value("asked"):
            rows = rows.filter(within_days("asked_at", days))
        if self.value("mine"):
            rows = rows.filter(waiting_for(self.user, SUBJECT), state=RequestState.WAITING)
            rows = rows.exclude(asked_by=self.user)
        return rows
