"""How notices and their addressees are ordered, split into tabs, and coloured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from expertpool.changes.registry import OwnData
from expertpool.core.text import moment_text
from expertpool.core.views.listing import ListTab, Sort
from expertpool.experts.models import Expert
from expertpool.experts.queries.names import BY_EXPERT
from expertpool.notices.enums import NoticeState as State
from expertpool.notices.models import ExpertNotice
from expertpool.notices.queries.notices import TO_DO, own_notices
from expertpool.notices.queries.reach import unreached

SORTS: dict[str, str | tuple[str, ...]] = {
    "written": "id",
    "title": ("title", "id"),
    "sent": ("sent_at", "id"),
}
TABS = (
    ListTab("", "全部"),
    ListTab("draft", "草稿", Q(state=State.DRAFT)),
    ListTab("sent", "已发送", Q(state__in=(State.SENDING, State.SENT))),
    ListTab("withdrawn", "已撤回", Q(state=State.WITHDRAWN)),
)
TONES: dict[str, str] = {
    State.DRAFT: "grey",
    State.SENDING: "blue",
    State.SENT: "green",
    State.WITHDRAWN: "amber",
}
ADDRESSEE_SORTS: dict[str, Sort] = {
    "added": "id",
    "name": BY_EXPERT,
    "number": "expert__number",
}
OWN_TABS = (ListTab("", "全部"), ListTab("waiting", "待办", TO_DO))


def addressee_tabs(notice: ExpertNotice) -> tuple[ListTab, ...]:
    """Return the tabs of the addressees of ``notice``."""
    everybody = ListTab("", "全部")
    if notice.is_draft:
        return (everybody, ListTab("unreached", "联系不上", unreached(notice.channels)))
    got = Q(sent_at__isnull=False)
    tabs = [
        everybody,
        ListTab("unread", "未读", got & Q(has_read=False)),
        ListTab("read", "已读", Q(has_read=True)),
    ]
    if notice.needs_receipt:
        tabs += [
            ListTab("unconfirmed", "未确认", got & Q(has_confirmed=False)),
            ListTab("confirmed", "已确认", Q(has_confirmed=True)),
        ]
    return (*tabs, ListTab("lost", "未送达", Q(has_arrived=False)))


def own_rows(expert: Expert, _now: datetime) -> Iterator[tuple[str, ...]]:
    """Yield what was sent to ``expert``, for the file of his own data."""
    rows = own_notices(expert).prefetch_related("receipts").order_by("sent_at", "id")
    for row in rows:
        at = {one.kind: moment_text(one.at) for one in row.receipts.all()}
        sent = moment_text(row.sent_at) if row.sent_at else ""
        is_there = row.notice.state != State.WITHDRAWN
        text = row.notice.text if is_there else "（已撤回）"
        yield row.notice.title, text, sent, at.get("read", ""), at.get("confirmed", "")


OWN = OwnData(
    "notices",
    "收到的通知",
    37,
    ("标题", "正文", "时间", "阅读", "确认"),
    own_rows,
    lambda one: own_notices(one).count(),
)
