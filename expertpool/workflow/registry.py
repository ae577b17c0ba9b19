"""What can be approved: apps declare their subjects at start."""

from __future__ import annotations

from dataclasses import dataclass

from expertpool.core.catalogue import Catalogue
from expertpool.core.permissions import undeclared


@dataclass(frozen=True)
class FlowSubject:
    """A model whose rows are approved. ``code`` is its label and the subject of its criteria;
    ``permission`` is what everybody who decides needs."""

    code: str
    label: str
    permission: str


FLOW_SUBJECTS: Catalogue[FlowSubject] = Catalogue(
    "flow subject", faults=lambda subject: undeclared(subject.permission)
)
