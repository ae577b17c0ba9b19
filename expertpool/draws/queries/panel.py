"""The panel of a project, for code that comes after the draw: reviews, fees, ratings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils import timezone

from expertpool.draws.enums import RUNNING, InvitationState, PanelRole
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.reveal import is_latest
from expertpool.draws.queries.sitting import WENT, LineIn, lines_in, lines_of, role_in
from expertpool.draws.registry import AT_WORK, TURNOUTS
from expertpool.projects.models import Project


@dataclass(frozen=True)
class PanelMember:
    """Somebody who sits in the panel, or stands by for it.

    ``expert_id`` and ``name`` are empty until the names are released. From then on the code may use
    them; whether a person may read them is asked of `draws.services.names`.
    """

    invitation_id: int
    draw_id: int
    place: int  # in the panel, from 1; those who stand by come last
    group: str  # code of the condition group whose seat it is
    group_name: str
    role: PanelRole | None
    is_standby: bool
    has_agreed: bool  # otherwise he has not answered yet
    expert_id: int | None
    name: str


def members_of_panel(project: Project) -> list[PanelMember]:
    """Return who sits in the panel of ``project``, whichever of its draws found them; once its review is
    over, who sat in it to the end."""
    draws = valid_draws(project)
    lines = lines_of(draws, Invitation.objects.select_related("expert"))
    found = [one for one in lines_in(project, lines) if one.is_seated]
    names = draws[0].rule.group_names if draws else {}
    # A stable sort: draws and lines stay in their order.
    ordered = sorted(found, key=lambda one: one.is_standby)
    return [_member(one, place, names) for place, one in enumerate(ordered, start=1)]


def _member(one: LineIn, place: int, names: Mapping[str, str]) -> PanelMember:
    return PanelMember(
        invitation_id=one.line.pk,
        draw_id=one.line.draw_id,
        place=place,
        group=one.line.group,
        group_name=names[one.line.group],
        role=_role(one),
        is_standby=one.is_standby,
        has_agreed=one.state == InvitationState.ACCEPTED,
        expert_id=one.line.expert_id,
        name=one.line.expert.name if one.line.expert else "",
    )


def who_was_sent_home(project: Project) -> dict[int, PanelMember]:
    """Return who had agreed to come to the review of ``project`` and may have come, but did not sit to its end, by the line: who
    left or was replaced on its day, or stood by and was not needed. Whether they came their signing in says, or somebody."""
    draws = valid_draws(project)
    names = draws[0].rule.group_names if draws else {}
    sat = who_sat(project)
    lines = lines_of(draws, Invitation.objects.select_related("expert"))
    found = [
        one for one in lines_in(project, lines) if one.line.pk not in sat and _may_have_come(one)
    ]
    return {
        one.line.pk: _member(one, place, names)
        for place, one in enumerate(found, start=len(sat) + 1)
        if one.line.expert_id is not None
    }


def _may_have_come(one: LineIn) -> bool:
    line = one.line
    if line.state in WENT and not one.is_seated:
        opened = timezone.localdate(one.project.opening_at)
        went = line.replied_at
        return went is not None and opened <= timezone.localdate(went)
    return one.is_standby and one.state == InvitationState.ACCEPTED


def who_sat(project: Project) -> dict[int, PanelMember]:
    """Return who sat in the panel of ``project`` to the end, by the line: who is rated and paid. Who stood by and came in at
    the meeting is among them."""
    came = came_in(project)
    return {
        one.invitation_id: one
        for one in members_of_panel(project)
        if one.has_agreed
        and one.expert_id is not None
        and (not one.is_standby or one.invitation_id in came)
    }


@dataclass(frozen=True)
class Filled:
    """How many of the ``seats`` of a panel that stands, and that ``base`` is the first draw of, somebody has who agreed;
    ``lacking``: how many lack of each group, by its name."""

    base: Draw
    seats: int
    agreed: int
    lacking: Mapping[str, int]

    @property
    def short(self) -> int:
        """How many lack."""
        return sum(self.lacking.values())

    @property
    def words(self) -> str:
        """How many there are of how many, and of which groups they lack; empty where nobody does."""
        return seats_words(self.seats, self.agreed, self.lacking)

    def mend(self, *, now: datetime) -> str:
        """Return what can be done about it, as a sentence; empty where nobody lacks."""
        if not self.short:
            return ""
        if next_opening(self.base.covered, now=now) <= now:
            return "评审时间已到，不能再补抽。"
        how = "补抽或放宽条件补抽" if self.base.is_random else "另选专家"
        return f"请到抽取页面{how}，来不及的先改期。"


def seats_words(seats: int, agreed: int, lacking: Mapping[str, int]) -> str:
    """Say how many there are of how many, and of which groups (names) they lack; empty where nobody does."""
    each = "，".join(f"{name}缺 {count} 人" for name, count in lacking.items())
    return f"评审组 {seats} 个席位，现有 {agreed} 人（{each}）" if each else ""


def filled_of(project: Project) -> Filled | None:
    """Return how many seats of the panel of ``project`` are filled; None where no panel stands."""
    draws = valid_draws(project)
    if not draws or any(draw.status in RUNNING for draw in draws):
        return None
    return filled_by(project, draws[0], lines_in(project, lines_of(draws)))


def filled_by(project: Project, base: Draw, lines: Iterable[LineIn]) -> Filled:
    """Return the same where the ``base`` of its draws and the ``lines`` of all of them are at hand."""
    agreed = [one for one in lines if one.state == InvitationState.ACCEPTED]
    came = came_in(project) if any(one.is_standby for one in agreed) else frozenset()
    homes = {group.code: group.standby_for or group.code for group in base.rule.groups}
    sits = Counter(
        homes.get(one.line.group, one.line.group)
        for one in agreed
        if not one.is_standby or one.line.pk in came
    )
    lacks = {one.name: one.seats - sits[one.code] for one in base.rule.panel}
    lacking = {name: count for name, count in lacks.items() if count > 0}
    return Filled(base, base.rule.seats, sum(sits.values()), lacking)


def came_in(project: Project) -> frozenset[int]:
    """Return the lines of who stood by and came in at the meeting."""
    return frozenset(pk for one in TURNOUTS for pk in one.came(project))


def went_early(project: Project) -> frozenset[int]:
    """Return the lines of who left the meeting with nothing done that counts."""
    return frozenset(pk for one in TURNOUTS for pk in one.went(project))


def _role(one: LineIn) -> PanelRole | None:
    role = role_in(one.line, one.project, one.line.draw.covered)
    return PanelRole(role) if role else None


def is_over(project: Project, *, now: datetime) -> bool:
    """Tell whether the review of ``project`` is over, be it scored at home for weeks, and its names are released, by
    times that this system set: of a draw that somebody else has opened nobody would learn who sits."""
    draws = valid_draws(project)
    return (
        project.closing_at <= now
        and not until_when(project)
        and panel_stands(project)
        and all(draw.released_at is not None and is_latest(draw) for draw in draws)
    )


def panel_stands(project: Project) -> bool:
    """Tell whether the panel of ``project`` is settled: see the event `PanelSettled`."""
    draws = valid_draws(project)
    return bool(draws) and not any(draw.status in RUNNING for draw in draws)


def until_when(project: Project) -> str:
    """Say until what the panel of ``project`` has still to do, whatever end was planned; empty: it has not."""
    return next(filter(None, (one.until(project) for one in AT_WORK)), "")


def projects_at_work() -> Q:
    """Choose the projects of which `until_when` says something, for lists."""
    return reduce(or_, (Q(pk__in=one.projects()) for one in AT_WORK), Q(pk__in=[]))


def projects_done_since(moment: datetime) -> Q:
    """Choose the projects whose panels have had to do until ``moment`` or later."""
    return reduce(or_, (Q(pk__in=one.done_since(moment)) for one in AT_WORK), Q(pk__in=[]))
