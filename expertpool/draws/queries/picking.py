"""Whom persons may choose for a project, in the order in which they are recommended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from expertpool.accounts.models import User
from expertpool.core.configuration import value_of
from expertpool.directory.enums import TitleLevel
from expertpool.draws.enums import DrawKind, DrawStatus, Knowledge
from expertpool.draws.models import Draw, DrawPlan, PickRequest
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.draws import covers, draw_scope_q
from expertpool.draws.queries.eligibility import Eligibility
from expertpool.draws.queries.participation import participations
from expertpool.draws.settings import PICKED_WITHIN
from expertpool.experts.models import Expert
from expertpool.experts.queries.search import search
from expertpool.projects.enums import RegimeOption
from expertpool.projects.queries.regimes import has_option

MOST = 20  # shown of a group beside those who are chosen already


@dataclass(frozen=True)
class Recommended:
    """An expert who may be chosen for a group, and what decided on his place in the list."""

    expert: Expert
    place: int
    level: int
    title_level: int
    taken: int
    days: int  # over which they count

    @property
    def specialties(self) -> str:
        """The first two."""
        names = [link.specialty.name for link in self.expert.specialty_links.all()]
        return "、".join(names[:2])

    @property
    def reasons(self) -> str:
        """The order in words: better level first, then higher title, then who took part less."""
        title = TitleLevel(self.title_level).label
        return f"第 {self.level} 级次，职称级别 {title}，{self.days} 天内参评 {self.taken} 次"


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
    the time before the opening that the office has set (fewer first), then the expert's number, so that the order is
    the same for everybody.
    """
    ranking = _rank(found, group, opening_at)
    places = {pk: place for place, pk in enumerate(ranking.order, start=1)}
    fitting = Expert.objects.filter(pk__in=ranking.order)
    named = set(search(fitting, text, user).values_list("pk", flat=True)) if text else set(places)
    others = [pk for pk in ranking.order if pk in named and pk not in chosen][:MOST]
    shown = sorted({*others, *(pk for pk in chosen if pk in places)}, key=places.__getitem__)
    experts = experts_to_show(shown)
    levels, titles, counts, days = ranking.levels, ranking.titles, ranking.counts, ranking.days
    return [
        Recommended(experts[pk], places[pk], levels[pk], titles[pk], counts[pk], days)
        for pk in shown
    ]


def propose(
    found: Eligibility,
    free: Mapping[str, int],
    *,
    unit_cap: int | None,
    before: Collection[int],
    counting: Iterable[Expert],
    opening_at: datetime,
) -> dict[str, set[int]]:
    """Return the first of the recommendation for the ``free`` seats of each group: nobody twice,
    nobody of ``before``, and of no employer more than ``unit_cap`` with those ``counting``."""
    employers = dict(
        Expert.objects.filter(pk__in=[item.expert_id for item in found.eligible]).values_list(
            "pk", "employer"
        )
    )
    taken, units = set(before), Counter(expert.employer_id for expert in counting)
    proposed: dict[str, set[int]] = {}
    for group, seats in free.items():
        chosen = proposed[group] = set()
        for pk in _rank(found, group, opening_at).order if seats else ():
            unit = employers[pk]
            is_full = unit_cap is not None and unit is not None and units[unit] >= unit_cap
            if pk in taken or is_full:
                continue
            chosen.add(pk)
            taken.add(pk)
            units[unit] += 1
            if len(chosen) == seats:
                break
    return proposed


@dataclass(frozen=True)
class _Ranking:
    """Who fits a group, in the order of the recommendation, and what decides on it, by id."""

    order: list[int]
    levels: dict[int, int]
    titles: dict[int, int]
    counts: Mapping[int, int]
    days: int


def _rank(found: Eligibility, group: str, opening_at: datetime) -> _Ranking:
    levels = {item.expert_id: item.groups[group] for item in found.eligible if group in item.groups}
    fitting = Expert.objects.filter(pk__in=list(levels))
    titles = dict(fitting.values_list("pk", "title_level"))
    numbers = {item.expert_id: item.number for item in found.eligible}
    days = value_of(PICKED_WITHIN)
    counts = participations(opening_at - timedelta(days=days), opening_at, knowing=Knowledge.OPEN)
    order = sorted(levels, key=lambda pk: (levels[pk], -titles[pk], counts[pk], numbers[pk]))
    return _Ranking(order, levels, titles, counts, days)


def experts_to_show(ids: Sequence[int]) -> dict[int, Expert]:
    return (
        Expert.objects.select_related("employer")
        .prefetch_related("specialty_links__specialty")
        .in_bulk(ids)
    )


def lists_by_hand() -> QuerySet[Draw]:
    """Return the lists that persons chose and that may have free seats."""
    running = (DrawStatus.INVITING, DrawStatus.UNSATISFIED)
    return Draw.objects.filter(status__in=running).exclude(kind=DrawKind.RANDOM)


def lists_to_complete(user: User, *, now: datetime) -> list[Draw]:
    """Return the lists with free seats for which ``user`` has to choose again, until the opening;
    none that he may not know yet, nor where choosing by hand was switched off since."""
    rows = (
        lists_by_hand()
        .filter(draw_scope_q(user, "draws.pick"), covers(Q(project__opening_at__gt=now)))
        # While a choice waits for a second person there is nothing to do.
        .exclude(pk__in=PickRequest.objects.filter(decided_at__isnull=True).values("draw"))
        .order_by("project__opening_at")
    )
    return [
        draw
        for draw in rows.select_related("project")
        if board_of(draw).lacking
        and has_option(draw.project, RegimeOption.MANUAL_WAYS, now=now)
        and (draw.released_at or user.pk in who_knows(draw))
    ]


def count_by_kind(draws: QuerySet[Draw]) -> list[tuple[str, int]]:
    """Return how many of ``draws`` there are of each kind, by its label: they are never added up."""
    counts = dict(draws.order_by().values_list("kind").annotate(Count("pk")))
    return [(str(kind.label), counts.get(kind, 0)) for kind in DrawKind]


def who_knows(draw: Draw) -> set[int | None]:
    """Return the ids of the users who have seen each name of a list chosen by hand: who chose or confirmed
    all of it. Whoever is offered the others for a free seat, or is refused one, knows it as well."""
    asked = PickRequest.objects.filter(draw=draw, agreed=True)
    hands = [{row.requested_by_id, row.decided_by_id} for row in asked]
    return set.intersection(*hands) if hands else set()


def seats_of(plan: DrawPlan) -> dict[str, int]:
    """Return the seats of each group by its code."""
    return {group.code: group.seats for group in plan.groups.all()}
