"""What an expert reads and does about ratings, for himself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from expertpool.accounts.models import User
from expertpool.core.configuration import value_of
from expertpool.core.visibility import told
from expertpool.core.workdays import end_of_working_days
from expertpool.draws.enums import SEATED_STATES
from expertpool.draws.models import Invitation
from expertpool.draws.queries.draws import draws_visible_to
from expertpool.draws.queries.names import released_invitations
from expertpool.draws.queries.panel import came_in
from expertpool.draws.queries.sitting import slots_of, stands_by_in, state_in
from expertpool.evaluations.enums import BY_EXPERTS, Target
from expertpool.evaluations.models import Evaluation, Rating, RatingForm, RatingObjection
from expertpool.evaluations.permissions import ANSWER
from expertpool.evaluations.queries.ratings import all_ratings, of_expert
from expertpool.evaluations.settings import OBJECTION
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import expert_for, experts_visible_to
from expertpool.files.registry import FileSubject
from expertpool.projects.models import Project

SUBJECT = "evaluations.rating"


@dataclass(frozen=True)
class Asked:
    """What an expert may say of one who organised a review: by which form, or what he has said."""

    evaluation: Evaluation
    target: Target
    form: RatingForm
    rating: Rating | None

    @property
    def name(self) -> str:
        """Who it is that he rates."""
        return self.evaluation.name_of(self.target)

    @property
    def title(self) -> str:
        return f"{self.target.label}（{self.name}） · {self.evaluation.project.name}"


def sat_in(expert: Expert, projects: set[int]) -> set[int]:
    """Return those of ``projects`` (ids) in whose panel ``expert`` sat to the end, or for which he stood by and came in."""
    lines = released_invitations(expert).filter(draw__projects__in=projects).distinct()
    return {
        project.pk
        for line in lines
        if line.draw.is_valid
        for project in line.draw.covered
        if project.pk in projects and _sat(line, project)
    }


def _sat(line: Invitation, project: Project) -> bool:
    covered = line.draw.covered
    if project in slots_of(line, covered):
        return True
    # As `who_sat` has it, of whom he is rated and paid.
    has_agreed = state_in(line, project, covered) in SEATED_STATES
    return has_agreed and stands_by_in(line, project) and line.pk in came_in(project)


def asked_of(expert: Expert, *, now: datetime) -> list[Asked]:
    """Return what ``expert`` is asked about who organised his reviews, while it goes on; what he has said, too."""
    going_on = Evaluation.objects.filter(closed_at__isnull=True, due_at__gt=now).select_related(
        "project__purchaser", "project__department", "organiser_form", "agency_form"
    )
    rows = list(going_on.filter(project__in=_projects_of(expert)).order_by("due_at", "pk"))
    sat = sat_in(expert, {one.project_id for one in rows})
    said = {
        (one.evaluation_id, one.target): one
        for one in Rating.objects.filter(
            rater=expert.user_id, target__in=BY_EXPERTS, evaluation__in=rows
        )
    }
    return [
        Asked(row, target, form, said.get((row.pk, str(target))))
        for row in rows
        if row.project_id in sat
        for target in BY_EXPERTS
        if (form := row.form_for(target)) is not None
    ]


def _projects_of(expert: Expert) -> Any:
    lines = released_invitations(expert).select_related(None).prefetch_related(None)
    return lines.order_by().values("draw__projects")


def own_ratings(expert: Expert) -> list[Rating]:
    """Return what was said of ``expert``, once the time for it is over, the latest first; also what was withdrawn."""
    rows = all_ratings().filter(of_expert(expert), evaluation__closed_at__isnull=False)
    beside = ("objection", "expert__user", "expert__merged_into__user")
    return list(rows.select_related(*beside).order_by("-given_at", "-pk"))


def objection_of(rating: Rating) -> RatingObjection | None:
    """Return what its expert has said against ``rating``; nothing that somebody else wrote in his place."""
    said = getattr(rating, "objection", None)
    return None if said is None or said.is_forged else said


def object_until(rating: Rating) -> datetime | None:
    """Return until when the expert of ``rating`` may object; None while the time for it is not over. Of who was given
    his account since then the days count from it: before, he could neither read nor object."""
    until, closed = rating.evaluation.object_until, rating.evaluation.closed_at
    expert = rating.expert and (rating.expert.merged_into or rating.expert)
    user = expert and expert.user
    if until is None or closed is None or user is None or user.created_at <= closed:
        return until
    return max(until, end_of_working_days(value_of(OBJECTION), after=user.created_at))


def may_object(rating: Rating, *, now: datetime) -> bool:
    """Tell whether the expert of ``rating`` may still object to it."""
    until = object_until(rating)
    open_ = until is not None and now < until and rating.withdrawn_at is None
    return open_ and objection_of(rating) is None


# --- what the office answers ------------------------------------------------------------------------


def objections_visible_to(user: User) -> Any:
    """Return what experts in the scope of ``user`` objected to, of the reviews whose names he may read: his words say
    which it was (by then all who may read them do, docs/decisions/0258); what was objected today only once it may be
    told (docs/decisions/0185)."""
    seen = experts_visible_to(user, ANSWER).order_by().values("pk")
    draws = draws_visible_to(user, "draws.names").order_by().values("pk")
    rows = RatingObjection.objects.filter(
        rating__expert__in=seen,
        rating__invitation__draw__in=draws,
        rating__invitation__draw__released_at__isnull=False,
    )
    rows = told(rows)
    return rows.select_related(
        "rating__expert", "rating__form", "rating__evaluation__project", "rating__rater",
        "rating__invitation__draw", "answered_by",
    )  # fmt: skip


def objections_waiting(user: User) -> Any:
    """Return those that wait for an answer, but of ratings that ``user`` gave himself."""
    return objections_visible_to(user).filter(answered_at__isnull=True).exclude(rating__rater=user)


# --- files ------------------------------------------------------------------------------------------


def _own(user: Any) -> Q:
    expert = expert_for(user) if user.has_permission("experts.self") else None
    closed = Q(target=Target.EXPERT, evaluation__closed_at__isnull=False)
    return of_expert(expert) & closed if expert else Q(pk__in=[])


def _may_view(user: Any, subject_id: str) -> bool:
    """Its expert always; who answers, once he was told that somebody objects."""
    if Rating.objects.filter(_own(user), pk=subject_id).exists():
        return True
    if not user.has_permission(ANSWER):
        return False
    return bool(objections_visible_to(user).filter(rating=subject_id).exists())


def _is_open(subject_id: str, which: Q, now: datetime) -> bool:
    rows = Rating.objects.select_related("evaluation", "objection").filter(which, pk=subject_id)
    row = rows.first()
    return row is not None and may_object(row, now=now)


def files_subject(now: Any) -> FileSubject:
    """Return who may see and change the files of ratings; ``now()`` tells the time."""

    def closed(subject_id: str) -> str:
        is_open = _is_open(subject_id, Q(), now())
        return "" if is_open else "已经申诉，或申诉期限已过，不能改动附件。"

    return FileSubject(
        SUBJECT,
        may_view=_may_view,
        may_edit=lambda user, pk: _is_open(pk, _own(user), now()),
        closed=closed,
        by_day=_by_day,
        quota=lambda: 30,
        most=10,
        left=True,
    )


def _by_day(subject_id: str) -> frozenset[int | None]:
    rows = Rating.objects.filter(pk=subject_id, expert__user__isnull=False)
    return frozenset(rows.values_list("expert__user", flat=True))
