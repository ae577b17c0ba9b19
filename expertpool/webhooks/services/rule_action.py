"""What event rules can do here: tell another platform."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms

from expertpool.automation.exceptions import ActionRefused
from expertpool.automation.registry import Doing, EventKind, RuleAction, Values
from expertpool.core.text import is_key
from expertpool.webhooks.models import Subscription
from expertpool.webhooks.services.announcing import send_of_rule

GONE = "所选的推送已停用，请在「事件推送」启用它，或另选。"


def _choices() -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in Subscription.objects.filter(active=True)]


def _fields(_kind: EventKind) -> Mapping[str, forms.Field]:
    return {
        "subscription": forms.ChoiceField(
            label="推送给",
            choices=_choices,
            help_text="用「事件推送」里的地址和密钥，内容只有编号。",
        )
    }


def _find(values: Values) -> Subscription:
    key = values["subscription"]
    rows = Subscription.objects.filter(active=True, pk=key) if is_key(key) else None
    found = rows.first() if rows is not None else None
    if found is None:
        raise ActionRefused(GONE)
    return found


def _words(_kind: EventKind, values: Values) -> str:
    key = values["subscription"]
    name = Subscription.objects.filter(pk=key).values_list("name", flat=True).first()
    return f"推送给「{name or key}」"


def _check(_kind: EventKind, values: Values) -> None:
    _find(values)


def _run(doing: Doing) -> str:
    """Queue a delivery that names rule, event and row by their codes and numbers."""
    subscription = _find(doing.values)
    data = {
        "rule": doing.rule,
        "event": doing.kind.code,
        "subject": doing.kind.subject,
        "subject_id": doing.row.pk,
    }
    send_of_rule(subscription=subscription, data=data, key=doing.key, now=doing.now)
    return f"已交给「{subscription.name}」推送，结果见推送记录"


CALL = RuleAction(
    code="webhooks.call",
    label="推送给其他平台",
    fields=_fields,
    words=_words,
    check=_check,
    run=_run,
    permission="webhooks.manage",
    order=40,
)
