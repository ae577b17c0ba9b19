"""What the page of a template shows besides its text: how it looks, what the office had before, for which kinds of
project there is another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from expertpool.audit.queries import entries_for
from expertpool.directory.enums import DictionaryCode
from expertpool.directory.queries.lists import dictionary_names
from expertpool.notifications.channels.sms.text import count_parts
from expertpool.notifications.models import MessageTemplate
from expertpool.notifications.occasions import Occasion, Text, fill
from expertpool.notifications.queries.templates import TemplateState, saved_texts

SAVED = "notifications.template_save"  # the action under which the log keeps a text
MOST_EARLIER, MOST_READ = 10, 50  # texts that are offered again, entries that are read for them


@dataclass(frozen=True)
class Earlier:
    """A text that the office had, as the log keeps it: ``entry`` is the number of when it was saved."""

    entry: int
    at: datetime
    who: str
    text: Text


def earlier_texts(state: TemplateState) -> list[Earlier]:
    """Return what the office itself had written here before what stands, each text once, the latest first."""
    if state.stored is None:
        return []
    saved = entries_for((MessageTemplate, [state.stored.pk], [SAVED]))[:MOST_READ]
    found: dict[Text, Earlier] = {}
    for entry in saved:
        said = entry.after or {}
        names = ("标题", "正文", "服务商模板编号", "服务商模板变量")
        text = Text(*(str(said.get(name, "")) for name in names))
        if text.body and text != state.text:
            found.setdefault(text, Earlier(entry.pk, entry.at, entry.actor_name, text))
    return list(found.values())[:MOST_EARLIER]


def kinds_of(occasion: Occasion, channel: str) -> dict[str, bool]:
    """Return the kinds of project for which ``occasion`` may have another text, and whether it has one; nothing where
    it is about no project."""
    if not occasion.by_kind:
        return {}
    rows = [row for row in saved_texts.all(occasion=occasion.code) if row.channel == channel]
    own = {row.project_kind for row in rows if row.project_kind and row.body}
    return {
        kind: kind in own for kind in [*dictionary_names(DictionaryCode.PROJECT_KIND), *sorted(own)]
    }


@dataclass(frozen=True)
class Preview:
    """A template filled with the samples of its occasion; ``parts`` as the operator counts."""

    text: Text
    length: int
    parts: int


def preview(occasion: Occasion, text: Text) -> Preview:
    """Fill ``text`` (checked before) with sample values."""
    how = {
        name: say(occasion.placeholders[occasion.answer]) for name, say in occasion.written.items()
    }
    filled = fill(text, {**occasion.placeholders, **how})
    return Preview(filled, len(filled.body), count_parts(filled.body))
