"""Inspections and renewals of single experts, the latest first, with what their proofs say."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from expertpool.inspections.models import Inspection, Renewal


def inspections(_now: datetime) -> QuerySet[Inspection]:
    """Return all inspections: each decides who is drawn."""
    beside = ("round", "expert", "asked_by", "decided_by", "lifted_by")
    return Inspection.objects.order_by("-pk").select_related(*beside)


def asked(_now: datetime) -> QuerySet[Renewal]:
    """Return all that experts asked for."""
    return Renewal.objects.order_by("-pk").select_related("expert", "asked_by", "decided_by")
