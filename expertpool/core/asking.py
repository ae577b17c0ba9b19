"""Jobs that do something in somebody's name, and are known by no run of a page: what he asked for is a row with a
proof (`core.mandates`, docs/decisions/0246), not an argument that whoever writes into the queue writes as well::

    ask("experts.open_accounts", actor=actor, now=now, expert_ids=ids)           # a service

    @app.task(name="experts.open_accounts")
    def open_accounts(asked_id: int) -> None:
        perform(asked_id, "experts.open_accounts", accounts.open_accounts, now=timezone.now())
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from expertpool.core.jobs import defer
from expertpool.core.mandates import stands
from expertpool.core.models import AskedJob

HOLDS = timedelta(days=7)  # afterwards nobody waits for it any more

logger = logging.getLogger(__name__)


def ask(task: str, *, actor: Any, now: datetime, lock: str | None = None, **given: Any) -> AskedJob:
    """Queue the job ``task`` in the name of ``actor`` (None: this system) with what is ``given`` (JSON), in the current
    transaction."""
    row = AskedJob.objects.create(user=actor, task=task, given=given, asked_at=now)
    defer(task, lock=lock, asked_id=row.pk)
    return row


def perform(asked_id: int, task: str, do: Callable[..., object], *, now: datetime) -> None:
    """Call ``do`` (``actor``, ``now`` and what was given) for what was asked; nothing for what is done, is long past, or
    was not asked for here, which is logged and told. A job that was cut off does it again."""
    row = AskedJob.objects.select_related("user").get(pk=asked_id)
    if row.finished_at is not None:
        return
    if row.task == task and row.asked_at > now - HOLDS and _stands(row, now):
        do(actor=row.user, now=now, **row.given)
    else:
        logger.error("job %s was not asked for by %s", task, asked_id)
    AskedJob.objects.filter(pk=row.pk, finished_at=None).update(finished_at=now)


@transaction.atomic
def _stands(row: AskedJob, now: datetime) -> bool:
    return stands(row, now=now)
