"""What happened reaches rules: noted in the transaction of the event, considered by a job."""

from __future__ import annotations

import uuid
from contextvars import ContextVar
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from expertpool.automation.enums import FiringState
from expertpool.automation.models import Firing, Occurrence, RuleVersion
from expertpool.automation.queries.firings import acted_since, row_of
from expertpool.automation.queries.rules import listened_to, meets, versions_in_force
from expertpool.automation.registry import EVENT_KINDS, EventKind
from expertpool.automation.services.endings import end_errands
from expertpool.automation.settings import MOST_OF_ALL, MOST_OF_ONE
from expertpool.core.configuration import value_of
from expertpool.core.criteria import CriteriaError
from expertpool.core.events import subscribe
from expertpool.core.fields import is_vouched
from expertpool.core.jobs import defer, defer_batch

DEEPEST = 3  # rules that cause each other
# Of what happens while an action is done, that action is the cause.
acting: ContextVar[Firing | None] = ContextVar("acting", default=None)

TOO_DEEP = "由其他规则引起已有 {} 层，为免循环不再执行"
TOO_OFTEN = "一天内对同一对象已触发 {} 次，达到站点设置的限度"
TOO_MANY = "一天内已触发 {} 次，达到站点设置的限度"
UNREADABLE = "条件不能使用：{}"


def register_events(*kinds: EventKind) -> None:
    """Add ``kinds`` to those that rules may be about."""
    EVENT_KINDS.add(*kinds)
    for kind in kinds:
        for event_type in kind.sources:
            subscribe(event_type, _hear)


def _hear(event: Any) -> None:
    hear(event, now=timezone.now())  # by an event, which knows no clock


def hear(event: Any, *, now: datetime) -> None:
    """Note what ``event`` says has happened, where some rule is about that."""
    for kind in listened_to([kind for kind in EVENT_KINDS if type(event) in kind.sources]):
        for key in kind.sources[type(event)](event):
            note(kind, key, now=now)


@transaction.atomic
def note(kind: EventKind, subject_id: int, *, now: datetime) -> None:
    """Note that an event of ``kind`` happened to a row, and queue that rules consider it once it may be
    told; nothing where the same was noted before."""
    row = row_of(kind, subject_id)
    if row is None:
        return
    cause = acting.get()
    # A message, or an errand, tells of it as any page does: no sooner.
    at = max(kind.told_at(subject_id, now), kind.waits_until(row) or now)
    # What may happen again has a fact that changes: without one each time is another.
    fact = kind.fact(row) if kind.fact else uuid.uuid4().hex
    noted, is_new = Occurrence.objects.get_or_create(
        key=f"{kind.code}:{subject_id}:{fact}",
        defaults={
            "kind": kind.code,
            "subject_id": subject_id,
            "at": at,
            "cause": cause,
            "depth": cause.occurrence.depth + 1 if cause else 0,
        },
    )
    if is_new:
        defer("automation.consider", at=at if at > now else None, occurrence_id=noted.pk)


@transaction.atomic
def consider(*, occurrence_id: int, now: datetime) -> int:
    """Write down what the rules in force do of an occurrence, once, and queue it; return how many
    actions. It ends the errands that waited for it (`endings`). Nothing of one that this system did not note, or whose row is gone, nor where it is not so any more."""
    occurrence = Occurrence.objects.select_for_update().get(pk=occurrence_id)
    kind = EVENT_KINDS.get(occurrence.kind)
    if occurrence.considered_at is not None or not is_vouched(occurrence):
        return 0
    row = row_of(kind, occurrence.subject_id) if kind else None
    until = kind.waits_until(row) if kind and row is not None else None
    if until and until > now:  # later than it was when this was noted
        occurrence.at = until
        occurrence.save(update_fields=["at"])
        defer("automation.consider", at=until, occurrence_id=occurrence.pk)
        return 0
    occurrence.considered_at = now
    occurrence.save(update_fields=["considered_at"])
    if kind is None or row is None:
        return 0
    if not kind.stands(row, occurrence.key.split(":", 2)[2]):
        return 0
    end_errands(occurrence, kind, row, now=now)
    # Written down first, done by jobs: one that fails leaves the others theirs.
    firings = [
        firing
        for version in versions_in_force(kind)
        for firing in _firings(kind, row, occurrence, version, now)
    ]
    Firing.objects.bulk_create(firings)
    waiting = [{"firing_id": one.pk} for one in firings if one.state == FiringState.WAITING]
    defer_batch("automation.act", waiting)
    return len(waiting)


def _firings(
    kind: EventKind, row: Any, occurrence: Occurrence, version: RuleVersion, now: datetime
) -> list[Firing]:
    make = partial(
        Firing, occurrence=occurrence, rule=version.rule, version=version, created_at=now
    )
    skipped = ""
    try:
        rows = type(row)._default_manager.filter(pk=row.pk)
        if not meets(kind, version.condition, rows).exists():
            return []
    except CriteriaError as error:  # a field or a word that is gone
        skipped = UNREADABLE.format(error)
    skipped = skipped or _why_not(occurrence, version, now)
    ended = (
        {"state": FiringState.SKIPPED, "done_at": now, "detail": skipped[:300]} if skipped else {}
    )
    return [
        make(number=number, action=one["action"], **ended)
        for number, one in enumerate(version.actions, 1)
    ]


def _why_not(occurrence: Occurrence, version: RuleVersion, now: datetime) -> str:
    """Return why a rule does nothing of what it is about: it would go on for ever."""
    # Counted, since rules that cause each other cannot be told from chance by their text.
    if occurrence.depth > DEEPEST:
        return TOO_DEEP.format(DEEPEST)
    of_one, of_all = value_of(MOST_OF_ONE), value_of(MOST_OF_ALL)
    if acted_since(version.rule_id, now, occurrence) >= of_one:
        return TOO_OFTEN.format(of_one)
    return TOO_MANY.format(of_all) if acted_since(version.rule_id, now) >= of_all else ""
