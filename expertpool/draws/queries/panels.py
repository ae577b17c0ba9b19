"""What the tabs of a project show of its draws, notices and log."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from expertpool.audit.models import Entry
from expertpool.draws.models import Draw, Invitation
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import messages_about
from expertpool.projects.models import Project


def draws_of(project: Project) -> QuerySet[Draw]:
    """Return all draws of ``project``, the latest first; the caller checks who may see them."""
    return Draw.objects.filter(project=project).select_related("project", "operator")


def notices_of(project: Project) -> QuerySet[Message]:
    """Return the messages about ``project`` and the invitations of its draws, newest first."""
    lines = Invitation.objects.filter(draw__project=project).values_list("pk", flat=True)
    own = messages_about("projects.project", [project.pk])
    return (own | messages_about("draws.invitation", lines)).order_by("-pk")


def log_of(project: Project) -> QuerySet[Entry]:
    """Return the log of ``project``, its draws and their invitations, newest first."""
    draws = list(Draw.objects.filter(project=project).values_list("pk", flat=True))
    lines = Invitation.objects.filter(draw__in=draws).values_list("pk", flat=True)
    return Entry.objects.filter(
        Q(subject_type="projects.project", subject_id=str(project.pk))
        | Q(subject_type="draws.draw", subject_id__in=list(map(str, draws)))
        | Q(subject_type="draws.invitation", subject_id__in=list(map(str, lines)))
    ).order_by("-pk")
