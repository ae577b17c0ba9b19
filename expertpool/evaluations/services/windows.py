"""The time for rating a project: begun once its review is over and its names are released, ended by the day."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.configuration import value_of
from expertpool.core.events import publish
from expertpool.core.jobs import defer
from expertpool.core.text import moment_text
from expertpool.core.workdays import end_of_working_days
from expertpool.draws.models import Invitation
from expertpool.draws.queries.panel import who_sat
from expertpool.draws.services.telling import tell_staff
from expertpool.evaluations.enums import BY_EXPERTS, Target
from expertpool.evaluations.events import EvaluationClosed
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.models import Evaluation
from expertpool.evaluations.occasions import ASKED, CLOSED, OPENED, REMINDED
from expertpool.evaluations.queries.windows import (
    is_to_open,
    projects_to_open,
    raters_of,
    to_rate,
)
from expertpool.evaluations.services.forms import form_to_use
from expertpool.evaluations.services.telling import tell_experts
from expertpool.evaluations.settings import OBJECTION, REMIND, WINDOW
from expertpool.notifications.occasions import Occasion
from expertpool.projects.models import Project

AT_ONCE = 200  # of each kind that one run looks at: the next goes on
LONGEST = timedelta(days=90)  # for which it may be extended in all


def sweep(*, now: datetime) -> None:
    """Let what is due be opened, reminded of and closed, each by a job of its own."""
    # A job each, under a lock of its own: one that fails keeps no other, and a second run of it finds it done.
    for pk in projects_to_open(now).values_list("pk", flat=True)[:AT_ONCE]:
        defer("evaluations.open", lock=f"evaluation-{pk}", project_id=pk)
    going_on = Evaluation.objects.filter(closed_at__isnull=True).order_by("due_at")
    for pk in going_on.filter(due_at__lte=now).values_list("pk", flat=True)[:AT_ONCE]:
        defer("evaluations.close", lock=f"evaluation-close-{pk}", evaluation_id=pk)
    if ahead := value_of(REMIND):
        soon = going_on.filter(reminded_at__isnull=True, due_at__gt=now)
        soon = soon.filter(due_at__lte=now + timedelta(days=ahead))
        for pk in soon.values_list("pk", flat=True)[:AT_ONCE]:
            defer("evaluations.remind", lock=f"evaluation-remind-{pk}", evaluation_id=pk)


@transaction.atomic
def open_evaluation(*, project_id: int, now: datetime) -> Evaluation | None:
    """Begin the time for rating a project, and tell who rates; None where that was done, is not due, or nobody
    is to be rated. Logged."""
    project = Project.objects.select_for_update(of=("self",)).get(pk=project_id)
    people = len(who_sat(project)) if is_to_open(project, now=now) else 0
    if not people:
        return None
    forms = {
        f"{target}_form": form_to_use(target, project.kind, now=now)
        for target in Target
        # Who has the need holds its review itself: there is no agency.
        if target != Target.AGENCY or project.purchaser_id
    }
    if not any(forms.values()):
        return None
    due_at = end_of_working_days(value_of(WINDOW), after=now)
    row = Evaluation.objects.create(
        project=project, people=people, opened_at=now, due_at=due_at, **forms
    )
    after = {"截止": moment_text(due_at), "人数": people}
    record("evaluation.open", actor=None, now=now, subject=project, after=after)
    _tell_raters(OPENED, row, raters_of(row, now=now), key=f"{OPENED.code}:{row.pk}", now=now)
    if any(row.form_for(target) for target in BY_EXPERTS):
        # Who has no account has nowhere to rate.
        lines = Invitation.objects.filter(pk__in=who_sat(project), expert__user__isnull=False)
        tell_experts(ASKED, row, lines, now=now)
    return row


def _tell_raters(
    occasion: Occasion, row: Evaluation, users: list[User], *, key: str, now: datetime
) -> None:
    words = {
        "项目名称": row.project.name,
        "人数": str(row.people),
        "截止时间": moment_text(row.due_at),
        "网址": settings.SITE_URL + reverse("evaluations:detail", args=[row.pk]),
    }
    tell_staff(occasion, users, about=row.project, context=words, key=key, now=now)


@transaction.atomic
def remind(*, evaluation_id: int, now: datetime) -> int:
    """Remind, once, who has not rated all experts of a project that ends soon; return how many."""
    row = Evaluation.objects.select_for_update(of=("self",)).get(pk=evaluation_id)
    if row.reminded_at is not None or not row.is_open(now):
        return 0
    row.reminded_at = now
    row.save(update_fields=["reminded_at"])
    lacking = [
        one for one in raters_of(row, now=now) if to_rate(one, now).filter(pk=row.pk).exists()
    ]
    # Whoever rates stands for all of his department: those who have rated are enough.
    if any(one not in lacking for one in raters_of(row, now=now)):
        return 0
    _tell_raters(REMINDED, row, lacking, key=f"{REMINDED.code}:{row.pk}", now=now)
    return len(lacking)


@transaction.atomic
def close_evaluation(*, evaluation_id: int, now: datetime) -> bool:
    """End the time for rating a project once it is over; True if that was done now. Logged; announces
    EvaluationClosed."""
    rows = Evaluation.objects.filter(pk=evaluation_id, closed_at__isnull=True, due_at__lte=now)
    until = end_of_working_days(value_of(OBJECTION), after=now)
    # Of two runs at once only one finds it open.
    if not rows.update(closed_at=now, object_until=until):
        return False
    row = Evaluation.objects.select_related("project").get(pk=evaluation_id)
    record("evaluation.close", actor=None, now=now, subject=row.project)
    rated = row.ratings.filter(target=Target.EXPERT).order_by().values("invitation")
    tell_experts(CLOSED, row, Invitation.objects.filter(pk__in=rated), now=now)
    publish(EvaluationClosed(row.pk))
    return True


@transaction.atomic
def extend(*, evaluation: Evaluation, due_at: datetime, actor: User, now: datetime) -> Evaluation:
    """Let a project that is being rated be rated until ``due_at``, later than now set. Logged.

    Refuses (EvaluationRefused) what is over, an earlier time, and one too far away.
    """
    row = Evaluation.objects.select_for_update(of=("self",)).get(pk=evaluation.pk)
    if not row.is_open(now):
        raise EvaluationRefused("评价已经结束，不能再延长。")
    if due_at <= row.due_at:
        raise EvaluationRefused("请选择比现在的截止时间更晚的时间。", field="due_at")
    if due_at > row.opened_at + LONGEST:
        raise EvaluationRefused(f"最多延长到开始后 {LONGEST.days} 天。", field="due_at")
    before = {"截止": moment_text(row.due_at)}
    # Who has not rated by then is reminded of the later day, too.
    row.due_at, row.reminded_at = due_at, None
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save(update_fields=["due_at", "reminded_at"])
    after = {"截止": moment_text(due_at)}
    record(
        "evaluation.extend", actor=actor, now=now, subject=row.project, before=before, after=after
    )
    return row
