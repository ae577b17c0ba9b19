"""The record of an expert as a form: one for persons, one for organisations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import fields_for_model

from expertpool.accounts.models import User
from expertpool.core.text import clean_code, clean_text
from expertpool.core.validators import is_valid_uscc
from expertpool.core.visibility import Level, level_for, show
from expertpool.directory.enums import DictionaryCode, TitleLevel
from expertpool.directory.models import Title, Unit
from expertpool.directory.queries import dictionary_names, title_level
from expertpool.directory.services.units import resolve_unit
from expertpool.experts.enums import ExpertKind, Sex
from expertpool.experts.forms.fields import DivisionField, SpecialtiesField
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import departments_for

GUARDED = ("phone", "id_number", "email", "address", "bank_account")
# Section → its heading and fields, for persons and for organisations.
Sections = dict[str, tuple[str, tuple[str, ...]]]
INDIVIDUAL: Sections = {
    "basic": ("基本信息", ("name", "id_number", "phone", "email", "sex", "birth_date")),
    "work": (
        "工作与职称",
        (
            "employer_name",
            "employer_uscc",
            "title",
            "title_level",
            "position",
            "education",
            "practice_years",
            "expert_type",
        ),
    ),
    "specialties": ("评审专业", ("specialties",)),
    "contact": ("地区与通讯", ("division", "postcode", "address")),
    "bank": ("银行账户", ("bank_name", "bank_account")),
    "term": ("聘期与管理", ("term_start_date", "term_end_date", "department", "remark")),
}
ORGANISATION: Sections = {
    "basic": ("单位信息", ("name", "employer_uscc", "expert_type")),
    "work": ("联系人", ("contact_person", "phone", "email")),
    "specialties": INDIVIDUAL["specialties"],
    "contact": INDIVIDUAL["contact"],
    "bank": INDIVIDUAL["bank"],
    "term": INDIVIDUAL["term"],
}
SECTIONS: dict[str, Sections] = {
    ExpertKind.INDIVIDUAL: INDIVIDUAL,
    ExpertKind.ORGANISATION: ORGANISATION,
}
OWN_FIELDS = ("employer_name", "employer_uscc", "specialties", "division")
HELP = {
    "id_number": "18 位，加密保存。填写后出生日期和性别自动补全。",
    "phone": "11 位，加密保存，同一号码只能有一份档案。",
    "email": "加密保存。",
    "bank_account": "加密保存，不会出现在导出中。",
    "address": "加密保存。",
    "term_end_date": "过了这一天不再被抽取。",
}


class ExpertForm(forms.Form):
    """All of a record, or one section of it.

    A guarded field that the user does not see plain is left empty in an existing record and
    changes only when something is typed; one that he does not see at all is left out.
    """

    wide = {"address", "employer_name"}

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        kind: str,
        expert: Expert | None = None,
        section: str = "",
    ) -> None:
        self.user, self.kind, self.expert = user, kind, expert
        chosen = SECTIONS[kind]
        chosen = {section: chosen[section]} if section else chosen
        self.sections = [(title, list(names)) for title, names in chosen.values()]
        super().__init__(data, initial=_initial(expert, user))
        names = [name for _, group in self.sections for name in group]
        self._add_fields(names)
        if expert:
            self._guard(expert)

    def _add_fields(self, names: list[str]) -> None:
        own = {
            "employer_name": forms.CharField(label="工作单位", max_length=200, required=False),
            "employer_uscc": forms.CharField(
                label="统一社会信用代码",
                max_length=18,
                required=False,
                help_text="18 位，可不填；填了按代码识别单位，用于回避。",
            ),
            "specialties": SpecialtiesField(required=False, leaves=True),
            "division": DivisionField(required=False),
        }
        ours = [name for name in names if name not in OWN_FIELDS]
        fields = own | fields_for_model(Expert, ours, widgets=_widgets(ours), help_texts=HELP)
        self.fields |= {name: fields[name] for name in names}
        self._require()
        self._set_choices()

    def _require(self) -> None:
        """Say what must be filled in, and how the fields are called."""
        fields: dict[str, Any] = self.fields
        for name in ("phone", "contact_person"):
            if name in fields:
                fields[name].required = True
        if "title_level" in fields:
            fields["title_level"].required = False
        if self.kind == ExpertKind.ORGANISATION and "name" in fields:
            fields["name"].label = "单位名称"

    def _set_choices(self) -> None:
        fields: dict[str, Any] = self.fields
        levels = [("", "按职称确定"), *TitleLevel.choices]
        for name, choices in (("sex", [("", "请选择"), *Sex.choices]), ("title_level", levels)):
            if name in fields:
                fields[name].choices = choices
        for name, entries in (
            ("title", lambda: list(Title.objects.values_list("name", flat=True))),
            ("education", lambda: dictionary_names(DictionaryCode.EDUCATION)),
            ("expert_type", lambda: dictionary_names(DictionaryCode.EXPERT_TYPE)),
        ):
            if name in fields:
                label = fields[name].label
                fields[name] = _choice(label, entries(), self.initial.get(name))
        if "department" in fields:
            code = "experts.edit" if self.expert else "experts.add"
            fields["department"].queryset = departments_for(self.user, code, self.expert)
        if self.expert is None:
            initial: dict[str, Any] = {"title_level": "", "department": self.user.department_id}
            self.initial = initial

    def _guard(self, expert: Expert) -> None:
        for name in GUARDED:
            if name not in self.fields:
                continue
            level = level_for(self.user, f"experts.{name}")
            if level is Level.HIDDEN:
                del self.fields[name]
            elif level is Level.MASKED:
                field = self.fields[name]
                field.required = field.required and not getattr(expert, name)
                masked = show(self.user, f"experts.{name}", getattr(expert, name))
                field.help_text = f"现为 {masked or '空'}；不改就留空。"

    def clean_employer_uscc(self) -> str:
        value = clean_code(self.cleaned_data["employer_uscc"]).upper()
        if value and not is_valid_uscc(value):
            raise ValidationError("统一社会信用代码不对：应为 18 位且校验位相符，请对照营业执照。")
        return value

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if (
            data.get("employer_uscc")
            and not data.get("employer_name")
            and "employer_name" in self.fields
        ):
            self.add_error("employer_name", "填了统一社会信用代码，请同时填写单位名称。")
        return data

    def values(self) -> dict[str, Any]:
        """Return what the service takes; called once the form is valid."""
        values = {
            name: clean_text(value) if isinstance(value, str) else value
            for name, value in self.cleaned_data.items()
            if name not in ("specialties", "employer_name", "employer_uscc")
            and self._is_given(name)
        }
        if "employer_uscc" in self.fields:
            values["employer"] = self._employer()
        if "title" in values and not values["title_level"]:
            values["title_level"] = title_level(values["title"])
        if self.expert is None:
            values["kind"] = self.kind
        return values

    def _is_given(self, name: str) -> bool:
        if name not in GUARDED or self.expert is None:
            return True
        plain = level_for(self.user, f"experts.{name}") is Level.PLAIN
        return plain or bool(self.cleaned_data[name])

    def _employer(self) -> Unit | None:
        """The unit: for an organisation the organisation itself."""
        organisation = self.kind == ExpertKind.ORGANISATION
        name = self.cleaned_data["name" if organisation else "employer_name"]
        if not name:
            return None
        return resolve_unit(name=clean_text(name), uscc=self.cleaned_data["employer_uscc"])


def _initial(expert: Expert | None, user: User) -> dict[str, Any]:
    if expert is None:
        return {}
    names = {
        name for sections in SECTIONS.values() for _, group in sections.values() for name in group
    }
    initial = {name: getattr(expert, name) for name in names - set(OWN_FIELDS)}
    for name in GUARDED:
        if level_for(user, f"experts.{name}") is not Level.PLAIN:
            initial[name] = ""
    employer = expert.employer
    return initial | {
        "department": expert.department_id,
        "division": expert.division_id,
        "employer_name": employer.name if employer else "",
        "employer_uscc": employer.uscc if employer else "",
        "specialties": list(expert.specialties.all()),
    }


def _widgets(names: list[str]) -> dict[str, Any]:
    widgets: dict[str, forms.Widget] = {
        name: forms.TextInput(attrs={"autocomplete": "off"}) for name in GUARDED
    }
    widgets["remark"] = forms.Textarea(attrs={"rows": 3})
    for name in ("birth_date", "term_start_date", "term_end_date"):
        widgets[name] = forms.DateInput()
    return {name: widget for name, widget in widgets.items() if name in names}


def _choice(label: str, names: list[str], current: Any) -> forms.ChoiceField:
    """A choice among the entries of a list; what the record has stays, even if it is gone there."""
    if current and current not in names:
        names = [*names, current]
    choices = [("", "请选择"), *((name, name) for name in names)]
    return forms.ChoiceField(label=label, choices=choices, required=False)
