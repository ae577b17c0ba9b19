"""Why a message is sent: each app declares its occasions in ``apps.ready()``.

An occasion says which placeholders its templates may use, and gives the text of each channel until
an administrator writes another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Case, IntegerField, Value, When

from expertpool.core.catalogue import Catalogue
from expertpool.core.placeholders import (
    Vocabulary,
    fill_text,
    has_stray_braces,
    in_single_braces,
    mark,
    names_in,
)
from expertpool.notifications.enums import ChannelCode, Urgency
from expertpool.notifications.exceptions import TemplateRefused, UnknownPlaceholders
from expertpool.notifications.validators import (
    foreign_addresses,
    glued_in,
    in_words,
    site_host,
)


class Text(NamedTuple):
    """A subject line (empty for SMS) and a body, with placeholders or filled.

    ``registered`` is the number under which a provider keeps this text, ``values`` what it is given: a line
    for each of its variables, ``name={{专家姓名}}``, or without names in its order.
    """

    subject: str
    body: str
    registered: str = ""
    values: str = ""


@dataclass(frozen=True)
class Registered:
    """A text that a provider keeps under ``code``: it gets the values alone, in its own order and under
    its own names."""

    code: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Occasion:
    """Why a message is sent.

    ``placeholders`` gives a sample value for each name (``{"专家姓名": "王建国"}``); ``defaults``
    gives (subject, body) for each channel over which the occasion may be told; one that could not
    be saved raises TemplateRefused. No body is saved without those ``required`` (the reply link).
    ``late`` names those whose values are known only when the message goes out: the `MessageSubject`
    of what it is about gives them then.

    ``answer`` is the one whose value is the code by which he answers in writing (`services.replies`); ``written`` are
    those that say how, by what they say of a code as this site is set.
    ``keyed`` are channels over which he answers by a key: their texts need none of ``required``.
    ``secrets`` are those by which whoever has them acts for the recipient: a link, a code.
    ``watches``: it tells of what somebody did, so that he may not switch it off; ``readers`` are
    permissions whose holders get it, besides all who decide anything (docs/decisions/0124, 0125).
    ``listed_as`` is the code of the occasion under which lists show it, where which of them it was would
    tell something (docs/decisions/0196). ``by_plan``: the plan of a draw says over which channels it is told, those that
    others get besides (`Channel.besides`) among them. ``urgency``: before which others it goes out. ``by_kind``: it is
    about one project, or about projects of one draw, and its texts may differ by their kind; none that watches is.
    ``told_back``: it tells what became of what came in somebody's name, so anybody who writes in it causes one: while
    nobody may be told of its fate, it shows in no share and in no state of its channel (docs/decisions/0551).
    """

    code: str
    label: str
    placeholders: Mapping[str, str]
    defaults: Mapping[str, tuple[str, str]]
    required: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    watches: bool = False
    readers: tuple[str, ...] = ()
    listed_as: str = ""
    answer: str = ""
    keyed: tuple[str, ...] = ()
    by_plan: bool = False
    urgency: Urgency = Urgency.USUAL
    by_kind: bool = False
    written: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    told_back: bool = False

    def __post_init__(self) -> None:
        # A text that cannot be filled stops the program, rather than the first letter.
        for channel in self.defaults:
            check_text(self, self.default(channel), channel)

    @property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary.of(self.placeholders, self.required)

    @property
    def is_guarded(self) -> bool:
        """Whether a change of its text is told to others."""
        return bool(self.secrets) or self.watches

    def must_stay(self, channel: str) -> bool:
        """Tell whether it cannot be switched off on ``channel``: of what watches somebody, there is one
        way that no office saves money on."""
        return self.watches and (
            channel == ChannelCode.SITE or ChannelCode.SITE not in self.defaults
        )

    @property
    def channels(self) -> tuple[ChannelCode, ...]:
        return tuple(ChannelCode(code) for code in self.defaults)

    def default(self, channel: str) -> Text:
        """Return the text declared in code; KeyError for a channel the occasion does not have."""
        return Text(*self.defaults[channel])


# A name as providers have them, then what it is given.
_NAMED = re.compile(r"(?:([A-Za-z]\w{0,31})\s*=)?\s*(.*)", re.ASCII)

OCCASIONS: Catalogue[Occasion] = Catalogue("occasion")


def occasion_label(code: str) -> str:
    """Return the label, or the code of an occasion that is no longer declared."""
    occasion = OCCASIONS.get(code)
    return occasion.label if occasion else code


def is_told_back(code: str) -> bool:
    """Tell whether anybody causes the occasion who writes in somebody's name."""
    occasion = OCCASIONS.get(code)
    return occasion is not None and occasion.told_back


def listed_label(code: str) -> str:
    """Return how lists of messages call the occasion."""
    occasion = OCCASIONS.get(code)
    return occasion_label(occasion.listed_as or code if occasion else code)


def urgency_of(code: str) -> Urgency:
    """Return how urgent messages of the occasion are; USUAL for one that is declared no more."""
    occasion = OCCASIONS.get(code)
    return occasion.urgency if occasion else Urgency.USUAL


def by_urgency() -> Case:
    """Return what orders messages of the database by their urgency."""
    levels = {one: [item.code for item in OCCASIONS if item.urgency == one] for one in Urgency}
    whens = [
        When(occasion__in=codes, then=Value(int(one))) for one, codes in levels.items() if codes
    ]
    return Case(*whens, default=Value(0), output_field=IntegerField())


def codes_listed_as(code: str) -> list[str]:
    """Return the occasions that lists show as ``code``: itself, and those behind it."""
    return [code, *(one.code for one in OCCASIONS if one.listed_as == code)]


def check_text(occasion: Occasion, text: Text, channel: str = "") -> None:
    """Refuse placeholders that are not declared (UnknownPlaceholders), stray double braces, a body
    without those that it needs, and whatever leads a reader to another host."""
    if unknown := occasion.vocabulary.unknown_in("\n".join(text)):
        raise UnknownPlaceholders(unknown, occasion.placeholders)
    if any(map(has_stray_braces, text)):
        raise TemplateRefused("有一处双花括号没有配对，变量应写成 {{专家姓名}} 这样。")
    single = in_single_braces("\n".join(text), occasion.vocabulary.names)
    if single:
        raise TemplateRefused(
            f"变量要写双花括号：{'、'.join(map(mark, single))}，写一层的会原样发出去。"
        )
    keyed = channel in occasion.keyed
    if not keyed and (missing := occasion.vocabulary.missing_in(names_in(text.body))):
        marks = "、".join(map(mark, missing))
        lost = "看不出发生了什么" if occasion.watches else "无法办理"
        raise TemplateRefused(f"正文里缺少 {marks}：没有它，收件人{lost}，请加回正文。")
    if (
        text.registered
        and not keyed
        and (unsaid := occasion.vocabulary.missing_in(names_in(text.values)))
    ):
        raise TemplateRefused(
            f"服务商模板变量里缺少 {'、'.join(map(mark, unsaid))}：没有它，收件人无法办理或看不出发生了什么。"
        )
    for part in (text.subject, text.body):
        _check_leads_nowhere(occasion, part)
    for _, value in value_lines(text.values):
        _check_leads_nowhere(occasion, value)


def value_lines(values: str) -> list[tuple[str, str]]:
    """Return the variables of ``Text.values`` with what each is given; one without a name has its
    number."""
    found: list[tuple[str, str]] = []
    for line in filter(None, map(str.strip, values.splitlines())):
        name, value = _NAMED.fullmatch(line).groups()  # type: ignore[union-attr]
        found.append((name or str(len(found) + 1), value))
    return found


def _check_leads_nowhere(occasion: Occasion, part: str) -> None:
    if glued := glued_in(part, occasion.secrets):
        raise TemplateRefused(
            f"{'、'.join(map(mark, glued))} 前后只能是空格、换行或中文标点，不能紧接文字、字母或符号，"
            "否则可能连成别的网址：请在它前后加空格，或让它单独占一行。"
        )
    if found := foreign_addresses(part, filled_only=not occasion.is_guarded):
        shown = in_words(found)
        if occasion.is_guarded:
            raise TemplateRefused(
                f"这种通知里不能写别处的网址：{shown}。请删去；只能写本系统的网址 {site_host()}（前后留空格）。"
            )
        raise TemplateRefused(
            f"网址里不能带变量：{shown}，否则收件人的信息会随网址传到别处。请删去网址，或去掉其中的变量。"
        )


def fill(text: Text, values: Mapping[str, str]) -> Text:
    """Put ``values`` in place of the placeholders; values are never read as templates.

    The subject stays one line. KeyError names a placeholder without a value.
    """
    subject, body = (fill_text(part, values) for part in (text.subject, text.body))
    # A line break in a subject would begin another header of the mail.
    return Text(" ".join(subject.split()), body)


def fill_registered(text: Text, values: Mapping[str, str]) -> Registered | None:
    """Return what a provider that keeps ``text`` is given; None where it keeps none."""
    if not text.registered:
        return None
    given = ((name, fill_text(part, values)) for name, part in value_lines(text.values))
    return Registered(text.registered, tuple(given))


def fill_late(text: str, values: Mapping[str, str]) -> str:
    """Put ``values`` in place of the late placeholders, which are all that is left of them."""
    for name, value in values.items():
        text = text.replace(mark(name), value)
    return text
