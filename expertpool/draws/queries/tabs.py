"""What the tabs of a project show of its draws, notices and log."""

from __future__ import annotations

from functools import cache

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.audit.queries import timeline_of
from expertpool.core.timeline import TimelineEntry
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.draws import codes_for_project, draws_of
from expertpool.draws.registry import LOGGED
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import (
    LetterShare,
    messages_about,
    shares_told_later,
    told,
)
from expertpool.projects.models import Project

MOST_LOG = 200


def notices_of(project: Project) -> QuerySet[Message]:
    """Return the messages about ``project`` and the invitations of its released draws, newest first."""
    own = messages_about("projects.project", [project.pk])
    return told(own | _letters_of(project)).order_by("-pk")


def letter_shares(project: Project) -> list[LetterShare]:
    """Return how the letters of its draws fare whose names are sealed: more would say whose one is."""
    return shares_told_later(_letters_of(project))


def _letters_of(project: Project) -> QuerySet[Message]:
    lines = Invitation.objects.filter(draw__projects=project).values_list("pk", flat=True)
    return messages_about("draws.invitation", lines)


def log_of(project: Project, user: User) -> list[TimelineEntry]:
    """Return the last MOST_LOG things done to ``project``, its draws, their invitations and what belongs to it, as ``user`` is told
    them."""
    draws = list(draws_of(project).order_by().values_list("pk", flat=True))
    lines = Invitation.objects.filter(draw__in=draws).order_by().values_list("pk", flat=True)
    # The whole sealed rule is for the record, not for a line.
    return timeline_of(
        project,
        (Draw, draws),
        (Invitation, lines),
        *(
            (one.model, list(one.rows(project)), one.actions)
            if one.actions
            else (one.model, list(one.rows(project)))
            for one in LOGGED
        ),
        most=MOST_LOG,
        without=("规则",),
        holds=cache(lambda code: bool(codes_for_project(user, project, [code]))),
        viewer=user,
    )
