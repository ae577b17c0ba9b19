"""What an expert enters when he declines an invitation or takes leave from a project."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from expertpool.core.views.digits import DigitsField
from expertpool.draws.models import Draw
from expertpool.draws.queries.policy import grounds_of
from expertpool.draws.queries.presence import DIGITS
from expertpool.draws.settings import NOT_OF_ONESELF, OTHER_GROUND


class DeclineForm(forms.Form):
    """A reason from the list that was sealed with the draw, the one from which a hand chooses, too; or
    其他 in the expert's own words."""

    reason = forms.ChoiceField(
        label="不能参加的原因",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择不能参加的原因。"},
    )
    detail = forms.CharField(
        label="具体原因",
        max_length=150,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": 150}),
    )

    def __init__(self, data: Any = None, *, draw: Draw) -> None:
        super().__init__(data)
        reason = cast("forms.ChoiceField", self.fields["reason"])
        reason.choices = [(one, one) for one in grounds_of(draw) if one not in NOT_OF_ONESELF]

    def clean(self) -> None:
        if self.cleaned_data.get("reason") == OTHER_GROUND and not self.cleaned_data.get("detail"):
            self.add_error("detail", "选择「其他」时，请写明具体原因。")

    @property
    def text(self) -> str:
        """The reason as it is stored."""
        reason, detail = self.cleaned_data["reason"], self.cleaned_data["detail"]
        return f"{reason}：{detail}" if reason == OTHER_GROUND else str(reason)


class ProjectLeaveForm(forms.Form):
    """Why an expert who agreed cannot come after all."""

    reason = forms.CharField(
        label="请假事由",
        max_length=150,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": 150}),
        error_messages={"required": "请填写请假事由。"},
    )


class SignInForm(forms.Form):
    """The code that is shown at the place."""

    code = DigitsField(
        DIGITS,
        label="签到码",
        error_messages={
            "required": "请填写现场屏幕上的签到码。",
            "invalid": f"签到码是 {DIGITS} 位数字，请看现场屏幕。",
        },
    )
