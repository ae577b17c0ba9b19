"""What a new API token may do, for whom and until when."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.registry import TOKEN_PAGES
from expertpool.accounts.settings import TOKEN_LONGEST, TOKEN_USUAL
from expertpool.core.api import offered_codes
from expertpool.core.configuration import value_of, words_of
from expertpool.core.registry import permission_groups
from expertpool.core.views.own_password import OwnPasswordField


class TokenForm(forms.Form):
    name = forms.CharField(
        label="名称", max_length=40, help_text="用在哪里，如「OA 系统」；操作日志里会显示。"
    )
    user = forms.ModelChoiceField(
        User.objects.none(),
        label="代表用户",
        empty_label="请选择",
        help_text=(
            "接口里的操作都以这位用户的名义进行，不超出他的权限和数据范围。建议为每个平台单设一个账号；"
            "为别人创建的令牌，由他本人登录后在「我的账号」确认才有效。"
        ),
    )
    expires_on = forms.DateField(label="有效期至")
    scopes = forms.MultipleChoiceField(
        label="范围",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一项范围。"},
        help_text="令牌能做的，是这里选的与用户权限的交集。",
    )
    password = OwnPasswordField("确认是您本人：令牌不用密码就能办事。")
    wide = {"scopes"}

    def __init__(self, data: Any = None, *, actor: User) -> None:
        ends = timezone.localdate() + value_of(TOKEN_USUAL)
        super().__init__(data, initial={"user": actor, "expires_on": ends})
        fields: dict[str, Any] = self.fields
        fields["expires_on"].help_text = f"最长 {words_of(TOKEN_LONGEST)}；到期后换一个新令牌。"
        fields["user"].queryset = User.objects.filter(is_active=True)
        fields["user"].widget.attrs["data-enhance"] = "select"
        fields["user"].label_from_instance = lambda user: f"{user.name}（{user.username}）"
        fields["scopes"].choices = scope_choices()

    def data_for_service(self) -> dict[str, Any]:
        """Return the arguments of `create_token`; the last day counts whole."""
        last: date = self.cleaned_data["expires_on"]
        end = datetime.combine(last, time(23, 59, 59), tzinfo=timezone.get_current_timezone())
        names = ("name", "user", "scopes")
        return {name: self.cleaned_data[name] for name in names} | {"expires_at": end}


def scope_choices() -> list[tuple[str, str]]:
    """Return the permissions that some endpoint, or page of a token, takes, named as on the page of roles."""
    # Others could be granted, but no call would ask for them.
    offered = offered_codes() | {one.permission for one in TOKEN_PAGES}
    return [
        (permission.code, f"{group.label}：{permission.label}")
        for group in permission_groups()
        for permission in group.permissions
        if permission.code in offered
    ]
