"""The lists of projects and their statistics as Excel tables: what is on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from expertpool.core.exporting import ExportColumn, Exporter, Params
from expertpool.core.views.listing import tab_of
from expertpool.projects.fields import PROJECT
from expertpool.projects.forms.filters import ArchiveFilter, ProjectFilter
from expertpool.projects.models import Project
from expertpool.projects.queries.archive import archived_visible_to
from expertpool.projects.queries.measures import (
    PROJECT_DETAILS,
    PROJECT_MEASURES,
    Detail,
    Measure,
    with_details,
    with_measures,
)
from expertpool.projects.queries.projects import projects_visible_to
from expertpool.projects.tables import (
    ARCHIVE_SORTS,
    DEFAULT_SORT,
    SORTS,
    TABS,
    state_pill,
)


def chosen_projects(user: Any, params: Params) -> QuerySet[Project]:
    """Return the projects that ``user`` may see and the address of the list chooses, in order."""
    rows = ProjectFilter(params, viewer=user).filter(projects_visible_to(user))
    wanted = tab_of(TABS, params.get("tab", ""))
    return _ordered(rows.filter(wanted.q), params, SORTS, DEFAULT_SORT)


def _ordered(
    rows: QuerySet[Project], params: Params, sorts: dict[str, str], default: str
) -> QuerySet[Project]:
    sort = params.get("sort", "")
    sort = sort if sort.removeprefix("-") in sorts else default
    sign = "-" if sort.startswith("-") else ""
    return rows.order_by(f"{sign}{sorts[sort.removeprefix('-')]}", "pk")


def _name(row: Any) -> str:
    return str(row or "")


# What the lists make of the two statuses.
STATES = (
    ExportColumn("state", "状态", lambda project: state_pill(project)[0]),
    ExportColumn("draw_state", "抽取状态", lambda project: project.get_draw_state_display()),
)


def _measured(measure: Measure) -> ExportColumn:
    return ExportColumn(measure.code, measure.label, lambda project: getattr(project, measure.code))


def _detailed(detail: Detail) -> ExportColumn:
    return ExportColumn(
        detail.code,
        detail.label,
        lambda project: detail.word(getattr(project, detail.code)),
        width=60,
        of=detail.of,
    )


class ProjectExport(Exporter):
    """The list of projects, and what upper apps know of each (who was drawn, who agreed)."""

    code = "projects.projects"
    item = "projects"
    title = "项目"
    permission = "projects.view"
    columns = ()

    def columns_for(self, user: Any, params: Params) -> Sequence[ExportColumn]:
        return [
            *PROJECT.export_columns(),
            *STATES,
            *map(_measured, PROJECT_MEASURES),
            *map(_detailed, PROJECT_DETAILS),
        ]

    def rows(self, user: Any, params: Params) -> QuerySet[Project]:
        return with_details(with_measures(chosen_projects(user, params), user), user)


class ArchiveExport(Exporter):
    """The list of archived projects."""

    code = "projects.archived"
    item = "project_archive"
    title = "归档项目"
    permission = "projects.view"
    columns = (
        *STATES,
        ExportColumn("archived", "归档时间", lambda project: project.archived_at, width=20),
        ExportColumn("archived_by", "归档人", lambda project: _name(project.archived_by)),
        ExportColumn("archive_note", "归档说明", lambda project: project.archive_note, width=36),
    )

    def columns_for(self, user: Any, params: Params) -> Sequence[ExportColumn]:
        return [*PROJECT.export_columns(), *self.columns]

    def rows(self, user: Any, params: Params) -> QuerySet[Project]:
        rows = ArchiveFilter(params, viewer=user).filter(archived_visible_to(user))
        return _ordered(rows, params, ARCHIVE_SORTS, "-archived")
