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
class PanelSettled:
    """Who takes part in these projects is settled for now: nobody is being drawn, chosen or asked.

    Announced whenever the panel comes to stand, and again each time that it changed since: somebody
    left (whether or not somebody else came), a widened draw ended or was given up, a draw was voided,
    roles were set. Not announced for what happens on the way there, and not when names are released
    (`NamesReleased`). `draws.queries.panel.members_of_panel` says who it is; a project's draw state
    whether seats stayed free.

    ``draw_ids`` are the valid draws that find it, first the one that began it; none: the panel is no
    more, its draw was voided. Every receiver may be told the same twice.
    """

    project_ids: tuple[int, ...]
    draw_ids: tuple[int, ...]


@dataclass(frozen=True)
class InvitationAnswered:
    """An invitation is settled: accepted, declined, not answered in time, on leave, replaced."""

    invitation_id: int


@dataclass(frozen=True)
class NamesReleased:
    """Names were released: they may be read by those who may."""

    draw_id: int
