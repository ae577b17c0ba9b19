"""Answers in writing, as providers push them: found by telephone and code, each taken once; and by key, in a call."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from expertpool.core.crypto import blind_index
from expertpool.core.events import publish
from expertpool.core.locks import lock_transaction
from expertpool.core.text import clean_digits
from expertpool.notifications.channels.base import Inbound, Pressed, Told
from expertpool.notifications.enums import Decision
from expertpool.notifications.events import MessageAnswered
from expertpool.notifications.models import Attempt, Message, Reply
from expertpool.notifications.queries.replies import answer_key, may_be_guessed
from expertpool.notifications.queries.wechat import is_to_ended
from expertpool.notifications.queries.wording import understood
from expertpool.notifications.services.reports import attempt_of, take_each, take_report

# So often somebody may write of one letter.
MOST_OF_ONE = 20
DAY = timedelta(days=1)
# What is written back later is about something that is long over.
ANSWERED_WITHIN = timedelta(days=60)
# Whose letter somebody means who wrote no code: looked for among so many of so many days.
ASKED_LATELY = timedelta(days=7)
MOST_READ = 2000
# What platforms write in a telephone, besides blanks.
_BETWEEN_DIGITS = str.maketrans("", "", "-()")


def take_pushed(*, provider: str, told: Iterable[Told], now: datetime, source: str = "") -> int:
    """Keep what ``provider`` pushed from ``source`` (a network): what became of letters, what was written back and which
    keys were pressed, each apart from the others; return how many were new.

    Announces MessageAnswered of what was written back, or pressed, to no letter as well. Whoever wrote without a code, or with a wrong one, is
    told how to answer if a letter asks him, and is counted, by ``source``: after many in a day a right one of his
    telephone from there is doubted.
    """

    def take(one: Told) -> bool:
        match one:
            case Inbound():
                return take_reply(provider, one, now, source)
            case Pressed():
                attempt = attempt_of(provider, one, now=now)
                if attempt is None:
                    return False
                return take_pressed(attempt=attempt, decision=one.decision, now=now)
            case _:
                return take_report(provider, one, now)

    return take_each(told, take)


@transaction.atomic
def take_reply(provider: str, inbound: Inbound, now: datetime, source: str = "") -> bool:
    phone = _as_stored(inbound.sender)
    sender = blind_index("notifications.sender", phone)
    pushed_by = blind_index("notifications.source", f"{phone}:{source}")
    # His answers follow one another: a limit of a day holds at once.
    lock_transaction(f"notifications.reply:{sender.hex()}")
    code, decision = understood(inbound.text, inbound.extension)
    message = _message_of(provider, phone, code, now)
    if message is not None and message.replies.count() >= MOST_OF_ONE:
        return False
    if may_be_guessed(sender, pushed_by, now):
        if message is None:
            return False
        decision = Decision.DOUBTED
    # Where the platform gives neither number nor time, the same words of a later hour are said anew.
    said = inbound.key or f"{inbound.at or format(now, '%Y%m%d%H')}:{inbound.text}"
    named = blind_index("notifications.inbound", f"{phone}:{inbound.extension}:{said}").hex()
    reply, is_new = Reply.objects.get_or_create(
        key=f"{provider}:{named}",
        defaults={
            "message": message,
            "decision": decision,
            "provider": provider,
            "sender": None if message else sender,
            "source": None if message else pushed_by,
            "received_at": now,
        },
    )
    if is_new and message is not None:
        publish(MessageAnswered(reply.pk))
    elif is_new:
        # As much is done for whom nothing asks: the queues would tell (docs/decisions/0551).
        publish(MessageAnswered((_unread(provider, phone, decision, now) or reply).pk))
    return is_new and message is not None


def _unread(provider: str, phone: str, decision: Decision, now: datetime) -> Reply | None:
    """Take what came without a code, or with a wrong one, as said of the last letter that asks this telephone, but not
    understood (or as the wish to be left alone): once a day of a letter, so that whoever wrote is told how to answer.
    Returns what was new."""
    letter = _last_asking(provider, phone, now)
    if letter is None:
        return None
    reply, is_new = Reply.objects.get_or_create(
        key=f"{provider}:unread-{letter.pk}-{now:%Y%m%d}",
        defaults={
            "message": letter,
            "decision": Decision.STOP if decision == Decision.STOP else Decision.UNCLEAR,
            "provider": provider,
            "received_at": now,
        },
    )
    return reply if is_new else None


def _as_stored(sender: str) -> str:
    """Return a telephone as it is stored, without its country and what platforms write between digits; any other
    address as it is."""
    digits = clean_digits(sender).translate(_BETWEEN_DIGITS)
    phone = digits.removeprefix("+").removeprefix("0086")
    if not phone.isdecimal():
        return sender
    return phone.removeprefix("86") if len(phone) > 11 else phone


@transaction.atomic
def take_pressed(*, attempt: Attempt, decision: Decision, now: datetime) -> bool:
    """Keep which key was pressed in the call that ``attempt`` is, once; True if it was new.

    Announces MessageAnswered.
    """
    reply, is_new = Reply.objects.get_or_create(
        key=f"{attempt.provider}:{attempt.pk}",
        defaults={
            "message": attempt.message,
            "decision": decision,
            "provider": attempt.provider,
            "received_at": now,
        },
    )
    if is_new:
        publish(MessageAnswered(reply.pk))
    return is_new


def _message_of(provider: str, phone: str, code: str, now: datetime) -> Message | None:
    """Return the letter that is answered: the last one with this code that ``provider`` carried to this telephone; None
    where it asked of two things by the same code."""
    if not code:
        return None
    rows = Message.objects.filter(
        answer_key=answer_key(phone, code),
        tries__provider=provider,
        created_at__gt=now - ANSWERED_WITHIN,
    )
    found = [one for one in rows.order_by("-pk").distinct() if not is_to_ended(one)]
    asked = {(one.about_type, one.about_id) for one in found}
    return found[0] if len(asked) == 1 else None


def _last_asking(provider: str, phone: str, now: datetime) -> Message | None:
    """Return the last letter of this week that asks the owner of this telephone. Tried one by one: no index joins the
    letters of one person."""
    rows = Message.objects.filter(
        answer_key__isnull=False, tries__provider=provider, created_at__gt=now - ASKED_LATELY
    )
    found = rows.order_by("-pk").distinct().only("key", "uid", "answer_code", "answer_key")
    latest = found[:MOST_READ]
    # All of them, also once it is found: how long it takes says nothing of whom anything asks.
    asked = [one for one in latest if one.answer_key == answer_key(phone, one.answer_code)]
    return asked[0] if asked else None


def forget_replies(*, now: datetime) -> int:
    """Remove what was written to no letter, once it limits nobody any more; return how many."""
    rows = Reply.objects.filter(message__isnull=True, received_at__lt=now - 2 * DAY)
    return rows.delete()[0]
