"""Who is told of what was done to an account: whom it concerns, and the security administrators.

A new password or phone that the owner did not ask for shall not stay between whoever set it and
himself (docs/decisions/0081).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from expertpool.accounts.events import AccountActed, RoleGained
from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider, users_with_permission
from expertpool.accounts.services.guards import SECURITY
from expertpool.audit.actions import LOG_ACTIONS
from expertpool.audit.models import Entry
from expertpool.audit.queries import summary
from expertpool.core.text import hour_of, moment_text
from expertpool.networks.events import NetworkRuled
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages

LONGEST = 300  # of what changed; the whole stands in the log
MOST_OWN = 6  # in an hour, of what somebody does to his own sign-in: he is not to make the office pay for letters
BY_HIMSELF = "登录了您账号的人"  # who may be another, with his password

ACTED = Occasion(
    code="account.acted",
    label="账号变动",
    placeholders={
        "收件人": "赵明华",
        "操作人": "张建国",
        "操作": "重置密码",
        "对象": "赵明华",
        "时间": "2026-12-01 09:00",
        "内容": "手机号：138****0004 → 139****0004",
    },
    defaults={
        ChannelCode.SITE: (
            "账号变动：{{操作}}（{{对象}}）",
            (
                "{{收件人}}：{{操作人}} 于 {{时间}} 对「{{对象}}」做了「{{操作}}」。\n{{内容}}\n"
                "与事实不符的，请立即联系安全管理员核对操作日志；接口令牌由本人在「我的账号」确认后才有效。"
            ),
        ),
        ChannelCode.SMS: (
            "",
            "{{操作人}}于{{时间}}对您的账号做了「{{操作}}」。不是您要求的，请立即联系安全管理员。",
        ),
        ChannelCode.EMAIL: (
            "账号变动：{{操作}}",
            (
                "{{收件人}}：{{操作人}} 于 {{时间}} 对您的账号做了「{{操作}}」。\n{{内容}}\n"
                "不是您要求的，请立即联系安全管理员核对操作日志。"
            ),
        ),
    },
    required=("操作人", "操作"),
    watches=True,
)


BLOCKED = "network.block"
RULED = Occasion(
    code="network.ruled",
    label="受限地址变动",
    placeholders={
        "收件人": "赵明华",
        "操作人": "张建国",
        "操作": "禁止网络地址",
        "地址": "203.0.113.7/32",
        "时间": "2026-12-01 09:00",
        "内容": "登录失败 30 次；2026-12-01 09:30 自动解除",
    },
    defaults={
        ChannelCode.SITE: (
            "{{操作}}：{{地址}}",
            (
                "{{收件人}}：{{操作人}} 于 {{时间}} 对 {{地址}} 做了「{{操作}}」。\n{{内容}}\n"
                "可在「系统管理 › 受限地址」查看全部地址，误禁的请解除。"
            ),
        ),
    },
    required=("操作", "地址"),
    watches=True,
)


def tell_ruled(event: NetworkRuled) -> None:
    """Tell the security administrators which network was blocked, allowed or released, and by whom; whoever did it
    knows; whoever ends all from the server has no account. Of blocks that made themselves, one an hour: who attacks from many addresses fills nobody's inbox."""
    entry = Entry.objects.get(pk=event.entry_id)
    told = []
    for user in users_with_permission(SECURITY):
        if user.pk == entry.actor_id:
            continue
        is_by_itself = entry.actor_id is None and entry.action == BLOCKED
        which = f"{hour_of(entry.at):%Y%m%d%H}" if is_by_itself else entry.pk
        context = {
            "收件人": user.name,
            "操作人": entry.actor_name or "系统",
            "操作": LOG_ACTIONS[entry.action].label,
            "地址": entry.subject_label,
            "时间": moment_text(entry.at),
            "内容": entry.note,
        }
        about = (entry.subject_type, entry.subject_id)
        key = f"network-ruled:{which}:{user.username}"
        told.append(Envelope(Recipient(user.username, user.name), context, about, key))
    send_messages(occasion=RULED.code, envelopes=told, channels=[ChannelCode.SITE], now=entry.at)


def tell_acted(event: AccountActed) -> None:
    """Tell them by site message; whom it concerns also by phone and mail, as they were before.

    Never whoever acted: he knows. But of by what his account is signed in its owner is told all the same, since it
    may have been somebody who has his password. What people who are none of the office do to their own accounts is
    told to themselves alone: the office would learn when an expert is at his.
    """
    entry = Entry.objects.get(pk=event.entry_id)
    owner = User.objects.filter(pk=event.user_id).first() if event.user_id else None
    is_own = owner is not None and owner.pk == entry.actor_id
    is_his_alone = is_own and owner is not None and is_outsider(owner)
    if is_own and _has_told_enough(entry):
        return
    own = {entry.actor_id, event.user_id}
    told = [
        _envelope(entry, Recipient(user.username, user.name))
        for user in users_with_permission(SECURITY)
        if user.pk not in own and not is_his_alone
    ]
    if owner is not None and (not is_own or LOG_ACTIONS[entry.action].is_of_sign_in):
        recipient = Recipient(owner.username, owner.name, event.phone, event.email)
        told.append(_envelope(entry, recipient, by=BY_HIMSELF if is_own else ""))
        ways = ways_outside(ACTED, phone=event.phone, email=event.email)
        _send(told[-1:], ways, entry)
    _send(told, [ChannelCode.SITE], entry)


def tell_gained(event: RoleGained) -> None:
    """Tell by site message who may more by a role of his than he could: it is done in his name from now on."""
    entry = Entry.objects.get(pk=event.entry_id)
    users = User.objects.filter(pk__in=event.user_ids).order_by("pk")
    told = [_envelope(entry, Recipient(user.username, user.name)) for user in users]
    _send(
        told, [ChannelCode.SITE], entry
    )  # who was told as a security administrator is not told twice


def _has_told_enough(entry: Entry) -> bool:
    """Tell whether so much of his own acts has been told in the hour before that no more is; the log has it."""
    before = Entry.objects.filter(
        actor=entry.actor_id,
        action__in=[one.code for one in LOG_ACTIONS if one.is_of_sign_in],
        at__gt=entry.at - timedelta(hours=1),
        pk__lt=entry.pk,
    )
    return LOG_ACTIONS[entry.action].is_of_sign_in and before.count() >= MOST_OWN


def _envelope(entry: Entry, recipient: Recipient, *, by: str = "") -> Envelope:
    context = {
        "收件人": recipient.name,
        "操作人": by or entry.actor_name or "系统",
        "操作": LOG_ACTIONS[entry.action].label,
        "对象": entry.subject_label or entry.note or "全站",
        "时间": moment_text(entry.at),
        "内容": summary(entry)[:LONGEST] or "未改变其他内容",
    }
    about = (entry.subject_type, entry.subject_id)
    return Envelope(recipient, context, about, f"account-acted:{entry.pk}:{recipient.account}")


def _send(envelopes: Sequence[Envelope], channels: Sequence[ChannelCode], entry: Entry) -> None:
    send_messages(occasion=ACTED.code, envelopes=envelopes, channels=channels, now=entry.at)
