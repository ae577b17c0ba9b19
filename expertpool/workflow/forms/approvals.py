"""Sending back with reasons, handing over, narrowing the list, and what the public fills in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import users_with_permission
from expertpool.core.subjects import joined_fields
from expertpool.core.text import is_reason, without_unseen
from expertpool.core.validators import validate_email_address, validate_phone
from expertpool.core.views.listing import FilterForm
from expertpool.workflow.models import Approval
from expertpool.workflow.registry import FlowSubject
from expertpool.workflow.services.delegations import LONGEST_REASON, rights_to_decide
from expertpool.workflow.services.reasons import LONGEST

PREFIX = "reason-"
OWN_DIGITS = 7  # of the shortest number of somebody


class ReturnForm(forms.Form):
    """Why something is sent back: in a sentence, and by what is wrong with which field, where it goes to who corrects
    it and not to the step ``before``."""

    note = forms.CharField(
        label="退回原因",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请填写退回原因，申请人据此修改。"},
    )

    def __init__(
        self, *args: Any, subject: FlowSubject, viewer: User, before: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        joined = joined_fields(subject.code)
        unseen = {one.code for one in joined if one.is_hidden_from(viewer)}
        if before:
            self.fields["note"].error_messages["required"] = (
                f"请填写退回原因，「{before}」的审批人据此重新审核。"
            )
        for name, label in () if before else subject.fields():
            if name in unseen:
                continue
            self.fields[f"{PREFIX}{name}"] = forms.CharField(
                label=label, max_length=LONGEST, required=False
            )

    @property
    def sections(self) -> list[tuple[str, list[str]]]:
        by_field = [name for name in self.fields if name.startswith(PREFIX)]
        return [
            ("意见", ["note"]),
            *([("逐项意见（需要修改的才填）", by_field)] if by_field else []),
        ]

    @property
    def reasons(self) -> Mapping[str, str]:
        """What was said of which field."""
        return {
            name.removeprefix(PREFIX): value
            for name, value in self.cleaned_data.items()
            if name.startswith(PREFIX) and value
        }


class DelegationForm(forms.Form):
    """To whom somebody hands over what waits for him, and for how long."""

    to = forms.ModelChoiceField(
        User.objects.none(),
        label="委托给",
        empty_label="请选择",
        help_text="只列出与您审批权限相同的人。",
        error_messages={"required": "请选择受托人。"},
    )
    begins_on = forms.DateField(label="开始日期", error_messages={"required": "请填写开始日期。"})
    ends_on = forms.DateField(label="结束日期", error_messages={"required": "请填写结束日期。"})
    reason = forms.CharField(
        label="事由",
        max_length=LONGEST_REASON,
        error_messages={"required": "请填写委托的事由，如「出差」。"},
    )
    wide = {"to", "reason"}

    def __init__(self, *args: Any, giver: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        rights = rights_to_decide(giver)
        users = User.objects.filter(is_active=True).exclude(pk=giver.pk)
        for code in rights:
            users = users.filter(pk__in=users_with_permission(code).values("pk"))
        to.queryset = users.order_by("name", "pk") if rights else User.objects.none()
        if not to.queryset.exists():
            to.help_text = "没有与您审批权限相同的人，请管理员先给受托人相应的角色。"
        to.label_from_instance = lambda user: (
            f"{user.name}（{user.department or '没有部门'}，{user.username}）"
        )

    def period(self) -> tuple[datetime, datetime]:
        """Return when it begins and ends: whole days."""
        begins, ends = self.cleaned_data["begins_on"], self.cleaned_data["ends_on"]
        return tuple(  # type: ignore[return-value]
            timezone.make_aware(datetime.combine(day, time.min))
            for day in (begins, ends + timedelta(days=1))
        )


class ApprovalFilter(FilterForm):
    """Narrows what waits for somebody."""

    subject = forms.ChoiceField(label="事项")
    step = forms.CharField(label="步骤", max_length=30)
    term = forms.ChoiceField(
        label="期限", choices=[("", "全部"), ("over", "已超期"), ("soon", "有期限")]
    )

    def __init__(self, *args: Any, subjects: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["subject"]
        choice.choices = [("", "全部"), *subjects.items()]

    def narrow(self, rows: QuerySet[Approval]) -> QuerySet[Approval]:
        if subject := self.value("subject"):
            rows = rows.filter(subject_type=subject)
        if step := self.value("step"):
            rows = rows.filter(step__name__icontains=step)
        if term := self.value("term"):
            late = Q(due_at__lte=timezone.now())
            rows = rows.filter(late if term == "over" else Q(due_at__isnull=False))
        return rows


class ObjectionForm(forms.Form):
    """What somebody of the public has against what is on notice."""

    name = forms.CharField(
        label="您的姓名或单位",
        max_length=50,
        error_messages={"required": "请填写姓名或单位，以便核实。"},
    )
    contact = forms.CharField(
        label="手机号或邮箱",
        max_length=100,
        help_text="只有审批人能看到，用于核实情况。",
        error_messages={"required": "请填写手机号或邮箱，以便核实。"},
    )
    text = forms.CharField(
        label="异议内容",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="请写明事实和依据，最多 1000 字。",
        error_messages={"required": "请填写异议内容。"},
    )

    def clean_name(self) -> str:
        name: str = without_unseen(self.cleaned_data["name"]).strip()
        if not is_reason(name):
            raise forms.ValidationError("请填写姓名或单位（至少两个字），以便核实。")
        return name

    def clean_contact(self) -> str:
        contact: str = self.cleaned_data["contact"].strip()
        check = validate_email_address if "@" in contact else validate_phone
        try:
            check(contact)
            # A short number (12345, 13712) rings at no person.
            if "@" not in contact and sum(map(str.isdigit, contact)) < OWN_DIGITS:
                raise forms.ValidationError("too short")
        except forms.ValidationError as error:
            message = "请填写能联系到您的手机号或邮箱，如 13800000000。"
            raise forms.ValidationError(message) from error
        return contact
