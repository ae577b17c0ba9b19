"""The ledger as an Excel table, each line with its place and hash in the chain."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from expertpool.audit.actions import action_label
from expertpool.audit.models import Entry
from expertpool.core.exporting import ExportColumn, Exporter, Params
from expertpool.core.views.listing import tab_of
from expertpool.draws.queries.chain import hash_text
from expertpool.reports.forms.ledger import LedgerFilter
from expertpool.reports.queries.ledger import ledger_text, ledger_visible_to
from expertpool.reports.tables import LEDGER_TABS


class LedgerExport(Exporter):
    code = "reports.ledger"
    item = "ledger"
    title = "人工操作台账"
    permission = "reports.ledger"
    columns = (
        ExportColumn("chain_no", "链上序号", lambda entry: entry.chain_no, width=10),
        ExportColumn(
            "at", "时间", lambda entry: timezone.localtime(entry.at).replace(tzinfo=None), width=18
        ),
        ExportColumn("action", "操作", lambda entry: action_label(entry.action)),
        ExportColumn("subject", "对象", lambda entry: entry.subject_label, width=28),
        ExportColumn("actor", "操作人", lambda entry: entry.actor_name),
        ExportColumn("address", "IP 地址", lambda entry: entry.address),
        ExportColumn("text", "内容和说明", ledger_text, width=60),
        ExportColumn("hash", "链哈希", hash_text, width=66),
    )

    def rows(self, user: Any, params: Params) -> QuerySet[Entry]:
        wanted = tab_of(LEDGER_TABS, params.get("tab", ""))
        return LedgerFilter(params).filter(ledger_visible_to(user)).filter(wanted.q).order_by("-id")
