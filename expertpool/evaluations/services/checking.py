"""Whether what was said of experts, and what came of it, is as this system wrote it."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet

from expertpool.core.fields import is_vouched
from expertpool.core.mandates import Mandate, stands
from expertpool.evaluations.models import CautionLift, Rating, RatingObjection, Sanction

MOST_TOLD = 50  # rows of a kind in one night: more say no more


def _ratings(_now: datetime) -> QuerySet[Rating]:
    rows = Rating.objects.order_by("-given_at", "-pk")
    return rows.select_related("evaluation__project", "expert", "rater", "form", "invitation__draw")


def _answers(_now: datetime) -> QuerySet[RatingObjection]:
    rows = RatingObjection.objects.filter(answered_at__isnull=False).order_by("-answered_at")
    return rows.select_related("rating", "answered_by")


def _sanctions(_now: datetime) -> QuerySet[Sanction]:
    rows = Sanction.objects.filter(decided_by__isnull=False)
    beside = ("expert", "requested_by", "decided_by")
    return rows.order_by("-decided_at", "-pk").select_related(*beside)


def _lifts(_now: datetime) -> QuerySet[CautionLift]:
    rows = CautionLift.objects.filter(decided_by__isnull=False).order_by("-decided_at", "-pk")
    return rows.select_related("caution__expert", "requested_by", "decided_by")


SAID = (
    Mandate("evaluations.rating", "专家评价", _ratings),
    Mandate("evaluations.answer", "评价申诉的答复", _answers),
    Mandate("evaluations.sanction", "警告、移入黑名单", _sanctions, by="decided_proof"),
    Mandate("evaluations.lift", "撤销警告", _lifts, by="decided_proof"),
)


def look_at_all(*, now: datetime) -> int:
    """Log and announce (ForgedFound) whatever of these rows this system did not write, however old: each minute the
    latest alone are looked at. Return how many."""
    found = 0
    for kind in SAID:
        rows = (one for one in kind.rows(now).iterator(2000) if not is_vouched(one, kind.by))
        for row in islice(rows, MOST_TOLD):
            with transaction.atomic():
                found += not stands(row, now=now, by=kind.by)
    return found
