"""到场签到: who has come, without names: how many of a panel signed in, and by which code they do.

Where the sealed policy says so (`Policy.reveal_present`), each expert confirms on his own phone the code
that is shown at the place. It changes every two minutes: whoever is not there does not know it. Of a panel
with several reviews those sign in who are asked for the next, or running, one; once for all of a day.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from expertpool.audit.queries import entries_for
from expertpool.audit.services import proven
from expertpool.core.configuration import value_of
from expertpool.core.crypto import blind_index
from expertpool.draws.enums import SEATED_STATES, DrawStatus, InvitationState
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.models.invitation import STANDBY
from expertpool.draws.queries.draws import panel_of
from expertpool.draws.queries.meetings import last_closing
from expertpool.draws.queries.reveal import MOVED, proven_opening
from expertpool.draws.queries.sitting import lines_of, stands_by_in, state_in
from expertpool.draws.queries.written import has_signed_in
from expertpool.draws.settings import PLACE_OPENS
from expertpool.projects.models import Project

STEP = timedelta(minutes=2)  # a code and the one before count: whoever types has time
DIGITS = 6
MOST_TRIES = 20  # of each expert until the operator lets him try again: two of a million are right

OPENED = "draw.release_present"  # what the log says when all had signed in
RELEASED = "draw.release"
CAME = "已签到"  # how many, in the log

# By which rights the page of the place is opened: whoever supervises is there, too.
OPENS_PLACE = ("draws.run", "draws.confirm_steps")


@dataclass(frozen=True)
class Presence:
    """How many of those who sit have signed in, and how many cannot for their many wrong codes.
    ``is_settled``: nobody is being found, and of those who sit nobody asked, any more."""

    signed: int
    seated: int
    stopped: int
    is_settled: bool
    opening: datetime  # of the review that is meant
    since: datetime
    until: datetime

    @property
    def is_complete(self) -> bool:
        """Whether all who sit are here."""
        return self.is_settled and 0 < self.seated == self.signed

    @property
    def missing(self) -> int:
        return self.seated - self.signed

    @property
    def counted(self) -> dict[str, str]:
        """What the log says of it."""
        return {CAME: f"{self.signed} / {self.seated}"}

    @property
    def version(self) -> str:
        return f"{self.signed}-{self.seated}-{self.stopped}-{self.is_settled}"

    def is_open(self, now: datetime) -> bool:
        """Whether somebody may sign in now."""
        return self.since <= now < self.until


def signs_in(draw: Draw) -> bool:
    """Tell whether the experts of ``draw`` sign in by a code: its sealed policy says so."""
    policy = draw.rule.policy
    return draw.is_valid and policy is not None and policy.reveal_present


def signs_in_from(draw: Draw, *, now: datetime) -> datetime:
    """Return from when the experts of ``draw`` may sign in for its next, or running, review."""
    first = proven_opening(draw) or draw.next_sitting
    return max(first, _sitting(draw, now)[0].opening_at) - value_of(PLACE_OPENS)


def _sitting(draw: Draw, now: datetime) -> list[Project]:
    """The projects of the review that runs, or comes next; of the last one when all are over."""
    left = [one for one in draw.covered if one.closing_at > now]
    opening = min((one.opening_at for one in left), default=None)
    opening = opening or max(one.opening_at for one in draw.covered)
    return [one for one in draw.covered if one.opening_at == opening]


def presence_of(draw: Draw, *, now: datetime) -> Presence | None:
    """Return who has come of the panel for which ``draw`` finds experts, whichever of its draws
    found them; None where nobody signs in by a code."""
    if not signs_in(draw):
        return None
    draws, since = panel_of(draw), signs_in_from(draw, now=now)
    rows = [row for row in lines_of(draws) if is_expected(row, now=now)]
    signed = [row for row in rows if has_come(row, now=now)]
    return Presence(
        signed=len(signed),
        seated=len(rows),
        stopped=sum(is_stopped(row) for row in rows if row not in signed),
        # A draw goes on while one who stands by has not answered: he need not come.
        is_settled=not any(one.status == DrawStatus.SEALED for one in draws)
        and all(row.state == InvitationState.ACCEPTED for row in rows),
        opening=_sitting(draw, now)[0].opening_at,
        since=since,
        until=last_closing(draw.covered),
    )


def is_expected(line: Invitation, *, now: datetime) -> bool:
    """Tell whether the expert of ``line`` sits in the next, or running, review, or is asked to: who stands
    by need not come, nor who was asked for another one alone."""
    slots = line.draw.covered
    return any(
        state_in(line, one, slots) in SEATED_STATES and not stands_by_in(line, one)
        for one in _sitting(line.draw, now)
    )


def has_come(line: Invitation, *, now: datetime) -> bool:
    """Tell whether the expert of ``line`` signed in at the place for the next, or running, review; on
    the same day once is enough."""
    if line.signed_in_at is None:
        return False
    opening = _sitting(line.draw, now)[0].opening_at
    day = timezone.localtime(opening).replace(hour=0, minute=0, second=0, microsecond=0)
    since = min(day, opening - value_of(PLACE_OPENS))
    return line.signed_in_at >= since and has_signed_in(line)


def times_of_sign_in(lines: Iterable[Invitation]) -> dict[int, datetime]:
    """Return when those of ``lines`` who signed in by the code did, by the id of the line. For whoever may read their
    names: to others it tells who came when."""
    return {one.pk: one.signed_in_at for one in lines if one.signed_in_at and has_signed_in(one)}


def opened_by_presence(draw: Draw) -> bool:
    """Tell whether the names of ``draw`` are open because all who sit had signed in."""
    if draw.released_at is None or not signs_in(draw):
        return False
    # A move seals them anew.
    logged = entries_for(draw).filter(action__in=(OPENED, MOVED)).order_by("-pk")
    last = next(proven(logged), None)
    return last is not None and last.action == OPENED


def came_by_latest(draw: Draw) -> str:
    """Return how many of those who sit had signed in (2 / 3) when the latest time opened the names of ``draw``, as
    its log says; empty where something else did."""
    if draw.released_at is None or not signs_in(draw):
        return ""
    logged = entries_for(draw).filter(action__in=(RELEASED, MOVED)).order_by("-pk")
    last = next(proven(logged), None)
    return str((last.after or {}).get(CAME, "")) if last and last.action == RELEASED else ""


def is_stopped(invitation: Invitation) -> bool:
    """Tell whether its expert typed too many wrong codes to try another."""
    return invitation.sign_in_tries >= MOST_TRIES


def stopped(draws: Sequence[Draw]) -> QuerySet[Invitation]:
    """Return those of the panel that ``draws`` find who typed too many wrong codes."""
    seated = Invitation.objects.filter(~STANDBY, draw__in=draws, state__in=SEATED_STATES)
    return seated.filter(sign_in_tries__gte=MOST_TRIES)


def sign_in_code(draw: Draw, *, now: datetime) -> str:
    """Return the code of the place now: one for all draws of a panel."""
    return _code(_panel_key(draw), _step(now))


def code_until(now: datetime) -> datetime:
    """Return until when `sign_in_code` is the same."""
    return datetime.fromtimestamp((_step(now) + 1) * STEP.total_seconds(), tz=now.tzinfo)


def is_code(draw: Draw, code: str, *, now: datetime) -> bool:
    """Tell whether ``code`` is that of the place, or was a moment ago."""
    key, step = _panel_key(draw), _step(now)
    known = (_code(key, step), _code(key, step - 1))
    # Both are compared, however the first one went.
    right = [hmac.compare_digest(code.encode(), one.encode()) for one in known]
    return any(right)


def _panel_key(draw: Draw) -> int:
    return panel_of(draw)[0].pk


def _step(now: datetime) -> int:
    return int(now.timestamp() // STEP.total_seconds())


def _code(key: int, step: int) -> str:
    # Of a keyed digest: nobody computes it who has not the secret.
    number = int.from_bytes(blind_index("sign-in", f"{key}:{step}"))
    return f"{number % 10**DIGITS:0{DIGITS}}"
