"""What can be approved: apps register their subjects at start."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FlowSubject:
    """A model whose rows are approved. ``code`` is its label and the subject of its criteria;
    ``permission`` is what everybody who decides needs."""

    code: str
    label: str
    permission: str


_subjects: dict[str, FlowSubject] = {}


def register_flow_subject(subject: FlowSubject) -> None:
    _subjects[subject.code] = subject


def flow_subjects() -> list[FlowSubject]:
    return list(_subjects.values())


def get_flow_subject(code: str) -> FlowSubject:
    """Raises LookupError for a subject that nobody registered."""
    return _subjects[code]
