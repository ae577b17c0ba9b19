"""Forms of one's own account."""

from __future__ import annotations

from expertpool.secondfactor.forms import PasswordForm, SetUpForm


class OwnPasswordForm(PasswordForm):
    """The password of who is signed in, before he ends what others may have begun."""


class AppForm(PasswordForm, SetUpForm):
    """An authenticator that is set up by who is signed in: he shows his password as well."""

    too_old = "表单打开太久，请关闭后重新打开，用新的二维码设置。"
    field_order = ("secret", "code", "password")
