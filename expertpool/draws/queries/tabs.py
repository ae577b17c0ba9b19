"""What the tabs of a project show of its draws, notices and log."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from expertpool.audit.models import Entry
from expertpool.draws.models import Invitation
from expertpool.draws.queries.draws import draws_of
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import messages_about
from expertpool.projects.models import Project


def notices_of(project: Project) -> QuerySet[Message]:
    """Return the messages about ``project`` and the invitations of its draws, newest first."""
    lines = Invitation.objects.filter(draw__projects=project).values_list("pk", flat=True)
    own = messages_about("projects.project", [project.pk])
    return (own | messages_about("draws.invitation", lines)).order_by("-pk")


def log_of(project: Project) -> QuerySet[Entry]:
    """Return the log of ``project``, its draws and their invitations, newest first."""
    draws = list(draws_of(project).values_list("pk", flat=True))
    lines = Invitation.objects.filter(draw__in=draws).values_list("pk", flat=True)
    return Entry.objects.filter(
        Q(subject_type="projects.project", subject_id=str(project.pk))
        # The log keeps ids as text.
        | Q(subject_type="draws.draw", subject_id__in=list(map(str, draws)))
        | Q(subject_type="draws.invitation", subject_id__in=list(map(str, lines)))
    ).order_by("-pk")
