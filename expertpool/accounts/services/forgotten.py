"""Whoever forgot his password, and sets it himself by a link as a rule (`accounts.registry.PASSWORD_LINKS`), asks for
that link on the page of sign-in. Whether there is such an account, nobody learns by it (docs/decisions/0425).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.exceptions import NotAllowed
from expertpool.accounts.models import LoginRecord
from expertpool.accounts.registry import password_link
from expertpool.accounts.services.addresses import is_open_at, typed_index
from expertpool.accounts.services.login import ask_by
from expertpool.accounts.settings import LINKS_PER_ADDRESS, LINKS_PER_HOUR
from expertpool.audit.services import record
from expertpool.core.client import network_of
from expertpool.core.configuration import value_of
from expertpool.core.jobs import defer
from expertpool.core.limits import leaves_some
from expertpool.core.locks import lock_transaction
from expertpool.core.permissions import BuiltInRole
from expertpool.core.text import clean_code

HOUR, AGAIN_AFTER = timedelta(hours=1), timedelta(minutes=1)
LINKS_OF_ONE = 5  # in an hour, of one account and of what was typed
PARTS = 20  # of what is left to all, see `core.limits.leaves_some`
# Whoever has more than these is reset by an administrator, who looks whom he has before him.
OUTSIDE = {BuiltInRole.EXPERT.value, BuiltInRole.APPLICANT.value}
TOO_SOON = "刚刚已经提交过，请先查收；1 分钟后可以再试。"
TOO_MANY = "提交的次数太多，请 1 小时后再试，或联系管理单位。"
CLOSED = "从这个网络地址暂不能重设密码，请稍后再试，或联系管理单位。"


@transaction.atomic
def ask_link(*, identifier: str, address: str, device: str, now: datetime) -> None:
    """Let whoever ``identifier`` (account name, phone or mail) is be sent a link, by a job: what is answered here,
    and how soon, is the same for anybody and nobody.

    Refuses (NotAllowed) a blocked address, and more in an hour than the office allows for what was typed, for one
    address and for all.
    """
    if not is_open_at(address, now=now):
        raise NotAllowed(CLOSED)
    # Of many at once each would have counted before any was noted.
    lock_transaction("accounts.links_asked")
    _refuse_many(typed_index(clean_code(identifier)), network_of(address), now)
    row = ask_by(identifier=identifier, address=address, device=device, now=now)
    defer("accounts.send_link", record_id=row.pk)


def _refuse_many(typed: bytes, network: str, now: datetime) -> None:
    lately = LoginRecord.objects.filter(outcome=LoginOutcome.LINK_ASKED, at__gt=now - HOUR)
    counts = lately.aggregate(
        used=Count("pk"),
        own=Count("pk", filter=Q(network=network)),
        same=Count("pk", filter=Q(typed=typed)),
        fresh=Count("pk", filter=Q(typed=typed, at__gt=now - AGAIN_AFTER)),
    )
    if counts["fresh"]:
        raise NotAllowed(TOO_SOON)
    is_left = leaves_some(
        value_of(LINKS_PER_HOUR), used=counts["used"], own=counts["own"], parts=PARTS
    )
    if (
        counts["same"] >= LINKS_OF_ONE
        or counts["own"] >= value_of(LINKS_PER_ADDRESS)
        or not is_left
    ):
        raise NotAllowed(TOO_MANY)


@transaction.atomic
def send_link(*, record_id: int) -> bool:
    """Send the link that was asked for; tell whether one was sent: not to nobody, to who may do more than experts and
    applicants do, to whom no way leads that is surely his, nor more than a few in an hour. His password stays until
    he has chosen another one. A job that is done again sends nothing anew (the key of a message has the time)."""
    row = LoginRecord.objects.select_related("user").get(pk=record_id)
    user = row.user
    if user is None or row.outcome != LoginOutcome.LINK_ASKED:
        return False
    link = password_link(user)
    asked = user.login_records.filter(outcome=LoginOutcome.LINK_ASKED, pk__lte=row.pk)
    if (
        link is None
        or not user.role_codes <= OUTSIDE
        or asked.filter(at__gt=row.at - HOUR).count() > LINKS_OF_ONE
    ):
        return False
    try:
        with transaction.atomic():
            link.send(user, row.at, True)
    except NotAllowed as refusal:
        record("user.ask_link", actor=None, subject=user, now=row.at, note=str(refusal))
        return False
    record("user.ask_link", actor=None, subject=user, now=row.at)
    return True
