"""Points of reviews that are over: written once for each draw, by the rules as they stand, and taken back
where the draw is voided afterwards."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from expertpool.core.jobs import defer
from expertpool.draws.enums import DrawStatus
from expertpool.draws.models import Draw
from expertpool.draws.queries.meetings import last_closing
from expertpool.points.enums import Cause
from expertpool.points.models import PointEntry, PointRule, Settled
from expertpool.points.queries.facts import draws_to_settle, facts_of, is_to_settle
from expertpool.points.services.ledger import credit, take_back
from expertpool.points.services.standing import standing

AT_ONCE = 200  # draws that one run looks at: the next goes on
VOIDED = "抽取作废，冲正"

logger = logging.getLogger(__name__)


def settle_due(*, now: datetime) -> int:
    """Let the points of all draws be written that are due, each by a job of its own; return how many."""
    # A job for each: one that fails holds up no other.
    ids = list(draws_to_settle(now).values_list("pk", flat=True)[:AT_ONCE])
    for pk in ids:
        defer("points.settle", lock=f"points-{pk}", draw_id=pk)
    return len(ids)


@transaction.atomic
def settle_draw(*, draw_id: int, now: datetime) -> int:
    """Write the points of one draw, by the rules in use when its review ended; return how many entries.

    Nothing is written before its names are released and its last review is over, nor of a draw whose times
    somebody else has set; a second run changes nothing.
    """
    draw = Draw.objects.select_for_update(of=("self",)).select_related("project").get(pk=draw_id)
    # Asked again under the lock: while the job waited the draw may have been voided, a meeting put off.
    if not is_to_settle(draw, now=now):
        return 0
    ended = last_closing(draw.covered)
    # A rule that is younger than the review was not known to whoever came.
    rules = {one.fact: one for one in rules_in_use() if one.since <= ended}
    found = facts_of(draw) if rules else ()
    # Of several the one with the lower id first: two draws that end at once do not wait for each other.
    due = sorted(
        ((line, pk, rules[fact]) for line, pk, fact in found if fact in rules),
        key=lambda one: (one[1], one[2].pk),
    )
    entries = [
        credit(
            expert_id=expert_id,
            points=rule.points,
            label=rule.label,
            key=f"review:{line.pk}:{rule.fact}",
            now=now,
            cause=Cause.RULE,
            invitation=line,
        )
        for line, expert_id, rule in due
    ]
    # Also where nothing was written: else every run would find the draw again.
    Settled.objects.create(draw=draw, settled_at=now)
    return len([one for one in entries if one is not None])


def rules_in_use() -> list[PointRule]:
    """Return the rules that bring points now; one that somebody else has written, or written back, does not, and is
    told."""
    rows = PointRule.objects.filter(active=True)
    found = standing(rows)
    for row in rows:
        if row not in found:
            logger.error("the rule of points %s was written by somebody else", row.fact)
    return found


@transaction.atomic
def take_back_draw(*, draw_id: int, now: datetime) -> int:
    """Take back the points of a draw that was voided; return how many entries. A second run changes nothing."""
    settled = Settled.objects.select_for_update().filter(draw=draw_id).first()
    if settled is None or settled.taken_back_at is not None:
        return 0
    # By the row, not by who calls: points go back for a void draw alone.
    if Draw.objects.values_list("status", flat=True).get(pk=draw_id) != DrawStatus.VOID:
        return 0
    # What two persons took back stays as it is. By expert, as `settle_draw` holds the accounts.
    rows = PointEntry.objects.filter(invitation__draw=draw_id, cause=Cause.RULE, countered_by=None)
    taken = [
        take_back(one, label=VOIDED, note="", now=now) for one in rows.order_by("expert_id", "n")
    ]
    settled.taken_back_at = now
    settled.save(update_fields=["taken_back_at"])
    return len([one for one in taken if one is not None])
