"""Who shared a search (常用查询) is told that it was deleted by another, and the log has it."""

from __future__ import annotations

from expertpool.audit.services import record
from expertpool.core.fields import readable
from expertpool.core.saved_searches import SharedSearchCleared
from expertpool.core.text import masked_query, moment_text
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.services.sending import Recipient, send_message

CLEARED = Occasion(
    code="search.cleared",
    label="共享的常用查询被删除",
    placeholders={
        "收件人": "李经办",
        "操作人": "张建国",
        "名称": "本市副高以上",
        "时间": "2026-12-01 09:00",
    },
    defaults={
        ChannelCode.SITE: (
            "您共享的常用查询「{{名称}}」已被删除",
            "{{收件人}}：{{操作人}} 于 {{时间}} 删除了您共享的常用查询「{{名称}}」。仍需要的，可以重新保存，不勾选「所有人可用」。",
        ),
    },
)


def tell_cleared(event: SharedSearchCleared) -> None:
    owner, search = event.search.owner, event.search
    before = {"名称": search.name, "查询条件": masked_query(readable(search, "query"))}
    record(
        "notifications.search_clear", actor=event.actor, now=event.at, subject=search, before=before
    )
    send_message(
        occasion=CLEARED.code,
        recipient=Recipient(owner.username, owner.name),
        channels=[ChannelCode.SITE],
        context={
            "收件人": owner.name,
            "操作人": event.actor.name,
            "名称": search.name,
            "时间": moment_text(event.at),
        },
        about=owner,
        key=f"search-cleared:{search.pk}",
        now=event.at,
    )
