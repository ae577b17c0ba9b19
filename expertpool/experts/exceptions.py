"""What the services of experts refuse; each text says how to mend it."""

from __future__ import annotations

from collections.abc import Iterable


class ExpertRefused(ValueError):
    """The change does not fit the record as it is now."""


class StatusNotAllowed(ExpertRefused):
    """The status cannot change in this way."""

    def __init__(self, name: str, now_is: str, verb: str, starts: Iterable[str]) -> None:
        needed = "、".join(f"“{label}”" for label in starts)
        super().__init__(f"{name}现为“{now_is}”，{needed}的专家才能{verb}。")


class ReasonRequired(ExpertRefused):
    """An act is not explained, or at too much length."""

    field = "reason"


class LeaveRefused(ExpertRefused):
    """The times of a leave are reversed, over, or overlap another leave."""


class LinkInvalid(ValueError):
    """An activation link that is forged, too old or used up."""
