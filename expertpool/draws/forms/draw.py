"""What is entered while a draw runs: a random value, an answer by hand; filters of the records."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from expertpool.accounts.models import Department
from expertpool.core.lookups import within_days
from expertpool.core.text import clean_text
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.listing import FilterForm
from expertpool.draws.enums import DrawKind, InvitationState
from expertpool.draws.models import Invitation
from expertpool.draws.queries.draws import covers
from expertpool.draws.queries.policy import ground_of_gone, grounds_of
from expertpool.draws.settings import NOT_IN_POOL
from expertpool.draws.validators import VALUE_LENGTH

# What an operator may record, by the state in which the line is.
RECORDABLE: dict[str, tuple[InvitationState, ...]] = {
    InvitationState.INVITED: (
        InvitationState.ACCEPTED,
        InvitationState.DECLINED,
        InvitationState.REPLACED,
    ),
    InvitationState.ACCEPTED: (InvitationState.LEAVE, InvitationState.REPLACED),
}
RECORDABLE_AT_ALL = {str(state) for states in RECORDABLE.values() for state in states}


class ContributionForm(forms.Form):
    value = forms.CharField(
        label="随机值",
        max_length=VALUE_LENGTH,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": "任意数字或文字，如现场掷骰子的点数"}
        ),
        error_messages={
            "required": "请填写随机值。",
            "max_length": f"最多 {VALUE_LENGTH} 个字。",
        },
    )


class AnswerForm(forms.Form):
    """What the expert told the operator; the choices follow from the state of the line."""

    state = forms.ChoiceField(
        label="登记为",
        widget=forms.RadioSelect,
        error_messages={
            "required": "请选择登记的结果。",
            # He answered while the drawer stood open.
            "invalid_choice": "专家刚刚已有新的答复，不能再这样登记：请关闭后重新打开，核对现在的状态。",
        },
    )
    ground = forms.ChoiceField(
        label="原因",
        required=False,
        help_text="登记为同意的不用选。",
    )
    reason = forms.CharField(
        label="说明",
        required=False,
        max_length=150,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": 150}),
        help_text="例如「电话答复，出差不能参加」。登记为同意、原因为其他时必填。",
    )

    def __init__(self, *args: Any, invitation: Invitation, gone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sealed = grounds_of(invitation.draw)
        # Of whoever is in the pool it is not so; nor is it offered to who may not know that he left.
        grounds = [one for one in sealed if gone or one != NOT_IN_POOL]
        if gone:
            self.initial.update(state=InvitationState.REPLACED, ground=ground_of_gone(sealed))
        ground: Any = self.fields["ground"]
        ground.choices = [("", "请选择"), *((one, one) for one in grounds)]
        state: Any = self.fields["state"]
        if self.data.get("state") not in RECORDABLE_AT_ALL:
            state.error_messages["invalid_choice"] = "没有这个选项，请重新选择。"
        state.choices = [(item.value, item.label) for item in RECORDABLE[invitation.state]]


class DrawFilter(FilterForm):
    """The filters of the draw records (DRAW-38)."""

    q = forms.CharField(
        label="关键词",
        widget=forms.TextInput(attrs={"placeholder": "项目名称、编号、负责人、抽取编号"}),
    )
    department = forms.ModelChoiceField(
        label="部门", queryset=Department.objects.all(), empty_label="全部"
    )
    sealed = DateRangeField(label="抽取时间")
    kind = forms.ChoiceField(label="方式", choices=[("", "全部"), *DrawKind.choices])
    supplement = forms.ChoiceField(
        label="是否补抽", choices=[("", "全部"), ("yes", "有补抽"), ("no", "没有补抽")]
    )

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        for word in clean_text(self.value("q") or "").split():
            named = (
                Q(project__name__icontains=word)
                | Q(project__number__icontains=word)
                | Q(project__contact_name__icontains=word)
            )
            rows = rows.filter(
                covers(named) | Q(operator__name__icontains=word) | Q(number__icontains=word)
            )
        if department := self.value("department"):
            rows = rows.filter(covers(Q(project__department__path__startswith=department.path)))
        if days := self.value("sealed"):
            rows = rows.filter(within_days("sealed_at", days))
        if kind := self.value("kind"):
            rows = rows.filter(kind=kind)
        # `with_counts` has told each row.
        if supplement := self.value("supplement"):
            rows = rows.filter(is_supplemented=supplement == "yes")
        return rows


class NoticeFilter(FilterForm):
    """The filter of a project's notices: when they were sent."""

    sent = DateRangeField(label="发送时间")

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        days = self.value("sent")
        return rows.filter(within_days("created_at", days)) if days else rows
