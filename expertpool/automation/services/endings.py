"""Errands end by themselves once what they ask for has happened (docs/decisions/0333).

That is when rules are told of it, never before: who may not know that a draw has ended learns it here neither.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q

from expertpool.audit.services import record
from expertpool.automation.models import Errand, Firing, Occurrence
from expertpool.automation.queries.firings import errands
from expertpool.automation.queries.rules import UNTIL, endings_of
from expertpool.automation.registry import EVENT_KINDS, EventKind
from expertpool.core.fields import is_vouched
from expertpool.core.locks import lock_transaction

LOCK = "automation.errands"


def end_errands(occurrence: Occurrence, kind: EventKind, row: Any, *, now: datetime) -> None:
    """End the open errands that an ``occurrence`` of ``row``, of which rules are told now, ends; logs each."""
    lock_transaction(LOCK)  # of one that is given at the same time, one of both sees the other
    touched = kind.touches(row)
    waiting = list(_waiting_for(occurrence))
    for errand, other, about in _with_rows(waiting):
        if other.touches(about) & touched:
            # A person may be finishing it at this moment: one of both does.
            rows = Errand.objects.filter(pk=errand.pk, done_at__isnull=True)
            if rows.update(done_at=now, ended_by=occurrence):
                record(
                    "automation.errand_ended",
                    actor=None,
                    now=now,
                    subject=errand.firing.rule,
                    note=f"{errand.text}：「{kind.label}」已发生",
                )


def _waiting_for(occurrence: Occurrence) -> Iterator[Errand]:
    """Yield what such an event ends, and a rule has given, by what happened before it."""
    said = Q()
    for name in UNTIL:
        said |= Q(firing__version__actions__contains=[{"values": {name: occurrence.kind}}])
    rows = errands().select_related("firing__version__rule").filter(said, done_at__isnull=True)
    # By number, not by time: what happened before it cannot be what it waited for.
    for errand in rows.filter(firing__occurrence__lt=occurrence.pk):
        version, number = errand.firing.version, errand.firing.number
        # A row that somebody wrote ends nothing in anybody's name.
        if not (is_vouched(errand) and is_vouched(version)):
            continue
        if occurrence.kind in endings_of(version.actions[number - 1]):
            yield errand


def _with_rows(found: Iterable[Errand]) -> Iterator[tuple[Errand, EventKind, Any]]:
    """Yield each with what it is about, by one statement for each kind of event."""
    of_kind: dict[str, list[Errand]] = defaultdict(list)
    for one in found:
        of_kind[one.firing.occurrence.kind].append(one)
    for code, some in of_kind.items():
        if kind := EVENT_KINDS.get(code):
            rows = _rows(kind, [one.firing.occurrence.subject_id for one in some])
            for one in some:
                if row := rows.get(one.firing.occurrence.subject_id):
                    yield one, kind, row


def _rows(kind: EventKind, keys: Collection[int]) -> dict[int, Any]:
    found: dict[int, Any] = kind.past().model._default_manager.in_bulk(keys)
    return found


def ending_since(
    firing: Firing, kind: EventKind, row: Any, codes: Collection[str]
) -> EventKind | None:
    """Return the kind of what has ended the errand of ``firing`` before it is given: one of ``codes`` that rules were
    told of since. Whoever does an action again means it: then nothing has."""
    if not codes or firing.replay_of_id:
        return None
    lock_transaction(LOCK)
    touched = kind.touches(row)
    for code in codes:
        told = Occurrence.objects.filter(kind=code, considered_at__isnull=False)
        since = list(told.filter(pk__gt=firing.occurrence_id))
        if (other := EVENT_KINDS.get(code)) and since:
            rows = _rows(other, [one.subject_id for one in since])
            for one in since:
                found = rows.get(one.subject_id)
                if found is None or not (is_vouched(one) and other.touches(found) & touched):
                    continue
                if other.stands(found, one.key.split(":", 2)[2]):
                    return other
    return None
