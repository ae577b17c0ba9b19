"""Who watches hears of rules about networks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from expertpool.networks.services.rules import block_after_failures, end_all_blocks
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.mark.shows("SYS-16")
def test_what_ends_blocks_from_the_server_is_told_beside_blocks_of_the_same_hour() -> None:
    """It had the key of blocks that make themselves, of which one an hour is told: an attacker's kept it from all."""
    make_user("admin")
    for at in (1, 2):
        address = f"198.51.100.{at}"
        block_after_failures(address=address, failures=30, lasts=timedelta(hours=1), now=NOW)
    assert end_all_blocks(now=NOW) == 2
    told = Message.objects.filter(occasion="network.ruled").order_by("pk")
    assert ["解除" in one.subject for one in told] == [False, True, True]
