"""What every rule can do: tell somebody, and give somebody something to see to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django import forms
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.automation.enums import Way
from expertpool.automation.exceptions import ActionRefused, ActionSkipped, ErrandRefused
from expertpool.automation.models import MOST_DONE, Errand, Firing
from expertpool.automation.occasions import TOLD
from expertpool.automation.queries.firings import holders_of, role_choices, role_name
from expertpool.automation.queries.rules import UNTIL, endings_of
from expertpool.automation.registry import EVENT_KINDS, Doing, EventKind, RuleAction, Values
from expertpool.automation.services.endings import ending_since
from expertpool.core.placeholders import fill_text, mark
from expertpool.core.text import whole
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.exceptions import TemplateRefused, UnknownPlaceholders
from expertpool.notifications.occasions import Occasion, Text, check_text
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.queries.subjects import About
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages

ROLE, PERSON = "role:", "person:"
TITLE, TEXT, ERRAND = "title", "text", "errand"


# --- A message ------------------------------------------------------------------------------------


def _whom(kind: EventKind) -> list[tuple[str, str]]:
    people = [(f"{PERSON}{code}", one.label) for code, one in kind.people.items()]
    return [*people, *((f"{ROLE}{code}", f"角色：{name}") for code, name in role_choices())]


def _usable(kind: EventKind) -> str:
    return "可用变量：" + "、".join(map(mark, kind.samples))


def _tell_fields(kind: EventKind) -> dict[str, forms.Field]:
    return {
        "whom": forms.ChoiceField(
            label="发给",
            choices=lambda: _whom(kind),
            help_text="角色：只发给其中看得到该对象的人。",
        ),
        "way": forms.ChoiceField(label="方式", choices=Way.choices),
        TITLE: forms.CharField(label="标题", max_length=60),
        TEXT: forms.CharField(
            label="正文",
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_usable(kind),
        ),
    }


def _check_texts(kind: EventKind, title: str, text: str) -> None:
    """Refuse a text with a placeholder that the event does not have, or that leads elsewhere."""
    # By the check of all texts: what may stand in a message is decided in one place.
    said = Occasion(code="automation.typed", label="", placeholders=kind.samples, defaults={})
    try:
        check_text(said, Text(title, text))
    except (TemplateRefused, UnknownPlaceholders) as error:
        raise ActionRefused(str(error)) from error


def _whom_words(kind: EventKind, whom: str) -> str:
    if whom.startswith(ROLE):
        return f"「{role_name(whom.removeprefix(ROLE))}」"
    person = kind.people.get(whom.removeprefix(PERSON))
    return person.label if person else "（本事件没有的收件人）"


def _tell_words(kind: EventKind, values: Values) -> str:
    way = Way(values["way"]).label if values["way"] in Way.values else values["way"]
    return f"通知{_whom_words(kind, values['whom'])}（{way}）：{values[TITLE]}"


def _check_telling(kind: EventKind, values: Values) -> None:
    if values["way"] not in Way.values:
        raise ActionRefused("请选择方式。")
    if values["whom"].startswith(PERSON) and (
        values["whom"].removeprefix(PERSON) not in kind.people
    ):
        raise ActionRefused("这个事件没有所选的收件人，请另选。")
    _check_texts(kind, values[TITLE], values[TEXT])


def _recipients(doing: Doing) -> list[tuple[Recipient, About]]:
    kind, row, whom = doing.kind, doing.row, doing.values["whom"]
    if whom.startswith(ROLE):
        return [
            (Recipient.of_account(user), kind.about(row))
            for user in holders_of(whom.removeprefix(ROLE), kind, row)
        ]
    person = kind.people[whom.removeprefix(PERSON)]
    found = person.find(row)
    return [(found, (person.about or kind.about)(row))] if found else []


def _channels(way: str, whom: Recipient) -> list[ChannelCode]:
    if way != Way.ALL:
        # As chosen, also where it reaches nobody: that is told as any message that did not arrive.
        return [ChannelCode(way)]
    site = [ChannelCode.SITE] if whom.account else []
    return [*site, *ways_outside(TOLD, phone=whom.phone, email=whom.email)]


def filled(doing: Doing) -> Text:
    """Return title and text of a message to which the event gives its values."""
    words = doing.kind.words(doing.row)
    return Text(fill_text(doing.values[TITLE], words), fill_text(doing.values[TEXT], words))


def _tell(doing: Doing) -> str:
    """Send the message of a rule; skipped where there is nobody to tell."""
    found = _recipients(doing)
    if not found:
        raise ActionSkipped("没有可通知的人")
    said = filled(doing)
    for number, (whom, about) in enumerate(found, 1):
        context = {
            "收件人": whom.name,
            "规则": doing.rule,
            "事件": doing.kind.label,
            "标题": said.subject,
            "正文": said.body,
        }
        envelope = Envelope(whom, context, about, key=f"{doing.key}:{number}")
        channels = _channels(doing.values["way"], whom)
        send_messages(occasion=TOLD.code, envelopes=[envelope], channels=channels, now=doing.now)
    return f"已通知 {len(found)} 人"


def _tell_preview(doing: Doing) -> str:
    said, count = filled(doing), len(_recipients(doing))
    whom = _whom_words(doing.kind, doing.values["whom"])
    return f"通知{whom}（{count} 人）：《{said.subject}》{said.body}"


TELL = RuleAction(
    code="automation.tell",
    label="发送通知",
    fields=_tell_fields,
    words=_tell_words,
    check=_check_telling,
    preview=_tell_preview,
    run=_tell,
    order=10,
)


# --- Something to see to --------------------------------------------------------------------------


def _errand_fields(kind: EventKind) -> Mapping[str, forms.Field]:
    return {
        "role": forms.ChoiceField(
            label="交给",
            choices=role_choices,
            help_text="显示在其中看得到该对象的人的首页，一人办结即可。",
        ),
        ERRAND: forms.CharField(label="待办事项", max_length=150, help_text=_usable(kind)),
        UNTIL[0]: forms.ChoiceField(
            label="以下事件发生后自动办结",
            choices=partial(_ending_choices, kind, "不自动办结"),
            required=False,
            help_text="同一项目、抽取或专家的事件。",
        ),
        UNTIL[1]: forms.ChoiceField(
            label="或者", choices=partial(_ending_choices, kind, "—"), required=False
        ),
    }


def _ending_choices(kind: EventKind, none: str) -> list[tuple[str, str]]:
    return [("", none), *((one.code, one.label) for one in _may_end(kind))]


def _may_end(kind: EventKind) -> list[EventKind]:
    return [one for one in EVENT_KINDS if one.may_concern(kind)]


def _errand_words(kind: EventKind, values: Values) -> str:
    asked = f"列入「{role_name(values['role'])}」的待办：{values[ERRAND]}"
    codes = endings_of({"values": values})
    labels = [f"「{one.label}」" for one in EVENT_KINDS if one.code in codes]
    return f"{asked}（{'或'.join(labels)}后自动办结）" if labels else asked


def _check_errand(kind: EventKind, values: Values) -> None:
    if endings_of({"values": values}) - {one.code for one in _may_end(kind)}:
        raise ActionRefused("所选的事件与本规则的事件无关，不能用来自动办结，请另选。")
    _check_texts(kind, "", values[ERRAND])


def _give_errand(doing: Doing) -> str:
    """Give the holders of a role something to see to; skipped where nobody of them may know of it, or what it asks
    for has happened meanwhile."""
    role = doing.values["role"]
    if not holders_of(role, doing.kind, doing.row):
        raise ActionSkipped(f"没有看得到该对象的「{role_name(role)}」")
    text = fill_text(doing.values[ERRAND], doing.kind.words(doing.row))
    # By the key of what is done: an action knows no rows of its own.
    firing = Firing.objects.select_related("occurrence").get(pk=doing.key.removeprefix("rule:"))
    if ended := ending_since(firing, doing.kind, doing.row, endings_of({"values": doing.values})):
        raise ActionSkipped(f"「{ended.label}」已发生，不用再办")
    errand = Errand(firing=firing, role=role, text=text[:300], created_at=doing.now)
    errand.save(force_insert=True)
    return f"已列入「{role_name(role)}」的待办"


def _errand_preview(doing: Doing) -> str:
    text = fill_text(doing.values[ERRAND], doing.kind.words(doing.row))
    count = len(holders_of(doing.values["role"], doing.kind, doing.row))
    return f"列入「{role_name(doing.values['role'])}」（{count} 人）的待办：{text}"


ERRANDS = RuleAction(
    code="automation.errand",
    label="列入待办",
    fields=_errand_fields,
    words=_errand_words,
    check=_check_errand,
    preview=_errand_preview,
    run=_give_errand,
    order=20,
)


@transaction.atomic
def finish_errand(*, errand: Errand, note: str, actor: User, now: datetime) -> None:
    """Say that ``errand`` is seen to; logs it. Refuses (ErrandRefused) one that somebody else finished, and a note that is
    too long."""
    note = whole(note, MOST_DONE, ErrandRefused)
    rows = Errand.objects.filter(pk=errand.pk, done_at__isnull=True)
    # By one statement: of two who finish it one is told that it was done.
    if not rows.update(done_at=now, done_by=actor, note=note):
        raise ErrandRefused("这项待办刚刚被他人办结，请刷新页面。")
    record(
        "automation.errand_done",
        actor=actor,
        now=now,
        subject=errand.firing.rule,
        after={"待办": errand.text},
        note=note,
    )
