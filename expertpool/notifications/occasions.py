"""Why a message is sent: each app declares its occasions in ``apps.ready()``.

An occasion says which placeholders its templates may use, and gives the text of each channel until
an administrator writes another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from expertpool.core.catalogue import Catalogue
from expertpool.core.placeholders import Vocabulary, fill_text, has_stray_braces, mark, names_in
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.exceptions import TemplateRefused, UnknownPlaceholders


class Text(NamedTuple):
    """A subject line (empty for SMS) and a body, with placeholders or filled."""

    subject: str
    body: str


@dataclass(frozen=True)
class Occasion:
    """Why a message is sent.

    ``placeholders`` gives a sample value for each name (``{"专家姓名": "王建国"}``); ``defaults``
    gives (subject, body) for each channel over which the occasion may be told; one that could not
    be saved raises TemplateRefused. No body is saved without those ``required`` (the reply link).
    be saved raises TemplateRefused. ``late`` names those whose values are known only when the
    message goes out: the `MessageSubject` of what it is about gives them then.
    """

    code: str
    label: str
    placeholders: Mapping[str, str]
    defaults: Mapping[str, tuple[str, str]]
    required: tuple[str, ...] = ()
    late: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # A text that cannot be filled stops the program, rather than the first letter.
        for channel in self.defaults:
            check_text(self, self.default(channel))

    @property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary.of(self.placeholders, self.required)

    @property
    def channels(self) -> tuple[ChannelCode, ...]:
        return tuple(ChannelCode(code) for code in self.defaults)

    def default(self, channel: str) -> Text:
        """Return the text declared in code; KeyError for a channel the occasion does not have."""
        return Text(*self.defaults[channel])


OCCASIONS: Catalogue[Occasion] = Catalogue("occasion")


def occasion_label(code: str) -> str:
    """Return the label, or the code of an occasion that is no longer declared."""
    occasion = OCCASIONS.get(code)
    return occasion.label if occasion else code


def check_text(occasion: Occasion, text: Text) -> None:
    """Refuse placeholders that are not declared (UnknownPlaceholders), stray double braces, and a
    body without those that it needs."""
    if unknown := occasion.vocabulary.unknown_in("\n".join(text)):
        raise UnknownPlaceholders(unknown, occasion.placeholders)
    if any(map(has_stray_braces, text)):
        raise TemplateRefused("有一处双花括号没有配对，变量应写成 {{专家姓名}} 这样。")
    if missing := occasion.vocabulary.missing_in(names_in(text.body)):
        marks = "、".join(map(mark, missing))
        raise TemplateRefused(f"正文里缺少 {marks}：没有它，收件人无法办理，请加回正文。")


def fill(text: Text, values: Mapping[str, str]) -> Text:
    """Put ``values`` in place of the placeholders; values are never read as templates.

    The subject stays one line. KeyError names a placeholder without a value.
    """
    subject, body = (fill_text(part, values) for part in text)
    # A line break in a subject would begin another header of the mail.
    return Text(" ".join(subject.split()), body)


def fill_late(text: Text, values: Mapping[str, str]) -> Text:
    """Put ``values`` in place of the late placeholders, which are all that is left of them."""
    subject, body = text
    for name, value in values.items():
        subject, body = subject.replace(mark(name), value), body.replace(mark(name), value)
    return Text(subject, body)
