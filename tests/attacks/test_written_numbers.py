"""Somebody with live SQL writes the kept numbers of departments, and who could have been drawn: they count for nothing, are
told, and are made anew (docs/decisions/0360)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.actions import FORGED
from expertpool.audit.models import Entry
from expertpool.audit.services.health import find_forged
from expertpool.core.health import Health
from expertpool.draws.models import Draw
from expertpool.draws.services.names import release
from expertpool.experts.models import Expert
from expertpool.notifications.models import Message
from expertpool.projects.enums import ProjectStatus
from expertpool.reports.models import CandidateList, DepartmentMonth, ExposureReport
from expertpool.reports.queries.candidacies import candidacies_of
from expertpool.reports.services.exposure import (
    compute_report,
    forget_forged_lists,
    list_candidates,
    request_report,
)
from expertpool.reports.services.months import count_forged_anew, tell_month, write_month
from tests.factories.accounts import make_department
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = timezone.make_aware(datetime(2026, 12, 1, 9, 0))  # noqa: DTZ001
MONTH = datetime(2026, 11, 1).date()  # noqa: DTZ001
PAGE = reverse("reports:months")


@pytest.fixture(autouse=True)
def december(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


def write(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def is_told() -> bool:
    return find_forged(timezone.now()).state is Health.FAILED


# Monthly reports.


@pytest.fixture
def kept() -> DepartmentMonth:
    department = make_department("采购一部")
    opening = timezone.make_aware(datetime(2026, 11, 4, 9))  # noqa: DTZ001
    make_project(ProjectStatus.DRAFT, department=department, opening_at=opening)
    write_month(month=MONTH, now=NOW - timedelta(hours=1))
    return DepartmentMonth.objects.get(department=department)


@pytest.mark.shows("EXP-44")
@pytest.mark.parametrize(
    "change",
    [
        "figures = jsonb_set(figures, '{count}', '99')",
        "counted_at = counted_at + interval '1 minute'",
        "month = '2026-10-01'",
    ],
)
def test_a_report_that_was_altered_is_shown_to_nobody(
    client: Client, admin: User, kept: DepartmentMonth, change: str
) -> None:
    write(f"UPDATE reports_departmentmonth SET {change} WHERE id = %s", kept.pk)  # noqa: S608
    month = DepartmentMonth.objects.get(pk=kept.pk).month
    page = login(client, admin).get(PAGE, {"month": month.isoformat()})
    assert "采购一部" not in {line.label for line in page.context["found"].lines}
    assert "1 份月报不是本系统统计的，或在系统之外被改动过" in page.content.decode()
    assert is_told()
    tell_month(month=month, now=NOW)
    sent = Message.objects.filter(occasion="report.month", about_id=str(admin.pk))
    assert all("项目 99 个" not in one.body for one in sent)


@pytest.mark.shows("EXP-44")
def test_what_was_altered_is_counted_anew_and_told(kept: DepartmentMonth) -> None:
    write("UPDATE reports_departmentmonth SET figures = '{\"count\": 99}' WHERE id = %s", kept.pk)
    write(
        "INSERT INTO reports_departmentmonth (department_id, month, figures, counted_at)"
        " VALUES (%s, '2027-03-01', '{\"count\": 7}', now())",
        kept.department_id,
    )
    others = DepartmentMonth.objects.exclude(department=kept.department_id)
    before = set(others.values_list("pk", "counted_at"))
    assert count_forged_anew(now=NOW) == 2
    (row,) = DepartmentMonth.objects.filter(department=kept.department_id)
    assert (row.month, row.figures["count"]) == (MONTH, 1)
    assert set(others.values_list("pk", "counted_at")) == before  # kept numbers stay kept
    assert Entry.objects.filter(action=FORGED).count() == 2
    assert count_forged_anew(now=NOW) == 0


def test_a_report_that_was_deleted_is_counted_anew_and_told(kept: DepartmentMonth) -> None:
    """No row was left that could have said so."""
    write("DELETE FROM reports_departmentmonth WHERE id = %s", kept.pk)
    assert count_forged_anew(now=NOW) == 1
    (row,) = DepartmentMonth.objects.filter(department=kept.department_id)
    assert (row.month, row.figures) == (MONTH, kept.figures)
    assert Entry.objects.filter(action="audit.forged", subject_id=str(row.pk)).exists()
    assert count_forged_anew(now=NOW) == 0


def test_the_numbers_of_before_do_not_come_again(kept: DepartmentMonth) -> None:
    old = kept.counted_at
    write_month(month=MONTH, now=NOW)
    with pytest.raises(Error, match="stays so"):
        write("UPDATE reports_departmentmonth SET counted_at = %s WHERE id = %s", old, kept.pk)


# 曝光分析.


@pytest.fixture
def exposure(client: Client, supervisor: User) -> ExposureReport:
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW - timedelta(days=30), seats=1)
    release(draw_id=draw.pk, now=NOW)
    day = timezone.localdate(NOW - timedelta(days=30))
    report = request_report(start=day, end=day, actor=supervisor, now=NOW)
    compute_report(report_id=report.pk, now=NOW)
    login(client, supervisor)
    return ExposureReport.objects.get()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE reports_exposurerow SET is_striking = true, drawn = 9",
        "DELETE FROM reports_exposurerow",
        "UPDATE reports_exposurereport SET figures = jsonb_set(figures, '{draws}', '99')",
        "UPDATE reports_exposurereport SET rows_digest = repeat('0', 64)",
    ],
)
def test_nobody_is_striking_by_a_row(client: Client, exposure: ExposureReport, change: str) -> None:
    page = reverse("reports:exposure")
    assert client.get(page).context["total"] == 3
    write(change)
    shown = client.get(page)
    assert "数据被改动过" in shown.content.decode()
    assert (shown.context["figures"], shown.context["total"]) == (None, 0)
    # Nor does asking for it once more vouch for what was written.
    request_report(start=exposure.start_date, end=exposure.end_date, actor=None, now=NOW)
    assert client.get(page).context["figures"] is None
    compute_report(report_id=exposure.pk, now=NOW)
    assert client.get(page).context["total"] == 3


# Lists of candidates.


@pytest.fixture
def expert() -> Expert:
    return make_expert("王立新")


@pytest.fixture
def over(expert: Expert) -> Draw:
    draw = make_draw(now=NOW - timedelta(days=30), seats=1)
    release(draw_id=draw.pk, now=NOW)
    draw.refresh_from_db()
    return draw


@pytest.mark.shows("EXP-28")
def test_nobody_was_a_candidate_by_a_row(over: Draw, expert: Expert) -> None:
    other = make_expert("李建国")
    assert list_candidates(now=NOW) == 1
    assert [one.draw for one in candidacies_of(expert)] == [over]
    write("UPDATE reports_candidatelist SET experts = experts || %s::bigint", other.pk)
    assert candidacies_of(other) == []
    assert is_told()


@pytest.mark.shows("EXP-28")
def test_no_list_of_a_sealed_draw_is_written(expert: Expert) -> None:
    """His own page read it, and said of a draw whose names are sealed that he was 未抽中."""
    make_expert("李建国")
    sealed = make_draw(now=NOW, seats=1)
    write(
        "INSERT INTO reports_candidatelist (draw_id, experts, listed_at) VALUES (%s, %s, %s)",
        *(sealed.pk, [expert.pk], NOW - timedelta(days=400)),
    )
    assert candidacies_of(expert) == []


@pytest.mark.shows("EXP-28")
def test_what_was_altered_is_listed_anew_within_a_day(over: Draw, expert: Expert) -> None:
    list_candidates(now=NOW)
    write(
        "UPDATE reports_candidatelist SET experts = '{}', listed_at = %s", NOW - timedelta(days=9)
    )
    found = [forget_forged_lists(now=NOW + timedelta(hours=hour)) for hour in range(24)]
    assert sum(found) == 1
    assert Entry.objects.filter(action=FORGED).count() == 1
    assert list_candidates(now=NOW + timedelta(days=1)) == 1
    assert CandidateList.objects.get().experts == [expert.pk]
    assert [one.draw for one in candidacies_of(expert)] == [over]
