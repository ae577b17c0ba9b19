"""Forms of the second step."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from expertpool.accounts.services.authenticators import open_secret, seal_secret
from expertpool.core.views.digits import DigitsField
from expertpool.core.views.listing import FilterForm
from expertpool.core.views.own_password import OwnPasswordField


class StepForm(forms.Form):
    code = forms.CharField(
        label="验证器上的 6 位数字，或一个备用码",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
        error_messages={"required": "请填写验证器上显示的数字，或一个没有用过的备用码。"},
    )


class PasswordForm(forms.Form):
    """What shows that it is still he who sits there."""

    password = OwnPasswordField()


class CodeForm(forms.Form):
    """What one's authenticator shows."""

    code = DigitsField(
        6,
        autocomplete="one-time-code",
        label="验证器上的 6 位数字",
        error_messages={
            "required": "请填写验证器上显示的数字。",
            "invalid": "验证器上的数字是 6 位。",
        },
    )


class SetUpForm(CodeForm):
    """What an authenticator shows first. Its secret goes with the form, sealed for its user: it is kept nowhere until
    the code was right."""

    too_old = "页面打开太久，请刷新后用新的二维码设置。"
    secret = forms.CharField(widget=forms.HiddenInput())

    def __init__(self, data: Any = None, *, user_id: int, fresh: str) -> None:
        super().__init__(data, initial={"secret": seal_secret(user_id, fresh)})
        self.user_id, self.fresh = user_id, fresh

    @property
    def shown_secret(self) -> str:
        """The secret that the form is about: its own when it comes back with an error."""
        return self._opened() or self.fresh

    def clean_secret(self) -> str:
        if not (secret := self._opened()):
            raise forms.ValidationError(self.too_old)
        return secret

    def _opened(self) -> str:
        return open_secret(self.user_id, self.data.get("secret", ""))


class FactorFilters(FilterForm):
    q = forms.CharField(label="账号 / 姓名", max_length=100)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            return rows.filter(username__icontains=text) | rows.filter(name__icontains=text)
        return rows
