"""Whether an approval stands where this system has led it, by a flow that somebody drew up here: whoever
writes rows skips no step and makes no flow (docs/decisions/0173)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

from cryptography.hazmat.primitives.constant_time import bytes_eq

from expertpool.core.crypto import proof
from expertpool.workflow.enums import Agreement, Place, StepKind
from expertpool.workflow.models import Approval, FlowStep, FlowVersion


def proof_of_version(version: FlowVersion) -> bytes:
    """Return what proves that the steps of ``version`` are those that were drawn up."""
    steps = version.steps.select_related("role").order_by("order")
    return proof_of_steps(version, [*steps])


def proof_of_steps(version: FlowVersion, steps: Sequence[FlowStep]) -> bytes:
    """Return what proves that ``version`` was drawn up with ``steps``."""
    said = [
        [
            step.order,
            step.name,
            step.role and step.role.code,
            step.condition,
            str(step.on_rejection),
            *_further(step),
        ]
        for step in steps
    ]
    return proof("workflow.version", [version.subject, version.number, said])


def _further(step: FlowStep) -> list[Any]:
    """Return what a step says beyond what all once said; nothing where it is what all once were: proofs of
    former versions hold, and none of it is altered without being seen."""
    said = {
        "kind": (str(step.kind), StepKind.DECISION.value),
        "place": (str(step.place), Place.ANY.value),
        "department": (step.department_id, None),
        "agreement": (str(step.agreement), Agreement.ANY.value),
        "persons": (step.persons, None),
        "days": (step.days, None),
        "return_to": (step.return_to, None),
    }
    further = {name: value for name, (value, usual) in said.items() if value != usual}
    return [further] if further else []


def proof_of_approval(approval: Approval) -> bytes:
    """Return what proves that ``approval`` was led to where it stands. It names its subject, and by its
    number the move that led there."""
    said: list[Any] = [
        *(approval.pk, approval.subject_type, approval.subject_id, approval.moves),
        *(approval.version.number, approval.step and approval.step.order, str(approval.state)),
        approval.started_at.astimezone(UTC).isoformat(),
    ]
    if approval.department_id or approval.due_at:  # what approvals once did not have
        due = approval.due_at and approval.due_at.astimezone(UTC).isoformat()
        said.append([approval.department_id, due])
    return proof("workflow.approval", said)


def is_proven_version(version: FlowVersion) -> bool:
    """Tell whether ``version`` was drawn up here, with the steps that it has."""
    return bytes_eq(bytes(version.proof), proof_of_version(version))


def is_proven(
    approval: Approval, version_is: Callable[[FlowVersion], bool] = is_proven_version
) -> bool:
    """Tell whether this system has led ``approval`` to where it stands, by a version of its own: ``version_is`` may
    know that of many approvals."""
    if not bytes_eq(bytes(approval.proof), proof_of_approval(approval)):
        return False
    step = approval.step  # which the proof names by its place: not that of another version
    if step is not None and step.version_id != approval.version_id:
        return False
    return version_is(approval.version)
