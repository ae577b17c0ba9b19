"""Editing the texts of messages."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.locks import lock_transaction
from expertpool.notifications.exceptions import TemplateRefused
from expertpool.notifications.models import MessageTemplate
from expertpool.notifications.occasions import OCCASIONS, Text, check_text
from expertpool.notifications.queries.templates import TemplateState, template_state

LOCK = "notifications.templates"


@transaction.atomic
def save_template(
    *, occasion: str, channel: str, text: Text, active: bool = True, actor: User, now: datetime
) -> MessageTemplate:
    """Use ``text`` for ``occasion`` over ``channel`` from the next message on.

    Refuses unknown placeholders by name (UnknownPlaceholders), stray braces and an empty body
    (TemplateRefused). Messages made before keep their text.
    """
    declared = OCCASIONS[occasion]
    # Browsers end lines by CRLF, and blanks at the ends would count as an edited text.
    text = Text(" ".join(text.subject.split()), text.body.strip().replace("\r\n", "\n"))
    check_text(declared, text)
    if not text.body:
        raise TemplateRefused("正文不能为空。")
    # Saved by two for the first time, one template would be made twice.
    lock_transaction(LOCK)
    state = template_state(declared, channel)
    before = _content(state)
    template = state.template or MessageTemplate(occasion=occasion, channel=channel)
    template.subject, template.body, template.active = text.subject, text.body, active
    template.full_clean()
    template.save()
    record(
        "notifications.template_save",
        actor=actor,
        now=now,
        subject=template,
        before=before,
        after=_content(TemplateState(declared, state.channel, template)),
        note=f"{declared.label}（{state.channel.label}）",
    )
    return template


@transaction.atomic
def reset_template(*, occasion: str, channel: str, actor: User, now: datetime) -> None:
    """Go back to the default text of ``occasion`` and switch it on; the files stay.

    Nothing happens where that is so already.
    """
    declared = OCCASIONS[occasion]
    lock_transaction(LOCK)
    before = template_state(declared, channel)
    if before.template is None or (before.active and not before.edited):
        return
    # Before the row changes: `before` looks at that very row.
    content = _content(before)
    template = before.template
    template.subject, template.body, template.active = "", "", True
    template.save()
    record(
        "notifications.template_reset",
        actor=actor,
        now=now,
        subject=template,
        before=content,
        after=_content(before),
        note=f"{declared.label}（{before.channel.label}）",
    )


def _content(state: TemplateState) -> dict[str, object]:
    return {"标题": state.text.subject, "正文": state.text.body, "启用": state.active}
