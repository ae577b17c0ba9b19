"""Experts are told of their fees."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from expertpool.experts.services.contacts import page_for, recipient_of
from expertpool.experts.services.letting_in import door_words, let_in
from expertpool.fees.models import FeeLine
from expertpool.fees.occasions import REVERSED, SENT
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.services.sending import Envelope, send_messages

WAYS = (ChannelCode.SITE, ChannelCode.EMAIL, ChannelCode.SMS)


def tell_sent(line: FeeLine, *, now: datetime) -> None:
    """Ask the expert of ``line`` to sign its letter, once; he is let in where he has never been."""
    under_way = let_in([line.expert], now=now)
    _tell(SENT, line, {"网址": door_words(line.expert, _page(line), under_way=under_way)}, now=now)


def tell_reversed(line: FeeLine, *, now: datetime) -> None:
    """Tell the expert of ``line`` that its letter counts no more, once."""
    # Only told: nobody is let in for a letter that counts no more.
    words = {"原因": line.reversal, "网址": page_for(line.expert, _page(line))}
    _tell(REVERSED, line, words, now=now)


def _page(line: FeeLine) -> str:
    return reverse("fees:own_fee", args=[line.pk])


def _tell(occasion: Occasion, line: FeeLine, words: dict[str, str], *, now: datetime) -> None:
    said = {
        "专家姓名": line.expert.name,
        "项目名称": line.project.name,
    }
    envelope = Envelope(
        recipient=recipient_of(line.expert),
        context=said | words,
        # So that who may read it is asked as for all that is about a line of a draw.
        about=line.invitation,
        # Once each: a letter is sent once, and reversed once.
        key=f"{occasion.code}:{line.pk}",
    )
    send_messages(occasion=occasion.code, envelopes=[envelope], channels=WAYS, now=now, surely=True)
