"""Export of exactly what the list of experts shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from expertpool.core.exporting import ExportColumn, Exporter
from expertpool.core.exporting.exporter import Params
from expertpool.core.ordering import InOrder
from expertpool.core.views.listing import ordered, tab_of
from expertpool.experts.fields import EXPERT
from expertpool.experts.forms.filters import ExpertFilter
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.tables import SORTS, tabs


class ExpertExport(Exporter):
    """The list of experts as a table; guarded columns as the user may see them."""

    code = "experts.experts"
    item = "experts"
    title = "专家信息"
    permission = "experts.export"
    person = "pk"
    columns = ()

    def columns_for(self, user: Any, params: Params) -> Sequence[ExportColumn]:
        return EXPERT.export_columns()

    def rows(self, user: Any, params: Params) -> QuerySet[Expert] | InOrder:
        """Return the experts that the list's address chooses, in order."""
        reach = experts_visible_to(user, self.permission)
        rows = ExpertFilter(params, user=user).filter(
            reach.select_related("employer", "division", "department").prefetch_related(
                "specialties", "tags"
            )
        )
        rows = rows.filter(tab_of(tabs(timezone.localdate()), params.get("tab", "")).q)
        return ordered(rows, params.get("sort", ""), SORTS, "-entered")[0]
