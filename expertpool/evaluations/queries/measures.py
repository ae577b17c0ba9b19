"""参评情况: five measures of each expert over a period, computed from the records.

Of reviews that are over and whose names are released alone, as points are written (docs/decisions/0215), and that the
reader may read: a period of one day is one review.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Avg,
    Count,
    DecimalField,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from expertpool.accounts.models import User
from expertpool.achievements.enums import AchievementKind
from expertpool.achievements.queries import all_shown
from expertpool.draws.enums import INVALID, InvitationState
from expertpool.draws.models import STANDBY, Invitation
from expertpool.draws.queries.sitting import agreed_in, asked_in
from expertpool.draws.services.names import readable_draws
from expertpool.evaluations.models import Rating
from expertpool.evaluations.permissions import VIEW
from expertpool.evaluations.queries.forms import DILIGENCE
from expertpool.evaluations.queries.ratings import all_ratings, counts
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.queries.availability import day_start
from expertpool.experts.queries.experts import experts_visible_to

PROJECT = "draw__projects"
# He had agreed: whoever goes afterwards has as well.
AGREED = Q(state__in=(InvitationState.ACCEPTED, InvitationState.LEAVE, InvitationState.REPLACED))


def measured(user: User, first: date, last: date, *, code: str = VIEW, now: datetime) -> Any:
    """Return the experts in the scope of ``user`` who were asked to a review from ``first`` to ``last`` whose names he may read, each with
    ``accepted`` (invitations to which he agreed), ``meetings`` (at which he sat), ``projects`` (that he reviewed),
    ``standards`` (of these years among his achievements) and ``diligence`` (the mean of that dimension, by which they are
    sorted; what is shown is `with_diligence`)."""
    period = Q(
        draw__projects__opening_at__gte=day_start(first),
        draw__projects__opening_at__lt=day_start(last + timedelta(days=1)),
    )
    ends = Value(now) - F("draw__projects__duration_minutes") * Value(timedelta(minutes=1))
    readable = readable_draws(user, now=now).order_by().values("pk")
    over = period & Q(draw__projects__opening_at__lte=ends) & asked_in(PROJECT)
    over &= Q(draw__in=readable)
    lines = Invitation.objects.filter(over, draw__released_at__isnull=False, expert__isnull=False)
    lines = lines.exclude(draw__status__in=INVALID).order_by()
    # Records that were merged since are one person.
    whose = Coalesce("expert__merged_into", "expert")
    asked = lines.annotate(whose=whose).values("whose")
    own = Q(expert=OuterRef("pk")) | Q(expert__merged_into=OuterRef("pk"))
    # One condition: all of it is about the same project of a draw.
    sat = Invitation.objects.filter(
        over & agreed_in(PROJECT) & own, draw__released_at__isnull=False
    )
    sat = sat.exclude(draw__status__in=INVALID).exclude(STANDBY).order_by()
    standards = all_shown().filter(
        expert=OuterRef("pk"), kind=AchievementKind.STANDARD, year__range=(first.year, last.year)
    )
    ratings = _ratings_in(first, last, readable).filter(own)
    rows = experts_visible_to(user, code).exclude(status=ExpertStatus.DELETED)
    return rows.filter(pk__in=asked).annotate(
        accepted=_count(lines.filter(own, AGREED), "pk"),
        meetings=_count(sat, "draw__projects__opening_at"),
        projects=_count(sat, PROJECT),
        standards=_count(standards.order_by(), "pk"),
        diligence=Subquery(
            ratings.order_by()
            .annotate(
                all=Value(1),
                score=Cast(
                    KeyTextTransform(DILIGENCE, "scores"),
                    DecimalField(max_digits=5, decimal_places=2),
                ),
            )
            .values("all")
            .annotate(mean=Avg("score"))
            .values("mean"),
            output_field=DecimalField(max_digits=5, decimal_places=2),
        ),
    )


def with_diligence(
    experts: Iterable[Any], user: User, first: date, last: date, *, now: datetime
) -> list[Any]:
    """Return ``experts`` of `measured` with the ``diligence`` that is shown: of ratings that this system wrote."""
    found = list(experts)
    # The database cannot look at proofs: it sorts, and what is shown is counted again of those that stand.
    keys = [one.pk for one in found if one.diligence is not None]
    ratings = _ratings_in(first, last, readable_draws(user, now=now).order_by().values("pk"))
    ratings = ratings.filter(Q(expert__in=keys) | Q(expert__merged_into__in=keys))
    scores: dict[int, list[Decimal]] = defaultdict(list)
    for one in ratings:
        if counts(one) and one.expert is not None:
            whose = one.expert.merged_into_id or one.expert.pk
            scores[whose].append(Decimal(one.scores[DILIGENCE]))
    for expert in found:
        given = scores.get(expert.pk)
        expert.diligence = sum(given, Decimal()) / len(given) if given else None
    return found


def _ratings_in(first: date, last: date, readable: QuerySet[Any]) -> QuerySet[Rating]:
    """Return the ratings of that dimension that count, of reviews from ``first`` to ``last`` whose names are ``readable``."""
    return all_ratings().filter(
        invitation__draw__in=readable,
        withdrawn_at__isnull=True,
        scores__has_key=DILIGENCE,
        evaluation__project__opening_at__gte=day_start(first),
        evaluation__project__opening_at__lt=day_start(last + timedelta(days=1)),
    )


def _count(rows: QuerySet[Any], what: str) -> Coalesce:
    # A constant to group by: one number for each expert, not one for each row.
    counted = rows.annotate(all=Value(1)).values("all")
    counted = counted.annotate(n=Count(what, distinct=True)).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
