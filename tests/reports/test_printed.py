"""A statistic for A4: its bars are the numbers of the page, and what the office keeps out of exports it keeps out of it."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.experts.settings import NOT_EXPORTED
from expertpool.reports.forms.statistics import read_statistic
from expertpool.reports.services.printing import MOST_BARS, chart_data
from tests.factories.accounts import make_department
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.mark.shows("EXP-45")
def test_the_bars_are_the_numbers_of_the_page(admin: User) -> None:
    """Of many parts the largest, or, over time, the last."""
    for at in range(MOST_BARS + 1):
        department = make_department(f"部门{at}")
        for _ in range(3 if at == 7 else 1):
            make_expert(department=department)
    read = read_statistic(QueryDict("topic=experts&by=department"), user=admin, now=timezone.now())
    drawn = chart_data(read.found, read.found.measures[0])
    assert (drawn["name"], drawn["left"], len(drawn["bars"])) == ("专家数", 1, MOST_BARS)
    by_label = {one["label"]: (one["value"], one["part"]) for one in drawn["bars"]}
    assert by_label["部门7"] == ("3", 1.0)
    assert {part for label, part in by_label.items() if label != "部门7"} == {("1", 1 / 3)}


@pytest.mark.shows("EXP-45")
def test_over_time_the_last_are_drawn(admin: User) -> None:
    year = timezone.localdate().year + 2
    months = [(year + at // 12, at % 12 + 1) for at in range(MOST_BARS + 2)]
    for at, (in_year, month) in enumerate(months):
        opening = timezone.now().replace(year=in_year, month=month, day=5)
        for _ in range(2 if at == MOST_BARS + 1 else 1):
            make_project(opening_at=opening)
    read = read_statistic(QueryDict("topic=projects&by=month"), user=admin, now=timezone.now())
    drawn = chart_data(read.found, read.found.measures[0])
    labels = [f"{in_year}-{month:02}" for in_year, month in months[2:]]
    assert [one["label"] for one in drawn["bars"]] == labels
    assert drawn["left"] == 2
    assert [one["part"] for one in drawn["bars"]] == [0.5] * (MOST_BARS - 1) + [1.0]


@pytest.mark.shows("EXP-12", "EXP-45")
def test_a_kept_field_is_on_the_page_and_in_no_print(admin: User) -> None:
    make_expert(education="博士")
    client, query = login(Client(), admin), {"topic": "experts", "by": "education"}
    address = reverse("reports:statistics_pdf")
    printed = Entry.objects.filter(action="report.statistics_pdf")
    assert client.get(address, query).status_code == 200
    assert printed.count() == 1
    configure(NOT_EXPORTED, ("experts.education",))
    page = client.get(reverse("reports:statistics"), query)
    assert [line.label for line in page.context["found"].lines] == ["博士"]
    refused = client.get(address, query)
    assert (refused.status_code, refused["Location"].partition("?")[0]) == (
        302,
        page.request["PATH_INFO"],
    )
    assert "不允许导出" in client.get(refused["Location"]).content.decode()
    assert printed.count() == 1, "nothing was printed"
