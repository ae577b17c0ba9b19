"""Whether a project was approved here, and as it stands: whoever writes rows approves nothing, and
changes nothing of what was approved (docs/decisions/0134, 0163)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.constant_time import bytes_eq

from expertpool.audit.queries import entries_for
from expertpool.audit.services import proven
from expertpool.core.crypto import proof
from expertpool.projects.enums import DrawState, ProjectStatus
from expertpool.projects.models import Avoidance, Project

# What a draw goes by, and by which approval.
DECIDES = ("regime", "purchaser_id", "opening_at", "duration_minutes", "decided_at")
AVOIDED = (
    *("subject", "unit_id", "name", "uscc", "unit_name"),
    *("expert_number", "from_date", "to_date"),
)


def proof_of(
    project: Project,
    *,
    avoidances: Iterable[Avoidance] | None = None,
    instead: Mapping[int | None, int] | None = None,
    **anew: Any,
) -> bytes:
    """Return what proves that ``project`` got its status by the one door of it, by a key outside the
    database; of an approved one with all that a draw goes by.

    ``anew`` are values that it is about to get; ``instead`` says which units another one follows.
    """
    said = {name: anew.get(name, getattr(project, name)) for name in ("status_n", "status")}
    words: list[Any] = [project.pk, said["status_n"], str(said["status"])]
    if said["status"] == ProjectStatus.APPROVED:
        units = instead or {}
        rows = project.avoidances.all() if avoidances is None else avoidances
        values = {name: anew.get(name, getattr(project, name)) for name in DECIDES}
        words += [
            _said(values, units),
            sorted(_said({name: getattr(row, name) for name in AVOIDED}, units) for row in rows),
        ]
    return proof("projects.status", words)


def is_approved(project: Project) -> bool:
    """Tell whether ``project`` was approved here as it is now, and that stands."""
    return project.status == ProjectStatus.APPROVED and bytes_eq(
        bytes(project.status_proof), proof_of(project)
    )


def is_drawn_by_log(project: Project) -> bool:
    """Tell whether ``project``, which by its row has no draw that stands, has one by the log, which only
    grows: it is drawn again where two persons voided that, not where somebody wrote so."""
    if project.draw_state != DrawState.NOT_DRAWN:
        return False
    moves = entries_for(project).filter(action="project.draw_state")
    last = next(proven(moves.iterator(chunk_size=20)), None)
    return last is not None and (last.after or {}).get("draw_state") != DrawState.NOT_DRAWN


def _said(values: Mapping[str, Any], units: Mapping[int | None, int]) -> list[str]:
    """Return ``values`` as text, in their order: moments of one zone, nothing as nothing."""
    said = []
    for name, value in values.items():
        one = units.get(value, value) if name.endswith("_id") else value
        if isinstance(one, datetime):
            one = one.astimezone(UTC).isoformat()
        said.append("" if one is None else str(one))
    return said
