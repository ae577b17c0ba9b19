"""Departments side by side, and the report of each that is kept after a month (EXP-44, EXP-46)."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from expertpool.accounts.enums import Scope
from expertpool.audit.models import Entry
from expertpool.notifications.models import Message
from expertpool.notifications.services.attachments import load_files
from expertpool.projects.enums import ProjectStatus
from expertpool.reports.models import DepartmentMonth
from expertpool.reports.services.months import tell_month, write_month, write_usual_months
from expertpool.reports.tasks import monthly_reports
from tests.factories.accounts import make_department, make_user
from tests.factories.projects import make_project
from tests.fixtures import login
from tests.projects.test_exports import export
from tests.reports.test_tallies import role_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = datetime(2026, 12, 1, 1, tzinfo=UTC)
MONTH = datetime(2026, 11, 1, tzinfo=UTC).date()
PAGE, COMPARISON = reverse("reports:months"), reverse("reports:comparison")


@pytest.fixture
def departments():
    """A centre with two departments below it, and one beside; reviews in October, November and December."""
    centre = make_department("采购中心")
    first = make_department("采购一部", parent=centre)
    second = make_department("采购二部", parent=centre)
    beside = make_department("信息部")
    for department, month, day in (
        (centre, 11, 3),
        (first, 11, 4),
        (first, 11, 30),
        (first, 12, 2),
        (beside, 11, 5),
        (second, 10, 5),
    ):
        opening = timezone.make_aware(datetime(2026, month, day, 9))  # noqa: DTZ001
        make_project(ProjectStatus.DRAFT, department=department, opening_at=opening)
    return centre, first, second, beside


def counted(month=MONTH) -> dict[str, int]:
    rows = DepartmentMonth.objects.filter(month=month).select_related("department")
    return {row.department.name: row.figures["count"] for row in rows}


def sent_to(user) -> QuerySet[Message]:
    return Message.objects.filter(occasion="report.month", about_id=str(user.pk))


@pytest.mark.shows("EXP-44")
def test_at_the_end_of_a_month_each_department_has_its_report(departments):
    assert write_usual_months(now=NOW) == MONTH
    found = counted()
    assert {name: found[name] for name in ("采购中心", "采购一部", "采购二部", "信息部")} == {
        "采购中心": 3,
        "采购一部": 2,
        "采购二部": 0,
        "信息部": 1,
    }
    assert counted(MONTH.replace(month=10))["采购二部"] == 1
    before = DepartmentMonth.objects.count()
    # Run twice it counts anew, and keeps one of each.
    write_usual_months(now=NOW)
    assert DepartmentMonth.objects.count() == before
    assert Entry.objects.filter(action="report.month").count() == 4


@pytest.mark.shows("EXP-44", "EXP-45")
def test_it_is_sent_once_with_what_its_reader_may_see(departments, operator):
    centre, first, _, beside = departments
    own = make_user("department", department=first)
    outsider = make_user("expert", department=centre)
    write_month(month=MONTH, now=NOW)
    tell_month(month=MONTH, now=NOW)
    tell_month(month=MONTH, now=NOW)
    messages = sent_to(own)
    assert messages.count() == 2  # by mail and here
    assert "采购一部，含下级部门" in messages.first().body
    assert "项目 2 个" in messages.first().body
    file = load_files(messages.get(channel="email"))[0]
    text = PdfReader(BytesIO(file.content)).pages[0].extract_text()
    assert "采购一部" in text
    assert beside.name not in text
    assert not sent_to(outsider)


@pytest.mark.shows("EXP-44", "EXP-47")
def test_a_report_with_departments_below_is_for_whoever_counts_these_too(client, departments):
    centre, first, *_ = departments
    write_month(month=MONTH, now=NOW)
    role = role_of({"reports.statistics": Scope.DEPARTMENT})
    head, clerk = (make_user(roles=(role,), department=one) for one in (centre, first))
    tell_month(month=MONTH, now=NOW)
    assert not login(client, head).get(PAGE).context["found"].lines
    assert not sent_to(head).exists()
    assert [line.label for line in login(client, clerk).get(PAGE).context["found"].lines] == [
        "采购一部"
    ]
    assert sent_to(clerk).exists()


@pytest.mark.shows("EXP-47")
def test_so_are_the_fees_in_it(client, departments):
    centre, first, *_ = departments
    write_month(month=MONTH, now=NOW)
    role = role_of(
        {"reports.statistics": Scope.DEPARTMENT_AND_BELOW, "fees.view": Scope.DEPARTMENT}
    )
    head, clerk = (make_user(roles=(role,), department=one) for one in (centre, first))

    def measures(user) -> set[str]:
        page = login(client, user).get(PAGE, {"department": user.department_id})
        return {one.code for one in page.context["found"].measures}

    assert "fee_gross" not in measures(head)
    assert "fee_gross" in measures(clerk)


@pytest.mark.shows("EXP-44", "EXP-45", "EXP-47")
def test_the_page_shows_a_month_or_a_department_in_ones_scope(client, admin, departments):
    _, first, second, beside = departments
    write_usual_months(now=NOW)
    login(client, admin)
    context = client.get(PAGE).context
    sums = {line.label: line.sums["count"] for line in context["found"].lines}
    assert sums["采购中心"] == 3
    # Those below another are counted once.
    assert context["found"].total.sums["count"] == 4
    rows = export(client, "reports.months")
    assert {row["部门"]: row["项目数"] for row in rows} == sums | {"合计": 4}
    over_time = client.get(PAGE, {"department": second.pk, "measure": "count"}).context
    assert over_time["chart"]["labels"] == ["2026-10", "2026-11"]
    assert over_time["chart"]["values"] == [1, 0]
    answer = client.get(reverse("reports:months_pdf"))
    assert "采购中心" in PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    login(client, make_user("department", department=first))
    assert {line.label for line in client.get(PAGE).context["found"].lines} == {"采购一部"}
    # By another's address he finds nothing.
    other = client.get(PAGE, {"department": beside.pk}).context["found"]
    assert not other.lines
    assert [row["部门"] for row in export(client, "reports.months")] == ["采购一部", "合计"]


@pytest.mark.shows("EXP-46")
def test_departments_stand_side_by_side(client, admin, departments):
    centre, first, _, beside = departments
    login(client, admin)
    query = {"days": "2026-11-01 至 2026-11-30", "department": [centre.pk, first.pk, beside.pk]}
    context = client.get(COMPARISON, query).context
    assert {line.label: line.sums["count"] for line in context["found"].lines} == {
        "采购中心": 3,
        "采购一部": 2,
        "信息部": 1,
    }
    header, cells = context["rows"][0]
    assert header == "项目数"
    assert [(name, figure) for name, figure, _ in cells][-1] == ("范围内合计", "4")
    for (_, figure, url), line in zip(cells, context["found"].lines, strict=False):
        assert client.get(url).context["total"] == line.sums["count"] == int(figure)
    others = [url for _, figures in context["rows"][1:] for _, _, url in figures]
    assert others
    assert not any(others), "seats and answers are no projects"
    assert context["chart"]["values"] == [line.sums["count"] for line in context["found"].lines]
    rows = export(client, "reports.comparison", **query)
    assert {row["所属部门"]: row["项目数"] for row in rows} == {
        "采购中心": 3,
        "采购一部": 2,
        "信息部": 1,
        "合计": 4,
    }
    # Unasked, it compares those with most projects of this year.
    assert client.get(COMPARISON).status_code == 200


@pytest.mark.shows("EXP-47")
def test_nobody_compares_what_is_not_his(client, departments):
    _, first, _, beside = departments
    login(client, make_user("department", department=first))
    days = "2026-11-01 至 2026-11-30"
    shown = client.get(COMPARISON, {"days": days}).context["found"]
    assert {line.label: line.sums["count"] for line in shown.lines} == {"采购一部": 2}
    assert shown.total.sums["count"] == 2
    asked = client.get(COMPARISON, {"days": days, "department": beside.pk}).context
    assert asked["found"].total.sums["count"] == 0
    assert (
        "不在您的统计范围内" in client.get(COMPARISON, {"department": beside.pk}).content.decode()
    )


def test_too_many_are_refused(client, admin):
    many = [make_department(f"第{at}部").pk for at in range(9)]
    page = login(client, admin).get(COMPARISON, {"department": many})
    assert "最多比较 8 个部门" in page.content.decode()
    assert "还没有月报" in client.get(PAGE).content.decode()


def test_the_job_counts_and_sends(departments, operator):
    monthly_reports(timestamp=0)
    assert DepartmentMonth.objects.exists()
    assert sent_to(operator)
