from __future__ import annotations

from collections.abc import Iterable

from expertpool.core.placeholders import mark


class TemplateRefused(ValueError):
    """A template text that cannot be used; the message says what to mend."""


class UnknownPlaceholders(TemplateRefused):
    """The text has placeholders that its occasion does not declare."""

    def __init__(self, names: Iterable[str], known: Iterable[str]) -> None:
        self.names = tuple(names)
        wrong, allowed = ("、".join(map(mark, names)) for names in (self.names, known))
        super().__init__(f"不认识的变量：{wrong}。可以使用：{allowed}。")


class ResendRefused(ValueError):
    """This message cannot be sent again so; the text says why."""


class BindingRefused(ValueError):
    """This WeChat cannot be bound; the text says why."""


class DeletionRefused(ValueError):
    """The records of messages cannot be deleted so; the text says what is missing."""
