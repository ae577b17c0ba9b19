"""The letter to whom an account was opened among many: by its link he chooses his password."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from expertpool.accounts.events import AccessEnded, AccountActed, AccountsOpened
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.configuration import value_of
from expertpool.core.settings import SITE_NAME
from expertpool.experts.services.accounts import password_link_values
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.queries.subjects import private_subject
from expertpool.notifications.services.delivery import cancel_messages
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.portal.occasions import OPENED

SUBJECT = "portal.opened"


def send_links(event: AccountsOpened) -> None:
    """Send each owner his link, by phone where this site reaches phones, else by mail."""
    users = User.objects.filter(pk__in=event.user_ids).prefetch_related("roles").order_by("pk")
    _send(users, actor=User.objects.get(pk=event.actor_id), now=event.at)


def _send(users: Iterable[User], *, actor: User, now: datetime, again: str = "") -> None:
    by_way: dict[ChannelCode, list[Envelope]] = {}
    for user in users:
        envelope = Envelope(
            Recipient(user.username, user.name, user.phone, user.email),
            {
                "姓名": user.name,
                "账号": user.username,
                "系统名称": value_of(SITE_NAME),
                "开通人": actor.name,
                "角色": "、".join(str(role) for role in user.roles.all()) or "暂无",
            },
            (SUBJECT, user.pk),
            f"account-opened:{user.pk}{again}",
        )
        # By way, so that hundreds are written by one statement each.
        by_way.setdefault(_way(user), []).append(envelope)
    for way, envelopes in by_way.items():
        send_messages(occasion=OPENED.code, envelopes=envelopes, channels=[way], now=now)


def withdraw(event: AccessEnded) -> None:
    """Send no letter that still waits: its link, made as it goes out, would open the account for whoever wrote its address
    (docs/decisions/0665)."""
    cancel_messages(about=(SUBJECT, event.user_id))


def follow(event: AccountActed) -> None:
    """Let a letter that still waits end with the password, and go where its owner is now: its link would be good for whoever
    has the address that it was written to (docs/decisions/0520, 0670)."""
    if event.user_id is None:
        return
    entry = Entry.objects.select_related("actor").get(pk=event.entry_id)
    if entry.action not in ("user.reset_password", "user.edit"):
        return
    moved = {"phone", "email"} & (entry.after or {}).keys()
    if entry.action == "user.edit" and not moved:
        return
    user, waited = (
        User.objects.get(pk=event.user_id),
        cancel_messages(about=(SUBJECT, event.user_id)),
    )
    if waited and moved and entry.actor is not None and (user.phone or user.email):
        _send([user], actor=entry.actor, now=entry.at, again=f":{entry.pk}")


def _way(user: User) -> ChannelCode:
    """Return by which way he is told; where this site has none, the record says so of the one that he has."""
    ways = ways_outside(OPENED, phone=user.phone, email=user.email)
    return next(iter(ways), ChannelCode.EMAIL if user.email else ChannelCode.SMS)


def link_of(pk: str, now: datetime) -> Mapping[str, str]:
    """Return the link as it goes out: it is stored nowhere."""
    return password_link_values(User.objects.get(pk=pk), now)


MESSAGES = private_subject(SUBJECT, late=link_of)
