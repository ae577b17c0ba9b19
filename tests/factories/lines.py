"""What lines of a draw say, as if this system had written it otherwise."""

from __future__ import annotations

from typing import Any

from expertpool.draws.models import Invitation
from expertpool.draws.services.written import write_lines


def written_otherwise(*lines: Invitation, **values: Any) -> None:
    """Let ``lines`` say ``values``, with the proof of it; the caller's copies follow."""
    write_lines([*lines], **values)
