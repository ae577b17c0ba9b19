"""The parts of a home page that need several apps: the next reviews, one's own doings."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.accounts.queries import FoundFor
from expertpool.audit.actions import action_label
from expertpool.audit.queries import entries_by
from expertpool.core.timeline import TimelineEntry
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.queries import projects_visible_to
from expertpool.projects.queries.measures import with_marks

MOST_REVIEWS = 5
MOST_DOINGS = 6
# Otherwise they would be all that stands there.
COMING_AND_GOING = ("user.sign_in", "user.sign_out")


def next_reviews(user: User, *, now: datetime) -> list[Project]:
    """Return the next approved projects that ``user`` may see, by their opening."""
    return _coming(user, now=now)


_coming = FoundFor(
    lambda user, now: (
        with_marks(projects_visible_to(user))
        .filter(status=ProjectStatus.APPROVED, opening_at__gte=now)
        .order_by("opening_at")[:MOST_REVIEWS]
    ),
    called="coming",
)


def own_doings(user: User) -> list[TimelineEntry]:
    """Return the last doings of ``user`` for a timeline: what, to whom, when."""
    return [
        TimelineEntry(entry.at, action_label(entry.action), note=entry.subject_label)
        for entry in entries_by(user).exclude(action__in=COMING_AND_GOING)[:MOST_DOINGS]
    ]
