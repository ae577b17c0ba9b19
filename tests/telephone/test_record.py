"""What stands on the record of a message of which several tries were made."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.notifications.models import Message
from expertpool.telephone.enums import CallOutcome
from expertpool.telephone.services import calls
from tests.fixtures import login
from tests.telephone.test_agent import letter, line_chosen  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.shows("OVW-08", "PRJ-21")]


def tries_of(client: Client, message: Message) -> list[str]:
    """Return what the page says of each try, in its order."""
    page = client.get(f"/messages/records/{message.uid}/").content.decode()
    return page.partition("正文</h")[0].split("第几次")[1:]


def test_three_calls_stand_in_their_order_each_with_what_happened(
    client: Client, admin: User
) -> None:
    message, now = letter("13800138001"), timezone.now()
    for minutes, outcome in (
        (0, CallOutcome.BUSY),
        (6, CallOutcome.NO_ANSWER),
        (20, CallOutcome.YES),
    ):
        at = now + timedelta(minutes=minutes)
        taken = calls.take(agent="a", now=at)
        assert taken is not None
        if outcome is not CallOutcome.BUSY:
            calls.note_ringing(call_id=taken.call_id, now=at)
        if outcome is CallOutcome.YES:
            calls.note_answered(call_id=taken.call_id, now=at + timedelta(seconds=4))
        calls.end(call_id=taken.call_id, outcome=outcome, now=at + timedelta(seconds=9))
    busy, rang, talked = tries_of(login(client, admin), message)
    words = [
        ["占线" in one, "振铃" in one, "接听" in one.replace("无人接听", "")]
        for one in (busy, rang, talked)
    ]
    assert words == [[True, False, False], [False, True, False], [False, True, True]]
    assert "无人接听" in rang
    assert talked.index("振铃") < talked.index("接听")
