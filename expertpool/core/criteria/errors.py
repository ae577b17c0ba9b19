"""What is wrong with a stored or typed condition."""

from __future__ import annotations


class CriteriaError(ValueError):
    """A condition that cannot be used; the text is a Chinese sentence that says the mend."""


class NotAsked(CriteriaError):
    """A condition that whoever asks by it may not see, and cannot take away."""

    def __init__(self) -> None:
        super().__init__("有一个条件您看不到，您不能按它查找，请由能看到它的人来做。")
