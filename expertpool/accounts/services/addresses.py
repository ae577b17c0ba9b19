"""How failed sign-ins count by account and address, and when an address is shut for them.

One person's slips shut nobody else out: what was typed counts only so often toward its address, and nothing once
it was right. Whoever goes on with one account is refused that account, from there (docs/decisions/0372).
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from expertpool.accounts.enums import SUCCEEDED, LoginOutcome
from expertpool.accounts.models import LoginRecord, User
from expertpool.accounts.settings import (
    BLOCK_TIME,
    FAILURES_OF_ADDRESS,
    FAILURES_TO_LOCK,
    FAILURES_WINDOW,
)
from expertpool.core.client import network_of
from expertpool.core.configuration import value_of
from expertpool.core.crypto import blind_index
from expertpool.networks.enums import RuleKind
from expertpool.networks.queries import counted_since, rule_for
from expertpool.networks.services.rules import block_after_failures

# Without RATE_LIMITED: whoever goes on trying would never be let in again.
FAILURES = (
    LoginOutcome.WRONG_PASSWORD,
    LoginOutcome.UNKNOWN_ACCOUNT,
    LoginOutcome.LOCKED,
    LoginOutcome.DISABLED,
    LoginOutcome.WRONG_CODE,
)
# Of an account that is known it may be the fault of whoever did not vouch.
_NAMELESS = LoginOutcome.NOT_VOUCHED
_FAILED = Q(outcome__in=FAILURES) | Q(outcome=_NAMELESS, user=None)


def counts_as_failed(outcome: LoginOutcome, user: User | None) -> bool:
    """Tell whether an attempt with this ``outcome`` counts toward its address: what `_FAILED` asks of records."""
    return outcome in FAILURES or (outcome == _NAMELESS and user is None)


def typed_index(identifier: str) -> bytes:
    """Return as what an account that was typed is counted: it may be none, or a password in the wrong place."""
    return blind_index("accounts.typed", identifier.lower())


def is_open_at(address: str, *, now: datetime) -> bool:
    """Tell whether nothing keeps ``address`` from trying to sign in."""
    rule = rule_for(address, now=now)
    return rule is None or rule.kind == RuleKind.ALLOW


def has_tried_too_often(typed: bytes, address: str, *, now: datetime) -> bool:
    """Tell whether what was ``typed`` (its digest) alone has failed so often from ``address`` as an address may, since
    it was last right there."""
    rows = _records(address, now).filter(typed=typed)
    right = rows.filter(outcome__in=SUCCEEDED).order_by("-pk").values("pk")[:1]
    since = Coalesce(Subquery(right), Value(0))
    failed = rows.filter(_FAILED, pk__gt=since).count()
    return failed >= value_of(FAILURES_OF_ADDRESS)


def shut_after_failures(address: str, *, now: datetime) -> None:
    """Block ``address`` once too much has failed there."""
    failures = _failures_of(address, now)
    if failures >= value_of(FAILURES_OF_ADDRESS):
        block_after_failures(
            address=address, failures=failures, lasts=value_of(BLOCK_TIME), now=now
        )


def may_try_all_the_same(user: User | None, known: int | None) -> bool:
    """Tell whether a browser that is ``known`` as that of an account (id) tries to sign in to this very one."""
    return user is not None and user.pk == known


def _failures_of(address: str, now: datetime) -> int:
    most = value_of(FAILURES_TO_LOCK)
    rows = _records(address, now).values("typed").order_by()
    counted = rows.annotate(
        failures=Count("pk", filter=_FAILED),
        failed=Max("pk", filter=_FAILED),
        succeeded=Max("pk", filter=Q(outcome__in=SUCCEEDED)),
    )
    return sum(
        min(row["failures"], most) if row["typed"] else row["failures"]
        for row in counted
        if row["failed"] and row["failed"] > (row["succeeded"] or 0)
    )


def _records(address: str, now: datetime) -> QuerySet[LoginRecord]:
    """Return what was tried from there of late, and since it was let in again."""
    since = now - value_of(FAILURES_WINDOW)
    released = counted_since(address)
    rows = LoginRecord.objects.filter(network=network_of(address), at__gt=since)
    return rows.filter(at__gt=released) if released else rows
