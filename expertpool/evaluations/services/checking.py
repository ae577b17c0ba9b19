"""Whether what was said of experts, and what came of it, is as this system wrote it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from expertpool.core.mandates import Mandate
from expertpool.evaluations.models import (
    CautionLift,
    CautionObjection,
    Rating,
    RatingObjection,
    Sanction,
)


def _ratings(_now: datetime) -> QuerySet[Rating]:
    rows = Rating.objects.order_by("-given_at", "-pk")
    return rows.select_related("evaluation__project", "expert", "rater", "form", "invitation__draw")


def _answers(_now: datetime) -> QuerySet[RatingObjection]:
    rows = RatingObjection.objects.order_by("-pk")
    return rows.select_related("rating", "answered_by")


def _caution_answers(_now: datetime) -> QuerySet[CautionObjection]:
    rows = CautionObjection.objects.order_by("-pk")
    return rows.select_related("caution__expert", "answered_by")


def _sanctions(_now: datetime) -> QuerySet[Sanction]:
    rows = Sanction.objects.filter(decided_by__isnull=False)
    beside = ("expert", "requested_by", "decided_by")
    return rows.order_by("-decided_at", "-pk").select_related(*beside)


def _lifts(_now: datetime) -> QuerySet[CautionLift]:
    rows = CautionLift.objects.filter(decided_by__isnull=False).order_by("-decided_at", "-pk")
    return rows.select_related("caution__expert", "requested_by", "decided_by")


# However old, each of them still counts for somebody or against him.
SAID = (
    Mandate("evaluations.rating", "专家评价", _ratings, is_whole=True),
    Mandate("evaluations.answer", "评价申诉及其答复", _answers, is_whole=True),
    Mandate(
        "evaluations.sanction", "警告、移入黑名单", _sanctions, by="decided_proof", is_whole=True
    ),
    Mandate("evaluations.caution_answer", "警告申诉及其答复", _caution_answers, is_whole=True),
    Mandate("evaluations.lift", "撤销警告", _lifts, by="decided_proof", is_whole=True),
)
