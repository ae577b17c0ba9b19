"""What accounts refuse; each message says how to mend it."""

from __future__ import annotations

from collections.abc import Sequence


class AccountError(Exception):
    """The base of everything below; its text is shown to the user."""


class LastAdministrator(AccountError):
    def __init__(self) -> None:
        super().__init__(
            "系统里至少要有一位同时能管理用户、角色和安全管理的启用用户（或者管理用户的一位、管理角色和安全的另一位）："
            "请先让另一位用户担任管理员。"
        )


class NotAllowed(AccountError):
    """The actor may not do this to this account."""


class RightsNeedNames(NotAllowed):
    """Rights (``codes``) of a role whose pages show what the role masks."""

    def __init__(self, message: str, codes: Sequence[str]) -> None:
        super().__init__(message)
        self.codes = codes


class TooManyTaken(AccountError):
    """Phones and mails that are somebody else's were entered too often."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"您一小时内填写的手机号、邮箱已有 {most} 次与他人重复，请稍后再试，或先不填手机号和邮箱。"
        )


class DepartmentInUse(AccountError):
    """A department cannot be disabled or moved as asked."""


class RoleInUse(AccountError):
    """A role cannot be changed or deleted as asked."""


class AuthenticatorRefused(AccountError):
    """An authenticator is not set up, taken away or believed."""


class WrongPassword(AccountError):
    def __init__(self) -> None:
        super().__init__("原密码不对，请重新输入。")


class TooManyAttempts(AccountError):
    def __init__(self) -> None:
        super().__init__("连续输错次数太多，请等一会儿再试，与登录时相同。")


class MenuRefused(AccountError):
    """The menu cannot be arranged so."""
