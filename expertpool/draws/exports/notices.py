"""The notices of a project as an Excel table (PRJ-22): what the tab shows, all of it."""

from __future__ import annotations

from typing import Any

from expertpool.core.exporting import ExportColumn, Exporter, Params, Rows
from expertpool.core.text import is_key
from expertpool.draws.forms.draw import NoticeFilter
from expertpool.draws.queries.tabs import notices_of
from expertpool.notifications.queries.messages import Notice, notices
from expertpool.projects.queries.projects import projects_visible_to


class NoticeExport(Exporter):
    """Notices as their reader may see them: sealed, masked, without links."""

    code = "draws.notices"
    item = "draw_records"
    title = "通知记录"
    permission = "draws.view"
    columns = (
        ExportColumn("occasion", "通知", lambda notice: notice.occasion),
        ExportColumn("channel", "渠道", lambda notice: notice.channel, width=10),
        ExportColumn("recipient", "收件人", lambda notice: notice.recipient, of=("experts.name",)),
        ExportColumn(
            "address",
            "地址",
            lambda notice: notice.address,
            width=22,
            of=(
                "experts.phone",
                "experts.email",
            ),
        ),
        ExportColumn("subject", "标题", lambda notice: notice.subject, width=30),
        ExportColumn("body", "正文", lambda notice: notice.body, width=60),
        ExportColumn("created", "生成时间", lambda notice: notice.created_at, width=20),
        ExportColumn("sent", "发送时间", lambda notice: notice.sent_at, width=20),
        ExportColumn("read", "阅读时间", lambda notice: notice.read_at, width=20),
        ExportColumn("state", "状态", lambda notice: notice.state),
        ExportColumn("detail", "结果说明", lambda notice: notice.detail, width=30),
        ExportColumn("deletion", "删除", lambda notice: notice.deletion, width=40),
    )

    def rows(self, user: Any, params: Params) -> Rows:
        wanted = params.get("project", "")
        found: list[Notice] = []
        if is_key(wanted):
            project = projects_visible_to(user).filter(pk=wanted).first()
            if project is not None:
                found = notices(NoticeFilter(params).filter(notices_of(project)), viewer=user)
        return Rows(found)
