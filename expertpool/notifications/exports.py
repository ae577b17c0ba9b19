"""The records of messages as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.exporting import ExportColumn, Exporter, Params, Rows
from expertpool.notifications.forms import RecordFilterForm
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import Notice, messages_visible_to, notices
from expertpool.notifications.registry import RECIPIENT_FIELDS


@dataclass(frozen=True)
class RecordRows(Rows):
    """The records of ``messages`` as ``viewer`` may see them, a part at a time."""

    messages: QuerySet[Message]
    viewer: User

    def count(self) -> int:
        return self.messages.count()

    def iterator(self, chunk_size: int) -> Iterator[Notice]:
        found = self.messages.iterator(chunk_size)
        while part := list(islice(found, chunk_size)):
            yield from notices(part, viewer=self.viewer)


class RecordExport(Exporter):
    """Records as their reader may see them: sealed, masked, without links."""

    code = "notifications.records"
    item = "notifications.records"
    title = "通知记录"
    permission = "notifications.view"
    columns = (
        ExportColumn("occasion", "通知", lambda notice: notice.occasion, width=24),
        ExportColumn("channel", "渠道", lambda notice: notice.channel, width=10),
        ExportColumn("recipient", "收件人", lambda notice: notice.recipient),
        ExportColumn("address", "地址", lambda notice: notice.address, width=22),
        ExportColumn("subject", "标题", lambda notice: notice.subject, width=30),
        ExportColumn("body", "正文", lambda notice: notice.body, width=60),
        ExportColumn("created", "生成时间", lambda notice: notice.created_at, width=20),
        ExportColumn("sent", "发送时间", lambda notice: notice.sent_at, width=20),
        ExportColumn("read", "阅读时间", lambda notice: notice.read_at, width=20),
        ExportColumn("state", "状态", lambda notice: notice.state),
        ExportColumn("attempts", "尝试次数", lambda notice: notice.attempts, width=10),
        ExportColumn("detail", "结果说明", lambda notice: notice.detail, width=30),
        ExportColumn("deletion", "删除", lambda notice: notice.deletion, width=40),
    )

    def columns_for(self, user: Any, params: Params) -> Sequence[ExportColumn]:
        """The same, each knowing what it shows of the recipients that stand in other apps."""
        names = tuple(name for one in RECIPIENT_FIELDS for name in one.name)
        addresses = tuple(name for one in RECIPIENT_FIELDS for name in one.address)
        shown = {"recipient": names, "address": addresses}
        return [replace(one, of=shown.get(one.code, ())) for one in self.columns]

    def rows(self, user: Any, params: Params) -> Rows:
        form = RecordFilterForm(params, user=user)
        return RecordRows((), form.filter(messages_visible_to(user)).order_by("-id"), user)
