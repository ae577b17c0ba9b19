"""Exports of exactly what the lists show."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from expertpool.core.exporting import ExportColumn, Exporter
from expertpool.core.exporting.exporter import Params
from expertpool.points.forms.filters import AccountFilter, EntryFilter
from expertpool.points.models import PointAccount, PointEntry
from expertpool.points.permissions import EXPORT
from expertpool.points.queries.ledger import accounts_visible_to, entries_visible_to
from expertpool.points.queries.levels import level_name


class AccountExport(Exporter):
    code = "points.accounts"
    item = "points"
    title = "专家积分"
    permission = EXPORT
    person = "expert_id"
    columns = (
        ExportColumn("number", "专家编号", lambda row: row.expert.number, of=("experts.number",)),
        ExportColumn("name", "专家姓名", lambda row: row.expert.name, of=("experts.name",)),
        ExportColumn(
            "employer",
            "工作单位",
            lambda row: str(row.expert.employer or ""),
            width=28,
            of=("experts.employer",),
        ),
        ExportColumn("balance", "积分", lambda row: row.told),
        ExportColumn("level", "等级", lambda row: row.level_name or ""),
    )

    def rows(self, user: Any, params: Params) -> QuerySet[PointAccount]:
        seen = accounts_visible_to(user, self.permission, now=timezone.now())
        rows = AccountFilter(params, user=user).filter(seen)
        return rows.annotate(level_name=level_name()).order_by("-told", "-id")


class EntryExport(Exporter):
    """Without the reviews behind the entries: that some of their names may be read, each reader sees on
    the page."""

    code = "points.entries"
    item = "points"
    title = "积分明细"
    permission = EXPORT
    columns = (
        ExportColumn("at", "时间", lambda row: timezone.localtime(row.at), width=20),
        ExportColumn("number", "专家编号", lambda row: row.expert.number, of=("experts.number",)),
        ExportColumn("name", "专家姓名", lambda row: row.expert.name, of=("experts.name",)),
        ExportColumn("label", "事由", lambda row: row.label, width=20),
        ExportColumn("cause", "来由", lambda row: row.get_cause_display()),
        ExportColumn("points", "积分", lambda row: row.points),
        ExportColumn("balance", "余额", lambda row: row.told),
        ExportColumn("note", "说明", lambda row: row.note, width=40),
        ExportColumn("actor", "经办人", lambda row: str(row.actor or "系统")),
    )

    def rows(self, user: Any, params: Params) -> QuerySet[PointEntry]:
        seen = entries_visible_to(user, self.permission, now=timezone.now())
        rows = EntryFilter(params, user=user).filter(seen)
        return rows.order_by("-at", "-id")
