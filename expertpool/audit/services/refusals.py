"""Refusals that tell something: each is in the log, and nobody is told many in an hour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from expertpool.audit.models import Entry
from expertpool.audit.services.recording import record
from expertpool.core.aftermath import leave_behind
from expertpool.core.configuration import Setting, value_of
from expertpool.core.limits import one_at_a_time


@dataclass(frozen=True)
class Telling:
    """A kind of refusal by which somebody learns what he may not see: ``note(error)`` says of what, empty
    where it tells nothing. ``limit`` of them in an hour stand in the log as ``action``; from then on he
    gets ``exhausted(limit)``."""

    action: str
    limit: Setting[int]
    note: Callable[[Exception], str]
    exhausted: Callable[[int], Exception]


def told_left(telling: Telling, *, actor: Any, now: datetime) -> int:
    """Return how often ``actor`` may still be told so in the hour until ``now``."""
    since = now - timedelta(hours=1)
    told = Entry.objects.filter(action=telling.action, actor=actor, at__gt=since).count()
    return value_of(telling.limit) - told


@contextmanager
def few_refusals(telling: Telling, *, actor: Any, now: datetime) -> Iterator[None]:
    """Run what may be refused so as one transaction; of many requests of ``actor`` one at a time."""
    with one_at_a_time(telling.limit, actor):
        if told_left(telling, actor=actor, now=now) <= 0:
            raise telling.exhausted(value_of(telling.limit))
        try:
            with transaction.atomic():
                yield
        except Exception as error:
            if note := telling.note(error):
                leave_behind(lambda: record(telling.action, actor=actor, now=now, note=note))
            raise
