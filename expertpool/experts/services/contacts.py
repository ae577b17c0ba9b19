"""The phone and mail of an expert: letters and links go there, so whoever changes them could read what
is for the expert alone. He is told where he was reached before, and no link that lets somebody in goes
to what was changed lately (docs/decisions/0114)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from expertpool.accounts.models import User
from expertpool.accounts.services.users import follow_file
from expertpool.core.fields import opens
from expertpool.core.locks import lock_transaction
from expertpool.core.text import moment_text
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert, ExpertVersion
from expertpool.experts.occasions import ACCOUNT, CONTACT_CHANGED
from expertpool.experts.queries.experts import account_of, how_to_call
from expertpool.experts.settings import CONTACT_DAYS
from expertpool.notifications.enums import AddressKind, ChannelCode
from expertpool.notifications.queries.channels import reaches_phones, ways_outside
from expertpool.notifications.queries.wechat import openid_of
from expertpool.notifications.services.sending import Recipient, send_message
from expertpool.siteconfig.queries.counting import counted

CONTACTS = {"phone": "手机号", "email": "邮箱"}


def contacts_of(expert: Expert) -> dict[str, str]:
    """Return by what ``expert`` is reached: empty where nothing is, or it does not open."""
    return {name: getattr(expert, name) if opens(expert, name) else "" for name in CONTACTS}


def shut_contacts(expert: Expert) -> frozenset[AddressKind]:
    """Return which contacts of ``expert`` somebody altered so that they do not open."""
    return frozenset(AddressKind(name) for name in CONTACTS if not opens(expert, name))


def recipient_of(expert: Expert) -> Recipient:
    """Return where ``expert`` is told. A contact that does not open is none: it neither costs him a seat
    nor keeps anybody from answering (docs/decisions/0167)."""
    user = account_of(expert)
    account = user.username if user else None
    contacts, shut = contacts_of(expert), shut_contacts(expert)
    return Recipient(
        account, expert.name, contacts["phone"], contacts["email"], openid_of(user), shut
    )


def page_for(expert: Expert, page: str) -> str:
    """Return what a letter to ``expert`` says where it leads to ``page`` of his own area: its address, or whom he
    asks for an account, for without one the way ends at the login."""
    if account_of(expert):
        return settings.SITE_URL + page
    return f"您还没有登录账号，请联系专家库管理单位开通，开通后登录查看。{how_to_call()}"


def tell_changed(expert: Expert, before: Mapping[str, str], *, now: datetime) -> None:
    """Tell ``expert`` at the addresses ``before`` that he has others now; nothing where he has not."""
    changed = [label for name, label in CONTACTS.items() if getattr(expert, name) != before[name]]
    if not changed:
        return
    send_message(
        occasion=CONTACT_CHANGED.code,
        recipient=Recipient(None, expert.name, before["phone"], before["email"]),
        channels=ways_outside(CONTACT_CHANGED, phone=before["phone"], email=before["email"]),
        context={"专家姓名": expert.name, "内容": "、".join(changed), "时间": moment_text(now)},
        about=(ACCOUNT, expert.pk),
        key=f"contact-changed:{expert.pk}:{now:%Y%m%d%H%M%S%f}",
        now=now,
    )


def lock_contacts() -> None:
    """Keep others from giving a phone or mail to an account until this transaction ends: the trigger
    waits for the same lock. Before the first write of one, and after row locks."""
    lock_transaction("experts.contacts")


def let_account_follow(expert: Expert, *, actor: User | None, now: datetime) -> None:
    """Give the account of ``expert`` his phone and mail: file and account are one person's.

    Refuses (ValidationError by field) those that are somebody else's.
    """
    user = account_of(expert)
    if user is None or contacts_of(expert) == {name: getattr(user, name) for name in CONTACTS}:
        return
    lock_contacts()
    follow_file(user=user, phone=expert.phone, email=expert.email, actor=actor, now=now)


class Fresh(NamedTuple):
    """Which contacts of experts (ids) were changed within the ``days`` of the office."""

    days: int
    names: Mapping[int, set[str]]


def fresh_contacts(experts: Iterable[Expert], *, now: datetime) -> Fresh:
    """Return which contacts of ``experts`` were changed lately, by one query for all of them."""
    days = counted(CONTACT_DAYS, now)
    rows = ExpertVersion.objects.filter(
        expert__in=[one.pk for one in experts], at__gt=now - timedelta(days=days)
    )
    names: dict[int, set[str]] = {}
    for pk, changed in rows.order_by().values_list("expert", "changed"):
        names.setdefault(pk, set()).update(CONTACTS.keys() & set(changed))
    return Fresh(days, names)


def way_of_link(expert: Expert, *, now: datetime, known: Fresh | None = None) -> ChannelCode | None:
    """Return by which way ``expert`` is sent what lets him in: mail, else a short message; None where
    he has neither. Refuses (ExpertRefused) when all that is left was changed within the days of the office;
    ``known``: what was, where many are asked about.
    """
    days, names = known or fresh_contacts([expert], now=now)
    fresh = names.get(expert.pk, set())
    if expert.email and "email" not in fresh:
        return ChannelCode.EMAIL
    if expert.phone and "phone" not in fresh and reaches_phones():
        return ChannelCode.SMS
    if fresh:
        words = "、".join(label for name, label in CONTACTS.items() if name in fresh)
        raise ExpertRefused(
            f"{expert.name}的{words} {days} 天内改过，为防账号被人冒领，激活链接只发到没有改过的手机号或邮箱，"
            f"请在修改满 {days} 天后再开通或发送。"
        )
    return None
