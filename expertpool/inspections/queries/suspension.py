"""Who is not drawn by what came of an inspection: it follows from the day, and no job has to have run."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from expertpool.core.fields import is_vouched
from expertpool.experts.queries.availability import day_start
from expertpool.inspections.enums import TO_SUBMIT, RoundState, State
from expertpool.inspections.models import Inspection, Round

DAY = timedelta(days=1)


def standing_rounds() -> list[int]:
    """Return the rounds that were opened here and say what this system wrote: others are nobody's (docs/decisions/0235)."""
    rows = Round.objects.exclude(state=RoundState.DRAFT).select_related("opened_by")
    return [row.pk for row in rows if is_vouched(row)]


def over_due(day: date) -> Q:
    """Inspections that were not handed in in time, as on ``day``, or not passed once, and have still to pass."""
    return Q(state__in=TO_SUBMIT, due_on__lt=day) | Q(
        state__in=(State.RETURNED, State.SUBMITTED), is_late=True
    )


def holding(day: date) -> Q:
    """Inspections that keep their experts from being drawn on ``day``. What somebody handed in today changes
    nothing of it: it says nothing of who is at his account (docs/decisions/0185)."""
    in_force = Q(
        lifted_at__isnull=True,
        round__suspend_from__lte=day,
        round__state__in=(RoundState.OPEN, RoundState.CLOSED),
        round__in=standing_rounds(),
    )
    return in_force & (Q(state=State.FAILED) | over_due(day))


def suspended(day: date) -> Q:
    """Experts whom an inspection keeps from being drawn on ``day``; of a merged record the one that stays."""
    return _experts(Inspection.objects.filter(holding(day)))


def suspended_since(first: date, day: date) -> Q | None:
    """Of `suspended` those to whom it came on ``first`` or later: their round suspends since then, their last day
    was then, or they were not passed since; None where no round suspends."""
    # The usual case, by one look: no office suspends all year.
    if not Round.objects.filter(suspend_from__lte=day).exclude(state=RoundState.DRAFT).exists():
        return None
    lately = (
        Q(round__suspend_from__gte=first)
        | Q(due_on__gte=first - DAY)  # whatever he hands in today, too
        | Q(state=State.FAILED, decided_at__gte=day_start(first))
    )
    return _experts(Inspection.objects.filter(holding(day) & lately))


def _experts(rows: QuerySet[Inspection]) -> Q:
    # Whoever is merged is drawn by the record that stays: what he missed goes along.
    stays = Coalesce("expert__merged_into", "expert")
    return Q(pk__in=rows.order_by().annotate(stays=stays).values("stays"))
