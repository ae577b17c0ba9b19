"""Which reviews somebody sees, who scores in them, and how far each has come."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import scope_q
from expertpool.core.visibility import told_later
from expertpool.draws.enums import INVALID, SEATED_STATES
from expertpool.draws.models import Draw
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.queries.panel import PanelMember, members_of_panel, panel_stands
from expertpool.draws.queries.reveal import is_latest, is_released
from expertpool.draws.queries.sitting import state_in
from expertpool.draws.queries.untold import sealed_draws, untold_submissions
from expertpool.draws.services.names import may_read
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import day_start
from expertpool.projects.models import Project
from expertpool.reviews.models import (
    ItemAssignment,
    Review,
    Reviewer,
    ReviewResult,
    ScoreSheet,
    Submission,
)
from expertpool.reviews.permissions import MANAGE, VIEW

STANDING = Q(returned_at__isnull=True)
SCORES = Q(left_at__isnull=True)
DAY_BEGINS = timedelta(minutes=10)  # within which the job comes that does what waited
DAY = timedelta(days=1)
NIGHT = timedelta(
    hours=6
)  # a meeting that runs past midnight: until then it is that of the day before
SUBMISSIONS = "reviews.submission.submitted_at"


def told_tomorrow() -> Q:
    """Which submissions nobody but their expert is told of yet: those of today, while names are sealed, since they say who is
    at his account (docs/decisions/0185). On the day of its own meeting, and in the night after it, a panel sits before the
    office, and waits."""
    today, project = timezone.localdate(), "reviewer__review__project__"
    last_night = Q(submitted_at__lt=day_start(today) + NIGHT)
    sat = _sits_on(today, project) | last_night & _sits_on(today - DAY, project)
    return untold_submissions() & ~sat


def _sits_on(day: date, project: str = "") -> Q:
    start = day_start(day)
    lasts = F(f"{project}duration_minutes") * Value(timedelta(minutes=1))
    return Q(
        **{
            f"{project}opening_at__lt": start + DAY,
            f"{project}opening_at__gt": Value(start) - lasts,
        }
    )


def is_told_tomorrow(review: Review) -> bool:
    """Tell whether what the experts of ``review`` do today is told tomorrow."""
    return held_since(review) is not None


def held_since(review: Review) -> datetime | None:
    """Return since when what the experts of ``review`` do is told tomorrow; None: it is told at once."""
    first = sealed_draws().order_by("ordered_at").values_list("ordered_at", flat=True).first()
    now, today = timezone.now(), day_start(timezone.localdate())
    # At its own meeting the panel sits before the office: there is nothing to hide.
    if first is None or sits_on(review.project_id, now=now):
        return None
    last_night = now - NIGHT >= today and sits_on(review.project_id, now=today)
    return max(first, today + NIGHT if last_night else today)


def waits_until_tomorrow(review: Review, *, now: datetime) -> bool:
    """Tell whether what follows from who has submitted in ``review`` is done tomorrow. Where a day begins nobody has yet."""
    here = timezone.localtime(now)
    return is_told_tomorrow(review) and now - day_start(here.date()) >= DAY_BEGINS


def leavers_wait(review: Review, *, now: datetime) -> bool:
    """Tell whether somebody left ``review`` today whose items go on tomorrow; of nobody whether he had submitted."""
    since = day_start(timezone.localdate(now)) + DAY_BEGINS
    gone = Reviewer.objects.filter(review=review, left_at__gte=since)
    return waits_until_tomorrow(review, now=now) and gone.exists()


def sits_on(project_id: int, *, now: datetime) -> bool:
    """Tell whether the meeting of a project is on the day of ``now``, lasts into it, or was on the day before whose night
    it still is."""
    today = timezone.localdate(now)
    sits = _sits_on(today)
    if now < day_start(today) + NIGHT:
        sits |= _sits_on(today - DAY)
    return Project.objects.filter(sits, pk=project_id).exists()


def told_standing() -> QuerySet[Submission]:
    """Return what was submitted and not handed back, as far as others than its expert are told."""
    return Submission.objects.filter(STANDING).exclude(told_later(SUBMISSIONS))


def may_have_submitted(reviewer: Reviewer) -> bool:
    """Tell whether ``reviewer`` has submitted, or may have today, which is told tomorrow."""
    told = told_standing().filter(reviewer=reviewer).exists()
    return told or is_told_tomorrow(reviewer.review)


def any_may_have_submitted(review: Review) -> bool:
    """Tell the same of all who score in ``review``, or did, be it handed back since."""
    rows = Submission.objects.filter(reviewer__review=review).exclude(told_later(SUBMISSIONS))
    # Also without a row, while rows are held back: none would say that nobody has.
    return rows.exists() or is_told_tomorrow(review)


def _reach(user: User, code: str) -> Q:
    return scope_q(user, code, department="project__department", owner="project__created_by")


def reviews_visible_to(user: User, code: str = VIEW) -> QuerySet[Review]:
    """Return the reviews of projects in the scope of ``user`` for ``code``."""
    rows = Review.objects.filter(_reach(user, code))
    return rows.select_related("project__department", "project__purchaser", "rule", "created_by")


def with_results(rows: QuerySet[Review]) -> QuerySet[Review]:
    """Return ``rows`` each with whether its result is sealed (`Review.has_result`)."""
    sealed = Exists(ReviewResult.objects.filter(review=OuterRef("pk")))
    return rows.annotate(has_result=sealed)  # type: ignore[no-redef] # what the model would ask for each


def with_progress(rows: QuerySet[Review]) -> QuerySet[Review]:
    """Return ``rows`` each with how many score (``people``), have submitted (``submitted``), and how much is scored
    (``things``). No row is there before names are released: none of it tells who is drawn."""
    scoring = Reviewer.objects.filter(SCORES, review=OuterRef("pk")).order_by().values("review")
    standing = told_standing().filter(reviewer=OuterRef("pk"))
    done = scoring.filter(Exists(standing))
    items = Review.objects.filter(pk=OuterRef("pk")).order_by().values("pk")
    return with_results(rows).annotate(
        people=Coalesce(Subquery(scoring.values(n=Count("pk"))), 0),
        submitted=Coalesce(Subquery(done.values(n=Count("pk"))), 0),
        things=Coalesce(Subquery(items.values(n=Count("items"))), 0),
    )


def review_of(project: Project) -> Review | None:
    """Return the review of ``project``, if there is one."""
    return Review.objects.filter(project=project).first()


def projects_without_review(user: User) -> QuerySet[Project]:
    """Return the projects in the scope of ``user``, who organises reviews, that have none."""
    reach = scope_q(user, MANAGE, department="department", owner="created_by")
    return Project.objects.filter(reach, ~Exists(Review.objects.filter(project=OuterRef("pk"))))


def panel_is_known(project: Project) -> bool:
    """Tell whether the panel of ``project`` stands and its names are released, by times that this system set."""
    draws = valid_draws(project)
    return panel_stands(project) and all(is_released(one) and is_latest(one) for one in draws)


def may_name(user: User, project: Project, *, now: datetime) -> bool:
    """Tell whether ``user`` may read who sits in the panel of ``project``, which is known."""
    return panel_is_known(project) and all(
        may_read(draw, user, now=now) for draw in valid_draws(project)
    )


def standbys(review: Review) -> list[PanelMember]:
    """Return who stands by for the panel of ``review``, has agreed, and does not score in it."""
    known = set(Reviewer.objects.filter(review=review).values_list("invitation_id", flat=True))
    return [
        one
        for one in members_of_panel(review.project)
        if one.has_agreed and one.expert_id is not None and one.invitation_id not in known
    ]


def next_standbys(review: Review) -> set[int]:
    """Return the lines of who may come into ``review`` without anybody's choice: whoever the draw has seated since it began, and
    of those who stand by for a group the first as they were drawn, while more of its experts have left than came for them."""
    homes = {
        (draw.pk, group.code): group.standby_for
        for draw in valid_draws(review.project)
        for group in draw.rule.standby
    }
    short: Counter[str] = Counter()
    for one in Reviewer.objects.filter(review=review).select_related("invitation"):
        line = one.invitation
        came_later = review.opened_at is not None and one.joined_at > review.opened_at
        short[homes.get((line.draw_id, line.group), line.group)] += (
            one.left_at is not None
        ) - came_later
    found, passed = set(), set()
    for member in standbys(review):  # in the order of their lines
        home = homes.get((member.draw_id, member.group), member.group)
        if not member.is_standby or (home not in passed and short[home] > 0):
            found.add(member.invitation_id)
        if member.is_standby:
            passed.add(home)
    return found


def unjoined(review: Review) -> list[int]:
    """Return the lines of whom the draw has seated in the panel of ``review`` since it began, and who does not score in it yet.
    Where items are given to some of the experts nobody joins: their part goes on to the others."""
    if ItemAssignment.objects.filter(review=review, voided_at__isnull=True).exists():
        return []
    # Who still scores for another draw, which is void by now, comes again once he has left it.
    rows = Reviewer.objects.filter(SCORES, review=review)
    known = set(rows.values_list(Coalesce("expert__merged_into", "expert"), flat=True))
    return [
        one.invitation_id
        for one in standbys(review)
        if not one.is_standby and one.expert_id not in known
    ]


def came_in(project: Project) -> set[int]:
    """Return the lines of who scored in the review of ``project``, or left it with what he had submitted and counts: of who
    stood by for its panel they say that he sat."""
    submitted = Exists(Submission.objects.filter(STANDING, reviewer=OuterRef("pk")))
    rows = Reviewer.objects.filter(SCORES | Q(submitted, counts=True), review__project=project)
    rows = rows.select_related("review", "expert")
    # Who wrote that somebody came would have him paid.
    return {one.invitation_id for one in rows if not one.is_altered}


def went_early(project: Project) -> set[int]:
    """Return the lines of who left the review of ``project`` with nothing submitted that counts, and did not come again."""
    rows = Reviewer.objects.filter(~SCORES, review__project=project)
    gone = {
        one.invitation_id for one in rows.select_related("review", "expert") if not one.is_altered
    }
    return gone - came_in(project)


def counting(review: Review, *, told: bool = False) -> QuerySet[Reviewer]:
    """Return whose sheets make the result of ``review``: who scores, and who left and had submitted what counts, unless his
    draw is void; ``told``: as far as others than these are told."""
    rows = told_standing() if told else Submission.objects.filter(STANDING)
    standing = rows.filter(reviewer__review=review).values("reviewer")
    # A void draw brings nothing to a result, whoever submitted before.
    stays = Q(counts=True, pk__in=standing) & ~Q(invitation__draw__status__in=INVALID)
    return Reviewer.objects.filter(SCORES | stays, review=review)


def unseated(review: Review) -> list[Reviewer]:
    """Return who scores in ``review`` and sits in its panel no more: his draw is void, or he left it."""
    rows = list(
        Reviewer.objects.filter(SCORES, review=review)
        .select_related("expert", "review", "invitation__draw__project")
        .prefetch_related("invitation__draw__projects")
        .order_by("place")
    )
    # A draw of each row its own would read its rule again for each.
    draws: dict[int, Draw] = {}
    for one in rows:
        draw = one.invitation.draw
        one.invitation.draw = draws.setdefault(draw.pk, draw)
    return [one for one in rows if not one.invitation.draw.is_valid or _has_left(one)]


def of_void_draws(review: Review) -> list[Reviewer]:
    """Return who scores in ``review`` for a draw that is void."""
    return [one for one in unseated(review) if not one.invitation.draw.is_valid]


def is_partly_void(review: Review) -> bool:
    """Tell whether some score in ``review`` for a draw that is void, and others for one that stands: these go on."""
    rows = Reviewer.objects.filter(SCORES, review=review)
    of_void = Q(invitation__draw__status__in=INVALID)
    return rows.filter(of_void).exists() and rows.exclude(of_void).exists()


def can_stop(review: Review) -> bool:
    """Tell whether nothing can come of ``review``: nobody scores in it but for a draw that is void, of whom there is one or was,
    and no valid draw has found anybody."""
    rows = Reviewer.objects.filter(review=review)
    goes_on = rows.filter(SCORES).exclude(invitation__draw__status__in=INVALID)
    was_void = rows.filter(invitation__draw__status__in=INVALID)
    return was_void.exists() and not goes_on.exists() and not valid_draws(review.project)


def _has_left(reviewer: Reviewer) -> bool:
    line = reviewer.invitation
    project = next(one for one in line.draw.covered if one.pk == reviewer.review.project_id)
    state = state_in(line, project, line.draw.covered)
    return state is not None and state not in SEATED_STATES


def whose(expert: Expert) -> Q:
    """What is of an expert, what is of records that were merged into his among it."""
    return Q(expert=expert) | Q(expert__merged_into=expert)


def reviewing(expert: Expert) -> Any:
    """Return the reviews in which ``expert`` scores, the latest first, each with when he submitted
    (``submitted_at``), whether that was handed back (``is_returned``), and whether the review was stopped (``is_stopped``:
    it has ended without a result)."""
    sheets = Submission.objects.filter(reviewer=OuterRef("pk"))
    standing = sheets.filter(STANDING)
    sealed = ReviewResult.objects.filter(review=OuterRef("review"))
    rows = Reviewer.objects.filter(whose(expert), SCORES, review__opened_at__isnull=False)
    # Where items are given to some, not before he has one.
    rows = rows.filter(Exists(ScoreSheet.objects.filter(reviewer=OuterRef("pk"))))
    return (
        rows.select_related(
            "review__project__purchaser", "review__rule", "expert", "invitation__draw"
        )
        .annotate(
            submitted_at=Subquery(standing.values("submitted_at")[:1]),
            is_returned=Exists(sheets) & ~Exists(standing),
            is_stopped=Q(review__ended_at__isnull=False) & ~Exists(sealed),
        )
        .order_by(F("submitted_at").desc(nulls_first=True), "-review__opened_at", "-pk")
    )


def to_score(expert: Expert) -> Any:
    """Return where ``expert`` has still to score and submit: not for a draw that is void."""
    rows = reviewing(expert).filter(submitted_at__isnull=True, review__ended_at__isnull=True)
    return rows.exclude(invitation__draw__status__in=INVALID)


def what_goes_on(project: Project) -> list[str]:
    """Return what keeps ``project`` from being archived: its experts score. Those of a void draw do not."""
    return ["评审打分尚未结束"] if _is_scored(project) else []


def until_scored(project: Project) -> str:
    """Say until what the panel of ``project`` has still to do, while it scores."""
    return "评审打分结束" if _is_scored(project) else ""


def scored_at(project: Project) -> datetime | None:
    """Return when the review of ``project`` ended; None: it has not, or there is none."""
    review = review_of(project)
    return review.ended_at if review else None


def projects_scored() -> QuerySet[Review, int]:
    """Return the projects (ids) whose experts score."""
    return _scored().values_list("project", flat=True)


def projects_scored_since(moment: datetime) -> QuerySet[Review, int]:
    """Return the projects (ids) whose reviews ended at ``moment`` or later."""
    return Review.objects.filter(ended_at__gte=moment).values_list("project", flat=True)


def _is_scored(project: Project) -> bool:
    return _scored().filter(project=project).exists()


def _scored() -> QuerySet[Review]:
    scoring = Reviewer.objects.filter(SCORES, review=OuterRef("pk")).exclude(
        invitation__draw__status__in=INVALID
    )
    return Review.objects.filter(Exists(scoring), opened_at__isnull=False, ended_at__isnull=True)
