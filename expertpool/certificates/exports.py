"""Export of exactly what the list of certificates shows."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from expertpool.certificates.forms import CertificateFilter
from expertpool.certificates.models import Certificate
from expertpool.certificates.queries.certificates import certificates_visible_to
from expertpool.certificates.queries.states import state_of
from expertpool.certificates.tables import SORTS, tabs
from expertpool.core.exporting import ExportColumn, Exporter
from expertpool.core.exporting.exporter import Params
from expertpool.core.ordering import InOrder
from expertpool.core.views.listing import ordered, tab_of


def _state(row: Certificate) -> str:
    return str(state_of(row, timezone.localdate()).label)


class CertificateExport(Exporter):
    code = "certificates.certificates"
    item = "certificates"
    title = "专家证书"
    permission = "certificates.export"
    person = "expert_id"
    columns = (
        ExportColumn("number", "证书编号", lambda row: row.number, width=20),
        ExportColumn("name", "证书上的姓名", lambda row: row.name, of=("experts.name",)),
        ExportColumn("expert", "专家编号", lambda row: row.expert.number, of=("experts.number",)),
        ExportColumn("kind", "专家类别", lambda row: row.get_kind_display(), of=("experts.kind",)),
        ExportColumn("type", "专家类型", lambda row: row.expert_type, of=("experts.expert_type",)),
        ExportColumn("design", "样式", lambda row: str(row.version)),
        ExportColumn("from", "生效日期", lambda row: row.valid_from),
        ExportColumn("until", "有效期至", lambda row: row.valid_until),
        ExportColumn("state", "状态", _state),
        ExportColumn("issued", "签发时间", lambda row: row.issued_at, width=20),
        ExportColumn("by", "签发人", lambda row: str(row.issued_by or "系统")),
        ExportColumn("ended", "换发、注销时间", lambda row: row.ended_at, width=20),
        ExportColumn("reason", "注销原因", lambda row: row.reason, width=30),
    )

    def rows(self, user: Any, params: Params) -> QuerySet[Certificate] | InOrder:
        reach = certificates_visible_to(user, self.permission)
        rows = CertificateFilter(params, user=user).filter(reach)
        rows = rows.filter(tab_of(tabs(timezone.localdate()), params.get("tab", "")).q)
        return ordered(rows, params.get("sort", ""), SORTS, "-issued")[0]
