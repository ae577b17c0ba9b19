"""`make bench-delivery` in small: workers are killed while they send, and each invitation arrives once."""

from __future__ import annotations

import json

import pytest

from expertpool.draws.occasions import INVITATION
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tools.bench.delivery import measure_delivery
from tools.bench.reporting import Reporter

SIZE = 300


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.shows("OVW-09", "DRAW-20")
@pytest.mark.django_db(transaction=True)
def test_each_arrives_once_though_workers_are_killed() -> None:
    """What a dead worker held is asked for, and goes again only where the provider knows nothing of it, by somebody's hand:
    those are counted apart."""
    make_user("admin", username="admin")
    for at in range(SIZE):
        make_expert(phone=f"1390000{at:04}")
    lines: list[str] = []
    measure_delivery(Reporter(write=lines.append), SIZE)
    (found,) = map(json.loads, lines)
    assert (found["invitations"], found["arrived"], found["twice"]) == (SIZE, SIZE, 0)
    assert found["workers_killed"] == 2
    written = Message.objects.filter(occasion=INVITATION.code).count()
    assert written == SIZE + found["sent_again"]
