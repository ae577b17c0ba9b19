"""What the services of experts refuse; each text says how to mend it."""

from __future__ import annotations


class ExpertRefused(ValueError):
    """The change does not fit the record as it is now."""


class StatusNotAllowed(ExpertRefused):
    """The status cannot change in this way."""

    def __init__(self, name: str, before: str, after: str) -> None:
        super().__init__(f"{name}现为“{before}”，不能改为“{after}”。请刷新后再试。")


class LeaveRefused(ExpertRefused):
    """The times of a leave are reversed, over, or overlap another leave."""


class LinkInvalid(ValueError):
    """An activation link that is forged, too old or used up."""
