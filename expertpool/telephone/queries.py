"""What was recorded, and who may hear it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import messages_visible_to
from expertpool.notifications.queries.subjects import readable_by
from expertpool.notifications.registry import AttemptFiles
from expertpool.telephone.models import Call


def recorded_call(user: User, uid: UUID, number: int) -> Call | None:
    """Return the call of the attempt ``number`` of a message that ``user`` may read now, if it was recorded."""
    message = messages_visible_to(user).filter(uid=uid, deleted_at__isnull=True).first()
    if message is None or message.pk not in readable_by(user, [message]):
        return None
    rows = Call.objects.filter(attempt__message=message, attempt__number=number)
    return rows.exclude(tape="").select_related("attempt__message").first()


def tapes_of(message: Message) -> Mapping[int, Sequence[tuple[str, str]]]:
    """Return where the recordings of the calls of ``message`` are got, by attempt."""
    rows = Call.objects.filter(attempt__message=message).exclude(tape="")
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for attempt, number in rows.values_list("attempt", "attempt__number"):
        found[attempt].append(("通话录音", reverse("telephone:tape", args=[message.uid, number])))
    return found


TAPES = AttemptFiles("telephone.tapes", tapes_of)
