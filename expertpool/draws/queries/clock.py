"""Until when an invitation can be answered, and when its letter may go out.

Quiet hours count for nobody: no letter goes out in them, and what they take of somebody's time to
answer is added. Letters go by the hours that are set, time to answer by those that were sealed
(docs/decisions/0601). Where a draw is an emergency there are none, nor are those that last until its panel
sits: letters go out in them, and whoever were given all of them could not be replaced any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from cryptography.hazmat.primitives.constant_time import bytes_eq
from django.db.models import Q, QuerySet
from django.utils import timezone

from expertpool.core.bounds import Bounds
from expertpool.core.configuration import Span, in_force, value_of
from expertpool.core.crypto import proof
from expertpool.core.prepared import Given, Prepared
from expertpool.core.text import moment_text, next_minute
from expertpool.draws.enums import AlarmKind
from expertpool.draws.models import Draw, DrawAlarm, DrawPause, DrawPlan, Invitation, QuietWaiver
from expertpool.draws.occasions import ASKING, CALLING, LETTERS, WAITING
from expertpool.draws.queries.conflicts import is_gone
from expertpool.draws.queries.emergency import emergency_of
from expertpool.draws.queries.meetings import last_closing, next_opening
from expertpool.draws.queries.policy import policy_for
from expertpool.draws.queries.reveal import proven_opening
from expertpool.draws.queries.setting_out import goes_before
from expertpool.draws.rules import Policy, QuietHours
from expertpool.draws.settings import EMERGENCY_USUAL, OWN_QUIET_HOURS, QUIET_WAYS
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.queries.route import held_routes
from expertpool.projects.models import Project
from expertpool.siteconfig.queries.counting import readings_since

DAY = timedelta(days=1)
TRIED_AGAIN = timedelta(minutes=1)


def quiet_until(now: datetime, regime: str) -> datetime | None:
    """Return when the quiet hours of ``regime`` in which ``now`` lies are over; None outside of them."""
    return _over(quiet_set(regime), now)


def _over(span: Span | None, now: datetime) -> datetime | None:
    here = timezone.localtime(now)
    return _next(span.end, here) if span and here.time() in span else None


@dataclass(frozen=True)
class HoursSet(QuietHours):
    """The quiet hours that were set from ``start``, until the next were."""

    start: datetime


def hours_since(since: datetime, regime: str) -> list[HoursSet]:
    """Return which quiet hours of ``regime`` held from ``since`` until now, the first ones first."""
    setting = OWN_QUIET_HOURS[regime]
    readings = readings_since(since, [setting])[::-1]
    # Each held until its change: since the change of the one before.
    starts = [since, *(one.change.at for one in readings if one.change)]
    spans = (in_force(setting, one.read) for one in readings)
    return [HoursSet(span, start) for start, span in zip(starts, spans, strict=True)]


def were_quiet(hours: Sequence[HoursSet], start: datetime, end: datetime) -> bool:
    """Tell whether it was quiet from ``start`` to ``end`` without a break, by the ``hours`` that held at each moment: what was
    to go out then still waits."""
    ends = [*(one.start for one in hours[1:]), end]
    parts = (
        (one, max(one.start, start), min(last, end)) for one, last in zip(hours, ends, strict=True)
    )
    return all(
        (over := _over(one.span, first)) is not None and last <= over
        for one, first, last in parts
        if first < last
    )


def way_quiet_until(channel: str, now: datetime) -> datetime | None:
    """Return when the quiet hours of ``channel`` alone are over in which ``now`` lies; None outside of them."""
    setting, here = QUIET_WAYS.get(channel), timezone.localtime(now)
    span = value_of(setting) if setting else None
    return _next(span.end, here) if span and here.time() in span else None


def quiet_set(regime: str) -> Span | None:
    """Return the quiet hours that are set for ``regime``."""
    span: Span | None = in_force(OWN_QUIET_HOURS[regime])
    return span


def sealed_hours(draw: Draw) -> QuietHours | None:
    """Return the quiet hours that were sealed with ``draw``; None: it goes by those that are set, as lists do and what
    was sealed before they were."""
    policy = draw.rule.policy
    return policy.quiet_hours if policy else None


def quiet_of(draw: Draw) -> Span | None:
    """Return the hours in which no time to answer ``draw`` passes."""
    return _quiet_by(draw.rule.policy, draw.project.regime)


def _quiet_by(policy: Policy | None, regime: str) -> Span | None:
    sealed = policy.quiet_hours if policy else None
    return sealed.span if sealed else quiet_set(regime)


def hours_until(
    now: datetime, *, regime: str, closing: datetime, channel: str = ""
) -> datetime | None:
    """Return until when quiet hours of ``regime``, with those of ``channel``, hold back what is sent for a panel that sits
    at ``closing``; None where they do not: where they end only when it does."""
    hours = (quiet_until(now, regime), way_quiet_until(channel, now))
    return max((one for one in hours if one and one < closing), default=None)


def held_ways(channels: Iterable[str], now: datetime, regime: str) -> dict[ChannelCode, datetime]:
    """Return those of ``channels`` whose letters wait since their way was changed (docs/decisions/0114),
    each with until when; none for which quiet hours last longer."""
    quiet = quiet_until(now, regime)
    return {
        code: until
        for code, until in held_routes(now).items()
        if code in channels and not (quiet and quiet >= until)
    }


def reveal_time(
    plan: DrawPlan, projects: Sequence[Project], policy: Policy | None, *, now: datetime
) -> datetime:
    """Return when the names of a draw that is made or moved ``now`` become public: as long before the next
    opening as its plan says, but not before the first who are asked have had their time to answer. Where
    all sign in first: at the latest. Whoever has more time then is still waited for
    (`queries.waiting.waits_for_answers`)."""
    opening = next_opening(projects, now=now)
    if policy and policy.reveal_present:
        return opening + timedelta(minutes=policy.present_latest)
    length, quiet = timedelta(minutes=plan.reply_minutes), _quiet_by(policy, projects[0].regime)
    answered = counted_on(now, length, latest=opening, quiet=quiet)
    return max(opening - timedelta(hours=plan.reveal_hours), answered)


def opens_earliest(draw: Draw, policy: Policy, *, now: datetime) -> datetime:
    """Return before when nobody makes the names of ``draw`` public by the ``policy`` that was sealed. It opens no
    earlier than its proof says, whatever its projects do."""
    opening = max(filter(None, (proven_opening(draw), next_opening(draw.covered, now=now))))
    return opening - timedelta(hours=policy.reveal_earliest)


def time_counted(
    start: datetime, end: datetime, *, closing: datetime, quiet: Span | None
) -> timedelta:
    """Return how much of the time from ``start`` to ``end`` lies outside ``quiet`` hours, for a panel that sits at
    ``closing``."""
    parts = _loud(start, end, closing, quiet)
    return sum((until - begin for begin, until in parts), timedelta())


def counted_on(
    start: datetime, length: timedelta, *, latest: datetime, quiet: Span | None
) -> datetime:
    """Return when ``length`` outside ``quiet`` hours has passed since ``start``, ``latest``, when the panel sits, at the
    most."""
    for begin, until in _loud(start, latest, latest, quiet):
        if begin + length <= until:
            return begin + length
        length -= until - begin
    return latest


def _loud(
    start: datetime, end: datetime, closing: datetime, span: Span | None
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the parts of the time from ``start`` to ``end`` outside quiet hours, as far as they are asked
    for: a review may be years away. Hours that are not over at ``closing`` are no quiet ones."""
    at = start
    while at < end:
        here = timezone.localtime(at)
        if span and here.time() in span:
            if (over := _next(span.end, here)) >= closing:
                yield at, end
                return
            at = over
            continue
        until = min(_next(span.start, here), end) if span else end
        yield at, until
        at = until


def _next(moment: time, here: datetime) -> datetime:
    """Return the first ``moment`` of a day after ``here``, which is local."""
    today = here.replace(
        hour=moment.hour, minute=moment.minute, second=moment.second, microsecond=0
    )
    return today if today > here else today + DAY


def closing_of(invitation: Invitation) -> datetime:
    """Return when the panel sits for which ``invitation`` asks: nobody answers later."""
    return next_opening(invitation.draw.covered, now=invitation.asked_since)


def time_to_reply(invitation: Invitation) -> timedelta:
    """Return how long who is asked by ``invitation`` may take: what was sealed, unless the draw was
    declared an emergency since; of a list that persons chose, what its plan says.

    Who is asked anew for another time has a day, or half of what is left until then, if that is
    more: otherwise whoever moves a review could lose a panel that had agreed to silence.
    """
    length = _usual_time(invitation.draw)
    if invitation.asked_again_at is None or emergency_of(invitation.draw):
        return length
    left = closing_of(invitation) - invitation.asked_again_at
    return max(length, min(DAY, left / 2))


def _usual_time(draw: Draw) -> timedelta:
    emergency, minutes = emergency_of(draw), _minutes_of(draw)
    return timedelta(minutes=min(emergency.minutes, minutes) if emergency else minutes)


def _minutes_of(draw: Draw) -> int:
    """Return how many minutes to reply were sealed; of a list that persons chose, what its plan says."""
    if (sealed := draw.rule.reply_minutes) is not None:
        return sealed
    plans = DrawPlan.objects.filter(project_id=draw.project_id)
    return plans.values_list("reply_minutes", flat=True).get()


@dataclass(frozen=True)
class EmergencyMinutes:
    """How many minutes to reply an emergency may leave: it never lengthens what was sealed."""

    fewest: int
    usual: int
    most: int


def emergency_minutes(draw: Draw, *, now: datetime) -> EmergencyMinutes:
    """Return the minutes that an emergency of ``draw`` may have: as was sealed, or, where they were not, as the office demands
    ``now``; no more than there were to reply."""
    policy, sealed = draw.rule.policy, _minutes_of(draw)
    if policy is None or policy.emergency_shortest is None:
        policy = policy_for(draw.project.regime, now=now)
    bounds = (policy.emergency_shortest, policy.emergency_longest)
    fewest, most = (sealed if one is None else min(one, sealed) for one in bounds)
    usual = Bounds(fewest, most).nearest(value_of(EMERGENCY_USUAL))
    return EmergencyMinutes(fewest, usual, most)


def deadline_from(invitation: Invitation, start: datetime, length: timedelta) -> datetime:
    """Return until when ``invitation`` can be answered if ``length`` of its time begins at ``start``: to the whole
    minute, as letters and pages say it."""
    closing = closing_of(invitation)
    if emergency_of(invitation.draw):
        return min(next_minute(start + length), closing)
    return usual_deadline(start, length, closing=closing, quiet=quiet_of(invitation.draw))


def usual_deadline(
    start: datetime, length: timedelta, *, closing: datetime, quiet: Span | None
) -> datetime:
    """Return the same by ``quiet`` hours, for a panel that sits at ``closing``."""
    return min(next_minute(counted_on(start, length, latest=closing, quiet=quiet)), closing)


def sealed_deadline(invitation: Invitation, *, now: datetime) -> datetime:
    """Return until when ``invitation``, which has reached its expert, can be answered by what was sealed, now that no emergency
    shortens it any more: as from the beginning; where his clock stood meanwhile, which nobody can tell apart any more, all
    of it from ``now``."""
    reached = invitation.reached_at or now
    start = now if _stood_since(invitation.draw, reached) else reached
    return deadline_from(invitation, start, time_to_reply(invitation))


def time_left(invitation: Invitation, at: datetime) -> timedelta:
    """Return how much of its time ``invitation`` had left ``at`` a moment: what `deadline_from` undoes."""
    until = invitation.deadline_at
    if emergency_of(invitation.draw):
        return max(until - at, timedelta())
    closing, draw, made = closing_of(invitation), invitation.draw, invitation.reached_at or at
    # By the hours of whenever it was made: those that were set since may lie where he was told that he has time.
    sealed = sealed_hours(draw)
    held = [sealed] if sealed else hours_since(made, draw.project.regime)
    spans = {one.span for one in held}
    return max(time_counted(at, until, closing=closing, quiet=span) for span in spans)


def was_cut_short(invitation: Invitation) -> bool:
    """Tell whether the panel of ``invitation`` sat before whoever is asked had had all of his time: he was reached
    late, or his clock stood still meanwhile (docs/decisions/0531)."""
    reached, closing = invitation.reached_at, closing_of(invitation)
    if reached is None or invitation.deadline_at < closing:
        return False
    if invitation.time_left is not None or _stood_since(invitation.draw, reached):
        return True
    if emergency_of(invitation.draw):
        had = closing - reached
    else:
        # Sealed without: those that held then. What was set since took nothing from him, and gave him nothing.
        draw = invitation.draw
        held = sealed_hours(draw) or hours_since(reached, draw.project.regime)[0]
        had = time_counted(reached, closing, closing=closing, quiet=held.span)
    return had < time_to_reply(invitation)


def _stood_since(draw: Draw, since: datetime) -> bool:
    """Whether ``draw`` was paused, or the service was off, after ``since``."""
    paused = DrawPause.objects.filter(Q(resumed_at=None) | Q(resumed_at__gt=since), draw=draw)
    return paused.exists() or came_back_after(draw, since)


def came_back_after(draw: Draw, since: datetime) -> bool:
    """Tell whether the service was on again after ``since``, having been off while ``draw`` waited for answers."""
    return DrawAlarm.objects.filter(draw=draw, kind=AlarmKind.OFF, raised_at__gt=since).exists()


def pause_of(draw: Draw) -> DrawPause | None:
    """Return the pause of ``draw`` that is still open; one for which a supervisor has to look stays open until
    this system says that he did, whatever its row says."""
    return next(_still_open(_pauses_of.all(draw=draw.pk), {draw.pk: draw}), None)


def open_pauses(draws: Iterable[Draw]) -> Iterator[DrawPause]:
    """Return those of all ``draws``, the latest first."""
    known = {draw.pk: draw for draw in draws}
    return _still_open(_maybe_open().filter(draw__in=known), known)


def _maybe_open() -> QuerySet[DrawPause]:
    # Those of the pool also where their row says that they are over: whether they are is proven.
    rows = DrawPause.objects.filter(Q(resumed_at__isnull=True) | ~Q(lost=[]))
    return rows.select_related("paused_by", "resumed_by").order_by("-pk")


_pauses_of = Prepared(lambda: _maybe_open().filter(draw=Given("draw")))


def _still_open(rows: Iterable[DrawPause], known: Mapping[int, Draw]) -> Iterator[DrawPause]:
    for found in rows:
        found.draw = known[found.draw_id]
        if found.resumed_at is None or not _is_over(found):
            yield found


def proof_of_pause(pause: DrawPause, *, lost: Sequence[str] | None = None) -> bytes:
    """Return what proves that this system stopped a draw so, and, once it is over, that it let it go on;
    ``lost``: for other candidates than those of the row."""
    named = sorted(pause.lost if lost is None else lost)
    said = [pause.draw.number, pause.paused_at.astimezone(UTC).isoformat(), named]
    if pause.resumed_at:
        said += [pause.resumed_at.astimezone(UTC).isoformat()]
        said += [pause.resumed_by.username if pause.resumed_by else ""]
    return proof("draws.pause", said)


def is_vouched_pause(pause: DrawPause) -> bool:
    """Tell whether this system wrote ``pause``, for whom it says."""
    return bytes_eq(bytes(pause.proof), proof_of_pause(pause))


def _is_over(pause: DrawPause) -> bool:
    # For nobody: it ended, but for whom it stood was not as this system had written it.
    return is_vouched_pause(pause) or bytes_eq(bytes(pause.proof), proof_of_pause(pause, lost=[]))


def pool_pauses() -> QuerySet[DrawPause]:
    """Return the pauses that wait until a supervisor has looked at a change of the pool."""
    return DrawPause.objects.filter(resumed_at__isnull=True).exclude(lost=[])


def past_pool_pauses(draw: Draw) -> list[DrawPause]:
    """Return those of ``draw`` that are over."""
    return _past_pool_pauses.all(draw=draw.pk)


_past_pool_pauses = Prepared(
    lambda: (
        DrawPause.objects.filter(draw=Given("draw"), resumed_at__isnull=False)
        .exclude(lost=[])
        .select_related("resumed_by")
    )
)


def waits_for_supervisor(draw: Draw) -> bool:
    """Whether ``draw`` stands until a supervisor has looked at a change of the pool."""
    pause = pause_of(draw)
    return pause is not None and pause.is_of_pool


def waiver_of(draw: Draw, *, now: datetime) -> QuietWaiver | None:
    """Return the decision that letters of ``draw`` go out in the quiet hours of ``now``."""
    waiver: QuietWaiver | None = _waivers_of.first(draw=draw.pk, now=now)
    return waiver


_waivers_of = Prepared(
    lambda: (
        QuietWaiver.objects.filter(draw=Given("draw"), until__gt=Given("now"))
        .select_related("waived_by")
        .order_by("pk")
    )
)


def goes_by_night(draw: Draw, *, now: datetime) -> bool:
    """Tell whether ``draw`` sends in the quiet hours of ``now``: in an emergency, and by somebody's decision."""
    return bool(emergency_of(draw) or waiver_of(draw, now=now))


def letters_wait_until(
    draw: Draw,
    *,
    now: datetime,
    closing: datetime,
    channel: str = "",
    by_night: Callable[[], bool] | None = None,
) -> datetime | None:
    """Return until when quiet hours, with those of ``channel``, hold back what ``draw`` sends; None where they do not:
    where it `goes_by_night` (``by_night``, where the caller knows it), and where they end only when the panel sits."""
    until = hours_until(now, regime=draw.project.regime, closing=closing, channel=channel)
    if until is None or (by_night() if by_night else goes_by_night(draw, now=now)):
        return None
    return until


def held_until(occasion: str, invitation_id: str, channel: str, now: datetime) -> datetime | None:
    """Return until when a message about an invitation must wait (see `MessageSubject`)."""
    if occasion not in WAITING:
        return None
    invitation = _invitation(invitation_id)
    closing = closing_of(invitation)
    if occasion in ASKING and pause_of(invitation.draw):
        return closing  # or until somebody resumes the draw
    latest = goes_before(occasion, invitation, closing=closing, now=now)
    until = letters_wait_until(invitation.draw, now=now, closing=latest, channel=channel)
    if until is None and _stops(invitation, occasion) and is_gone(invitation, now=now):
        # The sweep stops the draw for him (`services.leavers`); who is back by then gets it.
        return min(closing, now + TRIED_AGAIN)
    return until


def is_withheld(occasion: str, invitation_id: str, now: datetime) -> bool:
    """Whether a message that calls somebody to answer or to come goes to nobody, since the meeting has begun
    for which it asks, or to which it calls is over, or he has left the pool (see `MessageSubject`). What asks him
    first in a random draw waits instead."""
    if occasion not in (*LETTERS, *CALLING):
        return False
    invitation = _invitation(invitation_id)
    is_over = last_closing(invitation.draw.covered)
    if now >= (closing_of(invitation) if occasion in ASKING else is_over):
        return True
    return not _stops(invitation, occasion) and is_gone(invitation, now=now)


def _stops(invitation: Invitation, occasion: str) -> bool:
    return occasion in LETTERS and invitation.draw.is_random


def late_values(invitation_id: str, now: datetime) -> dict[str, str]:
    """Return what a letter says that goes out at ``now``: the deadline that it starts, or that an
    earlier one did."""
    invitation = _invitation(invitation_id)
    deadline = (
        invitation.deadline_at
        # His time runs from the first letter that reached him: a later one gives no more.
        if invitation.reached_at
        else deadline_from(invitation, now, time_to_reply(invitation))
    )
    return {"答复截止": moment_text(deadline)}


def _invitation(invitation_id: str) -> Invitation:
    rows = Invitation.objects.select_related("draw__project").prefetch_related("draw__projects")
    return rows.get(pk=invitation_id)
