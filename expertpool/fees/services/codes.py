"""Codes by which an expert confirms on another way that it is he: the account that he has typed, the letter that he signs."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from expertpool.core.codes import claim_try, open_codes, use_up
from expertpool.core.crypto import proof
from expertpool.core.models.codes import MOST_TRIES
from expertpool.core.text import clean_digits
from expertpool.experts.models import Expert
from expertpool.experts.services.contacts import recipient_of
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import AccountCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.services.sending import send_message

MINUTES = timedelta(minutes=10)
# What a code is about: the letter of this hash, or an account. Codes of a letter are counted by it, those of accounts
# together, whatever was typed: else whoever types another number each time is asked for no end.
LETTER, ACCOUNT = "letter", "account"
MOST_IN_ALL = 60  # in an hour, whatever they are about
HOUR, RESEND_AFTER = timedelta(hours=1), timedelta(minutes=1)
NO_WAY = "本站现在不能向您发送验证码，请联系管理部门代为办理。"
TOO_SOON = "验证码刚刚发出，请 1 分钟后再发。"
TOO_MANY = "发送验证码的次数太多，请 1 小时后再试。"
OVER = "验证码已失效（过时、用过、错得太多，或内容有改动），请重新发送。"


def send(
    *,
    expert: Expert,
    about: Sequence[str],
    code: str,
    occasion: Occasion,
    context: Mapping[str, str],
    most: int,
    now: datetime,
) -> AccountCode:
    """Send ``code`` to ``expert``, whose row the caller holds, for exactly what it is ``about``; the one before, of the same
    topic, counts no more.

    Refuses (FeeRefused) where nothing reaches him, twice in a minute, more than ``most`` of the topic in an hour, and
    too many of all.
    """
    to = recipient_of(expert)
    ways = ways_outside(occasion, phone=to.phone, email=to.email)
    if not ways:
        raise FeeRefused(NO_WAY)
    # Also over all: who has many letters to sign could be sent codes without end.
    in_all = AccountCode.objects.filter(expert=expert, sent_at__gt=now - HOUR)
    lately = in_all.filter(topic=topic_of(expert, about))
    if lately.filter(sent_at__gt=now - RESEND_AFTER).exists():
        raise FeeRefused(TOO_SOON)
    if lately.count() >= most or in_all.count() >= MOST_IN_ALL:
        raise FeeRefused(TOO_MANY)
    # One at a time: of two codes the one that was read on the way would still open.
    lately.filter(open_codes(now)).update(expires_at=now)
    row = AccountCode.objects.create(
        expert=expert,
        topic=topic_of(expert, about),
        digest=_digest(expert, about, code),
        sent_at=now,
        expires_at=now + MINUTES,
    )
    send_message(
        occasion=occasion.code,
        recipient=to,
        channels=ways,
        context={
            **context,
            "验证码": code,
            "有效分钟": str(int(MINUTES.total_seconds() // 60)),
        },
        about=row,
        key=f"account-code:{row.pk}",
        now=now,
    )
    return row


def check(*, expert: Expert, about: Sequence[str], code: str, now: datetime) -> None:
    """Use up the ``code`` that ``expert`` was sent for what it is ``about``. Not atomic with what it confirms: a try counts
    whatever comes of the rest.

    Refuses (FeeRefused) one that is wrong, about something else, used, over or tried too often.
    """
    sent = _open(expert, about, now).first()
    # The try is taken before the code is compared: of many sent at once no more are looked at.
    if sent is None or not claim_try(one := AccountCode.objects.filter(pk=sent.pk), now):
        raise FeeRefused(OVER, field="code")
    # In the same time whatever differs.
    if not hmac.compare_digest(bytes(sent.digest), _digest(expert, about, code)):
        what = "内容" if about[0] == LETTER else "账户"
        left = MOST_TRIES - sent.tries - 1
        told = f"验证码不对，或{what}在发送验证码后改过，还可以试 {left} 次。"
        raise FeeRefused(told if left > 0 else OVER, field="code")
    # Of two requests with the right code one alone goes on.
    if not use_up(one, now):
        raise FeeRefused(OVER, field="code")


def has_open_code(expert: Expert, about: Sequence[str], *, now: datetime) -> bool:
    """Tell whether a code for what it is ``about`` waits for ``expert`` to type it."""
    return _open(expert, about, now).exists()


def topic_of(expert: Expert, about: Sequence[str]) -> bytes:
    """Return by what the codes of ``expert`` are counted and found: a keyed digest, which names no letter."""
    return proof("fees-code-topic", [expert.number, *(about if about[0] == LETTER else [ACCOUNT])])


def _open(expert: Expert, about: Sequence[str], now: datetime) -> QuerySet[AccountCode]:
    return AccountCode.objects.filter(open_codes(now), expert=expert, topic=topic_of(expert, about))


def _digest(expert: Expert, about: Sequence[str], code: str) -> bytes:
    return proof("fees-account-code", [expert.number, *about, clean_digits(code)])
