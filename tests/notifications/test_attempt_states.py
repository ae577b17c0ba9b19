"""How an attempt may go on: what a provider tells moves one forward, never back."""

from __future__ import annotations

import pytest
from django.utils import timezone

from expertpool.notifications.enums import AttemptState
from expertpool.notifications.models import Attempt
from expertpool.notifications.services.outcomes import move_attempt
from tests.notifications.conftest import send

pytestmark = pytest.mark.django_db

# Written out here, and not taken from the code that is tried.
ENDS = {
    "accepted",
    "delivered",
    "undelivered",
    "rejected",
    "retry",
    "down",
    "unknown",
    "called_off",
}
MAY_FOLLOW = {
    "sending": ENDS,
    "unknown": {"accepted", "delivered", "undelivered", "rejected"},
    "accepted": {"delivered", "undelivered"},
    "retry": {"delivered"},
}


@pytest.mark.shows("OVW-09")
def test_an_attempt_goes_forward_and_by_no_other_way() -> None:
    (message,) = send("sms")
    assert {str(one) for one in AttemptState} == ENDS | {"sending"}
    pairs = [(a, b) for a in AttemptState for b in AttemptState]
    for number, (before, after) in enumerate(pairs, 1):
        attempt = Attempt.objects.create(
            message=message, number=number, provider="x", began_at=timezone.now(), state=before
        )
        moved = move_attempt(Attempt.objects.filter(pk=attempt.pk), after)
        attempt.refresh_from_db()
        may = after in MAY_FOLLOW.get(before, ())
        assert (moved, attempt.state) == ((1, after) if may else (0, before)), (before, after)
