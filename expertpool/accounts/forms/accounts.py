"""Forms of sign-in, users and departments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from expertpool.accounts.models import Department, Role, User
from expertpool.accounts.queries import active_departments, password_rules
from expertpool.accounts.registry import contacts_instead
from expertpool.accounts.services.guards import SECURITY
from expertpool.core.bounds import ORDER


class DepartmentField(forms.ModelChoiceField):
    """A department, shown as a tree."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("empty_label", "请选择")
        super().__init__(active_departments(), **kwargs)
        self.widget.attrs["data-enhance"] = "select"

    def label_from_instance(self, obj: Any) -> str:
        # Full-width blanks are all by which an option of a select can show a tree.
        return "　" * (obj.path.count("/") - 1) + str(obj)


class ForgottenForm(forms.Form):
    identifier = forms.CharField(
        label="账号 / 手机号 / 邮箱",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class LoginForm(ForgottenForm):
    password = forms.CharField(
        label="密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(forms.Form):
    old = forms.CharField(
        label="原密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="新密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输一次新密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    wide = {"old", "new", "again"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new"].help_text = password_rules()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", "两次输入的新密码不一样，请重新输入。")
        return data


class UserForm(forms.Form):
    username = forms.CharField(label="账号", max_length=50, help_text="登录用，创建后不再改变。")
    name = forms.CharField(label="姓名", max_length=50)
    phone = forms.CharField(label="手机号", max_length=20, required=False)
    email = forms.CharField(label="邮箱", max_length=254, required=False)
    department = DepartmentField(label="部门")
    roles = forms.ModelMultipleChoiceField(
        Role.objects.all(),
        label="角色",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="有几个角色，权限就是它们的合并。给自己只能加权限都在您现有权限之内的角色；要更多权限，请另一位安全管理员操作。",
    )

    def __init__(self, data: Any = None, *, actor: User, user: User | None = None) -> None:
        initial = {}
        if user is not None:
            initial = {
                "name": user.name,
                "phone": user.phone,
                "email": user.email,
                "department": user.proven_department,
                "roles": user.roles.all(),
            }
        super().__init__(data, initial=initial)
        if user is not None:
            del self.fields["username"]
            instead = contacts_instead(user)
            # They are his of a file, whose guarded fields are shown for a reason there.
            masked = {"phone": user.masked_phone, "email": user.masked_email} if instead else {}
            for name, value in masked.items():
                self.fields[name].disabled = True
                self.fields[name].help_text = instead
                self.initial[name] = value
            # A disabled one that he is in already: the form could not be saved otherwise.
            if user.department and not user.department.active:
                self.fields["department"].queryset = Department.objects.filter(  # type: ignore[attr-defined]
                    Q(active=True) | Q(pk=user.department.pk)
                )
        # Who gives roles alone changes nothing else of an account.
        if not (actor.has_permission("accounts.users") or actor.has_permission(SECURITY)):
            for name in ("name", "phone", "email", "department"):
                del self.fields[name]
        # Without the field the service leaves the roles as they are.
        if not actor.has_permission("accounts.roles"):
            del self.fields["roles"]

    def clean(self) -> dict[str, Any]:
        """Return what was typed; what is only shown is not among it."""
        data = super().clean() or {}
        return {name: value for name, value in data.items() if not self.fields[name].disabled}


class DepartmentForm(forms.Form):
    name = forms.CharField(label="部门名称", max_length=100)
    parent = DepartmentField(label="上级部门", empty_label="（没有上级）")
    order = ORDER.number(label="次序", initial=100, help_text="小的在前。")
