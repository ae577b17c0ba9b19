"""The one place that writes what decides of a line, with the proof that it was this system."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from expertpool.draws.models import Invitation
from expertpool.draws.queries.written import DECIDES, is_written, proof_of

PROOF = ("proof_n", "proof")


def proven(line: Invitation, **changes: Any) -> dict[str, Any]:
    """Let ``line`` say ``changes`` and return them with its next proof, for the one update that writes
    them. The caller holds the row lock of its draw, and read it under that.

    What somebody else has written is not vouched for by this: where it goes on to decide, the line
    stays without a proof. A state that he wrote is taken back, where the line was read `as_written`.
    """
    if line.altered_to is not None:
        changes = {"state": line.state} | changes
    anew = set(DECIDES.get(changes.get("state", line.state), ())) <= changes.keys()
    vouched = (anew and "state" in changes) or is_written(line)
    for name, value in changes.items():
        setattr(line, name, value)
    line.altered_to = None
    line.proof_n += 1
    line.proof = proof_of(line) if vouched else b""
    return changes | {name: getattr(line, name) for name in PROOF}


def write_lines(lines: Sequence[Invitation], **changes: Any) -> None:
    """Do `proven` for each of ``lines``, of which each says the same, and write them."""
    written = {name for line in lines for name in proven(line, **changes)}
    Invitation.objects.bulk_update(lines, sorted(written) or [*PROOF])
