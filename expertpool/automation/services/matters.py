"""What two persons decide here: a rule that changes states."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.automation.exceptions import RuleError
from expertpool.automation.models import EventRule, RuleRequest
from expertpool.automation.permissions import CONFIRM, MANAGE
from expertpool.automation.queries.rules import Reading, reading_of, rules_visible_to
from expertpool.automation.services.rules import LOCK, decide_rule
from expertpool.core.locks import lock_transaction
from expertpool.workflow.queries.matters import Matter, Words


def _page(rule: EventRule) -> str:
    return reverse("automation:detail", args=[rule.pk])


def _contents(asked: RuleRequest, _user: User, _now: datetime) -> Reading:
    said = asked.contents
    return reading_of(said["event"], said["condition"], said["actions"])


def _lock(_rule: EventRule) -> None:
    lock_transaction(LOCK)


RULE = Matter(
    code="automation.rule",
    model=RuleRequest,
    asks=MANAGE,
    decides=CONFIRM,
    subjects=rules_visible_to,
    name_of=lambda rule: rule.name,
    page=_page,
    refused=RuleError,
    decide=decide_rule,
    lock=_lock,
    shows="automation/_asked.html",
    contents=_contents,
    icon="bolt",
    order=60,
    words=Words(
        label="启用事件规则",
        title="有事件规则等待确认",
        agree="确认启用",
        question="确认启用？此后事件一发生，系统就按规则改变状态，不再逐次询问。",
        asked="规则会改变状态，已提交，由另一人确认后生效；在此之前按原来的版本执行。",
        agreed="规则已生效。",
        turned_down="已退回，规则没有变化。",
    ),
)
