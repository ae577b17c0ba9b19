"""How fast messages go out: a bucket of turns for each account of a provider, and for each recipient.

A bucket is the moment until which its turns are given out. It holds as many at once as its period has, and gets
one back each such part of it. Letters about what it is a secret whom it is about take their turns apart from all others:
that one waits tells that others went out (docs/decisions/0281). What is urgent waits for no turn that was given to
what is less so, and those that wait for none yet come after it (0443), at the provider and at the recipient.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Lock

from django.db.models import F
from django.db.models.functions import Greatest

from expertpool.core.configuration import value_of
from expertpool.core.crypto import blind_index
from expertpool.core.duties import SET_BACK
from expertpool.notifications.channels import Channel
from expertpool.notifications.enums import Urgency
from expertpool.notifications.models import Message, Pace
from expertpool.notifications.occasions import urgency_of
from expertpool.notifications.queries.subjects import is_secret_whom

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Of recipients in the memory of this process; forgotten once their buckets are full again.
MOST_KEPT = 20_000

# In memory, not in a row: rows that are written whenever the same person is told something would say which letters
# go to one telephone, and so who sits (docs/decisions/0281).
_recipients: dict[bytes, datetime] = {}
_latest = [datetime.min.replace(tzinfo=UTC)]  # when a turn was taken last
_lock = Lock()


def next_turn(channel: Channel, message: Message, *, now: datetime) -> datetime:
    """Take the next turn of ``message`` over ``channel``; return when it is, ``now`` where nothing limits it."""
    about = message.about_type, message.about_id
    secret = is_secret_whom(about)
    less = _and_less(urgency_of(message.occasion))
    # One bucket for each subject: who sees that of one draw wait would learn of another who is asked by it.
    own = [f":{':'.join(about)}"] if secret else less
    if message.address and (later := _turn_of_recipient(channel, message.address, own, now)) > now:
        return later
    return _turn_of_account(channel, [":secret"] if secret else less, now)


def _and_less(urgency: Urgency) -> list[str]:
    """Return the buckets in which a letter of ``urgency`` uses a turn: its own, then those of less urgent ones."""
    return [
        f":{one.name}" if one else "" for one in sorted(Urgency, reverse=True) if one <= urgency
    ]


def _turn_of_account(channel: Channel, apart: Sequence[str], now: datetime) -> datetime:
    """Take a turn in each bucket ``apart``; return that of the first."""
    most = value_of(channel.per_minute) if channel.per_minute else 0
    if not most:
        return now
    turns = []
    for bucket in (
        apart
    ):  # always the most urgent first: whoever waits for a row holds none that others wait for
        key = _key(channel, bucket)
        Pace.objects.get_or_create(key=key, defaults={"given_until": now})
        rows = Pace.objects.filter(key=key)
        # The row stays locked until the caller's transaction ends: nobody else gets the same turn.
        rows.update(given_until=Greatest(F("given_until"), now) + MINUTE / most)
        turns.append(rows.values_list("given_until", flat=True).get() - MINUTE)
    return max(now, turns[0])


def take_turns_back(channel: Channel, *, now: datetime) -> None:
    """Let the account of ``channel`` begin anew: who has a turn that has not come has none any more."""
    for bucket in (":secret", *_and_less(max(Urgency))):  # in the order in which they are taken
        Pace.objects.filter(key=_key(channel, bucket)).update(given_until=now)


def _key(channel: Channel, bucket: str) -> str:
    return f"{channel.code}:{channel.provider}{bucket}"


def _turn_of_recipient(
    channel: Channel, address: str, apart: Sequence[str], now: datetime
) -> datetime:
    """Take a turn in each bucket ``apart`` of ``address``; return that of the first."""
    most = value_of(channel.per_recipient) if channel.per_recipient else 0
    if not most:
        return now
    # By the limit, too: whoever has it changed begins a bucket of that size.
    of_him = f"{channel.code}:{most}:{address}"
    keys = [blind_index("notifications.pace", of_him + one) for one in apart]
    with _lock:
        if now + SET_BACK < _latest[0]:
            _recipients.clear()  # of a clock that was ahead
        _latest[0] = now
        if len(_recipients) > MOST_KEPT:
            for old in [one for one, until in _recipients.items() if until <= now]:
                del _recipients[old]
        for key in keys:
            _recipients[key] = max(_recipients.get(key, now), now) + HOUR / most
        return max(now, _recipients[keys[0]] - HOUR)


def forget_recipients() -> None:
    """Begin anew, as a new process does."""
    with _lock:
        _recipients.clear()
