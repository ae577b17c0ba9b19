"""What users fill in: the application, avoidances, rule settings."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.core.configuration import value_of
from expertpool.core.subjects import let_wait
from expertpool.core.text import clean_code, clean_text, is_key
from expertpool.customforms.services.files import keep_files, take_in
from expertpool.directory.models import Unit
from expertpool.directory.queries import UNIT_NAME, UNIT_SEARCH
from expertpool.projects.enums import AvoidanceSubject, PersonRole
from expertpool.projects.fields import PROJECT
from expertpool.projects.models import Avoidance, Project
from expertpool.projects.queries import departments_for_filing
from expertpool.projects.rules import OPTIONS, RULES
from expertpool.projects.services.avoidance import AvoidanceData
from expertpool.projects.settings import ALLOWED, BLOCKING


def keep_chosen(field: forms.BoundField) -> None:
    """Let a remote select carry only the option that is chosen; all others are searched."""
    # What was posted counts as chosen: the field accepts only what its rows hold.
    chosen = str(field.value() or "")
    choice: Any = field.field
    choice.queryset = Unit.objects.filter(pk=int(chosen)) if is_key(chosen) else Unit.objects.none()


class ProjectForm(forms.Form):
    """The application, as `fields` declares it; the services check the values."""

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        user: User,
        project: Project | None = None,
        number: str = "",
    ) -> None:
        self.user = user
        titles, typed = PROJECT.titles(), PROJECT.inputs(viewer=user, record=project)
        self.sections = [(titles[code], [one.name for one in typed[code]]) for code in typed]
        self.declared = {one.name: one for group in typed.values() for one in group}
        initial = (
            {name: one.value_of(project) for name, one in self.declared.items()}
            if project
            else {
                name: getattr(Project, one.code).field.get_default()
                for name, one in self.declared.items()
                if not one.is_extra
            }
            | {"number": number, "department": user.department_id}
        )
        super().__init__(data, files, initial=initial)
        for name, one in self.declared.items():
            self.fields[name] = one.input("", initial.get(name))
        let_wait(self.fields, self.declared)
        fields: dict[str, Any] = self.fields
        if project:
            fields["number"].help_text = ""  # it speaks of a number that was just given
        else:
            # What was given to this page; somebody else may have been given the same.
            fields["offered"] = forms.CharField(
                widget=forms.HiddenInput, required=False, initial=number
            )
        fields["department"].queryset = departments_for_filing(user)
        if project:
            own = Department.objects.filter(pk=project.department_id)
            # else whoever may edit it but not file for its department could not save it
            fields["department"].queryset |= own

    def clean_number(self) -> str:
        return clean_code(self.cleaned_data["number"])

    def clean_name(self) -> str:
        return clean_text(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        take_in(self, self.declared, actor=self.user, now=timezone.now())
        return self.cleaned_data

    def values(self) -> dict[str, Any]:
        """Return what was filled in, files stored, by the codes of the fields; no number where that of the page was left."""
        keep_files(self, self.declared, subject=PROJECT.code, actor=self.user, now=timezone.now())
        values = {one.code: self.cleaned_data[name] for name, one in self.declared.items()}
        if values["number"] == self.cleaned_data.get("offered"):
            values["number"] = ""
        return values


class AvoidanceForm(forms.ModelForm):
    """One avoidance; which fields there are follows from its subject."""

    class Meta:
        model = Avoidance
        fields = (
            "unit",
            "name",
            "uscc",
            "unit_name",
            "expert_number",
            "role",
            "from_date",
            "to_date",
            "reason",
        )
        widgets: ClassVar = {"unit": forms.Select(attrs=UNIT_SEARCH)}

    shown: ClassVar[dict[str, tuple[str, ...]]] = {
        AvoidanceSubject.UNIT: ("unit", "name", "uscc", "reason"),
        AvoidanceSubject.PERSON: ("role", "name", "unit_name", "expert_number", "reason"),
        AvoidanceSubject.PERIOD: ("from_date", "to_date", "reason"),
    }
    hints: ClassVar[dict[str, dict[str, str]]] = {
        AvoidanceSubject.UNIT: {
            "unit": "输入单位名称的一部分查找。",
            "name": "单位库里没有时，在此填写全称。",
        },
        AvoidanceSubject.PERSON: {
            "role": "编制采购文件、参加过论证的人不得评审本项目。",
            "name": "姓名和专家编号至少填一项；申报与其有亲属、师生等关系的专家一并回避。",
            "unit_name": "有同名专家时，用所在单位区分。",
        },
        AvoidanceSubject.PERIOD: {
            "to_date": "在此期间参加过评审的专家不被抽取。",
        },
    }

    def __init__(self, *args: Any, subject: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject
        for name in set(self.fields) - set(self.shown[subject]):
            del self.fields[name]
        self.order_fields(self.shown[subject])
        for name, hint in self.hints[subject].items():
            self.fields[name].help_text = hint
        if subject == AvoidanceSubject.UNIT:
            unit: Any = self.fields["unit"]
            unit.empty_label = "请选择"
            self.fields["name"].label = "单位名称"
            self.fields["name"].widget.attrs |= UNIT_NAME | {"data-code": "uscc"}
            keep_chosen(self["unit"])
        elif subject == AvoidanceSubject.PERSON:
            self.fields["name"].label = "姓名"
            self.fields["unit_name"].widget.attrs |= UNIT_NAME
            role: Any = self.fields["role"]
            role.choices = [("", "请选择"), *PersonRole.choices]

    def validate_constraints(self) -> None:
        """The service says in words what is missing."""

    def data_for_service(self) -> AvoidanceData:
        values: dict[str, Any] = {
            name: clean_text(value) if isinstance(value, str) else value
            for name, value in self.cleaned_data.items()
        }
        if "uscc" in values:
            values["uscc"] = clean_code(values["uscc"]).upper()
        return AvoidanceData(subject=self.subject, **values)


class RuleSettingsForm(forms.Form):
    """Which rules stop a draw, the others are only shown; what is allowed in each regime."""

    rules = forms.MultipleChoiceField(label="阻止抽取的规则", required=False)
    options = forms.MultipleChoiceField(label="启用的选项", required=False)

    def __init__(self, data: Any = None) -> None:
        rules = [code for setting in BLOCKING.values() for code in value_of(setting)]
        on = [f"{regime}.{one}" for regime, setting in ALLOWED.items() for one in value_of(setting)]
        super().__init__(data, initial={"rules": rules, "options": on})
        fields: dict[str, Any] = self.fields
        fields["rules"].choices = [(rule.code, rule.label) for rule in RULES]
        fields["options"].choices = [(item.code, item.label) for item in OPTIONS]

    @property
    def values(self) -> dict[str, tuple[str, ...]]:
        """What is chosen, by the code of the setting."""
        rules, options = self.cleaned_data["rules"], self.cleaned_data["options"]
        values = {one.code: tuple(one.kind.dump(tuple(rules))) for one in BLOCKING.values()}
        for regime, one in ALLOWED.items():
            own = [code.partition(".")[2] for code in options if code.startswith(f"{regime}.")]
            values[one.code] = tuple(one.kind.dump(tuple(own)))
        return values
