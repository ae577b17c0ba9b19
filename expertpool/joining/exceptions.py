"""What can be wrong with an application; the message tells the user how to mend it."""

from __future__ import annotations


class JoiningRefused(Exception):
    """The base of all refusals of this app."""

    field = ""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class ChangedElsewhere(JoiningRefused):
    """Another device, or another window, has saved the application meanwhile."""


class Incomplete(JoiningRefused):
    """Something is missing or wrong: ``step`` is the first at which it is."""

    def __init__(self, message: str, step: str) -> None:
        super().__init__(message)
        self.step = step


class Altered(JoiningRefused):
    """The application is not as this system wrote it."""

    def __init__(self) -> None:
        super().__init__(
            "这份申请在系统之外被改动过，不能继续填写、提交或审核；请联系管理单位核对，或作废后重新填报。"
        )


class LinkInvalid(JoiningRefused):
    """A link of a recommendation or of a registration that is wrong, old or used."""
