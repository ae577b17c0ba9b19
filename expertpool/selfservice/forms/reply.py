"""What an expert enters when he declines an invitation or takes leave from a project."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from expertpool.directory.enums import DictionaryCode
from expertpool.directory.models import DictionaryItem
from expertpool.draws.queries.presence import DIGITS

OTHER = "其他"


class DeclineForm(forms.Form):
    """A reason from the dictionary 拒绝理由, or 其他 in the expert's own words."""

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = DictionaryItem.objects.filter(
            dictionary=DictionaryCode.DECLINE_REASON, active=True
        ).values_list("name", flat=True)
        # The dictionary may have it, too; here it comes last and asks for words.
        choices = [name for name in names if name != OTHER]
        reason = cast("forms.ChoiceField", self.fields["reason"])
        reason.choices = [(name, name) for name in (*choices, OTHER)]

    def clean(self) -> None:
        if self.cleaned_data.get("reason") == OTHER and not self.cleaned_data.get("detail"):
            self.add_error("detail", "选择「其他」时，请写明具体原因。")

    @property
    def text(self) -> str:
        """The reason as it is stored."""
        reason, detail = self.cleaned_data["reason"], self.cleaned_data["detail"]
        return f"{reason}：{detail}" if reason == OTHER else str(reason)


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

    code = forms.RegexField(
        rf"^\s*\d{{{DIGITS}}}\s*$",
        label="签到码",
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "maxlength": DIGITS, "autocomplete": "off"}
        ),
        error_messages={
            "required": "请填写现场屏幕上的签到码。",
            "invalid": f"签到码是 {DIGITS} 位数字，请看现场屏幕。",
        },
    )
