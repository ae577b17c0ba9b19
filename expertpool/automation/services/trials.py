"""Trying a rule on what has happened: what it would do, without doing it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from expertpool.accounts.models import User
from expertpool.automation.exceptions import ActionRefused
from expertpool.automation.queries.rules import meets
from expertpool.automation.registry import EVENT_KINDS, RULE_ACTIONS, Doing
from expertpool.automation.services.rules import ActionData, RuleData, checked

SAMPLE = 20  # of the latest


@dataclass(frozen=True)
class Tried:
    """One past event: whether the rule is about it, and what each action would do."""

    name: str
    page: str
    at: datetime
    fits: bool
    effects: list[str]


def try_rule(*, data: RuleData, actor: User, now: datetime) -> list[Tried]:
    """Return what the rule ``data`` would have done at the latest events of its kind that ``actor`` may
    know of. Nothing is written or sent. Refuses (RuleRefused) what `save_rule` refuses."""
    data = checked(data, actor, None)
    kind = EVENT_KINDS[data.event]
    seen = kind.past().filter(pk__in=kind.visible(actor).order_by().values("pk"))
    rows = list(seen.order_by("-happened_at", "-pk")[:SAMPLE])
    among = type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]) if rows else None
    fitting = (
        set(meets(kind, data.condition, among).values_list("pk", flat=True))
        if among is not None
        else set()
    )
    return [
        Tried(
            name=kind.name_of(row),
            page=kind.page(row),
            at=row.happened_at,
            fits=(fits := row.pk in fitting),
            effects=list(_effects(data, row, actor, now)) if fits else [],
        )
        for row in rows
    ]


def _effects(data: RuleData, row: Any, actor: User, now: datetime) -> Iterator[str]:
    for one in data.actions:
        yield _effect(data, one, row, actor, now)


def _effect(data: RuleData, one: ActionData, row: Any, actor: User, now: datetime) -> str:
    action, kind = RULE_ACTIONS[one.action], EVENT_KINDS[data.event]
    doing = Doing("", kind, row, one.values, data.name, actor, now)
    try:
        return action.preview(doing) if action.preview else action.words(kind, one.values)
    except ActionRefused as error:
        return str(error)
