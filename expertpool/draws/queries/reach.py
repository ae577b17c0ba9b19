"""Whom the letters of a draw have not reached, and why: counts and channels, nobody's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from expertpool.core.crypto import blind_index
from expertpool.draws.enums import DrawStatus, InvitationState
from expertpool.draws.models import Draw, DrawPause, Emergency, Invitation, QuietWaiver
from expertpool.draws.occasions import CONFIRMED, DATED, LETTERS
from expertpool.draws.queries.board import Board, board_of
from expertpool.draws.queries.called_off import untold_of
from expertpool.draws.queries.clock import (
    HoursSet,
    closing_of,
    hours_since,
    letters_wait_until,
    pause_of,
    quiet_set,
    sealed_hours,
    waiver_of,
    were_quiet,
)
from expertpool.draws.queries.emergency import emergencies_of
from expertpool.draws.queries.panel_state import within_panel
from expertpool.draws.queries.ways import states_of_ways
from expertpool.draws.rules import QuietHours
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.models import Message
from expertpool.notifications.queries.channels import (
    ChannelState,
    inward,
    is_outward,
)
from expertpool.notifications.queries.messages import ARRIVED, is_to_nobody, messages_about
from expertpool.notifications.queries.reach import is_configured, reached_at
from expertpool.notifications.queries.route import held_routes, route_name

ON_ITS_WAY = (DeliveryState.QUEUED, DeliveryState.SENDING)
NEVER_LEFT = (
    DeliveryState.QUEUED,
    DeliveryState.CANCELLED,
    DeliveryState.FAILED,
    DeliveryState.NO_ACCOUNT,
)
AT_ONCE = 10  # draws whose letters are looked at together
Routes = Mapping[ChannelCode, datetime]  # that wait, each until when
Letters = dict[str, list[Message]]  # by the id of the line as text
Hours = Callable[[datetime], list[HoursSet]]


@dataclass(frozen=True)
class Fare:
    """How the letters of a draw fare now, whatever holds them back on purpose.

    ``unreached`` are asked and no letter has got to them, the first of them ``since``; for
    ``given_up`` of them no letter is on its way any more; why would tell whose it was. ``down`` are
    the channels that hold up letters. While names are sealed no page says how many: in a small draw
    the number is a line.
    """

    unreached: int
    since: datetime | None
    given_up: int
    down: list[ChannelState]

    @property
    def is_troubled(self) -> bool:
        """Whether somebody has to do something: a letter was given up, or a channel is down."""
        return self.unreached > 0 and bool(self.given_up or self.down)


@dataclass(frozen=True)
class Reach(Fare):
    """The same with what holds them back: quiet hours, which put off the letters to ``held`` of them, the
    last until ``held_until``; a changed way (``rerouted_by``), which does to ``rerouted`` until ``rerouted_until``
    (docs/decisions/0114); or a pause. ``cancelled`` who sat do not know yet that they need not come: quiet hours
    hold back what says so until ``cancelled_until``, by the hours alone."""

    held: int
    held_until: datetime | None
    rerouted: int
    rerouted_until: datetime | None
    rerouted_by: str
    waiver: QuietWaiver | None
    pause: DrawPause | None
    cancelled: int
    cancelled_until: datetime | None

    @property
    def is_held(self) -> bool:
        return self.pause is None and self.held_until is not None and self.held > 0

    @property
    def is_rerouted(self) -> bool:
        return self.pause is None and self.rerouted > 0

    @property
    def is_troubled(self) -> bool:
        return self.pause is None and super().is_troubled

    @property
    def version(self) -> str:
        """Changes with everything that is shown; keyed, since the numbers are not told."""
        shown = (
            f"{self.unreached}-{self.given_up}-{len(self.down)}"
            f"-{self.held}-{self.held_until}-{self.pause is not None}"
            f"-{self.rerouted}-{self.rerouted_until}-{self.cancelled}-{self.cancelled_until}"
        )
        return blind_index("draws.reach", shown).hex()[:16]


def board_at(
    draw: Draw,
    *,
    now: datetime,
    by_night: Callable[[], bool] | None = None,
    emergencies: Callable[[], list[Emergency]] | None = None,
    hours: Hours | None = None,
) -> Board:
    """Return how ``draw`` stands within its panel. Those who were seated in the quiet hours of ``now``, or in a pause that
    ended in them, say until when these hold back their letters. By hours, as they were set then and since, and pauses alone: of
    whom they reach, and by what, nothing is told. ``by_night``, ``emergencies`` and ``hours`` where the caller has asked
    for them."""
    board = within_panel(draw, board_of(draw))
    waiting = [line for line in board.lines if line.state == InvitationState.INVITED]
    if not waiting:
        return board
    closing = closing_of(waiting[0])
    until = letters_wait_until(draw, now=now, closing=closing, by_night=by_night)
    if until is None:
        return board
    first = min(one.invited_at for one in waiting)
    held = (hours or hours_of(draw))(first)
    pauses = [
        one
        for one in DrawPause.objects.filter(draw=draw, resumed_at__isnull=False)
        if one.resumed_at and were_quiet(held, one.resumed_at, now)
    ]
    # What waited then went out in an emergency.
    declared = emergencies() if emergencies else emergencies_of(draw)
    loud = max((one.ended_at for one in declared if one.ended_at), default=first)
    seated = [
        one
        for one in waiting
        if (one.invited_at >= loud and were_quiet(held, one.invited_at, now))
        or any(pause.holds(one.invited_at) for pause in pauses)
    ]
    if not seated:
        return board
    for line in seated:
        line.quiet_until = until
    return replace(board, version=f"{board.version}-{len(seated)}")


def hours_of(draw: Draw) -> Hours:
    """Return what tells which quiet hours of ``draw`` held since a moment, and asks for each once."""
    return cache(partial(hours_since, regime=draw.project.regime))


def hours_moved(lines: Iterable[Invitation], hours: Hours) -> HoursSet | None:
    """Return the quiet ``hours`` of a draw that were set last, where that was after some of its ``lines`` were asked who have
    not answered: letters that had gone out by then keep their deadlines."""
    asked = [one.invited_at for one in lines if one.state == InvitationState.INVITED]
    held = hours(min(asked)) if asked else []
    return held[-1] if len({one.span for one in held}) > 1 else None


def hours_sealed(draw: Draw) -> QuietHours | None:
    """Return the quiet hours that were sealed with ``draw``, where others are set by now: by these its deadlines are counted."""
    sealed = sealed_hours(draw)
    return sealed if sealed and sealed.span != quiet_set(draw.project.regime) else None


def reach_of(
    draw: Draw,
    lines: Sequence[Invitation],
    *,
    now: datetime,
    by_night: Callable[[], bool] | None = None,
    waiver: Callable[[], QuietWaiver | None] | None = None,
) -> Reach:
    """Return how the letters of ``draw``, whose ``lines`` are given, fare at ``now``; ``by_night`` and ``waiver`` where
    the caller has asked for them."""
    waiting = [line for line in lines if line.is_unreached]
    letters = _letters_by_line(waiting)
    states = states_of_ways(now) if _stuck(waiting, letters) else {}
    fare = _fare(waiting, letters, states, cache(is_configured))
    quiet = None
    if waiting:
        closing = closing_of(waiting[0])
        quiet = letters_wait_until(draw, now=now, closing=closing, by_night=by_night)
    routes = held_routes(now) if waiting else {}
    held = _held(letters, quiet, routes, now=now)
    last = max(routes.values(), default=None)
    untold, told_at = untold_of(draw, lines, now=now, by_night=by_night)
    return Reach(
        **vars(fare),
        held=len(held),
        held_until=max(held, default=None),
        rerouted=_rerouted(letters, routes) if last and not (quiet and quiet >= last) else 0,
        rerouted_until=last,
        rerouted_by="、".join(map(route_name, routes)),
        waiver=waiver() if waiver else waiver_of(draw, now=now),
        pause=pause_of(draw),
        cancelled=untold,
        cancelled_until=told_at,
    )


def _held(
    letters: Letters, quiet: datetime | None, routes: Routes, *, now: datetime
) -> list[datetime]:
    """Return until when quiet hours put off the letters to each line that gets none before, and has had none: by their own
    time, since the hours may have been changed after; by the present ones (until ``quiet``) what was not
    tried yet. What a changed way holds back (``routes``) is none of them, nor what was tried and failed."""

    def until(letter: Message) -> datetime | None:
        if letter.due_at <= now:
            return None if letter.state == DeliveryState.SENDING else quiet
        follows = letter.wait and letter.due_at <= letter.created_at + letter.wait
        if follows or letter.put_off:
            return None
        if letter.attempts and letter.due_at != quiet:
            return None
        return None if _is_rerouted(letter, routes) else letter.due_at

    unsent = [
        found
        for found in letters.values()
        # Whose clock is only just to start is reached; his inbox is none of the ways that reach him.
        if not any(one.state in ARRIVED and is_outward(one.channel) for one in found)
    ]
    lines = [[until(one) for one in found if one.state in ON_ITS_WAY] for found in unsent]
    return [min(filter(None, times)) for times in lines if times and all(times)]


def _is_rerouted(letter: Message, routes: Routes) -> bool:
    until = routes.get(ChannelCode(letter.channel))
    return until is not None and letter.due_at <= until


def _rerouted(letters: Letters, routes: Routes) -> int:
    """Return to how many lines nothing goes out before one of ``routes`` is open again."""
    lines = [[one for one in found if one.state in ON_ITS_WAY] for found in letters.values()]
    return sum(bool(found) and all(_is_rerouted(one, routes) for one in found) for found in lines)


def unreached_lines() -> QuerySet[Invitation]:
    """Return the lines of all running draws that are asked and that no letter has got to."""
    return Invitation.objects.filter(
        state=InvitationState.INVITED, reached_at__isnull=True, draw__status=DrawStatus.INVITING
    )


def suspected(draws: QuerySet[Draw], *, now: datetime) -> list[int]:
    """Return the ids of those of ``draws``, newest first, of which `troubled` may tell something: a line that no letter
    is on its way to, or one that a dead channel holds up. By the database alone; where all is well they are none,
    however many letters wait for their turn."""
    open_pause = DrawPause.objects.filter(draw=OuterRef("draw"), resumed_at__isnull=True)
    lines = unreached_lines().filter(~Exists(open_pause), draw__in=draws.order_by().values("pk"))
    going = Message.objects.filter(
        about_type="draws.invitation",
        about_id=Cast(OuterRef("pk"), CharField()),
        occasion__in=LETTERS,
        state__in=ON_ITS_WAY,
    )
    down = [code for code, state in states_of_ways(now).items() if state.is_down]
    # An inbox may be nobody's, and an older letter does not count for who was asked anew.
    held_up = Q(asked_again_at__isnull=False) | Q(~Exists(going.exclude(channel__in=inward())))
    if down:
        held_up |= Q(Exists(going.filter(channel__in=down)))
    found = lines.filter(held_up).order_by("-draw").values_list("draw", flat=True)
    return list(found.distinct())


def troubled(ids: Sequence[int], *, now: datetime) -> Iterator[tuple[Draw, Fare]]:
    """Yield those of the running draws ``ids`` whose letters reach somebody not, in that order: what `reach_of` says of
    each that is not paused, asked for a few together, and no further than somebody reads."""
    for at in range(0, len(ids), AT_ONCE):
        yield from _troubled_among(ids[at : at + AT_ONCE], now)


def _troubled_among(ids: Sequence[int], now: datetime) -> Iterator[tuple[Draw, Fare]]:
    waiting: dict[int, list[Invitation]] = defaultdict(list)
    for line in unreached_lines().filter(draw__in=ids).order_by("line"):
        waiting[line.draw_id].append(line)
    unreached = [line for found in waiting.values() for line in found]
    letters = _letters_by_line(unreached)
    states = states_of_ways(now) if _stuck(unreached, letters) else {}
    has_channel = cache(is_configured)
    known = Draw.objects.select_related("project").in_bulk(ids)
    for pk in ids:
        fare = _fare(waiting[pk], letters, states, has_channel)
        if fare.is_troubled:
            yield known[pk], fare


# What says how a letter fares, and nothing of what stands in it.
_OF_A_LETTER = (
    *("key", "channel", "address", "about_id", "state", "attempts", "put_off"),
    *("created_at", "due_at", "wait", "sent_at"),
)


def _letters_by_line(waiting: Sequence[Invitation]) -> Letters:
    letters: Letters = defaultdict(list)
    if waiting:
        for letter in letters_to(waiting).select_related(None).only(*_OF_A_LETTER):
            if not is_to_nobody(letter):
                letters[letter.about_id].append(letter)
    return letters


def _stuck(waiting: Sequence[Invitation], letters: Letters) -> set[str]:
    """The channels by which letters are on their way."""
    return {
        one.channel for line in waiting for one in letters[str(line.pk)] if one.state in ON_ITS_WAY
    }


def _fare(
    waiting: Sequence[Invitation],
    letters: Letters,
    states: Mapping[ChannelCode, ChannelState],
    has_channel: Callable[[str], bool],
) -> Fare:
    still, lost = [], 0
    for line in waiting:
        found = letters[str(line.pk)]
        is_over = not any(one.state in ON_ITS_WAY for one in found)
        if is_over and reached_at(found, has_channel=has_channel):
            continue  # just gone out: the job that starts his clock comes next
        still.append(line)
        lost += is_over
    waiting = still
    stuck = _stuck(waiting, letters)
    return Fare(
        unreached=len(waiting),
        since=min((line.asked_since for line in waiting), default=None),
        given_up=lost,
        down=[state for code, state in states.items() if code in stuck and state.is_down],
    )


def may_know(rows: Sequence[Invitation]) -> set[int]:
    """Return those of ``rows`` (ids) who know that they are asked, or may: one of their letters is under
    way, or nobody can say how its sending ended."""
    open_rows = [row for row in rows if not row.has_heard]
    letters = letters_to(open_rows).exclude(state__in=NEVER_LEFT) if open_rows else ()
    told = {int(letter.about_id) for letter in letters if not is_to_nobody(letter)}
    return told | {row.pk for row in rows if row.has_heard}


def last_letters(rows: Sequence[Invitation]) -> dict[int, datetime]:
    """Return when the last letter with a time was written that got to each of ``rows`` (ids), or may have, before he
    was asked anew: one that confirms counts in any case, since he had agreed to that time."""
    asked = {str(row.pk): row.asked_again_at for row in rows}
    letters = messages_about("draws.invitation", [row.pk for row in rows])
    written: dict[int, datetime] = {}
    for letter in letters.filter(occasion__in=DATED):
        since = asked[letter.about_id]
        knows = letter.occasion == CONFIRMED.code or (
            letter.state not in NEVER_LEFT and not is_to_nobody(letter)
        )
        if knows and (since is None or letter.created_at < since):
            key = int(letter.about_id)
            written[key] = max(written.get(key, letter.created_at), letter.created_at)
    return written


def letters_to(invitations: Iterable[Invitation]) -> QuerySet[Message]:
    """Return the letters that ask ``invitations``: of those asked anew only the letters since."""
    rows = list(invitations)
    messages = messages_about("draws.invitation", [row.pk for row in rows])
    late = Q()
    for since in {row.asked_again_at for row in rows if row.asked_again_at}:
        ids = [str(row.pk) for row in rows if row.asked_again_at == since]
        late |= Q(about_id__in=ids, created_at__lt=since)
    return messages.filter(~late if late else Q(), occasion__in=LETTERS)
