"""到场签到: who has come, without names: how many of a panel signed in, and by which code they do.

Where the sealed policy says so (`Policy.reveal_present`), each expert confirms on his own phone the code
that is shown at the place. It changes every two minutes: whoever is not there does not know it.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from expertpool.core.configuration import value_of
from expertpool.core.crypto import blind_index
from expertpool.draws.enums import SEATED_STATES, DrawStatus, InvitationState
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.models.invitation import STANDBY
from expertpool.draws.queries.draws import panel_of
from expertpool.draws.queries.meetings import last_closing
from expertpool.draws.queries.reveal import proven_opening
from expertpool.draws.queries.written import READ, has_signed_in
from expertpool.draws.settings import PLACE_OPENS

STEP = timedelta(minutes=2)  # a code and the one before count: whoever types has time
DIGITS = 6
MOST_TRIES = 20  # of each expert until the operator lets him try again: two of a million are right


@dataclass(frozen=True)
class Presence:
    """How many of those who sit have signed in, and how many cannot for their many wrong codes.
    ``is_settled``: nobody is being found, and of those who sit nobody asked, any more."""

    signed: int
    seated: int
    stopped: int
    is_settled: bool
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
    def version(self) -> str:
        return f"{self.signed}-{self.seated}-{self.stopped}-{self.is_settled}"

    def is_open(self, now: datetime) -> bool:
        """Whether somebody may sign in now."""
        return self.since <= now < self.until


def signs_in(draw: Draw) -> bool:
    """Tell whether the experts of ``draw`` sign in by a code: its sealed policy says so."""
    policy = draw.rule.policy
    return draw.is_valid and policy is not None and policy.reveal_present


def signs_in_from(draw: Draw) -> datetime:
    """Return from when the experts of ``draw`` may sign in."""
    return (proven_opening(draw) or draw.next_sitting) - value_of(PLACE_OPENS)


def presence_of(draw: Draw) -> Presence | None:
    """Return who has come of the panel for which ``draw`` finds experts, whichever of its draws
    found them; None where nobody signs in by a code."""
    if not signs_in(draw):
        return None
    draws = panel_of(draw)
    rows = list(_members(draws).only("draw", *READ, "sign_in_tries"))
    by_key = {one.pk: one for one in draws}
    for row in rows:
        row.draw = by_key[row.draw_id]
    return Presence(
        signed=sum(has_signed_in(row) for row in rows),
        seated=len(rows),
        stopped=sum(row.signed_in_at is None and is_stopped(row) for row in rows),
        # A draw goes on while one who stands by has not answered: he need not come.
        is_settled=not any(one.status == DrawStatus.SEALED for one in draws)
        and all(row.state == InvitationState.ACCEPTED for row in rows),
        since=signs_in_from(draw),
        until=last_closing(draw.covered),
    )


def _members(draws: Sequence[Draw]) -> QuerySet[Invitation]:
    """Those who sit in the panel: who stands by is not asked to come."""
    return Invitation.objects.filter(~STANDBY, draw__in=draws, state__in=SEATED_STATES)


def is_stopped(invitation: Invitation) -> bool:
    """Tell whether its expert typed too many wrong codes to try another."""
    return invitation.sign_in_tries >= MOST_TRIES


def stopped(draws: Sequence[Draw]) -> QuerySet[Invitation]:
    """Return those of the panel that ``draws`` find who typed too many wrong codes."""
    return _members(draws).filter(sign_in_tries__gte=MOST_TRIES, signed_in_at__isnull=True)


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
