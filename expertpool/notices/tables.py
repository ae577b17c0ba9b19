"""How notices and their addressees are ordered, split into tabs, and coloured."""

from __future__ import annotations

from django.db.models import Q

from expertpool.core.views.listing import ListTab
from expertpool.notices.enums import NoticeState as State
from expertpool.notices.models import ExpertNotice
from expertpool.notices.queries.notices import TO_DO
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
ADDRESSEE_SORTS: dict[str, str | tuple[str, ...]] = {
    "added": "id",
    "name": ("expert__name", "id"),
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
