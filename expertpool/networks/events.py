"""What this app announces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NetworkRuled:
    """A network was blocked, allowed or released; ``entry_id`` is the entry of the log that says by whom."""

    entry_id: int
