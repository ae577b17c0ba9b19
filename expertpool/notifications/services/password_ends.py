"""Whose password soon gets too old to sign in by is told some days before, once of each password (0498)."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.services.entering import EndingPassword, ending_passwords
from expertpool.core.text import moment_text
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.queries.subjects import subject_key
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages

# Without a link: whoever is used to following one out of such a letter follows a forged one.
HOW = "请登录后在右上角姓名下的「修改密码」修改；到期后登录须先修改，才能做别的。"
ENDS = Occasion(
    code="account.password_ends",
    label="密码快到期",
    placeholders={"收件人": "赵明华", "账号": "zhaominghua", "到期时间": "2026-12-08 09:00"},
    defaults={
        ChannelCode.SITE: ("密码 {{到期时间}} 到期", "您的登录密码 {{到期时间}} 到期。" + HOW),
        ChannelCode.EMAIL: (
            "登录密码 {{到期时间}} 到期",
            "{{收件人}}：您的账号 {{账号}} 的登录密码 {{到期时间}} 到期。\n" + HOW,
        ),
    },
)


def tell_ending_passwords(*, now: datetime) -> int:
    """Tell each whose password ends within the days of the setting, on this site and by mail; return how many these
    are. However often it is called, everybody is told once of each password."""
    ending = ending_passwords(now=now)
    for one in ending:
        user = one.user
        ways = ways_outside(ENDS, phone="", email=user.email)
        send_messages(
            occasion=ENDS.code,
            envelopes=[_envelope(one)],
            channels=[ChannelCode.SITE, *ways],
            now=now,
        )
    return len(ending)


def _envelope(one: EndingPassword) -> Envelope:
    user = one.user
    context = {"收件人": user.name, "账号": user.username, "到期时间": moment_text(one.ends)}
    recipient = Recipient(user.username, user.name, email=user.email)
    # Named by when it was chosen: a setting that changes meanwhile tells nobody twice.
    key = f"password-ends:{user.pk}:{int(one.chosen.timestamp())}"
    return Envelope(recipient, context, subject_key(user), key)
