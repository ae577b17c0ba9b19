"""Export of exactly what the platform shows."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from expertpool.achievements.forms import AchievementFilter
from expertpool.achievements.models import Achievement
from expertpool.achievements.queries import shown_to, standing
from expertpool.core.exporting import ExportColumn, Exporter
from expertpool.core.exporting.exporter import Params


class AchievementExport(Exporter):
    code = "achievements.achievements"
    item = "achievements"
    title = "专家成果"
    permission = "achievements.export"
    person = "expert_id"
    columns = (
        ExportColumn("expert", "专家姓名", lambda row: row.expert.name, of=("experts.name",)),
        ExportColumn(
            "number_of", "专家编号", lambda row: row.expert.number, of=("experts.number",)
        ),
        ExportColumn(
            "employer",
            "工作单位",
            lambda row: str(row.expert.employer or ""),
            width=28,
            of=("experts.employer",),
        ),
        ExportColumn("kind", "类别", lambda row: row.get_kind_display()),
        ExportColumn("title", "名称", lambda row: row.title, width=40),
        ExportColumn("year", "年份", lambda row: row.year),
        ExportColumn("number", "编号", lambda row: row.number, width=24),
        ExportColumn("source", "来源", lambda row: row.source, width=28),
        ExportColumn("level", "级别", lambda row: row.level),
        ExportColumn("authors", "全部完成人", lambda row: row.authors, width=28),
        ExportColumn("rank", "本人排名", lambda row: row.rank),
        ExportColumn("approved", "通过时间", lambda row: row.approved_at, width=20),
    )

    def rows(self, user: Any, params: Params) -> QuerySet[Achievement]:
        rows = AchievementFilter(params, user=user).filter(shown_to(user, self.permission))
        # Proofs are checked here, not by the database: it gives out what may not leave.
        held = {one.pk for one in standing(rows)}
        altered = [pk for pk in rows.values_list("pk", flat=True) if pk not in held]
        return rows.exclude(pk__in=altered).order_by("-year", "-id")
