"""Which projects are rated, and until when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Avg, Count, Exists, F, OuterRef, Q, QuerySet, Value

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider, scope_q, users_with_permission
from expertpool.core.text import moment_text
from expertpool.draws.models import DrawProject
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.queries.panel import is_over, projects_at_work, projects_done_since
from expertpool.draws.services.names import may_read, readable_draws
from expertpool.evaluations.enums import Target
from expertpool.evaluations.models import Evaluation
from expertpool.evaluations.permissions import RATE, VIEW
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project

MINUTE = timedelta(minutes=1)
# Reviews of before are not rated any more: the office that begins with it is not asked about years.
LONG_AGO = timedelta(days=30)
COUNTED = Q(ratings__target=Target.EXPERT, ratings__withdrawn_at__isnull=True)


def projects_to_open(now: datetime) -> QuerySet[Project]:
    """Return the projects whose review is over and whose names are released, and that nobody was asked to rate."""
    draws = DrawProject.objects.filter(project=OuterRef("pk"), valid=True)
    ends = Value(now) - F("duration_minutes") * MINUTE
    since = now - LONG_AGO
    rows = Project.objects.filter(
        ~projects_at_work(),
        # Of what is scored at home for months, by its end.
        Q(opening_at__gte=since) | projects_done_since(since),
        Exists(draws),
        ~Exists(draws.filter(draw__released_at__isnull=True)),
        ~Exists(Evaluation.objects.filter(project=OuterRef("pk"))),
        opening_at__lte=ends,
    )
    return rows.exclude(status=ProjectStatus.ARCHIVED).order_by("pk")


def is_to_open(project: Project, *, now: datetime) -> bool:
    """Tell whether ``project`` is to be rated now, by times that this system set: of a draw that somebody else has
    opened nobody would learn who sits."""
    return projects_to_open(now).filter(pk=project.pk).exists() and is_over(project, now=now)


def named_projects(user: User, projects: Collection[int], *, now: datetime) -> set[int]:
    """Return those of ``projects`` (ids) all of whose names ``user`` may read."""
    links = DrawProject.objects.filter(project__in=projects, valid=True)
    pairs = set(links.values_list("project", "draw"))
    draws = readable_draws(user, now=now).filter(pk__in={draw for _, draw in pairs})
    readable = set(draws.order_by().values_list("pk", flat=True))
    hidden = {project for project, draw in pairs if draw not in readable}
    return {project for project, _ in pairs} - hidden


def _scope(user: User, *codes: str) -> Q:
    """The evaluations that ``user`` reaches by one of ``codes``."""
    scopes = [
        scope_q(user, code, department="project__department", owner="project__created_by")
        for code in codes
        if user.has_permission(code)
    ]
    # An empty one reaches all.
    return Q() if not all(scopes) else reduce(or_, scopes, Q(pk__in=[]))


def evaluations_visible_to(user: User) -> QuerySet[Evaluation]:
    """Return the evaluations of projects in the scope of ``user``, who looks or rates, each with how many of its
    experts were rated (``rated``), and their mean (``mean``)."""
    rows = Evaluation.objects.filter(_scope(user, VIEW, RATE))
    return rows.select_related("project__department", "project__purchaser", "expert_form").annotate(
        rated=Count("ratings__invitation", filter=COUNTED, distinct=True),
        mean=Avg("ratings__total", filter=COUNTED),
    )


def may_rate(user: User, evaluation: Evaluation, *, now: datetime) -> bool:
    """Tell whether ``user`` rates the experts of this project: within his scope, while it goes on, where he may
    read who they are."""
    if evaluation.expert_form_id is None or not evaluation.is_open(now) or is_outsider(user):
        return False
    if not Evaluation.objects.filter(_scope(user, RATE), pk=evaluation.pk).exists():
        return False
    draws = valid_draws(evaluation.project)
    return bool(draws) and all(may_read(draw, user, now=now) for draw in draws)


def to_rate(user: User, now: datetime) -> QuerySet[Evaluation]:
    """Return the evaluations that go on, in the scope of ``user`` who rates, in which he has not rated all; none whose
    draws are void by now."""
    draws = DrawProject.objects.filter(project=OuterRef("project"), valid=True)
    rows = Evaluation.objects.filter(
        _scope(user, RATE),
        Exists(draws),
        closed_at__isnull=True,
        due_at__gt=now,
        expert_form__isnull=False,
    )
    own = Q(ratings__rater=user.pk, ratings__target=Target.EXPERT)
    done = rows.annotate(own=Count("ratings", filter=own)).filter(own__gte=F("people"))
    return rows.exclude(pk__in=done.order_by().values("pk")).order_by("due_at", "pk")


def raters_of(evaluation: Evaluation, *, now: datetime) -> list[User]:
    """Return who is asked to rate the experts of a project."""
    users = users_with_permission(RATE).order_by("pk")
    return [one for one in users if may_rate(one, evaluation, now=now)]


def what_goes_on(project: Project) -> list[str]:
    """Return what keeps ``project`` from being archived: it is being rated."""
    row = Evaluation.objects.filter(project=project, closed_at__isnull=True).first()
    return [f"专家评价尚未结束（{moment_text(row.due_at)} 截止）"] if row else []
