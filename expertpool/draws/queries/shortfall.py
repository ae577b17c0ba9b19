"""What a panel still lacks when its draws have nobody left, and who is not drawn for it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from expertpool.draws.enums import RUNNING, SEATED_STATES, ExclusionReason
from expertpool.draws.models import ConditionGroup, Draw, Invitation, VoidRequest
from expertpool.draws.queries.board import Board, board_of
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.queries.requests import open_request
from expertpool.experts.models import Expert
from expertpool.projects.enums import DrawState
from expertpool.projects.models import Project


@dataclass(frozen=True)
class Shortfall:
    """What the panel of ``draws`` lacks. All of them are random, and none goes on."""

    draws: list[Draw]
    board: Board

    @property
    def base(self) -> Draw:
        """The last of them: the one that is widened next."""
        return self.draws[-1]

    @cached_property
    def lacking(self) -> dict[str, int]:
        """How many experts each group lacks, by its code; full groups are left out."""
        return {group.code: group.lack for group in self.board.lacking}

    def sealed_last(self, code: str) -> Draw:
        """The last of the draws that sealed the group: one that widens knows only what lacked."""
        return next(draw for draw in reversed(self.draws) if code in draw.rule.group_names)

    @cached_property
    def freed(self) -> list[str]:
        """The groups that lack a seat of an earlier draw: the one that sealed them last has all of its own,
        and its order gives nobody for another's."""
        return [code for code in self.lacking if self._is_full(self.sealed_last(code), code)]

    def _is_full(self, draw: Draw, code: str) -> bool:
        seats = next(group.seats for group in draw.rule.groups if group.code == code)
        lines = [line for line in self.board.lines if line.draw_id == draw.pk]
        return seats <= sum(line.group == code and line.state in SEATED_STATES for line in lines)

    @property
    def is_freed(self) -> bool:
        """Whether all that lacks are seats of earlier draws."""
        return len(self.freed) == len(self.lacking)

    @cached_property
    def is_void_asked(self) -> bool:
        """Whether somebody asked to void one of its draws, and nobody decided yet."""
        return any(open_request(VoidRequest, draw) for draw in self.draws)

    @property
    def unit_cap(self) -> int | None:
        return self.draws[0].rule.unit_cap

    @property
    def words(self) -> str:
        return self.board.lacking_words

    def groups_in(self, groups: Iterable[ConditionGroup]) -> list[ConditionGroup]:
        """Return copies of those of ``groups`` that lack experts, with what they lack as seats;
        nobody stands by for these."""
        found = [copy(group) for group in groups if group.code in self.lacking]
        # Never saved: the plan keeps its own seats.
        for group in found:
            group.seats, group.standby_seats = self.lacking[group.code], 0
        return found

    @cached_property
    def expert_ids(self) -> set[int]:
        """Everybody whom its draws ever seated: who sits stays, who left does not come back."""
        return experts_on(self.board.lines)

    @cached_property
    def unit_counts(self) -> Counter[int]:
        """How many of each employer (by id) sit in the panel."""
        return employers_of(self.board.lines)

    @property
    def exclusions(self) -> list[tuple[ExclusionReason, Q]]:
        """Who is no candidate because of the panel: who was in it, and whose unit has no room left."""
        full = [unit for unit, count in self.unit_counts.items() if not self._room(count)]
        return [
            (ExclusionReason.IN_PANEL, Q(pk__in=self.expert_ids)),
            (ExclusionReason.UNIT_FULL, Q(employer__in=full)),
        ]

    def cap_for(self, employers: Iterable[int | None]) -> int | None:
        """Return the unit cap of a draw among candidates of these ``employers``.

        The protocol knows one cap for all units: where some have less room left in the panel than
        others, the least room counts for all.
        """
        if self.unit_cap is None:
            return None
        counts = {self.unit_counts[unit] for unit in set(employers) if unit is not None}
        return min((self._room(count) for count in counts), default=self.unit_cap)

    def _room(self, count: int) -> int:
        # Without a cap there is always room.
        return 1 if self.unit_cap is None else max(self.unit_cap - count, 0)


def shortfall_of(project: Project) -> Shortfall | None:
    """Return what the panel of ``project`` lacks, if its draws are over and it may be widened."""
    # Most panels end here, before their draws are read. In a batch the state of one says nothing of the
    # others: what is over stays as it was.
    if project.draw_state != DrawState.UNSATISFIED and project.batch_id is None:
        return None
    draws = valid_draws(project)
    if not draws or any(not draw.is_random or draw.status in RUNNING for draw in draws):
        return None
    board = board_of(*draws)
    return Shortfall(draws, board) if board.lacking else None


def experts_on(lines: Sequence[Invitation]) -> set[int]:
    """Return the ids of the experts behind ``lines``, opened to be counted, never to be shown."""
    return {open_identity(line).expert_id for line in lines}


def employers_of(lines: Sequence[Invitation]) -> Counter[int]:
    """Return how many of those who sit on ``lines`` each employer (by id) has."""
    ids = experts_on([line for line in lines if line.state in SEATED_STATES])
    rows = Expert.objects.filter(pk__in=ids, employer__isnull=False)
    return Counter(rows.order_by().values_list("employer", flat=True))
