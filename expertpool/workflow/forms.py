"""The form of a flow: any number of steps, posted whole.

The page keeps no state: each button posts the form, `changed` does what the button says to the
drafts, and the steps are rendered anew. Only saving validates.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from expertpool.accounts.models import Role, User
from expertpool.core.criteria import AllOf, CriteriaField, canonical
from expertpool.workflow.enums import OnRejection
from expertpool.workflow.models import FlowVersion
from expertpool.workflow.policies import FlowSubject
from expertpool.workflow.services.flows import StepData


@dataclass
class StepDraft:
    """One step as it stands in the page; ``key`` only tells the inputs apart."""

    key: int
    name: str = ""
    role: str = ""
    condition: str = ""
    on_rejection: str = OnRejection.APPLICANT


def drafts_of(version: FlowVersion) -> list[StepDraft]:
    return [
        StepDraft(
            step.order,
            step.name,
            str(step.role_id or ""),
            json.dumps(step.condition, ensure_ascii=False),
            step.on_rejection,
        )
        for step in version.steps.all()
    ]


def drafts_in(data: QueryDict) -> list[StepDraft]:
    """Return the steps as they were posted, complete or not."""
    keys = [int(key) for key in dict.fromkeys(data.getlist("step")) if key.isdecimal()]
    return [
        StepDraft(
            key,
            data.get(f"s{key}-name", ""),
            data.get(f"s{key}-role", ""),
            data.get(f"s{key}-condition", ""),
            data.get(f"s{key}-on_rejection", OnRejection.APPLICANT),
        )
        for key in keys
    ]


def changed(drafts: list[StepDraft], operation: str) -> list[StepDraft]:
    """Do what a button says ("add", "up:2", "down:2", "remove:2"); unknown words do nothing."""
    name, _, key = operation.partition(":")
    if name == "add":
        return [*drafts, StepDraft(max((draft.key for draft in drafts), default=0) + 1)]
    at = next((at for at, draft in enumerate(drafts) if str(draft.key) == key), None)
    if at is None:
        return drafts
    draft, rest = drafts[at], drafts[:at] + drafts[at + 1 :]
    if name == "remove":
        return rest or [StepDraft(1)]
    to = max(at - 1, 0) if name == "up" else at + 1 if name == "down" else at
    return [*rest[:to], draft, *rest[to:]]


class StepForm(forms.Form):
    name = forms.CharField(
        label="步骤名称",
        max_length=30,
        error_messages={"required": "请填写步骤名称，如「部门负责人审核」。"},
    )
    role = forms.ModelChoiceField(
        Role.objects.none(), label="审批角色", required=False, empty_label="有审批权限的任何人"
    )
    on_rejection = forms.ChoiceField(label="不同意时", choices=OnRejection.choices)

    def __init__(self, *args: Any, subject: FlowSubject, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role: Any = self.fields["role"]
        role.queryset = Role.objects.filter(permissions__code=subject.permission)
        condition = CriteriaField(
            subject.code,
            label="条件",
            required=False,
            help_text="只有符合条件的申请经过这一步；不设条件则都经过。",
        )
        condition.viewer = viewer
        self.fields["condition"] = condition

    def data_for_service(self) -> StepData:
        values = self.cleaned_data
        return StepData(
            values["name"],
            values["role"],
            canonical(values["condition"] or AllOf()),
            values["on_rejection"],
        )


@dataclass
class StepRow:
    key: int
    number: int
    form: StepForm


class StepsForm:
    """All steps of the page. Bound to ``data`` it validates, otherwise it shows ``drafts``."""

    def __init__(
        self,
        drafts: list[StepDraft],
        *,
        subject: FlowSubject,
        viewer: User,
        data: QueryDict | None = None,
    ) -> None:
        self.rows = [
            StepRow(
                draft.key,
                number,
                StepForm(
                    data,
                    prefix=f"s{draft.key}",
                    initial={
                        "name": draft.name,
                        "role": draft.role,
                        "condition": draft.condition,
                        "on_rejection": draft.on_rejection,
                    },
                    subject=subject,
                    viewer=viewer,
                ),
            )
            for number, draft in enumerate(drafts, 1)
        ]

    def is_valid(self) -> bool:
        valid = [row.form.is_valid() for row in self.rows]  # each is asked: all errors show at once
        return all(valid)

    def data_for_service(self) -> list[StepData]:
        return [row.form.data_for_service() for row in self.rows]
