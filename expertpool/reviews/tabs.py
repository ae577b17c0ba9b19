"""The tabs on the panorama of an expert and on the page of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db.models import OuterRef, Subquery
from django.template.loader import render_to_string
from django.utils import timezone

from expertpool.core.registry import Tab
from expertpool.draws.queries.untold import untold_submissions
from expertpool.draws.services.names import readable_draws
from expertpool.experts.models import Expert
from expertpool.projects.models import Project
from expertpool.reviews.models import Submission
from expertpool.reviews.permissions import MANAGE, VIEW
from expertpool.reviews.queries.progress import progress_of
from expertpool.reviews.queries.results import results_visible_to, void_words_of
from expertpool.reviews.queries.reviews import (
    STANDING,
    projects_without_review,
    reviewing,
    reviews_visible_to,
)

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User

LONGEST = 50  # reviews that the tab shows


def of_expert(request: HttpRequest, expert: Expert) -> str:
    """评审 of an expert: in which he scores, as far as somebody may know it."""
    user, now = cast("User", request.user), timezone.now()
    draws = readable_draws(user, now=now).filter(released_at__isnull=False).values("pk")
    rows = reviewing(expert).filter(
        review__in=reviews_visible_to(user).values("pk"), invitation__draw__in=draws
    )
    told = Submission.objects.filter(STANDING, reviewer=OuterRef("pk")).exclude(
        untold_submissions()
    )
    rows = rows.annotate(told_at=Subquery(told.values("submitted_at")[:1]))
    rows = rows.order_by("-review__opened_at", "-pk")
    shown = list(rows[:LONGEST])
    for one in shown:
        one.review.has_result = not one.is_stopped
    return render_to_string("reviews/_expert_tab.html", {"rows": shown}, request)


def of_project(request: HttpRequest, project: Project) -> str:
    """评审 of a project: how far it has come, or where it begins."""
    user = cast("User", request.user)
    row = reviews_visible_to(user).filter(project=project).first()
    people = progress_of(row) if row else []
    context = {
        "project": project,
        "review": row,
        "people": people,
        "submitted": sum(one.submission is not None for one in people),
        "sealed": row is not None and results_visible_to(user).filter(review=row).exists(),
        "void_words": void_words_of(row) if row else "",
        "may_create": projects_without_review(user).filter(pk=project.pk).exists(),
    }
    return render_to_string("reviews/_project_tab.html", context, request)


TABS = (
    Tab("experts:detail", "reviews", "评审", 63, of_expert, permissions=(VIEW,)),
    Tab("projects:detail", "reviews", "评审", 33, of_project, permissions=(VIEW, MANAGE)),
)
