"""What is asked of an expert who activates his account, and of who links one to his record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy

from expertpool.accounts.queries import password_rules
from expertpool.experts.forms.actions import reason_field


class ActivationForm(forms.Form):
    new = forms.CharField(
        label="密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输一次密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    wide = {"new", "again"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new"].help_text = password_rules()

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", "两次输入的密码不一样，请重新输入。")
        return data


class LinkAccountForm(forms.Form):
    username = forms.CharField(
        label="账号",
        max_length=50,
        widget=forms.TextInput(
            attrs={
                "data-enhance": "suggest",
                "data-url": reverse_lazy("experts:linkable"),
                "autocomplete": "off",
            }
        ),
        help_text="输入账号或姓名的一部分查找。用户管理中的账号，只有“专家”角色或没有角色。关联后其手机号和邮箱随本档案，原密码失效，设置密码的链接发给专家本人。",
    )
    reason = reason_field("原因", longest=200)
    wide = {"username", "reason"}
