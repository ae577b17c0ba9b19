"""Each program of the product is killed once while draws run: it comes back by itself, nothing is lost, nothing
is done twice. The long form, with the embedded database: `make torture`."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from django.db import connection
from django.utils import timezone

from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Invitation
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.models import Message
from expertpool.notifications.services.delivery import reap_stuck
from tests.notifications.mail_server import MailServer
from tests.ports import free_port
from tests.torture.__main__ import _tell_waits
from tests.torture.office import at_rest, faults, faults_of_letters, open_draws
from tests.torture.product import ANYWHERE, Product
from tests.worker import environment_of, wait_for

DRAWS, SEATS = 4, 2


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_quiet_hours")
@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_what_is_killed_comes_back_and_nothing_is_lost(tmp_path: Path) -> None:
    product = Product(environment_of(PORT=str(free_port())), tmp_path / "output")
    with MailServer() as mail:
        mail.configure()
        # Their deadlines are over: there is much to do at once.
        past = timezone.now() - timedelta(hours=2)
        open_draws(DRAWS, seats=SEATS, now=past, reply_minutes=60)
        with product.running():
            for fault in ANYWHERE:
                before = product.programs()[fault].pid
                product.hurt(fault, Random(1))
                wait_for(lambda name=fault, old=before: is_new(product, name, old), seconds=120)
            end_sessions()
            product.wait()
            time.sleep(2)  # what lives is done with its letter
            reap_stuck(now=timezone.now() + timedelta(hours=1))  # as the minutely job does in time
            wait_for(at_rest, seconds=300)  # two minutes: until what the killed had in hand is seen
    assert product.told().count("秒后重新启动") >= len(ANYWHERE)
    assert faults() == []
    asked = Invitation.objects.filter(state=InvitationState.INVITED)
    assert asked.count() == DRAWS * SEATS
    letters = Message.objects.filter(occasion="draw.invitation", channel=ChannelCode.EMAIL)
    assert letters.filter(sent_at__isnull=False).count() == letters.count() >= DRAWS * SEATS
    assert faults_of_letters(mail.accepted) == []
    # The control: what is looked for is found.
    most = max(letters.values_list("attempts", flat=True))
    for wrong in ([], mail.accepted * (most + 1)):
        assert len(faults_of_letters(wrong)) >= DRAWS * SEATS
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'draws.expire_invitation'")
    assert len(faults()) == asked.filter(deadline_at__isnull=False).count() > 0


def is_new(product: Product, name: str, old: int) -> bool:
    program = product.programs().get(name)
    return program is not None and program.pid != old


def end_sessions() -> None:
    """End every connection of the product, as a database that is restarted does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename <> current_user"
        )


def test_what_is_away_for_too_long_in_the_median_is_named() -> None:
    waits = {"web": [4.0, 60.0, 3.0], "postmaster": [11.0, 1.0, 12.0], "supervisor": [11.0]}
    assert _tell_waits(waits) == ["postmaster: 11.0 s in the median, 10 at most"]
    assert _tell_waits({"supervisor": [31.0]}) == ["supervisor: 31.0 s in the median, 30 at most"]
