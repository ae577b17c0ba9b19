"""How a draw stands, without names: what the draw page, the draw room and the project show."""

from __future__ import annotations

from dataclasses import dataclass

from expertpool.draws.enums import SEATED_STATES, InvitationState
from expertpool.draws.models import Draw, Invitation


@dataclass(frozen=True)
class GroupBoard:
    """One condition group: its seats, the lines drawn into it in order."""

    code: str
    name: str
    seats: int
    conditions: list[str]
    lines: list[Invitation]

    @property
    def seated(self) -> list[Invitation]:
        """Those who sit: agreed or not yet answered."""
        return [line for line in self.lines if line.state in SEATED_STATES]

    @property
    def accepted_count(self) -> int:
        return sum(line.state == InvitationState.ACCEPTED for line in self.lines)

    @property
    def lack(self) -> int:
        """How many seats nobody sits on."""
        return max(self.seats - len(self.seated), 0)

    @property
    def open_places(self) -> range:
        """One number for each seat nobody sits on."""
        return range(self.lack)


@dataclass(frozen=True)
class Board:
    """All groups of a draw, or of the draws that find one panel. ``version`` changes with
    everything that is shown."""

    groups: list[GroupBoard]
    lines: list[Invitation]
    version: str

    @property
    def group_names(self) -> dict[str, str]:
        return {group.code: group.name for group in self.groups}

    @property
    def seats(self) -> int:
        return sum(group.seats for group in self.groups)

    @property
    def invited_count(self) -> int:
        return len(self.lines)

    def count(self, *states: InvitationState) -> int:
        return sum(line.state in states for line in self.lines)

    @property
    def accepted_count(self) -> int:
        return self.count(InvitationState.ACCEPTED)

    @property
    def waiting_count(self) -> int:
        return self.count(InvitationState.INVITED)

    @property
    def seated_count(self) -> int:
        return self.accepted_count + self.waiting_count

    @property
    def exit_count(self) -> int:
        return len(self.lines) - self.accepted_count - self.waiting_count

    @property
    def lacking(self) -> list[GroupBoard]:
        return [group for group in self.groups if group.lack]


def board_of(draw: Draw, *widened: Draw) -> Board:
    """Return how ``draw`` stands now, or with the draws that ``widened`` it their panel: the seats
    of the first, the lines of all; one query."""
    lines = list(
        Invitation.objects.filter(draw__in=[draw, *widened])
        .select_related("changed_by")
        .order_by("draw_id", "line")
    )
    groups = [
        GroupBoard(
            code=group["id"],
            name=group["name"],
            seats=group["seats"],
            conditions=[level["text"] for level in group.get("levels", [])],
            lines=[line for line in lines if line.group == group["id"]],
        )
        for group in draw.rule["groups"]
    ]
    answered = sum(line.state != InvitationState.INVITED for line in lines)
    waiting = [line.deadline_at for line in lines if line.state == InvitationState.INVITED]
    soonest = f"{min(waiting).timestamp():.0f}" if waiting else ""  # an emergency brings it forward
    version = (
        f"{draw.status}-{len(draw.reveals)}-{len(lines)}-{answered}-{draw.released_at is None}"
        f"-{soonest}"
    )
    return Board(groups, lines, version)
