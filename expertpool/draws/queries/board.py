"""How a draw stands, without names: what the draw page, the draw room and the project show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet

from expertpool.core.crypto import blind_index
from expertpool.core.prepared import Given, Prepared
from expertpool.core.text import hour_of, next_minute
from expertpool.draws.enums import SEATED_STATES, InvitationState, Origin
from expertpool.draws.models import Draw, DrawPause, Invitation
from expertpool.draws.queries.written import as_written


@dataclass(frozen=True)
class GroupBoard:
    """One condition group: its seats, the lines drawn into it in order. ``standby_for``: the code of
    the group for which these stand by. ``elsewhere``: how many of its seats another draw of the panel has found
    somebody for (`queries.panel_state.within_panel`)."""

    code: str
    name: str
    seats: int
    conditions: tuple[str, ...]
    lines: list[Invitation]
    standby_for: str = ""
    elsewhere: int = 0

    @property
    def open_label(self) -> str:
        """What an empty seat is called."""
        return "候补空缺" if self.standby_for else "空缺"

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
        return max(self.seats - len(self.seated) - self.elsewhere, 0)

    @property
    def open_places(self) -> range:
        """One number for each seat nobody sits on."""
        return range(self.lack)

    @property
    def places_elsewhere(self) -> range:
        """One number for each seat for which another draw has found somebody."""
        return range(self.elsewhere)


@dataclass(frozen=True)
class Board:
    """All groups of a draw, or of the draws that find one panel, those of standbys last. ``version``
    changes with everything that is shown.

    Seats, who agreed and what lacks are those of the panel; who waits and who left, of all.
    """

    groups: list[GroupBoard]
    lines: list[Invitation]
    version: str

    @property
    def group_names(self) -> dict[str, str]:
        return {group.code: group.name for group in self.groups}

    @property
    def panel(self) -> list[GroupBoard]:
        """The groups whose seats are the panel."""
        return [group for group in self.groups if not group.standby_for]

    @property
    def standby(self) -> list[GroupBoard]:
        """The groups of standbys."""
        return [group for group in self.groups if group.standby_for]

    @property
    def sections(self) -> list[tuple[str, list[Invitation]]]:
        """The lines as tables show them: the panel, then under a heading those who stand by."""
        standbys = [line for line in self.lines if line.is_standby]
        panel = [line for line in self.lines if not line.is_standby]
        return [("", panel), *([("候补", standbys)] if standbys else [])]

    @property
    def seats(self) -> int:
        return sum(group.seats for group in self.panel)

    @property
    def elsewhere(self) -> int:
        """For how many of its seats another draw of the panel has found somebody."""
        return sum(group.elsewhere for group in self.panel)

    @property
    def standby_seats(self) -> int:
        return sum(group.seats for group in self.standby)

    @property
    def standby_count(self) -> int:
        """How many stand by: agreed or not yet answered."""
        return sum(len(group.seated) for group in self.standby)

    @property
    def standby_agreed(self) -> int:
        """How many of those who stand by have agreed to."""
        return sum(group.accepted_count for group in self.standby)

    @property
    def held(self) -> list[Invitation]:
        """Those who came to their seats while the draw stands, or in quiet hours: nobody asks them before it goes on."""
        return [line for line in self.lines if line.came_in_pause or line.quiet_until]

    @property
    def invited_count(self) -> int:
        """Everybody who was ever asked to a seat of the panel, as lists of draws say it (已邀请人数): his letter has gone
        out, or waits for whatever reason."""
        return len(self.lines) - self._asked_to_stand_by

    @property
    def _asked_to_stand_by(self) -> int:
        return sum(line.is_standby for line in self.lines)

    @property
    def invited_note(self) -> str:
        """How many were asked to stand by besides, and to how many of all letters go out later."""
        held, standbys = self.held, self._asked_to_stand_by
        paused = sum(line.came_in_pause for line in held)
        among = "合计" if standbys else "其中"
        counts = {
            "另邀请候补 {} 人": standbys,
            f"{among} {{}} 人的邀请恢复后发出": paused,
            f"{among} {{}} 人的邀请免打扰时段后发出": len(held) - paused,
        }
        return "，".join(words.format(count) for words, count in counts.items() if count)

    def count(self, *states: InvitationState) -> int:
        return sum(line.state in states for line in self.lines)

    @property
    def accepted_count(self) -> int:
        return sum(group.accepted_count for group in self.panel)

    @property
    def asked_again_count(self) -> int:
        """How many a change of time or place asked anew who have not answered yet."""
        return self._again(InvitationState.INVITED)

    @property
    def confirmed_again_count(self) -> int:
        """How many of those agreed anew."""
        return self._again(InvitationState.ACCEPTED)

    def _again(self, state: InvitationState) -> int:
        return sum(line.state == state and line.is_asked_again for line in self.lines)

    @property
    def waiting_count(self) -> int:
        return self.count(InvitationState.INVITED)

    @property
    def seated_count(self) -> int:
        """How many sit in the panel: agreed or not yet answered."""
        return sum(len(group.seated) for group in self.panel)

    @property
    def exit_count(self) -> int:
        return len(self.lines) - self.count(*SEATED_STATES)

    @property
    def lacking(self) -> list[GroupBoard]:
        return [group for group in self.panel if group.lack]

    @property
    def lacking_words(self) -> str:
        """What it lacks: 技术组缺 1 人，经济组缺 2 人."""
        return "，".join(f"{group.name}缺 {group.lack} 人" for group in self.lacking)


def _share_deadline(lines: Sequence[Invitation]) -> None:
    """Let each of ``lines``, all of one draw, say until when at the latest those may answer who are
    asked: whose letter went out later, or never, is told by no line. To the minute; to the hour for those
    who were asked after an exit, whose time says when that was (docs/decisions/0240)."""
    running = [line for line in lines if line.is_running]
    for came_later in (False, True):
        alike = [line for line in lines if (line.origin == Origin.SUPPLEMENT) == came_later]
        # Where no clock of theirs runs, they say what the others do.
        _share(alike, [line for line in alike if line.is_running] or running)


def _share(lines: Sequence[Invitation], running: Sequence[Invitation]) -> None:
    if not running:
        return
    latest = max(until for line in running if (until := line.runs_until))
    by_hour = any(line.origin == Origin.SUPPLEMENT for line in running)
    latest = hour_of(latest) + timedelta(hours=1) if by_hour else next_minute(latest)
    for line in lines:
        line.shared_until, line.by_hour = latest, by_hour


def _lines() -> QuerySet[Invitation]:
    # Of whoever came before the pause nothing is told by this: whether a letter got to him follows from his addresses.
    pauses = DrawPause.objects.filter(draw=OuterRef("draw"), resumed_at__isnull=True)
    held = Exists(pauses.filter(paused_at__lte=OuterRef("invited_at")))
    lines = Invitation.objects.annotate(is_held=held)
    return lines.select_related("changed_by").order_by("draw_id", "line")


_lines_of = Prepared(lambda: _lines().filter(draw=Given("draw")))


def board_of(draw: Draw, *widened: Draw) -> Board:
    """Return how ``draw`` stands now, or with the draws that ``widened`` it their panel: the seats
    of the first, the lines of all; one query. Whom quiet hours keep waiting `queries.reach.board_at` says, too."""
    lines: list[Invitation] = (
        list(_lines().filter(draw__in=[draw, *widened])) if widened else _lines_of.all(draw=draw.pk)
    )
    draws = {one.pk: one for one in (draw, *widened)}
    for line in lines:
        # No statement for each of them.
        line.draw = draws[line.draw_id]
    as_written(lines)
    for one in draws.values():
        _share_deadline([line for line in lines if line.draw_id == one.pk])
    groups = [
        GroupBoard(
            code=group.code,
            name=group.name,
            seats=group.seats,
            conditions=group.conditions,
            lines=[line for line in lines if line.group == group.code],
            standby_for=group.standby_for,
        )
        for group in draw.rule.groups
    ]
    answered = sum(line.state != InvitationState.INVITED for line in lines)
    waiting = [line.deadline_at for line in lines if line.state == InvitationState.INVITED]
    reached = sum(line.reached_at is not None for line in lines)
    soonest = f"{min(waiting).timestamp():.0f}" if waiting else ""  # an emergency brings it forward
    shown = (
        f"{len(draw.revealed)}-{len(lines)}-{answered}-{draw.released_at is None}"
        f"-{reached}-{soonest}-{sum(line.came_in_pause for line in lines)}"
    )
    # Keyed: it is given out, and nobody shall find by trying for which deadline it stands.
    return Board(groups, lines, f"{draw.status}-{blind_index('draws.board', shown).hex()[:16]}")
