"""A draw in the product that the environment names, begun and ended: run apart, since it has a database and keys of
its own."""

from __future__ import annotations

from django.utils import timezone

from expertpool.draws.enums import ReplyVia
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.replies import answer
from expertpool.draws.settings import QUIET_HOURS
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure

SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "1"}  # or no letter can be sent
RUN = """
import django
django.setup()
from tests.backups.ended_draw import end_draw
print(end_draw())
"""


def end_draw() -> str:
    """Let everybody who is asked accept; return the number of the draw."""
    now = timezone.now()
    configure(QUIET_HOURS, None)  # at whatever hour the test is run
    for _ in range(6):
        make_expert()
    draw = make_draw(now=now, seats=2)
    for line in draw.invitations.all():
        entropy = SeededEntropy(1)
        answer(invitation=line, accept=True, reason="", via=ReplyVia.LINK, now=now, entropy=entropy)
    draw.refresh_from_db()
    assert draw.ended_at
    return draw.number
