"""The log as a table."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from expertpool.audit.actions import action_label
from expertpool.audit.forms import EntryFilters
from expertpool.audit.models import Entry
from expertpool.audit.queries import entries_visible_to, exported_summary, subject_type_label
from expertpool.audit.services.proofs import Proofs
from expertpool.core.exporting import ExportColumn, Exporter, Params

_proofs = Proofs()  # for all rows: what it has asked once never changes


def _proof_in_words(entry: Entry) -> str:
    return "有" if _proofs.hold_for(entry) else "无，不是本系统写入"


class EntryExport(Exporter):
    code = "audit.entries"
    item = "audit.entries"
    title = "操作日志"
    permission = "audit.view"
    columns = (
        ExportColumn("chain_no", "链上序号", lambda entry: entry.chain_no, width=10),
        ExportColumn("at", "时间", lambda entry: entry.at, width=18),
        ExportColumn("actor", "操作人", lambda entry: entry.actor_name),
        ExportColumn("address", "IP 地址", lambda entry: entry.address),
        ExportColumn("action", "动作", lambda entry: action_label(entry.action)),
        ExportColumn("type", "对象类型", lambda entry: subject_type_label(entry.subject_type)),
        ExportColumn("subject", "对象", lambda entry: entry.subject_label, width=24),
        ExportColumn("changes", "变更和说明", exported_summary, width=60),
        ExportColumn("proof", "凭证", _proof_in_words, width=10),
        ExportColumn("hash", "链哈希", lambda entry: bytes(entry.hash or b"").hex(), width=66),
    )

    def rows(self, user: Any, params: Params) -> QuerySet[Entry]:
        return EntryFilters(params, viewer=user).filter(entries_visible_to(user)).order_by("-id")
