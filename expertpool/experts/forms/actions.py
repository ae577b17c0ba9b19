"""What is asked for before an action on experts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.criteria import CriteriaField
from expertpool.core.text import is_key
from expertpool.core.views.asking import AsksOnce
from expertpool.core.views.moments import MomentField
from expertpool.core.views.uploads import FilesField
from expertpool.directory.models import Unit
from expertpool.directory.queries import UNIT_NAME, UNIT_SEARCH
from expertpool.directory.services.units import question_about, resolve_unit
from expertpool.experts.enums import AvoidanceKind
from expertpool.experts.fields.words import is_no_employer
from expertpool.experts.forms.fields import ExpertField
from expertpool.experts.models import AvoidanceUnit, Expert, Tag
from expertpool.experts.queries.coming import SEALED
from expertpool.experts.queries.criteria import SUBJECT
from expertpool.experts.services.blacklist import PAST
from expertpool.experts.services.leave import long_told


def reason_field(label: str, *, longest: int, told: str = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3, "data-count": longest})
    return forms.CharField(label=label, max_length=longest, widget=widget, help_text=told)


class OneExpertForm(forms.Form):
    """A form about one expert: given by the page, or chosen among ``experts``."""

    def __init__(self, *args: Any, experts: QuerySet[Expert] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if experts is not None:
            field = ExpertField()
            field.queryset = experts
            self.fields = {"expert": field} | self.fields


class EntryForm(forms.Form):
    """What stands in an entry of the blacklist beside its reason."""

    evidence = forms.CharField(
        label="依据",
        max_length=500,
        required=False,
        help_text="处罚决定文号、投诉处理书等；文件在保存后上传。原因和依据会告知专家，文件不会。",
    )
    until_date = forms.DateField(
        label="期限至", required=False, help_text="不填为长期；过了这一天自动移出。"
    )

    def clean_until_date(self) -> date | None:
        until: date | None = self.cleaned_data["until_date"]
        if until is not None and until < timezone.localdate():
            raise forms.ValidationError(PAST)
        return until


class BlacklistForm(OneExpertForm, EntryForm):
    reason = reason_field("移入原因", longest=500, told=SEALED)
    field_order = ("expert", "reason", "evidence", "until_date")


class AsksOfLongLeave(AsksOnce):
    """Asks once about a leave of many years: a slip as a rule."""

    def ask_if_long(self, start: datetime | None, end: datetime | None) -> None:
        if start and end and (told := long_told(start, end)):
            self.ask_once("end", f"{start} {end}", f"{told}确认无误的，再保存一次。")


class LeaveForm(OneExpertForm, AsksOfLongLeave):
    error_fields = {"during": "start"}
    start = MomentField(at="00:00", label="开始时间")
    end = MomentField(
        at="23:59", label="结束时间", help_text="只选日期的，到当天 23:59；到期自动销假。"
    )
    reason = reason_field("事由", longest=200, told=SEALED)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        self.ask_if_long(data.get("start"), data.get("end"))
        return data


class RemovalDecisionForm(forms.Form):
    """Whether an avoidance that the office has set is removed, as its expert asked."""

    agree = forms.ChoiceField(
        label="核定",
        choices=[("yes", "同意移除"), ("no", "不同意")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择同意或不同意。"},
    )
    note = forms.CharField(
        label="意见",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": 300}),
        help_text="会告知专家；不同意的必填。",
    )


class AppealDecisionForm(forms.Form):
    """Whether what an expert says against his entry on the blacklist holds."""

    agree = forms.ChoiceField(
        label="处理",
        choices=[("yes", "申诉成立，移出黑名单"), ("no", "申诉不成立")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择成立或不成立。"},
    )
    note = forms.CharField(
        label="处理意见",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": 300}),
        help_text="会告知专家。",
    )


class AppealForm(forms.Form):
    reason = forms.CharField(
        label="申诉理由",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 6, "data-count": 1000}),
        help_text="说明事实经过，以及您认为不应移入黑名单的理由。",
    )
    materials = FilesField(
        label="证明材料",
        required=False,
        help_text="照片、扫描件或文档，最多 5 个，合计 50 MB 以内。",
    )


class AvoidanceForm(AsksOnce):
    """A current or past employer, or another unit or person to whom an expert is tied."""

    kind = forms.ChoiceField(label="关系", choices=AvoidanceKind.choices)
    person_name = forms.CharField(
        label="人员姓名", max_length=100, required=False, help_text="亲属、师生等人员须填写。"
    )
    unit_name = forms.CharField(
        label="单位名称",
        max_length=200,
        required=False,
        help_text="请填全称；与人员的关系填其所在单位，可以不填。",
        widget=forms.TextInput(attrs=UNIT_NAME | {"data-code": "uscc"}),
    )
    uscc = forms.CharField(label="统一社会信用代码", max_length=18, required=False)
    start_date = forms.DateField(label="开始日期", required=False)
    end_date = forms.DateField(
        label="结束日期", required=False, help_text="已结束的从这一天起仍回避三年。"
    )
    note = forms.CharField(label="说明", max_length=200, required=False)
    wide = {"unit_name", "note"}
    error_fields = {"unit": "unit_name"}

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("unit_name", "").strip()
        uscc = self.cleaned_data.get("uscc", "").strip().upper()
        if is_no_employer(name):
            told = f"“{name}”不是单位的名称，不能按单位回避：请填写全称，没有的不填。"
            self.add_error("unit_name", told)
        else:
            self.ask_once("unit_name", f"{name}{uscc}", question_about(name, uscc))
        return self.cleaned_data

    def row(self, expert: Expert) -> AvoidanceUnit:
        """Return the relation that was entered, not saved; its unit is made when it is new.

        Raises ValidationError.
        """
        data = self.cleaned_data
        name, uscc = data["unit_name"].strip(), data["uscc"].strip().upper()
        return AvoidanceUnit(
            expert=expert,
            unit=resolve_unit(name=name, uscc=uscc, knowing=True) if name or uscc else None,
            person_name=data["person_name"].strip(),
            kind=data["kind"],
            start_date=data["start_date"],
            end_date=data["end_date"],
            note=data["note"],
        )


class AssignForm(forms.Form):
    """For which unit some of the experts work who are entered under a name that is not identified."""

    experts = forms.ModelMultipleChoiceField(
        Expert.objects.none(),
        label="专家",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请勾选要归入的专家。"},
    )
    into = forms.ModelChoiceField(
        Unit.objects.none(),
        label="归入",
        required=False,
        empty_label="请选择",
        help_text="只改勾选的专家的工作单位，名称本身和其他专家不变；每位专家记一次历史变更。",
    )
    none = forms.BooleanField(
        label="不是单位：清空所选专家的工作单位",
        required=False,
        help_text="如误填的「无」「退休」。清空后不再按单位回避，请另行核对他们的工作单位。",
    )
    wide = {"experts", "into", "none"}

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if "into" not in self.errors and bool(data.get("into")) == bool(data.get("none")):
            self.add_error("into", "请选择归入的单位，或勾选「不是单位」，只选一项。")
        return data

    def __init__(
        self, data: Any = None, *, experts: QuerySet[Expert], unit: Unit, into: str, beyond: int
    ) -> None:
        """``beyond``: of how many more the form offers none."""
        super().__init__(data, initial={"into": into})
        chosen_from, field = self.fields["experts"], self.fields["into"]
        assert isinstance(chosen_from, forms.ModelMultipleChoiceField)  # noqa: S101 - for the type checker
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        chosen_from.queryset = experts
        if beyond:
            chosen_from.help_text = f"按姓名列出前面的一部分，另有 {beyond} 位没有列出：归入这些后再打开，即列出其余的。"
        field.widget.attrs |= UNIT_SEARCH
        # The page carries only the option that is chosen; the others are searched.
        chosen = str(self["into"].value() or "")
        if is_key(chosen):
            field.queryset = Unit.objects.filter(pk=chosen).exclude(pk=unit.pk)


class TagForm(forms.ModelForm):
    class Meta:
        model = Tag
        fields = ["name", "colour"]


class TagExpertsForm(forms.Form):
    """Many experts into groups and out of others."""

    add = forms.ModelMultipleChoiceField(Tag.objects.all(), label="加入分组", required=False)
    remove = forms.ModelMultipleChoiceField(Tag.objects.all(), label="移出分组", required=False)
    wide = {"add", "remove"}

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not data.get("add") and not data.get("remove"):
            raise forms.ValidationError(
                "请选择要加入或移出的分组；还没有分组时，请先到“专家分组”新增。"
            )
        return data


class ExpertTagsForm(forms.Form):
    tags = forms.ModelMultipleChoiceField(Tag.objects.all(), label="分组", required=False)
    wide = {"tags"}


class WhereForm(forms.Form):
    """The condition builder of the list."""

    where = CriteriaField(SUBJECT, label="条件", keeps=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["where"]
        field.viewer = user
