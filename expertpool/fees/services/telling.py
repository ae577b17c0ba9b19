"""Experts are told of their fees."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.experts.services.contacts import page_for, recipient_of
from expertpool.experts.services.letting_in import door_words, let_in
from expertpool.fees.models import FeeLine, Payment
from expertpool.fees.occasions import CORRECTED, ENTER_ANEW, RETURNED, REVERSED, SENT
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages

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


def tell_corrected(line: FeeLine, *, now: datetime) -> None:
    """Tell the expert of ``line`` that he was paid too much, and that it is to come back, once."""
    words = {"原因": line.note, "网址": page_for(line.expert, _page(line))}
    _tell(CORRECTED, line, words, now=now)


def tell_enter_anew(line: FeeLine, *, actor: User, now: datetime) -> None:
    """Tell who entered ``line``, unless he reversed it himself, that it is to be entered anew, once."""
    user = line.entered_by
    if user.pk == actor.pk or not user.is_active:
        return
    envelope = Envelope(
        recipient=Recipient(account=user.username, name=user.name, email=user.email),
        context={
            "专家姓名": line.expert.name,
            "项目名称": line.project.name,
            "原因": line.reversal,
            "操作人": actor.name,
            "网址": settings.SITE_URL + reverse("fees:project", args=[line.project_id]),
        },
        about=line.invitation,
        key=f"{ENTER_ANEW.code}:{line.pk}",
    )
    ways = (ChannelCode.SITE, ChannelCode.EMAIL)
    send_messages(occasion=ENTER_ANEW.code, envelopes=[envelope], channels=ways, now=now)


def tell_returned(payment: Payment, *, now: datetime) -> None:
    """Tell the expert of ``payment`` that it came back, and why, once."""
    line = payment.line
    page = page_for(payment.account.expert, reverse("fees:own_account"))
    words = {"原因": payment.note, "网址": page}
    _tell(RETURNED, line, words, now=now, key=f"{RETURNED.code}:{payment.pk}")


def _page(line: FeeLine) -> str:
    return reverse("fees:own_fee", args=[line.pk])


def _tell(
    occasion: Occasion, line: FeeLine, words: dict[str, str], *, now: datetime, key: str = ""
) -> None:
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
        key=key or f"{occasion.code}:{line.pk}",
    )
    send_messages(
        occasion=occasion.code,
        envelopes=[envelope],
        channels=WAYS,
        now=now,
        surely=True,
        kind=line.project.kind,
    )
