"""The register as a table."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from expertpool.audit.models import Entry
from expertpool.audit.queries import exported_summary
from expertpool.core.exporting import ExportColumn, Exporter, Params
from expertpool.privacy.forms import ReadFilters
from expertpool.privacy.permissions import READS
from expertpool.privacy.queries.reads import kind_of, reads_visible_to
from expertpool.privacy.registry import KINDS


class ReadExport(Exporter):
    code = "privacy.reads"
    item = "privacy.reads"
    title = "谁看过谁"
    permission = READS
    columns = (
        ExportColumn("at", "时间", lambda entry: entry.at, width=18),
        ExportColumn("actor", "查阅人", lambda entry: entry.actor_name),
        ExportColumn("subject", "被查阅人", lambda entry: entry.subject_label, width=24),
        ExportColumn("kind", "方式", lambda entry: KINDS.get(kind_of(entry), ""), width=16),
        ExportColumn("what", "内容和理由", exported_summary, width=60),
        ExportColumn("address", "IP 地址", lambda entry: entry.address),
    )

    def rows(self, user: Any, params: Params) -> QuerySet[Entry]:
        return ReadFilters(params).filter(reads_visible_to(user)).order_by("-id")
