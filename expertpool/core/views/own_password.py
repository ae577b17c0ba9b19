"""The form field by which who is signed in shows that it is still he who sits there."""

from __future__ import annotations

from django import forms


class OwnPasswordField(forms.CharField):
    """The password of his account."""

    def __init__(self, help_text: str = "") -> None:
        super().__init__(
            label="登录密码",
            max_length=128,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
            error_messages={"required": "请填写您的登录密码。"},
            help_text=help_text,
        )
