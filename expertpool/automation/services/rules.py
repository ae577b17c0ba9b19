"""Drawing up rules. Every change is a new version; what changes states a second person confirms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.automation.exceptions import ActionRefused, RuleRefused
from expertpool.automation.models import EventRule, RuleRequest, RuleVersion
from expertpool.automation.queries.rules import (
    ANY,
    Reading,
    is_weighty,
    latest_version,
    reading_of,
)
from expertpool.automation.registry import EVENT_KINDS, RULE_ACTIONS, EventKind
from expertpool.core.criteria import CriteriaError, canonical, conditions_in, fields_named, parse
from expertpool.core.fields import is_vouched
from expertpool.core.locks import lock_transaction
from expertpool.core.text import clean_text
from expertpool.customforms.exceptions import FieldRetired
from expertpool.customforms.services.fields import keep_fields
from expertpool.workflow.services.two_persons import ask, end_with_subject, settle

LOCK = "automation.rules"
MOST_ACTIONS = 10
MOST_RULES = 200


@dataclass(frozen=True)
class ActionData:
    """One action as it was chosen."""

    action: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RuleData:
    """A rule as it is drawn up."""

    name: str
    event: str
    actions: Sequence[ActionData]
    purpose: str = ""
    condition: Mapping[str, Any] = field(default_factory=lambda: dict(ANY))
    active: bool = True

    @property
    def stored(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self) | {"actions": [asdict(one) for one in self.actions]}


def data_of(stored: Mapping[str, Any]) -> RuleData:
    """Return what `RuleData.stored` gave."""
    actions = [ActionData(one["action"], one["values"]) for one in stored["actions"]]
    return RuleData(**{**stored, "actions": actions})


def data_of_version(version: RuleVersion) -> RuleData:
    names = ("name", "event", "purpose", "condition", "active", "actions")
    return data_of({name: getattr(version, name) for name in names})


@transaction.atomic
def save_rule(
    *, rule: EventRule | None, data: RuleData, actor: User, now: datetime
) -> RuleVersion | RuleRequest:
    """Make ``data`` what ``rule`` says (None: a new one), as a new version; logs it.

    A rule that is on and changes states (`RuleAction.weighty`) is asked for instead, and is in force
    once a second person has confirmed it; until then the version before counts. What is saved without a
    change stays the version that it is. Refuses (RuleRefused) a rule that cannot work, one of what its
    author may not do, and while another version waits to be confirmed.
    """
    lock_transaction(LOCK)
    data = checked(data, actor, rule)
    _keep_asked(data)
    if rule is None:
        rule = _new_rule(data.name, actor, now)
    latest = latest_version(rule)
    # One that somebody wrote is saved anew, though it says the same.
    if latest and is_vouched(latest) and data_of_version(latest).stored == data.stored:
        return latest
    if not (data.active and is_weighty(data.stored["actions"])):
        return _write(rule, data, author=actor, confirmed_by=None, actor=actor, now=now)
    request = RuleRequest(rule=rule, reason=data.purpose, contents=data.stored)
    after = {"规则": in_words(data)}
    ask(request, action="automation.ask", actor=actor, now=now, refused=RuleRefused, after=after)
    return request


@transaction.atomic
def decide_rule(
    *, request: RuleRequest, agree: bool, note: str, actor: User, now: datetime
) -> RuleVersion | None:
    """Agree to a rule that changes states, which is in force then, or turn it down; logs it.

    Refuses (RuleRefused) who asked for it, a request that is over, and what `save_rule` refuses by now
    of the one who asked.
    """
    lock_transaction(LOCK)
    data = data_of(request.contents)
    if agree:
        # By the rights of who asked: they may have gone while it waited.
        data = checked(data, request.requested_by, request.rule)
        _keep_asked(data)
    settle(request, agree=agree, note=note, actor=actor, now=now, refused=RuleRefused)
    if not agree:
        record(
            "automation.turn_down", actor=actor, now=now, subject=request.rule, note=note.strip()
        )
        return None
    author = request.requested_by
    return _write(request.rule, data, author=author, confirmed_by=actor, actor=actor, now=now)


@transaction.atomic
def switch_rule(
    *, rule: EventRule, active: bool, actor: User, now: datetime
) -> RuleVersion | RuleRequest:
    """Turn a rule on or off, as by saving it so (`save_rule`)."""
    latest = latest_version(rule)
    if latest is None:
        raise RuleRefused("这条规则还没有通过确认，不能启用或停用。")
    stored = data_of_version(latest).stored | {"active": active}
    if not active:  # whatever it says, and whoever may do it: nothing is done by it any more
        lock_transaction(LOCK)
        end_with_subject(RuleRequest, rule, why="规则已停用", now=now)
        return _write(rule, data_of(stored), author=actor, confirmed_by=None, actor=actor, now=now)
    return save_rule(rule=rule, data=data_of(stored), actor=actor, now=now)


@transaction.atomic
def move_rule(*, rule: EventRule, up: bool, actor: User, now: datetime) -> None:
    """Move a rule one place up or down; logs it. At the end of the list it stays."""
    lock_transaction(LOCK)
    rows = list(EventRule.objects.all())
    at = next(at for at, one in enumerate(rows) if one.pk == rule.pk)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(rows):
        return
    before = at + 1
    rows.insert(to, rows.pop(at))
    for position, one in enumerate(rows, 1):
        if one.position != position:
            EventRule.objects.filter(pk=one.pk).update(position=position)
    record(
        "automation.move",
        actor=actor,
        now=now,
        subject=rule,
        before={"次序": before},
        after={"次序": to + 1},
    )


def checked(data: RuleData, actor: User, rule: EventRule | None) -> RuleData:
    """Return ``data`` cleaned; refuses (RuleRefused) what cannot work, or is not ``actor``'s to do. Conditions of
    ``rule`` as it stands stay, whether or not he may ask them."""
    latest = latest_version(rule) if rule else None
    kept = conditions_in(latest.condition) if latest else []
    name, purpose = clean_text(data.name), clean_text(data.purpose)
    if not name:
        raise RuleRefused("请填写规则名称。")
    if not purpose:
        raise RuleRefused("请写明这条规则的用途，确认人和操作日志都要看。")
    kind = EVENT_KINDS.get(data.event)
    if kind is None:
        raise RuleRefused("请选择事件。")
    if not 1 <= len(data.actions) <= MOST_ACTIONS:
        raise RuleRefused(f"一条规则要有 1 至 {MOST_ACTIONS} 个动作。")
    try:
        condition = canonical(parse(kind.subject, data.condition, viewer=actor, kept=kept))
    except CriteriaError as error:
        raise RuleRefused(str(error)) from error
    for number, one in enumerate(data.actions, 1):
        _check_action(number, one, kind, actor)
    return RuleData(name, data.event, data.actions, purpose, condition, data.active)


def _keep_asked(data: RuleData) -> None:
    """Let nobody retire a field that ``data`` asks until it is in force; refuses (RuleRefused) what was just retired."""
    subject = EVENT_KINDS[data.event].subject
    try:
        keep_fields(subject, fields_named([parse(subject, data.condition)]))
    except (CriteriaError, FieldRetired) as error:
        raise RuleRefused(str(error)) from error


def _check_action(number: int, one: ActionData, kind: EventKind, actor: User) -> None:
    action = RULE_ACTIONS.get(one.action)
    if action is None:
        raise RuleRefused(f"请选择第 {number} 个动作。")
    if not action.suits(kind):
        raise RuleRefused(f"「{kind.label}」不能用动作「{action.label}」，请另选。")
    if action.permission and not actor.has_permission(action.permission):
        raise RuleRefused(f"您没有「{action.label}」所需的权限，不能在规则里使用它。")
    try:
        action.check(kind, one.values)
    except ActionRefused as error:
        raise RuleRefused(f"第 {number} 个动作：{error}") from error


def in_words(data: RuleData) -> str:
    """Return a rule as the log keeps it."""
    return f"{data.name}（{'启用' if data.active else '停用'}）：{_reading(data).text}"


def _reading(data: RuleData) -> Reading:
    return reading_of(data.event, data.condition, data.stored["actions"])


def _new_rule(name: str, actor: User, now: datetime) -> EventRule:
    if EventRule.objects.count() >= MOST_RULES:
        raise RuleRefused(f"最多设 {MOST_RULES} 条规则，请修改已有的规则。")
    last = EventRule.objects.aggregate(last=Max("position"))["last"] or 0
    rule = EventRule(name=name, position=last + 1, created_at=now, created_by=actor)
    rule.full_clean()
    rule.save()
    return rule


def _write(
    rule: EventRule,
    data: RuleData,
    *,
    author: User,
    confirmed_by: User | None,
    actor: User,
    now: datetime,
) -> RuleVersion:
    latest = latest_version(rule)
    version = RuleVersion(
        rule=rule,
        number=latest.number + 1 if latest else 1,
        created_at=now,
        created_by=author,
        confirmed_by=confirmed_by,
        words=asdict(_reading(data)),
        **data.stored,
    )
    version.full_clean(exclude=["proof"])
    version.save(force_insert=True)
    if rule.name != data.name:
        rule.name = data.name
        rule.save(update_fields=["name"])
    before = {"规则": in_words(data_of_version(latest))} if latest else None
    after = {"规则": in_words(data)}
    note = f"第 {version.number} 版：{data.purpose}"
    record(
        "automation.save", actor=actor, now=now, subject=rule, before=before, after=after, note=note
    )
    return version
