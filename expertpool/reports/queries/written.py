"""Kept numbers and lists of candidates that this system did not write: counted and shown to nobody, told within a
minute where they are new, and made anew (docs/decisions/0360)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, Func, QuerySet, TextField

from expertpool.core.mandates import Mandate, vouched
from expertpool.reports.models import CandidateList, DepartmentMonth, ExposureReport

# Lists are made each hour. Those of before are looked at where they are read, and by the job, in a day all of them.
LATELY = timedelta(hours=2)


class Digest(Func):
    """SHA-256 of a value as it is written out, in hex."""

    template = "encode(sha256(convert_to(%(expressions)s::text, 'UTF8')), 'hex')"
    output_field = TextField()


def provable_lists() -> QuerySet[CandidateList]:
    """Return all lists with what their proofs say, and without the thousands of ids themselves."""
    # Worked out by the database: a list of a million ids is not sent to be hashed.
    lists = CandidateList.objects.select_related("draw").defer("experts")
    return lists.annotate(digested=Digest(F("experts")))


def draws_listing(people: Iterable[int]) -> list[int]:
    """Return the draws (ids) of which some of ``people`` (ids) were candidates, by lists that this system wrote."""
    found = provable_lists().filter(experts__overlap=list(people))
    return [one.draw_id for one in vouched(found)]


def _months(_now: datetime) -> QuerySet[DepartmentMonth]:
    return DepartmentMonth.objects.order_by("-month", "-pk")


def _lists(now: datetime) -> QuerySet[CandidateList]:
    return provable_lists().filter(listed_at__gt=now - LATELY).order_by("-listed_at")


def _reports(_now: datetime) -> QuerySet[ExposureReport]:
    return ExposureReport.objects.filter(computed_at__isnull=False).order_by("-computed_at")


WRITTEN = (
    Mandate("reports.exposure", "曝光分析", _reports, is_whole=True),
    Mandate("reports.month", "部门月报", _months, is_whole=True),
    Mandate("reports.candidates", "候选名单", _lists),
)
