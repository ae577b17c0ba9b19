"""What a second person fills in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from expertpool.accounts.models import User
from expertpool.accounts.services.authenticators import has_app
from expertpool.core.codes import DIGITS
from expertpool.core.text import mask_email
from expertpool.core.views.digits import DigitsField
from expertpool.notifications.enums import AddressKind
from expertpool.notifications.queries.channels import addresses_of
from expertpool.workflow.services.codes import ways_to


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
    shown = DigitsField(
        DIGITS,
        label="验证器上的数字",
        required=False,
        help_text="确认人设置了验证器的，可以直接报出他手机上的 6 位数字；不填则发送验证码。",
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
