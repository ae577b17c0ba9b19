"""Facts about draws. None tells who was drawn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DrawSealed:
    """Rule and candidates are frozen."""

    draw_id: int


@dataclass(frozen=True)
class DrawEnded:
    """Nobody is left to answer, or the draw was given up or voided. It may go on again when
    somebody who agreed takes leave."""

    draw_id: int


@dataclass(frozen=True)
class InvitationAnswered:
    """An invitation is settled: accepted, declined, not answered in time, on leave, replaced."""

    invitation_id: int


@dataclass(frozen=True)
class NamesReleased:
    """The reveal time has come: names may be read by those who may."""

    draw_id: int
