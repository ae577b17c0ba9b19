"""Whether somebody agrees to a step as another person than whoever asked and all who agreed before him; of what its
app asks where strangers or experts hand in (docs/decisions/0467, 0491, 0546)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Model

from expertpool.accounts.models import User
from expertpool.workflow.models import Approval
from expertpool.workflow.queries.approvals import running, subject_code
from expertpool.workflow.queries.deciders import agreed_to
from expertpool.workflow.queries.second_person import at_first_in_words, why_not_second


def why_not_another(row: Model, user: User, firsts: Iterable[int | None], *, now: datetime) -> str:
    """Return why ``user``, whose step it is, cannot agree to ``row`` as another person than ``firsts`` (ids) and those
    who agreed in its approval, for themselves or for others; empty when he can, or nothing runs. In the first days of
    an installation everybody's account is new."""
    approval = _approval_of(row)
    if approval is None:
        return ""
    known = {one for one in firsts if one is not None} | agreed_before(row, user)
    return why_not_second(user, known, asked_at=approval.started_at, now=now, at_first=True)


def agreed_before(row: Model, user: User) -> frozenset[int]:
    """Return who has agreed to ``row`` as its approval runs, for themselves or for others (ids). Without ``user``: that
    nobody decides two steps the flow itself says, with its own words."""
    return agreed_to(subject_code(row), [row.pk])[row.pk] - {user.pk}


def agreed_at_first(row: Model, user: User, *, now: datetime) -> str:
    """Say, for the record, that ``user`` agrees with an account as new as the installation; empty where it is older."""
    approval = _approval_of(row)
    return at_first_in_words(user, asked_at=approval.started_at, now=now) if approval else ""


def _approval_of(row: Model) -> Approval | None:
    return running(subject_code(row)).filter(subject_id=row.pk).first()
