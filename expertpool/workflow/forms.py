"""The form of a flow: any number of steps, posted whole (`core.views.rows`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from django import forms
from django.http import QueryDict

from expertpool.accounts.models import Role, User
from expertpool.accounts.services.authenticators import has_app
from expertpool.core.codes import DIGITS
from expertpool.core.criteria import AllOf, CriteriaField, canonical
from expertpool.core.text import mask_email
from expertpool.core.views.digits import DigitsField
from expertpool.core.views.rows import Draft, RowKind, RowsForm
from expertpool.notifications.enums import AddressKind
from expertpool.notifications.queries.channels import addresses_of
from expertpool.workflow.enums import OnRejection
from expertpool.workflow.models import FlowVersion
from expertpool.workflow.registry import FlowSubject
from expertpool.workflow.services.codes import ways_to
from expertpool.workflow.services.flows import StepData

STEP = RowKind(
    "step",
    {"name": "", "role": "", "condition": "", "on_rejection": OnRejection.APPLICANT.value},
)


def drafts_of(version: FlowVersion) -> list[Draft]:
    return [
        Draft(
            step.order,
            {
                "name": step.name,
                "role": str(step.role_id or ""),
                "condition": json.dumps(step.condition, ensure_ascii=False),
                "on_rejection": step.on_rejection,
            },
        )
        for step in version.steps.all()
    ]


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
        # Nobody else could ever decide: the step would wait for good.
        role.queryset = Role.objects.filter(permissions__code=subject.permission)
        condition = CriteriaField(
            subject.code,
            label="条件",
            required=False,
            help_text="只有符合条件的申请经过这一步；不设条件则都经过。",
        )
        # He asks only the fields that he may see.
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


class SpotForm(forms.Form):
    """By what a second person shows in another's window that it is he."""

    identifier = forms.CharField(
        label="确认人的账号 / 手机号 / 邮箱",
        max_length=100,
        # Never what the browser of the asker keeps.
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请由确认人填写自己的账号。"},
    )
    password = forms.CharField(
        label="确认人的密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "请由确认人填写自己的密码。"},
    )


class CodePersonForm(forms.Form):
    """Who is sent a code."""

    person = forms.TypedChoiceField(
        label="确认人",
        coerce=int,
        error_messages={"required": "请选择确认人。"},
    )
    shown = forms.RegexField(
        rf"^\s*\d{{{DIGITS}}}\s*$",
        label="验证器上的数字",
        required=False,
        help_text="确认人设置了验证器的，可以直接报出他手机上的 6 位数字；不填则发送验证码。",
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "maxlength": DIGITS, "autocomplete": "off"}
        ),
        error_messages={"invalid": f"验证器上的数字是 {DIGITS} 位。"},
    )

    def __init__(self, persons: Sequence[User], data: QueryDict | None = None) -> None:
        super().__init__(data)
        field: Any = self.fields["person"]
        choices = [(user.pk, f"{user.name}（{_reached_at(user)}）") for user in persons]
        # Nobody is sent a code only because he comes first.
        field.choices = [("", "请选择"), *choices] if len(choices) > 1 else choices
        if not any(has_app(user) for user in persons):
            del self.fields["shown"]


def _reached_at(user: User) -> str:
    """Return where a code reaches him first, masked, and whether he has one at hand."""
    ways = ways_to(user)
    app = ["验证器"] if has_app(user) else []
    if not ways:
        return "、".join(app)
    by_phone = AddressKind.PHONE in addresses_of(ways)
    address = user.masked_phone if by_phone else mask_email(user.email)
    return "、".join([address, *app])


class CodeForm(forms.Form):
    """What a second person was sent, as he told it."""

    code = DigitsField(
        DIGITS,
        label="验证码",
        error_messages={
            "required": "请填写确认人收到的验证码。",
            "invalid": f"验证码是 {DIGITS} 位数字。",
        },
    )


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
        make = partial(StepForm, subject=subject, viewer=viewer)
        super().__init__(STEP, drafts, {STEP.name: make}, data)

    def data_for_service(self) -> list[StepData]:
        return [row.form.data_for_service() for row in self.rows]
