from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from expertpool.core.templatetags.ui import pill
from expertpool.core.templatetags.ui_base import EMPTY, element
from expertpool.core.templatetags.ui_marks import countdown
from expertpool.core.text import hour_text, moment_text
from expertpool.draws.enums import Origin
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.panel_state import panel_state, state_words
from expertpool.draws.tables import DRAW_TONES, INVITATION_TONES, PANEL_TONES

register = template.Library()


@register.simple_tag
def draw_state(*, draw: Draw) -> SafeString:
    """Where a draw stands, and its panel where the draw was read with it."""
    state = panel_state(draw)
    tone = PANEL_TONES[state] if state else DRAW_TONES[draw.status]
    return pill(label=state_words(draw), tone=tone)


@register.simple_tag
def draw_kind(*, draw: Draw) -> SafeString | str:
    """The mark of a list that was not drawn; nothing for a draw."""
    if draw.is_random:
        return ""
    return pill(label=draw.get_kind_display(), tone="orange", dot=False)


@register.simple_tag
def line_state(*, line: Invitation, label: str = "", state: str = "") -> SafeString:
    """Where an invitation stands; for one project of its draw with the ``label`` and ``state`` there."""
    return pill(
        label=label or line.state_label, tone=INVITATION_TONES.get(state or line.state, "red")
    )


@register.simple_tag
def gone_mark(*, why: str | None) -> SafeString | str:
    """That who sits on a line has left the pool; nothing otherwise."""
    return pill(label=why, tone="red", dot=False) if why else ""


@register.simple_tag
def line_deadline(*, line: Invitation) -> SafeString | str:
    """Until when he who is asked may answer: the time left; the hour, where somebody came after an exit
    and names are sealed. Nothing where no clock runs."""
    until = line.told_until
    if until is None:
        return ""
    if line.by_hour and line.draw.released_at is None:
        return element("span", f"{hour_text(until)}前截止", class_="note")
    return element("span", "剩余 ", countdown(deadline=until))


@register.filter
def line_tone(line: Invitation) -> str:
    return INVITATION_TONES.get(line.state, "red")


@register.filter
def line_words(line: Invitation) -> str:
    """The state, and how the expert came in when he was not drawn for a seat at first."""
    if line.moved_up_at:
        return f"{line.state_label}（候补递补）"
    came = "（补抽）" if line.origin == Origin.SUPPLEMENT else ""
    return f"{line.state_label}{came}"


@register.filter
def told(draw: Draw, at: datetime | None) -> str:
    """A time of an answer, or of what followed, as far as it is told: ``draw|told:line.replied_at``."""
    words = hour_text if draw.released_at is None else moment_text
    return words(at) or EMPTY


@register.filter
def eights(digest: str) -> str:
    """A hash in groups of eight digits, to be compared by eye."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


@register.filter
def of(values: dict[int, Any], key: int) -> Any:
    """The value of a line: ``names|of:line.pk``; nothing when there is none."""
    return (values or {}).get(key)
