"""Telling that the text of a letter was changed, where a change serves whoever made it: a letter with
a link, or one that tells of what he does (docs/decisions/0124, 0125)."""

from __future__ import annotations

from collections.abc import Mapping

from expertpool.accounts.models import User
from expertpool.core.text import moment_text
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.events import TemplateRewritten
from expertpool.notifications.models import MessageTemplate
from expertpool.notifications.occasions import OCCASIONS
from expertpool.workflow.occasions import REWRITTEN
from expertpool.workflow.services.telling import tell_watchers

LONGEST = 1000  # of each text; the whole stands in the log


def tell_rewritten(event: TemplateRewritten) -> None:
    """Tell all who decide anything, the security administrators and who gets such letters at once,
    outside of the site, too; never whoever did it."""
    template = MessageTemplate.objects.get(pk=event.template_id)
    occasion = OCCASIONS[template.occasion]
    if not occasion.is_guarded:
        return
    before, after = event.before, event.after
    # Of what nobody had changed by the page, all may be another: it counted for nothing.
    parts = [name for name in ("标题", "正文") if before[name] != after[name]]
    if before["启用"] != after["启用"]:
        parts.append("启用" if after["启用"] else "停用（这个渠道不再发出）")
    since = (
        f"新的文字 {moment_text(event.since)} 起使用，在此之前仍用原来的。" if event.since else ""
    )
    where = "，".join(filter(None, [ChannelCode(template.channel).label, template.project_kind]))
    common = {
        "操作人": str(User.objects.get(pk=event.actor_id)),
        "模板": f"{occasion.label}（{where}）",
        "改动": "、".join(parts) or "重新保存",
        "生效": since,
        "时间": moment_text(event.at),
        "原文": _shown(before),
        "现文": _shown(after),
    }
    key = f"{REWRITTEN.code}:{template.pk}:{template.version}"
    tell_watchers(
        REWRITTEN,
        template,
        common,
        key,
        readers=occasion.readers,
        but=event.actor_id,
        now=event.at,
    )


def _shown(text: Mapping[str, object]) -> str:
    shown = "\n".join(str(text[name]) for name in ("标题", "正文") if text[name])
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}……"
