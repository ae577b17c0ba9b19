"""What a stranger is asked before he has an account, and whom an expert recommends."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from expertpool.accounts.queries import password_rules
from expertpool.core.codes import DIGITS
from expertpool.core.importing import CellRefused
from expertpool.core.subjects.inputs import RuleField
from expertpool.core.views.digits import DigitsField
from expertpool.experts.enums import ExpertKind
from expertpool.joining import validators
from expertpool.joining.enums import Channel, ContactKind
from expertpool.joining.models import ConsentText
from expertpool.joining.services.setup import ANEW
from expertpool.notifications.queries.channels import reaches_phones


class RegistrationForm(forms.Form):
    """Who he is and by what he is reached."""

    kind = forms.ChoiceField(
        label="申请类别",
        choices=ExpertKind.choices,
        initial=ExpertKind.INDIVIDUAL,
        widget=forms.RadioSelect,
    )
    name = RuleField(
        rule=validators.applicant_name,
        label="姓名（单位专家填单位名称）",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name", "maxlength": 100}),
        error_messages={"required": "请填写姓名或单位名称。"},
    )
    contact = forms.CharField(
        label="手机号或邮箱",
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "inputmode": "email", "maxlength": 254}
        ),
        help_text="验证码发到这里，以后用它登录。",
        error_messages={"required": "请填写手机号或邮箱。"},
    )
    channel = forms.CharField(required=False, widget=forms.HiddenInput)
    read = forms.IntegerField(required=False)  # which version of the text
    consents = forms.BooleanField(
        label="我已阅读并同意《个人信息告知书》",
        error_messages={"required": "请阅读个人信息告知书，勾选同意后再发送验证码。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not reaches_phones():
            self.fields["contact"].label = "邮箱"

    def show(self, text: ConsentText) -> None:
        """Take the tick out that he set beside another version than ``text``, and say so."""
        if self.is_bound and self.data.get("read") != str(text.number):
            if not self.has_error("consents"):
                self.add_error("consents", ANEW)
            self.data = {name: said for name, said in self.data.items() if name != "consents"}

    def clean_channel(self) -> str:
        """A channel that nobody knows, or that takes a link, is none, and no reason to send anybody away."""
        typed = self.cleaned_data["channel"]
        known = {*Channel.values} - {Channel.RECOMMENDED.value}
        return typed if typed in known else Channel.SITE

    def clean_contact(self) -> str:
        typed = self.cleaned_data["contact"].strip()
        is_mail = "@" in typed or "＠" in typed
        rule = validators.email if is_mail else validators.phone
        try:
            value = str(rule(typed))
        except CellRefused:
            raise ValidationError(
                "请填写正确的手机号（11 位）或邮箱（像 name@example.cn）。"
            ) from None
        self.cleaned_data["contact_kind"] = ContactKind.EMAIL if is_mail else ContactKind.PHONE
        return value.lower() if is_mail else value


class CodeForm(forms.Form):
    """The code that he was sent, and the password by which he comes back."""

    code = DigitsField(
        DIGITS,
        label="验证码",
        error_messages={"required": "请填写收到的验证码。", "invalid": "验证码是 6 位数字。"},
    )
    new = forms.CharField(
        label="设置登录密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
    )
    again = forms.CharField(
        label="再输一次密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
    )
    wide: ClassVar = {"code", "new", "again"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autocomplete"] = "one-time-code"
        self.fields["new"].help_text = password_rules()

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", "两次输入的密码不一样，请重新输入。")
        return data


class RecommendForm(forms.Form):
    """A colleague whom somebody recommends."""

    name = RuleField(rule=validators.applicant_name, label="姓名", max_length=50)
    phone = RuleField(
        rule=validators.phone,
        label="手机号",
        help_text="申请链接用短信发到这里；本人须用它或下面的邮箱验证，请核对。",
    )
    email = RuleField(rule=validators.email, label="邮箱", help_text="申请链接也发到邮箱。")
    reason = forms.CharField(
        label="推荐理由",
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": 200}),
    )
    wide: ClassVar = {"reason"}
