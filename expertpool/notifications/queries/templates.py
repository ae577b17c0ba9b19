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
from expertpool.directory.models import EVERY_KIND
from expertpool.files.registry import FileSubject
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.enums import ChannelCode, TemplateStatus
from expertpool.notifications.exceptions import TemplateRefused
from expertpool.notifications.models import MessageTemplate
from expertpool.notifications.occasions import OCCASIONS, Occasion, Text, check_text
from expertpool.notifications.queries.channels import configured

if TYPE_CHECKING:
    from expertpool.accounts.models import User


WRITTEN = str(TemplateStatus.WRITTEN.label)
TEMPLATE_OFF = "该渠道的模板已停用"
NOT_REGISTERED = "通知模板里没有填写服务商的模板编号，没有发出"

logger = logging.getLogger(__name__)
_reported: set[tuple[str, str, str]] = set()  # what the log of this process has been told: once


def proof_of(template: MessageTemplate) -> bytes:
    """Return what proves that this system wrote ``template`` as it stands."""
    since = template.since.astimezone(UTC).isoformat() if template.since else None
    texts = [*template.text[:2], *template.text_before[:2]]
    said = [template.occasion, template.channel, template.version, *texts, template.active, since]
    # Only where there is any: rows of before there were have the proof of before.
    kept = [*template.text[2:], *template.text_before[2:]]
    said += kept if any(kept) else []
    said += [template.project_kind] if template.project_kind else []
    return proof("notifications.template", said)


@dataclass(frozen=True)
class TemplateState:
    """What is sent for one occasion over one channel; ``stored`` is None until it is edited. Of projects of one
    ``kind`` (empty: of all), ``general`` is what goes out where it has no text of its own."""

    occasion: Occasion
    channel: ChannelCode
    stored: MessageTemplate | None
    kind: str = ""
    general: TemplateState | None = None

    @cached_property
    def why_not(self) -> str:
        """Why what is stored does not count, in words; empty where it does. The default text counts
        then, until somebody has saved it again."""
        if self.stored is None:
            return ""
        if not bytes_eq(bytes(self.stored.proof), proof_of(self.stored)):
            if (which := (self.occasion.code, str(self.channel), self.kind)) not in _reported:
                logger.error("template %s/%s %s was not stored by this system", *which)
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
    def own(self) -> MessageTemplate | None:
        """The row that counts and has a text."""
        return self.template if self.template and self.template.body else None

    @property
    def text(self) -> Text:
        return self.own.text if self.own else self.fallback

    @property
    def fallback(self) -> Text:
        """The text where the office has none of its own here."""
        return self.general.text if self.general else self.occasion.default(self.channel)

    def text_at(self, now: datetime) -> Text:
        """Return what is sent at ``now``: a new text may have to wait."""
        return self.at(now)._text_at(now)

    def at(self, now: datetime) -> TemplateState:
        """Return that whose text and files count at ``now``: this, or that of all kinds."""
        if self.general is None or (self.own and self._text_now(now).body):
            return self
        return self.general

    def _text_at(self, now: datetime) -> Text:
        text = self._text_now(now)
        return text if text.body else self.occasion.default(self.channel)

    def _text_now(self, now: datetime) -> Text:
        """Return the office's own text of here at ``now``, empty where there is none."""
        if self.template is None:
            return Text("", "")
        return self.template.text_before if self.waits_until(now) else self.template.text

    def waits_until(self, now: datetime) -> datetime | None:
        """When the new text begins to count, where that is still to come."""
        since = self.template.since if self.template else None
        return since if since and now < since else None

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
        if self.general and not self.own:
            return self.general.active
        return self.must_stay or self.template is None or self.template.active

    @property
    def must_stay(self) -> bool:
        return self.occasion.must_stay(self.channel)

    @property
    def edited(self) -> bool:
        return bool(self.own) if self.general else self.text != self.fallback

    @property
    def status(self) -> TemplateStatus:
        if self.why_not:
            return TemplateStatus.WRITTEN if self.why_not == WRITTEN else TemplateStatus.REFUSED
        if not self.active:
            return TemplateStatus.OFF
        if self.why_unsent:
            return TemplateStatus.LACKING
        return TemplateStatus.EDITED if self.edited else TemplateStatus.DEFAULT

    @property
    def kind_label(self) -> str:
        return (self.kind or EVERY_KIND) if self.occasion.by_kind else "—"

    @property
    def carries_files(self) -> bool:
        return self.channel in CHANNELS and CHANNELS[self.channel].carries_files


def template_state(occasion: Occasion, channel: str, kind: str = "") -> TemplateState:
    """Return the text in force in projects of ``kind``; KeyError for a channel the occasion does not have."""
    return states_of(occasion, [channel], kind)[0]


def states_of(occasion: Occasion, channels: Iterable[str], kind: str = "") -> list[TemplateState]:
    """Return the texts in force on several channels; KeyError as above. The one place where it is chosen by kind."""
    codes = list(dict.fromkeys(channels))
    for code in codes:
        # For its KeyError.
        occasion.default(code)
    saved = {
        (row.channel, row.project_kind): row for row in saved_texts.all(occasion=occasion.code)
    }
    found = [TemplateState(occasion, ChannelCode(code), saved.get((code, ""))) for code in codes]
    if not (kind and occasion.by_kind):
        return found
    return [_of_kind(one, saved.get((str(one.channel), kind)), kind) for one in found]


def _of_kind(general: TemplateState, stored: MessageTemplate | None, kind: str) -> TemplateState:
    return TemplateState(general.occasion, general.channel, stored, kind, general)


def ways_sent(occasion: Occasion, kind: str = "") -> list[ChannelCode]:
    """Return by which ways of this site ``occasion`` goes out as its texts stand in projects of ``kind``; all of them
    where it goes out by none, so that somebody sees it."""
    ways = configured(occasion.channels)
    sent = [one.channel for one in states_of(occasion, ways, kind) if not one.why_unsent]
    return sent or ways


saved_texts = Prepared(lambda: MessageTemplate.objects.filter(occasion=Given("occasion")))


def template_states() -> list[TemplateState]:
    """Return the text of each channel of all declared occasions, those of some kind of project behind that of all."""
    saved: dict[tuple[str, str], dict[str, MessageTemplate]] = {}
    for row in MessageTemplate.objects.all():
        saved.setdefault((row.occasion, row.channel), {})[row.project_kind] = row
    found = []
    for occasion in OCCASIONS:
        for channel in occasion.channels:
            rows = saved.get((occasion.code, channel), {})
            general = TemplateState(occasion, channel, rows.get(""))
            found.append(general)
            own = [_of_kind(general, row, kind) for kind, row in sorted(rows.items()) if kind]
            found += [one for one in own if one.why_not or one.own] if occasion.by_kind else []
    return found


def may_edit_files(user: User, template_id: str) -> bool:
    """Tell whether ``user`` may see and change the files of templates."""
    return user.has_permission("notifications.templates")


TEMPLATE_FILES = FileSubject(
    "notifications.messagetemplate",
    may_view=may_edit_files,
    may_edit=may_edit_files,
    may_wait=False,
)
