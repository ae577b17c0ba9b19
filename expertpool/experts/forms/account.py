"""What is asked of an expert who activates his account."""

from __future__ import annotations

from typing import Any

from django import forms

from expertpool.accounts.settings import PASSWORD_LENGTH
from expertpool.core.configuration import words_of


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
        self.fields[
            "new"
        ].help_text = (
            f"至少 {words_of(PASSWORD_LENGTH)}，含大写字母、小写字母、数字、符号中的三种。"
        )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", "两次输入的密码不一样，请重新输入。")
        return data
