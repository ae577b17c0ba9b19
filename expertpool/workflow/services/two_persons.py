"""What two persons decide: one asks with a reason, another agrees or turns it down, or the first
withdraws it. What agreeing means, the app of the subject does, in the same transaction.

``refused`` is the exception of that app, raised with a sentence for the user.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
from django.db import IntegrityError, transaction
from django.db.models import UniqueConstraint

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.workflow.models import TwoPersonRequest
from expertpool.workflow.queries import SETTLED, check_second_person

WAITING = "已有待确认的同类申请，请先处理。"


def ask(
    request: TwoPersonRequest,
    *,
    action: str,
    actor: User,
    now: datetime,
    refused: type[Exception],
    after: dict[str, Any] | None = None,
) -> None:
    """Store a new ``request`` with its reason as that of ``actor``, and log it as ``action``.

    Raises ``refused`` without a reason, and while another is open for the subject.
    """
    request.reason = request.reason.strip()[:500]
    if not request.reason:
        raise refused("请写明理由。")
    request.requested_by, request.requested_at = actor, now
    try:
        # Only the constraint sees another who asks at this moment.
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError as error:
        # What else breaks is a fault of ours, not somebody who was faster.
        if not _is_one_too_many(request, error):
            raise
        raise refused(WAITING) from error
    record(action, actor=actor, now=now, subject=request.subject, after=after, note=request.reason)


def _is_one_too_many(request: TwoPersonRequest, error: IntegrityError) -> bool:
    """Whether the constraint broken is that at most one is open for the subject."""
    names = {rule.name for rule in request._meta.constraints if isinstance(rule, UniqueConstraint)}
    # Django's error tells no more than a text.
    return isinstance(error.__cause__, psycopg.Error) and (
        error.__cause__.diag.constraint_name in names
    )


def settle(
    request: TwoPersonRequest,
    *,
    agree: bool,
    note: str,
    actor: User,
    now: datetime,
    refused: type[Exception],
) -> None:
    """Write what ``actor`` decided on ``request``; the caller logs it.

    Raises ``refused`` for the person who asked, and when the request was settled already.
    """
    check_second_person(request, actor, refused)
    _end(request, agree=agree, note=note, by=actor, now=now, refused=refused)


def withdraw(
    request: TwoPersonRequest, *, actor: User, now: datetime, refused: type[Exception]
) -> None:
    """End ``request`` without anybody's decision; the caller logs it.

    Raises ``refused`` for everybody but its author, and when it was settled already.
    """
    if request.requested_by_id != actor.pk:
        raise refused("只有申请人本人可以撤回。")
    _end(request, agree=False, note="", by=None, now=now, refused=refused)


def _end(
    request: TwoPersonRequest,
    *,
    agree: bool,
    note: str,
    by: User | None,
    now: datetime,
    refused: type[Exception],
) -> None:
    changed = (
        type(request)
        ._default_manager.filter(pk=request.pk, decided_at__isnull=True)
        .update(decided_by=by, decided_at=now, agreed=agree, note=note.strip()[:500])
    )
    if not changed:
        raise refused(SETTLED)
    # The update went past the instance.
    request.refresh_from_db(fields=["decided_by", "decided_at", "agreed", "note"])
