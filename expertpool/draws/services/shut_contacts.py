"""That the phone or mail of somebody who is asked does not open: told to whoever watches, and of nobody by
name (docs/decisions/0167)."""

from __future__ import annotations

from datetime import datetime

from expertpool.core.crypto import DecryptionError
from expertpool.draws.enums import AlarmKind
from expertpool.draws.models import Draw
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.services.alarms import Overdue, open_alarms, raise_alarm
from expertpool.experts.models import Expert
from expertpool.experts.services.contacts import shut_contacts


def tell_shut(*, draw_id: int, now: datetime) -> None:
    """Raise an alarm: when somebody whom ``draw_id`` seated was to be told, a contact of his did not open.
    Whether it opens by now, put back, is not asked (docs/decisions/0178)."""
    raise_alarm(Overdue(draw_id, AlarmKind.CONTACT), now=now)


def still_shut(*, now: datetime) -> list[int]:
    """Return the draws with such an alarm that has not ended, and does not by now. Whoever was ever seated
    counts: that an alarm ends would tell who has answered."""
    told = open_alarms(AlarmKind.CONTACT).order_by("pk").values_list("draw", flat=True)
    return [pk for pk in told if _has_shut(pk)]


def _has_shut(draw_id: int) -> bool:
    ids = []
    for row in Draw.objects.get(pk=draw_id).invitations.all():
        try:
            ids.append(open_identity(row).expert_id)
        except DecryptionError:
            continue  # an alarm of its own
    return any(shut_contacts(expert) for expert in Expert.objects.filter(pk__in=ids))
