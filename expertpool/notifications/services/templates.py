"""Editing the texts of messages."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.events import publish
from expertpool.core.locks import lock_transaction
from expertpool.notifications.events import TemplateRewritten
from expertpool.notifications.exceptions import TemplateRefused
from expertpool.notifications.models import MessageTemplate
from expertpool.notifications.occasions import OCCASIONS, Text, check_text
from expertpool.notifications.queries.route import route_wait
from expertpool.notifications.queries.template_page import SAVED, earlier_texts
from expertpool.notifications.queries.templates import TemplateState, proof_of, template_state

LOCK = "notifications.templates"
MUST_STAY = "这种通知把某人的操作告诉别人，不能停用。"
NOT_BY_KIND = "这种通知不针对某个项目，不能按项目类型另写。"
_DEFAULT = Text("", "")


@transaction.atomic
def save_template(
    *,
    occasion: str,
    channel: str,
    kind: str = "",
    text: Text,
    active: bool = True,
    actor: User,
    now: datetime,
) -> MessageTemplate:
    """Use ``text`` for ``occasion`` over ``channel``, in projects of ``kind`` (empty: of any that has none of its
    own), from the next message on; of one with a secret, once others had the time to look at it (`queries.route.route_wait`).

    Refuses unknown placeholders by name (UnknownPlaceholders), stray braces, an empty body, what leads
    to other hosts, and switching off what has to stay (TemplateRefused). Messages made before keep
    their text. Announces TemplateRewritten.
    """
    declared = OCCASIONS[occasion]
    # Browsers end lines by CRLF, and blanks at the ends would count as an edited text.
    text = Text(
        " ".join(text.subject.split()),
        text.body.strip().replace("\r\n", "\n"),
        text.registered.strip(),
        "\n".join(filter(None, map(str.strip, text.values.splitlines()))),
    )
    check_text(declared, text, channel)
    if not text.body:
        raise TemplateRefused("正文不能为空。")
    # Saved by two for the first time, one template would be made twice.
    lock_transaction(LOCK)
    if kind and not declared.by_kind:
        raise TemplateRefused(NOT_BY_KIND)
    state = template_state(declared, channel, kind)
    if not active and state.must_stay:
        raise TemplateRefused(MUST_STAY)
    return _write(state, text, active=active, action=SAVED, actor=actor, now=now)


@transaction.atomic
def restore_template(
    *, occasion: str, channel: str, kind: str = "", entry: int, actor: User, now: datetime
) -> MessageTemplate:
    """Use again what the office had saved before, by the ``entry`` of the log that keeps it; as `save_template`, which
    checks it by the rules of today. LookupError: it is none of these."""
    state = template_state(OCCASIONS[occasion], channel, kind)
    text = {one.entry: one.text for one in earlier_texts(state)}[entry]
    return save_template(
        occasion=occasion,
        channel=channel,
        kind=kind,
        text=text,
        active=state.active,
        actor=actor,
        now=now,
    )


@transaction.atomic
def reset_template(
    *, occasion: str, channel: str, kind: str = "", actor: User, now: datetime
) -> None:
    """Go back to the default text of ``occasion``, of one ``kind`` of project to that of all, at once, and switch it on;
    the files stay. Announces TemplateRewritten. Nothing happens where that is so already.
    """
    lock_transaction(LOCK)
    state = template_state(OCCASIONS[occasion], channel, kind)
    is_on = state.general is not None or state.active
    if state.stored is None or (is_on and not state.why_not and not state.edited):
        return
    _write(
        state, _DEFAULT, active=True, action="notifications.template_reset", actor=actor, now=now
    )


def _write(
    state: TemplateState, text: Text, *, active: bool, action: str, actor: User, now: datetime
) -> MessageTemplate:
    declared, channel = state.occasion, state.channel
    before, in_force = _content(state.text, active=state.active), state.text_at(now)
    default = declared.default(channel)
    template = state.stored or _new_template(declared.code, channel, state.kind)
    before_own = in_force if state.general is None or state.at(now) is state else _DEFAULT
    since = None
    if state.own and text == state.own.text:
        since = state.waits_until(now)  # saved once more, it waits no longer
    elif declared.secrets and text not in (_DEFAULT, default, in_force):
        since = now + route_wait(now)
    after = _content(text if text.body else state.fallback, active=active)
    if before != after or state.why_not:
        publish(TemplateRewritten(template.pk, actor.pk, now, before, after, since))
    template.subject, template.body, template.registered, template.values = text
    template.active = active
    template.since = since
    (
        template.subject_before,
        template.body_before,
        template.registered_before,
        template.values_before,
    ) = before_own if since else _DEFAULT
    template.version += 1
    template.proof = proof_of(template)
    template.full_clean()
    template.save()
    note = f"{declared.label}（{'，'.join(filter(None, [channel.label, state.kind]))}）"
    record(action, actor=actor, now=now, subject=template, before=before, after=after, note=note)
    return template


def _new_template(occasion: str, channel: str, kind: str) -> MessageTemplate:
    """Return a stored row that says nothing yet: whatever tells of it needs its id."""
    template = MessageTemplate(occasion=occasion, channel=channel, project_kind=kind)
    template.proof = proof_of(template)
    template.save()
    return template


def _content(text: Text, *, active: bool) -> dict[str, object]:
    kept = {"服务商模板编号": text.registered, "服务商模板变量": text.values}
    return {
        "标题": text.subject,
        "正文": text.body,
        **{name: value for name, value in kept.items() if value},
        "启用": active,
    }
