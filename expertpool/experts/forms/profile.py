"""The record of an expert as a form: one for persons, one for organisations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.fields import shut_cells
from expertpool.core.importing import CellRefused
from expertpool.core.subjects import FieldDeclaration, let_wait
from expertpool.core.text import clean_text
from expertpool.core.views.asking import AsksOnce
from expertpool.core.visibility import Level, level_for, show
from expertpool.customforms.services.files import keep_files, take_in
from expertpool.directory.models import Unit
from expertpool.directory.queries import title_level
from expertpool.directory.services.units import question_about, resolve_unit
from expertpool.experts.enums import ExpertKind
from expertpool.experts.fields import EXPERT
from expertpool.experts.fields.words import is_no_employer
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import departments_for, needs_department
from expertpool.experts.services.profile import SHUT
from expertpool.experts.validators.values import account_warning
from expertpool.files.services import Received

NO_DEPARTMENT = "您只能查看部门的专家，请选择所属部门；没有可选的，请系统管理员先为您设置部门。"

NO_EMPLOYER_TOLD = (
    "“{}”不是单位的名称，按没有工作单位保存，不能按单位回避。确认无误的，再保存一次。"
)

KNOWING, ACCOUNT, OTHERS = "knowing", "bank_account", "others"


class ExpertForm(AsksOnce):
    """All of a record, or one section of it; what there is to type, `fields` declares.

    A guarded field that the user does not see plain is left empty in an existing record and
    changes only when something is typed; one that he does not see at all is left out.
    """

    error_fields = {"employer": "employer_name"}

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        user: User,
        kind: str,
        expert: Expert | None = None,
        section: str = "",
    ) -> None:
        self.user, self.kind, self.expert = user, kind, expert
        titles, typed = EXPERT.titles(kind), self.inputs(section)
        self.sections = [(titles[code], [one.name for one in typed[code]]) for code in typed]
        self.declared = {one.name: one for group in typed.values() for one in group}
        self.wide = {name for name, one in self.declared.items() if one.form and one.form.wide}
        self.shut = shut_cells(expert) if expert else set[str]()
        super().__init__(data, files, initial=self._initial())
        for name, one in self.declared.items():
            self.fields[name] = one.input(kind, self.initial.get(name))
        let_wait(self.fields, self.declared)
        if "department" in self.fields:
            department: Any = self.fields["department"]
            code = "experts.edit" if expert else "experts.add"
            department.queryset = departments_for(user, code, expert)
            if expert is None and needs_department(user):
                # Else he would be told that he saved somebody whom he cannot find.
                department.required = True
                department.error_messages["required"] = NO_DEPARTMENT
        for name, one in self.declared.items():
            if one.guard and not one.is_extra:  # what joined is plain or left out
                self._guard(name, one)
        for name in self.shut & self.fields.keys():
            self.fields[name].help_text = SHUT
        if not self._named and ACCOUNT not in self.fields:
            del self.fields["asked"]
        # What whoever goes on knowingly sends back (`services.alike`).
        self.knowing = str(data.get(KNOWING, "")) if data else ""
        if self.knowing:
            self.ask(self.knowing)
        if data and OTHERS in data:
            self.ask_others()

    def inputs(self, section: str) -> dict[str, list[FieldDeclaration]]:
        """Return what is typed, by section."""
        return EXPERT.inputs(self.kind, section, viewer=self.user, record=self.expert)

    def level_of(self, guard: str) -> Level:
        """Return how far whoever types sees a guarded field."""
        return level_for(self.user, guard)

    def ask(self, token: str) -> None:
        """Let the form ask whether to save although somebody is alike, as ``token`` says who."""
        widget = forms.CheckboxInput(attrs={"value": token}, check_test=lambda value: False)
        self.fields[KNOWING] = forms.BooleanField(
            label="不是同一个人，仍要保存（记入日志）", required=False, widget=widget
        )
        if self.sections[0][1] != [KNOWING]:
            self.sections.insert(0, ("疑似重复", [KNOWING]))
        self.wide.add(KNOWING)

    def ask_others(self) -> None:
        """Let the form hand in, for somebody else's consent, what makes another person of a member."""
        self.fields[OTHERS] = forms.CharField(
            label="提交他人核准的理由",
            required=False,
            max_length=200,
            widget=forms.Textarea(attrs={"rows": 2, "data-count": 200}),
            help_text="如「原来登记的是他人，已向本人核实」。填写后保存，即提交变更申请，核准前仍按原来的内容。",
        )
        self.sections.insert(0, ("须由他人核准", [OTHERS]))
        self.wide.add(OTHERS)

    def _initial(self) -> dict[str, Any]:
        if self.expert is None:
            return {"department": self.user.department_id}
        initial = {name: self._held(one) for name, one in self.declared.items()}
        for name, one in self.declared.items():
            # Nothing masked reaches the input: it would come back as the new value.
            if one.guard and self.level_of(one.guard.code) is not Level.PLAIN:
                initial[name] = ""
        if "specialties" in initial:
            initial["specialties"] = list(initial["specialties"].all())
        return initial

    def _held(self, declared: FieldDeclaration) -> Any:
        """Return what the record has; nothing where that does not open."""
        return None if declared.code in self.shut else declared.value_of(self.expert)

    def _guard(self, name: str, declared: FieldDeclaration) -> None:
        field = self.fields[name]
        # What is typed here is not the browser's to keep.
        field.widget.attrs["autocomplete"] = "off"
        assert declared.guard is not None  # noqa: S101 (as the caller has asked)
        level = self.level_of(declared.guard.code)
        if self.expert is None or level is Level.PLAIN:
            return
        if level is Level.HIDDEN:
            del self.fields[name]
            return
        value = self._held(declared)
        # left empty means unchanged, so only what is not there yet can be missing
        field.required = field.required and not value
        masked = show(self.user, declared.guard.code, value)
        field.help_text = f"现为 {masked or '空'}；不改就留空。"

    def clean_employer_uscc(self) -> str:
        # here, since no service writes this field: `_employer` finds or makes the unit by it
        value = self.cleaned_data["employer_uscc"]
        try:
            return str(self.declared["employer_uscc"].clean(value))
        except CellRefused as refusal:
            raise ValidationError(refusal.sentence("")) from None

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        take_in(self, self.declared, actor=self.user, now=timezone.now())
        if (
            data.get("employer_uscc")
            and not data.get("employer_name")
            and "employer_name" in self.fields
        ):
            self.add_error("employer_name", "填了统一社会信用代码，请同时填写单位名称。")
        if self._named:
            self.ask_once(self._named, *self._asked())
            if is_no_employer(employer := data.get("employer_name") or ""):
                self.ask_once("employer_name", employer, NO_EMPLOYER_TOLD.format(employer))
        if self.errors:
            self._say_all()
            self.ask_odd()
        return data

    def ask_odd(self) -> bool:
        """Ask about what is odd and is saved only once whoever typed it has seen so; tell whether anything is. Of a
        form that is in order this is done when the service has taken it: it may ask, too, and both are asked at once."""
        account = self._account()
        held = self.expert and ACCOUNT not in self.shut and self.expert.bank_account
        told = account_warning(account) if account and account != held else ""
        return bool(told) and self.ask_all([(ACCOUNT, account, f"{told}确认无误的，再保存一次。")])

    def _account(self) -> str:
        """Return the account as it will be saved; empty where it is refused."""
        try:
            return str(self.declared[ACCOUNT].clean(self.cleaned_data.get(ACCOUNT) or ""))
        except (CellRefused, KeyError):
            return ""

    def _say_all(self) -> None:
        """Say what the service would refuse as well: all that is wrong at once."""
        for name, one in self.declared.items():
            value = self.cleaned_data.get(name)
            if name not in self.fields or name in self.errors or not one.write or not value:
                continue
            if isinstance(
                value, Received
            ):  # looked at by `take_in`, and no value before it is stored
                continue
            try:
                one.clean(value, self.expert)
            except CellRefused as refusal:
                self.add_error(name, refusal.sentence(one.label))

    @property
    def _named(self) -> str:
        """The field that names the unit: an organisation is one itself. Empty: none here does."""
        name = "name" if self.kind == ExpertKind.ORGANISATION else "employer_name"
        return name if {name, "employer_uscc"} <= self.fields.keys() else ""

    def _asked(self) -> tuple[str, str]:
        name = clean_text(self.cleaned_data.get(self._named) or "")
        if self._named == "employer_name" and is_no_employer(name):
            return name, ""
        uscc = self.cleaned_data.get("employer_uscc") or ""
        held = self.expert.employer if self.expert else None
        return f"{name}{uscc}", question_about(name, uscc, held=held)

    def values(self) -> dict[str, Any]:
        """Return what the service takes, files stored; called once the form is valid."""
        keep_files(self, self.declared, subject=EXPERT.code, actor=self.user, now=timezone.now())
        values = {
            name: self.cleaned_data[name]
            for name, one in self.declared.items()
            if name in self.fields and one.write and self._is_given(name)
        }
        if self._named:
            values["employer"] = self._employer()
        if "title" in values and not values.get("title_level"):
            values["title_level"] = title_level(values["title"])
        if self.expert is None:
            values["kind"] = self.kind
        return values

    def _is_given(self, name: str) -> bool:
        guard = self.declared[name].guard
        if guard is None or self.expert is None or self.declared[name].is_extra:
            return True
        return self.level_of(guard.code) is Level.PLAIN or bool(self.cleaned_data[name])

    def _employer(self) -> Unit | None:
        """The unit: for an organisation the organisation itself."""
        name = self.cleaned_data[self._named]
        if not name or (self._named == "employer_name" and is_no_employer(name)):
            return None
        uscc = self.cleaned_data["employer_uscc"]
        return resolve_unit(name=clean_text(name), uscc=uscc, knowing=True)
