"""What was said of experts: of a project, and of one expert over all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.fields import is_vouched
from expertpool.core.lookups import Among
from expertpool.core.text import plain_number
from expertpool.draws.enums import INVALID
from expertpool.draws.services.names import readable_draws
from expertpool.evaluations.enums import Participation, Target
from expertpool.evaluations.models import Evaluation, Rating
from expertpool.evaluations.permissions import VIEW
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import day_start
from expertpool.experts.queries.experts import experts_visible_to

LATEST = 6  # reviews that a trend shows
# Ratings whose proofs are looked at, each in 0.1 ms: of more than these the database adds up what it has.
MOST_LOOKED_AT = 2_000
SAME = 2  # points of 100 within which nothing rose or fell


def of_expert(expert: Expert) -> Q:
    """The ratings of ``expert``, those of records that were merged into his among them."""
    return Q(expert=expert) | Q(expert__merged_into=expert)


def all_ratings() -> QuerySet[Rating]:
    """Return the ratings of experts, but of draws that were voided since."""
    rows = Rating.objects.filter(target=Target.EXPERT)
    rows = rows.exclude(invitation__draw__status__in=INVALID)
    return rows.select_related("form", "rater", "expert", "evaluation__project", "invitation__draw")


def ratings_of(expert: Expert) -> list[Rating]:
    """Return all ratings of ``expert``, the latest first; whoever asks has checked that they may be seen."""
    return list(all_ratings().filter(of_expert(expert)).order_by("-given_at", "-pk"))


def ratings_visible_to(user: User, code: str = VIEW, *, now: datetime) -> QuerySet[Rating]:
    """Return the ratings of the experts in the scope of ``user``, of the reviews whose names he may read: laid beside
    those of a project any other row would tell who sat there."""
    seen = experts_visible_to(user, code).order_by().values("pk")
    rows = all_ratings().filter(Q(expert__in=seen) | Q(expert__merged_into__in=seen))
    return rows.filter(invitation__draw__in=readable_draws(user, now=now).order_by().values("pk"))


def counts(rating: Rating) -> bool:
    """Tell whether ``rating`` goes into an average: neither withdrawn nor written by somebody else."""
    return rating.withdrawn_at is None and is_vouched(rating)


def ratings_counted_for(user: User, *, now: datetime) -> QuerySet[Rating]:
    """Return the ratings that go into averages and that ``user`` may read, none that was altered as long as they are few
    enough to look at each."""
    rows = ratings_visible_to(user, now=now).order_by()
    rows = rows.filter(withdrawn_at__isnull=True, evaluation__closed_at__isnull=False)
    some = list(rows[: MOST_LOOKED_AT + 1])
    if len(some) > MOST_LOOKED_AT:
        return rows
    altered = [one.pk for one in some if not counts(one)]
    return rows.exclude(Among("pk", altered)) if altered else rows


@dataclass(frozen=True)
class Line:
    """A rating as a page shows it: ``project`` names the review where the reader may know of it."""

    rating: Rating
    project: str
    is_sound: bool

    @property
    def state(self) -> str:
        """What keeps it out of averages, in words; empty: nothing."""
        if self.rating.withdrawn_at is not None:
            return "已撤销，不计入"
        return "" if self.is_sound else "被改动过，不计入"


def lines_for(user: User, rows: Iterable[Rating], *, now: datetime) -> list[Line]:
    """Return ``rows`` as ``user``, of the office, may read them: with the project where he may read its names."""
    found = list(rows)
    draws = {one.invitation.draw_id for one in found if one.invitation}
    seen: set[int] = set()
    if draws and user.has_permission("draws.names"):
        readable = readable_draws(user, now=now).filter(pk__in=draws)
        seen = set(readable.order_by().values_list("pk", flat=True))
    return [
        Line(
            one,
            one.evaluation.project.name
            if one.invitation and one.invitation.draw_id in seen
            else "",
            is_vouched(one),
        )
        for one in found
    ]


def told_in_means(lines: Iterable[Line], *, now: datetime) -> list[Line]:
    """Return those of ``lines`` that may go into averages: of reviews whose names the reader may not read the ones
    that were over before this quarter. Whoever looked each day would see by a mean, or a number, that an expert
    was in the review that had just been rated."""
    since = quarter_start(now)
    return [
        one
        for one in lines
        if one.project
        or (one.rating.evaluation.closed_at is not None and one.rating.evaluation.closed_at < since)
    ]


def quarter_start(now: datetime) -> datetime:
    """Return when the quarter of the year began in which ``now`` is."""
    today = timezone.localdate(now)
    return day_start(date(today.year, today.month - (today.month - 1) % 3, 1))


@dataclass(frozen=True)
class Course:
    """One dimension over the reviews of an expert: its mean, and what it was in the latest ones, the oldest first."""

    name: str
    mean: Decimal
    latest: list[Decimal]

    @property
    def words(self) -> str:
        return " → ".join(plain_number(one) for one in self.latest)

    @property
    def trend(self) -> str:
        """Whether the latest review was better than those before on average; empty for the first."""
        if len(self.latest) < 2:
            return ""
        change = self.latest[-1] - mean_of(self.latest[:-1])
        return "上升" if change > SAME else "下降" if change < -SAME else "持平"

    @property
    def tone(self) -> str:
        return {"上升": "green", "下降": "orange"}.get(self.trend, "grey")


@dataclass(frozen=True)
class Summary:
    """What all ratings of an expert amount to."""

    reviews: int
    total: Course | None
    courses: list[Course]
    participation: list[tuple[str, int]]


def mean_of(values: Sequence[Decimal | int]) -> Decimal:
    """Return the mean of ``values`` to a tenth, halves up."""
    mean = Decimal(sum(values, Decimal())) / len(values)
    return mean.quantize(Decimal("0.1"), ROUND_HALF_UP)


def summary_of(rows: Iterable[Rating]) -> Summary:
    """Return averages and trends over ``rows``, of one expert; in each review the mean of its raters counts once."""
    found = [one for one in rows if counts(one)]
    reviews: dict[int, list[Rating]] = defaultdict(list)
    for one in sorted(found, key=lambda one: (one.evaluation.project.opening_at, one.pk)):
        reviews[one.evaluation_id].append(one)
    totals = [mean_of([one.total for one in rated]) for rated in reviews.values()]
    by_name: dict[str, list[Decimal]] = defaultdict(list)
    for rated in reviews.values():
        for name, values in _scores(rated).items():
            by_name[name].append(mean_of(values))
    levels = [one.participation for one in found]
    return Summary(
        reviews=len(reviews),
        total=_course("综合得分", totals) if totals else None,
        courses=[_course(name, values) for name, values in by_name.items()],
        participation=[
            (str(one.label), levels.count(one)) for one in Participation if one in levels
        ],
    )


def _course(name: str, values: list[Decimal]) -> Course:
    return Course(name, mean_of(values), values[-LATEST:])


def _scores(rated: Iterable[Rating]) -> Mapping[str, list[int]]:
    """Return what was given for each dimension, in the order of the forms."""
    found: dict[str, list[int]] = {}
    for one in rated:
        for name, score, _ in one.lines:
            found.setdefault(name, []).append(score)
    return found


def ratings_in(evaluation: Evaluation) -> dict[int, list[Rating]]:
    """Return the ratings of the experts of a project, by their lines."""
    found: dict[int, list[Rating]] = defaultdict(list)
    for one in all_ratings().filter(evaluation=evaluation).order_by("given_at", "pk"):
        if one.invitation_id:
            found[one.invitation_id].append(one)
    return found


def own_ratings(evaluation: Evaluation, rater: User) -> dict[int, Rating]:
    """Return what ``rater`` has said of the experts of a project, by their lines."""
    rows = all_ratings().filter(evaluation=evaluation, rater=rater)
    return {one.invitation_id: one for one in rows if one.invitation_id}
