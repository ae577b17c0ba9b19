"""Counting what departments made of experts in a month, keeping it, and sending it (EXP-44)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.accounts.queries import is_outsider, users_with_permission
from expertpool.audit.models import Entry
from expertpool.audit.services import proven, record
from expertpool.core.documents import render_pdf
from expertpool.core.events import publish
from expertpool.core.lookups import within_days
from expertpool.core.mandates import ForgedFound, stands, vouched
from expertpool.core.text import moment_text
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.attachments import Document, DocumentKind, File
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.projects.models import Project
from expertpool.reports.models import DepartmentMonth
from expertpool.reports.occasions import MONTH
from expertpool.reports.permissions import STATISTICS
from expertpool.reports.queries.departments import beside
from expertpool.reports.queries.months import BY_DEPARTMENT, kept_statistic, months_visible_to
from expertpool.reports.queries.periods import months_after
from expertpool.reports.queries.project_statistics import PROJECTS
from expertpool.reports.queries.statistics import Asked, statistic_of
from expertpool.reports.services.printing import TEMPLATE, chart_data, table_data

CHANNELS = (ChannelCode.EMAIL, ChannelCode.SITE)


@transaction.atomic
def write_month(*, month: date, now: datetime, only: Collection[int] | None = None) -> int:
    """Count the reviews of ``month`` (its first day) for each department, or those ``only`` (ids), with those below it,
    and keep it in the place of what was kept; return of how many departments. Logs it."""
    last_day = months_after(month, 1) - timedelta(days=1)
    rows = Project.objects.filter(within_days("opening_at", (month, last_day)))
    by_department = PROJECTS.dimension("department")
    found = statistic_of(PROJECTS, rows, by_department, Asked(None, now))
    with_some = [int(line.key) for line in found.lines if line.key]
    # Also of those that had nothing: whoever looks for his report finds that.
    departments = Department.objects.filter(Q(active=True) | Q(pk__in=with_some))
    if only is not None:
        departments = departments.filter(pk__in=only)
    reports = [
        DepartmentMonth(
            department_id=int(line.key),
            month=month,
            figures={code: _kept(value) for code, value in line.sums.items()},
            counted_at=now,
        )
        for line in beside(found, departments).lines
    ]
    DepartmentMonth.objects.bulk_create(
        reports,
        update_conflicts=True,
        unique_fields=["department", "month"],
        update_fields=["figures", "counted_at", "proof"],
    )
    after = {"月份": f"{month:%Y-%m}", "部门": len(reports)}
    record("report.month", actor=None, now=now, after=after)
    return len(reports)


def _kept(value: int | Decimal) -> int | str:
    return str(value) if isinstance(value, Decimal) else value


def write_usual_months(*, now: datetime) -> date:
    """Count the month that is over, and anew the one before, of which fees were paid since; return the former."""
    month = months_after(timezone.localdate(now), -1)
    for one in (months_after(month, -1), month):
        write_month(month=one, now=now)
    return month


@transaction.atomic
def count_forged_anew(*, now: datetime) -> int:
    """Take away what this system did not write among the kept reports, log and announce it (ForgedFound), and count anew
    what is of a month that is over, and what the log says was kept and somebody deleted; return how many these were."""
    forged = [row for row in DepartmentMonth.objects.all() if not stands(row, now=now)]
    for row in forged:
        row.delete()
    over = timezone.localdate(now).replace(day=1)
    for month in sorted({row.month for row in forged if row.month < over}):
        only = [row.department_id for row in forged if row.month == month]
        write_month(month=month, now=now, only=only)
    return len(forged) + _count_deleted_anew(now)


def _count_deleted_anew(now: datetime) -> int:
    """Count the months anew of which fewer departments are kept than the log says were, and announce what was deleted;
    return how many."""
    written, found = dict[str, int](), 0
    for entry in proven(Entry.objects.filter(action="report.month")):
        month, count = (entry.after or {})["月份"], (entry.after or {})["部门"]
        written[month] = max(count, written.get(month, 0))
    kept = DepartmentMonth.objects.values_list("month").annotate(count=Count("pk")).order_by()
    there = {f"{month:%Y-%m}": count for month, count in kept}
    for month in (one for one, count in written.items() if there.get(one, 0) < count):
        first_day = date.fromisoformat(f"{month}-01")
        rows = DepartmentMonth.objects.filter(month=first_day)
        before = set(rows.values_list("department", flat=True))
        write_month(month=first_day, now=now)
        for row in rows.exclude(department__in=before):
            publish(ForgedFound(row, now))
            found += 1
    return found


def tell_month(*, month: date, now: datetime) -> int:
    """Send each holder of the statistics the report of his departments, once; return to how many."""
    envelopes = []
    for user in users_with_permission(STATISTICS):
        if is_outsider(user):
            continue
        rows = vouched(months_visible_to(user).filter(month=month))
        if rows:
            envelopes.append(_envelope(user, rows, month, now))
    send_messages(occasion=MONTH.code, envelopes=envelopes, channels=CHANNELS, now=now)
    return len(envelopes)


def _envelope(user: User, rows: list[DepartmentMonth], month: date, now: datetime) -> Envelope:
    total = kept_statistic(rows, BY_DEPARTMENT, Asked(user, now)).total.sums
    values = {
        "收件人": user.name,
        "月份": f"{month.year} 年 {month.month} 月",
        "部门": rows[0].department.name if len(rows) == 1 else f"{len(rows)} 个部门",
        "项目数": f"{total['count']:,}",
        "抽取次数": f"{total['draw_count']:,}",
        "抽取人数": f"{total['seat_count']:,}",
        "已邀请人数": f"{total['drawn_count']:,}",
        "同意人数": f"{total['accepted_count']:,}",
        "拒绝人次": f"{total['declined']:,}",
    }
    return Envelope(
        recipient=Recipient(account=user.username, name=user.name, email=user.email),
        context=values,
        about=user,
        key=f"month:{month}:{user.pk}",
        attachments=[Document(MONTH_PDF.code, f"{month}_{user.pk}")],
    )


def month_pdf(rows: list[DepartmentMonth], *, user: User, month: date, now: datetime) -> bytes:
    """Return for A4 what ``rows`` (of one month) say, as far as ``user`` may see it."""
    found = kept_statistic(rows, BY_DEPARTMENT, Asked(user, now))
    data: dict[str, Any] = table_data(found) | {
        "title": f"专家使用月报（{month:%Y-%m}）",
        "subtitle": "评审时间在当月的项目；各部门含下级部门",
        "footer": f"{user.name}　{moment_text(now)}　内部资料",
        "chart": chart_data(found, found.measures[0]),
    }
    return render_pdf(TEMPLATE, data, at=now)


def _render(key: str) -> File:
    day, _, pk = key.partition("_")
    month, user, now = date.fromisoformat(day), User.objects.get(pk=pk), timezone.now()
    rows = vouched(months_visible_to(user).filter(month=month))
    content = month_pdf(rows, user=user, month=month, now=now)
    return File(f"专家使用月报{month:%Y-%m}.pdf", content, "application/pdf")


MONTH_PDF = DocumentKind("reports.month", _render)
