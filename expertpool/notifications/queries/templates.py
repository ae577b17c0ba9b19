"""Reads of templates: the administrator's text, or the default of the occasion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from expertpool.files.registry import FileSubject
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.channels.sms import count_parts
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.models import MessageTemplate
from expertpool.notifications.occasions import OCCASIONS, Occasion, Text, fill

if TYPE_CHECKING:
    from expertpool.accounts.models import User


@dataclass(frozen=True)
class TemplateState:
    """What is sent for one occasion over one channel; ``template`` is None until it is edited."""

    occasion: Occasion
    channel: ChannelCode
    template: MessageTemplate | None

    @property
    def text(self) -> Text:
        if self.template is not None and self.template.body:
            return self.template.text
        return self.occasion.default(self.channel)

    @property
    def active(self) -> bool:
        return self.template is None or self.template.active

    @property
    def edited(self) -> bool:
        return self.text != self.occasion.default(self.channel)

    @property
    def carries_files(self) -> bool:
        return self.channel in CHANNELS and CHANNELS[self.channel].carries_files


@dataclass(frozen=True)
class Preview:
    """A template filled with the samples of its occasion; ``parts`` as the operator counts."""

    text: Text
    length: int
    parts: int


def template_state(occasion: Occasion, channel: str) -> TemplateState:
    """Return the text in force; KeyError for a channel the occasion does not have."""
    return states_of(occasion, [channel])[0]


def states_of(occasion: Occasion, channels: Iterable[str]) -> list[TemplateState]:
    """Return the texts in force on several channels; KeyError as above."""
    codes = list(dict.fromkeys(channels))
    for code in codes:
        # For its KeyError.
        occasion.default(code)
    rows = MessageTemplate.objects.filter(occasion=occasion.code, channel__in=codes)
    saved = {row.channel: row for row in rows}
    return [TemplateState(occasion, ChannelCode(code), saved.get(code)) for code in codes]


def template_states() -> list[tuple[Occasion, list[TemplateState]]]:
    """Return all declared occasions with the text of each of their channels."""
    saved = {(row.occasion, row.channel): row for row in MessageTemplate.objects.all()}
    return [
        (
            occasion,
            [
                TemplateState(occasion, channel, saved.get((occasion.code, channel)))
                for channel in occasion.channels
            ],
        )
        for occasion in OCCASIONS
    ]


def preview(occasion: Occasion, text: Text) -> Preview:
    """Fill ``text`` (checked before) with sample values."""
    filled = fill(text, occasion.placeholders)
    return Preview(filled, len(filled.body), count_parts(filled.body))


def may_edit_files(user: User, template_id: str) -> bool:
    """Tell whether ``user`` may see and change the files of templates."""
    return user.has_permission("notifications.templates")


TEMPLATE_FILES = FileSubject(
    "notifications.messagetemplate", may_view=may_edit_files, may_edit=may_edit_files
)
