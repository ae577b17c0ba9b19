"""Requests of experts to remove what the office has set of them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.criteria import Choice
from expertpool.core.mandates import A_LOOK, Mandate, vouched_among
from expertpool.core.visibility import told
from expertpool.experts.enums import AvoidanceKind
from expertpool.experts.models import AvoidanceRemoval, AvoidanceUnit, Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.workflow.queries.approvals import waiting_for

SUBJECT = "experts.avoidanceremoval"
# What the steps of an approval may ask.
FIELDS = (Choice(code="kind", label="关系", path="kind", choices=AvoidanceKind.choices),)


# What the proof says and opens, and whose it is: of many rows nothing else is read.
PROVEN = (
    *("uid", "target", "kind", "asked_at", "agreed", "note", "decided_at", "reason", "proof"),
    *("expert__number", "asked_by__username", "decided_by__username"),
)


def sound(rows: QuerySet[AvoidanceRemoval], *, a_look: int | None = None) -> list[AvoidanceRemoval]:
    """Return those of ``rows``, the latest first, that an expert asked here, and that were decided here if they were
    (docs/decisions/0505); ``a_look`` for a page (`core.mandates.vouched_among`)."""
    whole = rows.order_by("-pk").select_related("expert", "asked_by", "decided_by")
    keys = [row.pk for row in vouched_among(whole.only(*PROVEN), a_look=a_look)]
    return list(whole.filter(pk__in=keys)) if keys else []


def removals_of(expert: Expert, *, openly: bool = False) -> list[AvoidanceRemoval]:
    """Return what ``expert`` asked for, the latest first, for a page; ``openly``: what may be told."""
    rows = AvoidanceRemoval.objects.filter(expert=expert)
    return sound(told(rows) if openly else rows, a_look=A_LOOK)


def waiting_about(row: AvoidanceUnit) -> list[AvoidanceRemoval]:
    """Return what waits of what was asked about ``row``."""
    return sound(AvoidanceRemoval.objects.filter(avoidance=row, decided_at__isnull=True))


def undecided_removals() -> QuerySet[AvoidanceRemoval]:
    """Return what waits for a decision of somebody, by the database alone: whether its expert asked it is seen to
    where it is shown and decided."""
    # Without its avoidance it is gone, as one of two equal ones is.
    return AvoidanceRemoval.objects.filter(decided_at__isnull=True, avoidance__isnull=False)


def removals_visible_to(user: User) -> QuerySet[AvoidanceRemoval]:
    """Return what was asked of the experts in ``user``'s scope and may be told already, decided or not."""
    return told(
        AvoidanceRemoval.objects.filter(expert__in=experts_visible_to(user, "experts.edit"))
    )


def removals_to_decide(user: User) -> QuerySet[AvoidanceRemoval]:
    """Return what ``user`` may decide now."""
    return removals_decidable_by(user).filter(waiting_for(user, SUBJECT))


def removals_decidable_by(user: User) -> QuerySet[AvoidanceRemoval]:
    """Return what is of experts in ``user``'s scope and not asked by himself, whoever decides its step."""
    experts = experts_visible_to(user, "experts.edit")
    rows = told(undecided_removals()).filter(expert__in=experts)
    return rows.exclude(asked_by=user).select_related("expert", "asked_by").order_by("asked_at")


def _written(now: datetime) -> QuerySet[AvoidanceRemoval]:
    rows = AvoidanceRemoval.objects.select_related("expert", "asked_by", "decided_by")
    return rows.order_by("-pk")


WRITTEN = (Mandate("experts.removals", "移除回避的申请", _written, is_whole=True),)
