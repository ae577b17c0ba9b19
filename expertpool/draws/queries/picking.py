"""Whom persons may choose for a project, in the order in which they are recommended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from expertpool.accounts.models import User
from expertpool.directory.enums import TitleLevel
from expertpool.draws.enums import DrawKind, DrawStatus
from expertpool.draws.models import Draw, DrawPlan, PickRequest
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.draws import covers, draws_visible_to
from expertpool.draws.queries.eligibility import Eligibility
from expertpool.draws.queries.participation import participations
from expertpool.experts.models import Expert
from expertpool.experts.queries.search import search
from expertpool.projects.enums import RegimeOption
from expertpool.projects.queries.regimes import has_option

DAYS = 365  # over which participations count
MOST = 20  # shown of a group beside those who are chosen already


@dataclass(frozen=True)
class Recommended:
    """An expert who may be chosen for a group, and what decided on his place in the list."""

    expert: Expert
    place: int
    level: int
    title_level: int
    taken: int

    @property
    def specialties(self) -> str:
        """The first two."""
        names = [link.specialty.name for link in self.expert.specialty_links.all()]
        return "、".join(names[:2])

    @property
    def reasons(self) -> str:
        """The order in words: better level first, then higher title, then who took part less."""
        title = TitleLevel(self.title_level).label
        return f"第 {self.level} 级次，职称级别 {title}，一年内参评 {self.taken} 次"


def recommend(
    found: Eligibility,
    group: str,
    *,
    chosen: Collection[int],
    text: str,
    user: User,
    opening_at: datetime,
) -> list[Recommended]:
    """Return who fits ``group``: those ``chosen`` and the first MOST of the others that fit
    ``text``, in the order of the recommendation.

    Level of the conditions first, then the level of the title, then the number of reviews within
    the year before the opening (fewer first), then the expert's number, so that the order is
    the same for everybody.
    """
    levels = {item.expert_id: item.groups[group] for item in found.eligible if group in item.groups}
    fitting = Expert.objects.filter(pk__in=list(levels))
    titles = dict(fitting.values_list("pk", "title_level"))
    numbers = {item.expert_id: item.number for item in found.eligible}
    counts = participations(opening_at - timedelta(days=DAYS), opening_at)
    order = sorted(levels, key=lambda pk: (levels[pk], -titles[pk], counts[pk], numbers[pk]))
    places = {pk: place for place, pk in enumerate(order, start=1)}
    named = set(search(fitting, text, user).values_list("pk", flat=True)) if text else set(levels)
    others = [pk for pk in order if pk in named and pk not in chosen][:MOST]
    shown = sorted({*others, *(pk for pk in chosen if pk in levels)}, key=places.__getitem__)
    experts = experts_to_show(shown)
    return [
        Recommended(experts[pk], places[pk], levels[pk], titles[pk], counts[pk]) for pk in shown
    ]


def experts_to_show(ids: Sequence[int]) -> dict[int, Expert]:
    return (
        Expert.objects.select_related("employer")
        .prefetch_related("specialty_links__specialty")
        .in_bulk(ids)
    )


def lists_to_complete(user: User, *, now: datetime) -> list[Draw]:
    """Return the lists with free seats for which ``user`` has to choose again, until the opening;
    none where choosing by hand was switched off since."""
    rows = (
        draws_visible_to(user, "draws.pick")
        .exclude(kind=DrawKind.RANDOM)
        .filter(
            covers(Q(project__opening_at__gt=now)),
            status__in=(DrawStatus.INVITING, DrawStatus.UNSATISFIED),
        )
        .exclude(pk__in=PickRequest.objects.filter(decided_at__isnull=True).values("draw"))
        .order_by("project__opening_at")
    )
    return [
        draw
        for draw in rows.select_related("project")
        if board_of(draw).lacking and has_option(draw.project, RegimeOption.MANUAL_WAYS)
    ]


def count_by_kind(draws: QuerySet[Draw]) -> list[tuple[str, int]]:
    """Return how many of ``draws`` there are of each kind, by its label: they are never added up."""
    counts = dict(draws.order_by().values_list("kind").annotate(Count("pk")))
    return [(str(kind.label), counts.get(kind, 0)) for kind in DrawKind]


def seats_of(plan: DrawPlan) -> dict[str, int]:
    """Return the seats of each group by its code."""
    return {group.code: group.seats for group in plan.groups.all()}
