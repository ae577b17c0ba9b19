"""Whether the status of a project was set here: whoever writes rows approves nothing
(docs/decisions/0134)."""

from __future__ import annotations

from cryptography.hazmat.primitives.constant_time import bytes_eq

from expertpool.core.crypto import proof
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project


def proof_of(pk: int, number: int, status: str) -> bytes:
    """Return what proves that project ``pk`` got its ``number``-th status by the one door of it, by a
    key outside the database."""
    return proof("projects.status", [pk, number, str(status)])


def is_approved(project: Project) -> bool:
    """Tell whether ``project`` was approved here, and that stands."""
    proven = proof_of(project.pk, project.status_n, ProjectStatus.APPROVED)
    return project.status == ProjectStatus.APPROVED and bytes_eq(
        bytes(project.status_proof), proven
    )
