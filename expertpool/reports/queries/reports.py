"""Reading stored reports on exposure."""

from __future__ import annotations

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.text import is_key
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.reports.models import ExposureReport, ExposureRow


def chosen_report(key: str | None) -> ExposureReport | None:
    """Return the report with this id, or the one of the latest period; None where there is none."""
    reports = ExposureReport.objects.select_related("requested_by")
    if key and is_key(key):
        return reports.filter(pk=int(key)).first()
    return reports.first()


def rows_visible_to(user: User, report: ExposureReport | None) -> QuerySet[ExposureRow]:
    """Return the rows of ``report`` for holders of reports.exposure, of experts in their scope; none of one that
    somebody has altered."""
    if not user.has_permission("reports.exposure") or report is None or not report.is_whole:
        return ExposureRow.objects.none()
    return ExposureRow.objects.filter(
        report=report, expert__in=experts_visible_to(user)
    ).select_related("expert__employer")
