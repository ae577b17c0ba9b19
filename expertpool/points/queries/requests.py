"""What experts asked for: nothing that they did not ask here (docs/decisions/0505)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.answers import answers_to
from expertpool.core.mandates import A_LOOK, Mandate, vouched_among
from expertpool.core.visibility import told
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.points.models import BenefitRequest
from expertpool.points.permissions import SERVE

# What the proof of a request says and opens, and whose it is: of many rows nothing else is read.
PROVEN = ("benefit", "uid", "asked_at", "text", "proof", "expert__number")


def written(
    rows: QuerySet[BenefitRequest], *, a_look: int | None = None
) -> QuerySet[BenefitRequest]:
    """Return those of ``rows`` that an expert asked here; ``a_look`` for a page (`core.mandates.vouched_among`)."""
    narrow = rows.order_by("pk").select_related("expert").only(*PROVEN)
    asked = [row.pk for row in vouched_among(narrow, a_look=a_look)]
    return BenefitRequest.objects.filter(pk__in=asked).select_related(
        "expert", "benefit", "answered_by"
    )


def _reachable(user: User) -> QuerySet[BenefitRequest]:
    return told(BenefitRequest.objects.filter(expert__in=experts_visible_to(user, SERVE)))


def requests_visible_to(user: User) -> QuerySet[BenefitRequest]:
    """Return the requests that ``user`` answers, or that were answered, of experts in his scope; what was asked
    today only once it may be told (docs/decisions/0185). For a page: see `A_LOOK`."""
    return written(_reachable(user), a_look=A_LOOK)


def unanswered_by(user: User) -> QuerySet[BenefitRequest]:
    """Return what every page counts as waiting for ``user``, by the database alone: a row that nobody asked raises an
    alarm, and no list shows it."""
    return _reachable(user).filter(answered_at__isnull=True)


def requests_waiting(user: User) -> QuerySet[BenefitRequest]:
    """Return those that wait for an answer."""
    return written(unanswered_by(user))


def one_request(user: User, pk: int) -> QuerySet[BenefitRequest]:
    """Return the one with this key, answered or not: whoever comes second reads who was first."""
    return written(_reachable(user).filter(pk=pk))


def requests_of(expert: Expert, *, a_look: int | None = None) -> QuerySet[BenefitRequest]:
    """Return all that ``expert`` asked for, the latest first, for himself; ``a_look`` for a page."""
    rows = written(BenefitRequest.objects.filter(expert=expert), a_look=a_look)
    return rows.order_by("-asked_at", "-pk")


def _requests(now: datetime) -> QuerySet[BenefitRequest]:
    return BenefitRequest.objects.select_related("expert").order_by("-pk")


WRITTEN = (
    Mandate("points.requests", "服务申请", _requests, is_whole=True),
    answers_to(BenefitRequest, "points.answers", "服务申请的答复"),
)
