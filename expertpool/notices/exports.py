"""Export of who has read a notice: exactly what its page shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from expertpool.core.exporting import ExportColumn, Exporter, Params, Rows
from expertpool.core.text import is_key
from expertpool.core.views.listing import tab_of
from expertpool.notices.forms import AddresseeFilter
from expertpool.notices.queries.fates import Fate, addressees_visible_to, fates
from expertpool.notices.queries.notices import notices_visible_to
from expertpool.notices.tables import addressee_tabs

AT_ONCE = 1000


def _day(at: datetime | None) -> Any:
    return timezone.localdate(at) if at else None


class AddresseeExport(Exporter):
    code = "notices.addressees"
    item = "notices"
    title = "专家通知阅读情况"
    permission = "notices.export"
    columns = (
        ExportColumn(
            "name", "专家姓名", lambda fate: fate.addressee.expert.name, of=("experts.name",)
        ),
        ExportColumn(
            "number", "专家编号", lambda fate: fate.addressee.expert.number, of=("experts.number",)
        ),
        ExportColumn(
            "employer",
            "工作单位",
            lambda fate: str(fate.addressee.expert.employer or ""),
            width=28,
            of=("experts.employer",),
        ),
        ExportColumn("state", "状态", lambda fate: fate.state),
        ExportColumn("read", "阅读日期", lambda fate: _day(fate.read_at)),
        ExportColumn("confirmed", "确认日期", lambda fate: _day(fate.confirmed_at)),
        ExportColumn("ways", "发送情况", lambda fate: "；".join(fate.ways), width=48),
    )

    def rows(self, user: Any, params: Params) -> Rows:
        wanted, found = params.get("notice", ""), list[Fate]()
        notice = notices_visible_to(user).filter(pk=wanted).first() if is_key(wanted) else None
        if notice is not None:
            rows = AddresseeFilter(params, user=user).filter(addressees_visible_to(user, notice))
            rows = rows.filter(tab_of(addressee_tabs(notice), params.get("tab", "")).q)
            keys = list(rows.order_by("id").values_list("pk", flat=True))
            for start in range(0, len(keys), AT_ONCE):
                part = addressees_visible_to(user, notice).filter(
                    pk__in=keys[start : start + AT_ONCE]
                )
                found += fates(notice, part.order_by("id"))
        return Rows(found)
