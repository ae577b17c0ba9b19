"""The form of a flow: any number of steps, posted whole (`core.views.rows`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.http import QueryDict

from expertpool.accounts.models import Department, Role, User
from expertpool.accounts.queries import active_departments
from expertpool.core.bounds import Bounds
from expertpool.core.criteria import AllOf, CriteriaError, CriteriaField, canonical, opened, parse
from expertpool.core.views.rows import Draft, RowKind, RowsForm, next_key
from expertpool.workflow.enums import Agreement, OnRejection, Place, StepKind
from expertpool.workflow.models import FlowStep, FlowVersion
from expertpool.workflow.queries.pictures import Box, boxes_of
from expertpool.workflow.registry import FlowSubject
from expertpool.workflow.services.flows import MOST_DAYS, MOST_PERSONS, StepData

STEP = RowKind(
    "step",
    {
        "name": "",
        "kind": StepKind.DECISION.value,
        "role": "",
        "place": Place.ANY.value,
        "department": "",
        "agreement": Agreement.ANY.value,
        "persons": "",
        "days": "",
        "condition": "",
        # to whom it sends back: applicant, previous, or the key of an earlier step
        "back": OnRejection.APPLICANT.value,
    },
)
BACK = (OnRejection.APPLICANT, OnRejection.PREVIOUS)


def drafts_of(version: FlowVersion) -> list[Draft]:
    return [Draft(step.order, _values(step)) for step in version.steps.all()]


def _values(step: FlowStep) -> dict[str, str]:
    return {
        "name": step.name,
        "kind": step.kind,
        "role": str(step.role_id or ""),
        "place": step.place,
        "department": str(step.department_id or ""),
        "agreement": step.agreement,
        "persons": str(step.persons or ""),
        "days": str(step.days or ""),
        "condition": json.dumps(step.condition, ensure_ascii=False),
        "back": str(step.return_to or step.on_rejection),
    }


def changed_steps(drafts: list[Draft], operation: str) -> list[Draft]:
    """Do what a button says; beside what rows can do, ``after:2`` puts a new step behind the one with the
    key 2, and ``after:0`` before all."""
    name, _, key = operation.partition(":")
    if name != "after":
        return STEP.changed(drafts, operation)
    at = next((at for at, one in enumerate(drafts, 1) if str(one.key) == key), 0)
    return [*drafts[:at], STEP.new(next_key(drafts)), *drafts[at:]]


class StepForm(forms.Form):
    name = forms.CharField(
        label="步骤名称",
        max_length=30,
        error_messages={"required": "请填写步骤名称，如「部门负责人审核」。"},
    )
    kind = forms.ChoiceField(label="类型", choices=StepKind.choices)
    role = forms.ModelChoiceField(
        Role.objects.none(), label="审批角色", required=False, empty_label="有审批权限的任何人"
    )
    place = forms.ChoiceField(label="哪个部门的人", choices=Place.choices)
    department = forms.ModelChoiceField(
        Department.objects.none(), label="指定的部门", required=False, empty_label="请选择"
    )
    agreement = forms.ChoiceField(label="几人同意", choices=Agreement.choices)
    persons = Bounds(2, MOST_PERSONS).number(label="须几人同意", required=False)
    days = Bounds(1, MOST_DAYS).number(
        label="期限（工作日）",
        required=False,
        help_text="审批步骤到期只提醒，不会自动决定；公示步骤期满自动转下一步。",
    )
    back = forms.ChoiceField(label="不同意时")

    def __init__(
        self,
        *args: Any,
        subject: FlowSubject,
        viewer: User,
        names: Sequence[tuple[int, str]],
        **kw: Any,
    ) -> None:
        super().__init__(*args, **kw)
        fields: Any = self.fields
        # Nobody else could ever decide: the step would wait for good.
        fields["role"].queryset = Role.objects.filter(permissions__code=subject.permission)
        fields["department"].queryset = active_departments()
        if subject.public is None:
            fields["kind"].choices = StepKind.choices[:1]
        else:
            fields["kind"].help_text = f"公示：任何人不用登录就能看到{subject.public_says}。"
        key = int(str(self.prefix)[1:])
        earlier: list[tuple[str, str]] = []
        for other, name in names:
            if other == key:
                break
            earlier.append((str(other), f"退回「{name or '未命名'}」"))
        fields["back"].choices = [*((one.value, one.label) for one in BACK), *earlier]
        condition = CriteriaField(
            subject.code,
            label="条件",
            required=False,
            help_text="只有符合条件的申请经过这一步；不设条件则都经过。",
        )
        # He asks only the fields that he may see.
        condition.viewer = viewer
        self.fields["condition"] = condition

    def data_for_service(self, places: Sequence[int]) -> StepData:
        """Return the step; ``places`` are the keys of all steps in their order."""
        values = dict(self.cleaned_data)
        back = values.pop("back")
        named = back not in {one.value for one in BACK}
        return StepData(
            **values
            | {
                "condition": canonical(values["condition"] or AllOf()),
                "on_rejection": OnRejection.STEP if named else back,
                "return_to": places.index(int(back)) + 1 if named else None,
            },
        )


def boxes_of_drafts(drafts: Sequence[Draft], subject: str, viewer: User) -> list[Box]:
    """Return the picture of steps as they stand in the page, complete or not."""
    roles = {str(one.pk): one for one in Role.objects.all()}
    departments = {str(one.pk): one for one in active_departments()}
    places = [str(draft.key) for draft in drafts]
    steps = []
    for order, draft in enumerate(drafts, 1):
        values = draft.values
        back = values["back"]
        step = FlowStep(
            order=order,
            name=values["name"][:30],
            kind=_one_of(StepKind, values["kind"]),
            role=roles.get(values["role"]),
            place=_one_of(Place, values["place"]),
            department=departments.get(values["department"]),
            agreement=_one_of(Agreement, values["agreement"]),
            persons=_number(values["persons"]),
            days=_number(values["days"]),
            condition=_condition(values["condition"], subject, viewer),
            on_rejection=OnRejection.STEP if back in places else _one_of(OnRejection, back),
            return_to=places.index(back) + 1 if back in places else None,
        )
        steps.append(step)
    return boxes_of(steps, subject)


def _one_of(choices: type[TextChoices], value: str) -> str:
    return value if value in choices.values else next(iter(choices.values))


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else None


def _condition(posted: str, subject: str, viewer: User) -> Any:
    """What was posted, where it can be read; else that there is none: the form says what is wrong."""
    try:
        data, _ = opened(subject, json.loads(posted), viewer)
        return canonical(parse(subject, data, stored=True))
    except (ValueError, CriteriaError):
        return canonical(AllOf())


class StepsForm(RowsForm):
    """All steps of the page."""

    def __init__(
        self,
        drafts: Sequence[Draft],
        *,
        subject: FlowSubject,
        viewer: User,
        data: QueryDict | None = None,
    ) -> None:
        self.drafts, self.viewer = drafts, viewer
        names = [(one.key, one.values["name"]) for one in drafts]
        make = partial(StepForm, subject=subject, viewer=viewer, names=names)
        super().__init__(STEP, drafts, {STEP.name: make}, data)

    def data_for_service(self) -> list[StepData]:
        places = [row.key for row in self.rows]
        return [row.form.data_for_service(places) for row in self.rows]
