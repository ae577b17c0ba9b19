"""Reads of templates: the administrator's text, or the default of the occasion."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.constant_time import bytes_eq

from expertpool.core.crypto import proof
from expertpool.core.prepared import Given, Prepared
from expertpool.files.registry import FileSubject
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.channels.sms.text import count_parts
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.exceptions import TemplateRefused
from expertpool.notifications.models import MessageTemplate
from expertpool.notifications.occasions import OCCASIONS, Occasion, Text, check_text, fill

if TYPE_CHECKING:
    from expertpool.accounts.models import User


WRITTEN = "数据库被直接改动"
TEMPLATE_OFF = "该渠道的模板已停用"
NOT_REGISTERED = "通知模板里没有填写服务商的模板编号，没有发出"

logger = logging.getLogger(__name__)
_reported: set[tuple[str, str]] = set()  # what the log of this process has been told: once


def proof_of(template: MessageTemplate) -> bytes:
    """Return what proves that this system wrote ``template`` as it stands."""
    since = template.since.astimezone(UTC).isoformat() if template.since else None
    texts = [*template.text[:2], *template.text_before[:2]]
    said = [template.occasion, template.channel, template.version, *texts, template.active, since]
    # Only where there is any: rows of before there were have the proof of before.
    kept = [*template.text[2:], *template.text_before[2:]]
    said += kept if any(kept) else []
    return proof("notifications.template", said)


@dataclass(frozen=True)
class TemplateState:
    """What is sent for one occasion over one channel; ``stored`` is None until it is edited."""

    occasion: Occasion
    channel: ChannelCode
    stored: MessageTemplate | None

    @cached_property
    def why_not(self) -> str:
        """Why what is stored does not count, in words; empty where it does. The default text counts
        then, until somebody has saved it again."""
        if self.stored is None:
            return ""
        if not bytes_eq(bytes(self.stored.proof), proof_of(self.stored)):
            if (which := (self.occasion.code, str(self.channel))) not in _reported:
                logger.error("template %s/%s was not stored by this system", *which)
                _reported.add(which)
            return WRITTEN
        try:
            if self.stored.body:
                check_text(self.occasion, self.stored.text, self.channel)
        except TemplateRefused as refused:  # by a rule of after it was saved
            return str(refused)
        return ""

    @property
    def template(self) -> MessageTemplate | None:
        """The row that counts."""
        return None if self.why_not else self.stored

    @property
    def text(self) -> Text:
        return self._text_of(self.template.text if self.template else Text("", ""))

    def text_at(self, now: datetime) -> Text:
        """Return what is sent at ``now``: a new text may have to wait."""
        if self.template and self.waits_until(now):
            return self._text_of(self.template.text_before)
        return self.text

    def waits_until(self, now: datetime) -> datetime | None:
        """When the new text begins to count, where that is still to come."""
        since = self.template.since if self.template else None
        return since if since and now < since else None

    def _text_of(self, text: Text) -> Text:
        return text if text.body else self.occasion.default(self.channel)

    @cached_property
    def why_unsent(self) -> str:
        """Why nothing is sent by it, in words; empty where it is."""
        if not self.active:
            return TEMPLATE_OFF
        channel = CHANNELS.get(self.channel)
        lacks = channel is not None and channel.wants_registered and not self.text.registered
        return NOT_REGISTERED if lacks else ""

    @property
    def active(self) -> bool:
        return self.must_stay or self.template is None or self.template.active

    @property
    def must_stay(self) -> bool:
        return self.occasion.must_stay(self.channel)

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
    saved = {row.channel: row for row in _saved.all(occasion=occasion.code)}
    return [TemplateState(occasion, ChannelCode(code), saved.get(code)) for code in codes]


_saved = Prepared(lambda: MessageTemplate.objects.filter(occasion=Given("occasion")))


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
    "notifications.messagetemplate",
    may_view=may_edit_files,
    may_edit=may_edit_files,
    may_wait=False,
)
