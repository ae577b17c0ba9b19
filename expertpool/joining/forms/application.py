"""The steps of an application as forms; what is asked, the declarations of fields say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from expertpool.core.subjects import FieldDeclaration, Rows
from expertpool.core.subjects.conditions import applies
from expertpool.core.subjects.inputs import chosen_rows
from expertpool.core.views.rows import Draft, RowKind, RowsForm
from expertpool.experts.fields import EXPERT
from expertpool.joining.enums import ContactKind
from expertpool.joining.models import Application
from expertpool.joining.queries.contents import (
    JOB,
    JOBS,
    TIE,
    TIE_KINDS,
    TIES,
    asked_at,
    is_required,
    label_of,
    may_change,
    read,
    read_row,
    shown_word,
    stored,
    verified,
    waits_here,
)

JOB_ROW = RowKind("job", blank=dict.fromkeys(JOB, ""), ordered=False)
TIE_ROW = RowKind("tie", blank=dict.fromkeys(TIE, ""), ordered=False)
# Proposing what the office knows is not for strangers.
INSIDE = ("data-enhance", "data-url", "data-code")
VERIFIED = {ContactKind.PHONE.value: "手机号", ContactKind.EMAIL.value: "邮箱"}


class StepForm(forms.Form):
    """The fields of one step. What may not be changed is shown and not taken."""

    def __init__(self, data: Any = None, *, application: Application, step: str) -> None:
        self.application, self.step = application, step
        self.declared = {one.name: one for one in asked_at(step, application.kind)}
        typed = stored(application).get(step, {})
        initial = {name: _shown(one, typed.get(name, [])) for name, one in self.declared.items()}
        contact, value = verified(application)
        super().__init__(data, initial=initial | {contact: value})
        for name, one in self.declared.items():
            self.fields[name] = self._input(name, one)
        self._let_wait()
        if contact in self.fields:
            self.fields[contact].help_text = "已验证，登录和通知用它，不能在这里修改。"

    def _input(self, name: str, one: FieldDeclaration) -> forms.Field:
        kind = self.application.kind
        is_open = may_change(self.application, name)
        if not is_open and isinstance(one.kind, Rows):
            return self._words(name, one)
        control = one.input(kind, self.initial.get(name))
        control.label = label_of(one, kind)
        # Of what waits for another one, the service says that it is missing.
        control.required = is_required(one) and not one.shown_when
        if one.applied and one.applied.help:
            control.help_text = one.applied.help
        if not isinstance(one.kind, Rows):
            for mark in INSIDE:
                control.widget.attrs.pop(mark, None)
        control.disabled = not is_open
        if reason := self.application.reasons.get(name):
            control.help_text = f"退回原因：{reason}"
        return control

    def _let_wait(self) -> None:
        """Let what waits for another field of this step come and go with it; of what waits for one that nobody
        types here, it is known already whether it is asked."""
        found = read(self.application).values
        fields = {one.code: one for one in EXPERT.fields()}
        for name, one in list(self.declared.items()):
            if not (waits := waits_here(one)):
                continue
            waited, posted = waits
            if waited in self.fields and not self.fields[waited].disabled:
                control: Any = self.fields[name]
                control.shown_when = [waited, posted]
            elif not applies(fields, one.code, found.get):
                del self.fields[name], self.declared[name]

    def _words(self, name: str, one: FieldDeclaration) -> forms.Field:
        """What is chosen from a tree, as a line that nobody changes."""
        assert isinstance(one.kind, Rows)  # noqa: S101 (asked only of those)
        keys = self.initial[name] if one.kind.many else [self.initial[name]]
        rows = chosen_rows(one.kind.rows(), [key for key in keys if key])
        self.initial[name] = shown_word(one, list(rows))
        label = label_of(one, self.application.kind)
        return forms.CharField(label=label, required=False, disabled=True)

    @property
    def typed(self) -> dict[str, list[str]]:
        """What the controls sent, right or wrong."""
        data: Any = self.data
        return {name: data.getlist(name) for name in self.declared}


def _shown(one: FieldDeclaration, raw: list[str]) -> Any:
    is_many = getattr(one.kind, "many", False) or hasattr(one.kind, "known")
    return raw if is_many else (raw[0] if raw else "")


class _RowForm(forms.Form):
    """One row of the history; the rule for it is `read_row`."""

    of = ""

    def clean(self) -> dict[str, Any]:
        _, errors = read_row(self.of, self.cleaned_data)
        for name, sentence in errors.items():
            self.add_error(name, sentence)
        return self.cleaned_data


def _line(
    of: Mapping[str, tuple[str, Any]], name: str, longest: int, **more: Any
) -> forms.CharField:
    attrs = {"maxlength": longest} | more.pop("attrs", {})
    return forms.CharField(
        label=of[name][0], required=False, widget=forms.TextInput(attrs=attrs), **more
    )


class JobForm(_RowForm):
    of = JOBS
    unit = _line(JOB, "unit", 200)
    post = _line(JOB, "post", 50)
    start = _line(JOB, "start", 20, attrs={"placeholder": "2015-07"})
    end = _line(JOB, "end", 20, attrs={"placeholder": "至今不填"})


class TieForm(_RowForm):
    of = TIES
    kind = forms.ChoiceField(
        label=TIE["kind"][0], required=False, choices=[("", "请选择"), *TIE_KINDS]
    )
    unit = _line(TIE, "unit", 200)
    person = _line(TIE, "person", 50, help_text="亲属、师生等填姓名")
    note = _line(TIE, "note", 200)


class HistoryForm:
    """Both lists of rows of the history, edited and posted as a whole."""

    def __init__(self, application: Application, data: QueryDict | None = None) -> None:
        self.application = application
        typed = stored(application).get("history", {})
        self.lists = {}
        for of, kind, make in ((JOBS, JOB_ROW, JobForm), (TIES, TIE_ROW, TieForm)):
            is_open = may_change(application, of)
            if data is not None and is_open:
                drafts = kind.posted(data) or [kind.new()]
            else:
                rows = typed.get(of, [])
                drafts = [Draft(at, {**kind.blank, **row}) for at, row in enumerate(rows, 1)]
                drafts = drafts or [kind.new()]
            bound = data if is_open else None
            self.lists[of] = RowsForm(kind, drafts, {kind.name: make}, bound)

    @property
    def jobs(self) -> RowsForm:
        return self.lists[JOBS]

    @property
    def ties(self) -> RowsForm:
        return self.lists[TIES]

    def is_valid(self) -> bool:
        valid = [
            one.is_valid() for of, one in self.lists.items() if may_change(self.application, of)
        ]
        return all(valid)  # each is asked: all errors show


def typed_history(data: QueryDict) -> dict[str, list[dict[str, str]]]:
    """Return the rows as they were posted, without those that are empty."""
    found = {}
    for of, kind in ((JOBS, JOB_ROW), (TIES, TIE_ROW)):
        rows = [draft.values for draft in kind.posted(data)]
        found[of] = [row for row in rows if any(value.strip() for value in row.values())]
    return found
