"""The records of draws as an Excel table of the set columns (DRAW-37)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from expertpool.core.exporting import ExportColumn, Exporter, Params
from expertpool.core.text import hour_text
from expertpool.core.views.listing import tab_of
from expertpool.draws.forms.draw import DrawFilter
from expertpool.draws.models import Draw
from expertpool.draws.queries.draws import (
    draws_visible_to,
    with_counts,
)
from expertpool.draws.queries.meetings import sealed_opening
from expertpool.draws.queries.panel_state import state_words, with_panel
from expertpool.draws.tables import TABS


def _moment(value: Any) -> Any:
    # Excel knows no time zones.
    return timezone.localtime(value).replace(tzinfo=None) if value else None


def _ended(draw: Draw) -> Any:
    """The hour alone, in words, while that is all that is told: 13:00 would stand before a draw of 13:15."""
    return _moment(draw.ended_at) if draw.released_at else hour_text(draw.ended_at) or None


def _each(draw: Draw, name: str) -> str:
    """What its projects say, in one cell, each only once."""
    values = (getattr(project, name) for project in draw.covered)
    return "、".join(dict.fromkeys(str(value) for value in values if value))


def _conditions(draw: Draw) -> str:
    """The groups in words; several levels of one are told apart by "，否则"."""
    return "；".join(
        f"{group.name} {group.seats} 人：{'，否则 '.join(group.conditions) or '不限'}"
        for group in draw.rule.groups
    )


class DrawExport(Exporter):
    """What the list of draw records shows, with the filters of the address."""

    code = "draws.draws"
    item = "draw_records"
    title = "抽取记录"
    permission = "draws.view"
    columns = (
        ExportColumn("number", "抽取编号", lambda draw: draw.number),
        ExportColumn(
            "project", "项目名称", lambda draw: _each(draw, "name"), width=36, of=("projects.name",)
        ),
        ExportColumn(
            "project_number",
            "项目编号",
            lambda draw: _each(draw, "number"),
            of=("projects.number",),
        ),
        ExportColumn(
            "project_kind", "项目类型", lambda draw: _each(draw, "kind"), of=("projects.kind",)
        ),
        ExportColumn(
            "regime",
            "适用制度",
            lambda draw: draw.project.get_regime_display(),
            of=("projects.regime",),
        ),
        ExportColumn(
            "purchaser",
            "采购单位",
            lambda draw: _each(draw, "purchaser"),
            width=26,
            of=("projects.purchaser",),
        ),
        ExportColumn(
            "department",
            "所属部门",
            lambda draw: _each(draw, "department"),
            of=("projects.department",),
        ),
        ExportColumn(
            "contact",
            "负责人",
            lambda draw: _each(draw, "contact_name"),
            of=("projects.contact_name",),
        ),
        ExportColumn(
            "place", "评审地点", lambda draw: _each(draw, "place"), width=26, of=("projects.place",)
        ),
        ExportColumn(
            "opening",
            "评审时间",
            lambda draw: _moment(sealed_opening(draw)),
            width=20,
            of=("projects.opening_at",),
        ),
        ExportColumn("sealed", "抽取时间", lambda draw: _moment(draw.sealed_at), width=20),
        ExportColumn("operator", "抽取人", lambda draw: draw.operator.name),
        ExportColumn("kind", "方式", lambda draw: draw.get_kind_display()),
        ExportColumn("conditions", "抽取条件", _conditions, width=40),
        ExportColumn("seats", "应抽人数", lambda draw: draw.rule.seats),
        ExportColumn("candidates", "候选人数", lambda draw: draw.told_candidates),
        ExportColumn("drawn", "已邀请人数", lambda draw: draw.drawn_count),
        ExportColumn("accepted", "同意人数", lambda draw: draw.accepted_count),
        ExportColumn("supplement", "是否补抽", lambda draw: "是" if draw.is_supplemented else "否"),
        ExportColumn("status", "状态", state_words),
        ExportColumn("ended", "结束时间", _ended, width=20),
        ExportColumn("seal", "封存值", lambda draw: draw.seal, width=66),
        ExportColumn("widens", "补充的抽取", lambda draw: draw.rule.widens),
    )

    def rows(self, user: Any, params: Params) -> QuerySet[Draw]:
        draws = with_panel(with_counts(draws_visible_to(user))).select_related(
            "project__department", "project__purchaser", "operator"
        )
        draws = draws.prefetch_related("projects__department", "projects__purchaser")
        wanted = tab_of(TABS, params.get("tab", ""))
        return DrawFilter(params).filter(draws).filter(wanted.q).order_by("-sealed_at", "pk")
