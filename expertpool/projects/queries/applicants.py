"""Who counts as applicant of a project, whom it is not for to approve: its row says so, and the log, so that whoever
writes rows puts nobody else in his place (docs/decisions/0594)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from expertpool.audit.queries import entries_for
from expertpool.audit.services import proven
from expertpool.projects.models import Project

FILED = ("project.create",)
HANDED_IN = ("project.submit",)
# As far as `services.state.note_editor` and `services.application.update_project` go.
CHANGED = (
    *("project.update", "project.avoidance", "project.batch_join", "project.batch_leave"),
    "project.batch_lead",
)


def applicants_of(project: Project) -> set[int]:
    """Return who filed ``project``, handed it in, or changed it last (ids)."""
    return project.applicants.union(
        *(_last_by(project, one) for one in (FILED, HANDED_IN, CHANGED))
    )


def last_editors(projects: Iterable[Project]) -> set[int]:
    """Return who changed each of ``projects`` last (ids)."""
    rows = list(projects)
    by_row = {one.edited_by_id for one in rows if one.edited_by_id}
    return by_row.union(*(_last_by(one, CHANGED) for one in rows))


def _last_by(project: Project, actions: Collection[str]) -> set[int]:
    """Return, by the log, who did the last of ``actions`` to ``project``; nobody where it has none that is ours."""
    entries = entries_for(project).filter(action__in=actions)
    last = next(proven(entries.iterator(chunk_size=20)), None)
    return {last.actor_id} if last is not None and last.actor_id else set()
