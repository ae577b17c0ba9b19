"""Projects by period, department, progress and kind, and what was drawn for them."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from expertpool.draws.enums import ReplyVia
from expertpool.draws.models import Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.replies import answer
from expertpool.projects.enums import ProjectStatus, Regime
from tests.factories.accounts import make_department, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.fixtures import login
from tests.projects.test_exports import export

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
PAGE = reverse("reports:statistics")
YEAR = timezone.localdate().year + 2


def day(*parts: int) -> datetime:
    return timezone.make_aware(datetime(*parts))  # noqa: DTZ001


@pytest.fixture
def projects(operator):
    """Five projects over two departments, three months, three states and two kinds."""
    top = make_department("采购中心")
    below = make_department("采购一部", parent=top)
    common = {"applicant": operator}
    rows = [
        (top, (YEAR, 1, 31, 23, 30), ProjectStatus.DRAFT, "工程", Regime.TENDER),
        (below, (YEAR, 2, 1, 0, 30), ProjectStatus.DRAFT, "工程", Regime.TENDER),
        (below, (YEAR, 2, 28, 9), ProjectStatus.PENDING, "", Regime.TENDER),
        (top, (YEAR, 5, 5, 9), ProjectStatus.APPROVED, "服务", Regime.INTERNAL),
        (below, (YEAR, 5, 6, 9), ProjectStatus.APPROVED, "服务", Regime.INTERNAL),
    ]
    for department, opening, status, kind, regime in rows:
        make_project(
            status,
            department=department,
            opening_at=day(*opening),
            kind=kind,
            regime=regime,
            **common,
        )
    return top, below


def counts(client, **query) -> dict[str, int]:
    found = client.get(PAGE, {"topic": "projects", **query}).context["found"]
    assert found.total.sums["count"] == sum(line.sums["count"] for line in found.lines)
    return {line.label: line.sums["count"] for line in found.lines}


@pytest.mark.shows("PRJ-24", "PRJ-25")
def test_projects_are_counted_by_period_department_progress_and_kind(client, operator, projects):
    login(client, operator)
    assert counts(client) == {f"{YEAR}-01": 1, f"{YEAR}-02": 2, f"{YEAR}-05": 2}
    assert counts(client, by="quarter") == {f"{YEAR} 年第 1 季度": 3, f"{YEAR} 年第 2 季度": 2}
    assert counts(client, by="year") == {f"{YEAR} 年": 5}
    assert counts(client, by="department") == {"采购中心": 2, "采购一部": 3}
    assert counts(client, by="stage") == {"草稿": 2, "待审核": 1, "未抽取": 2}
    assert counts(client, by="kind") == {"未填写": 1, "工程": 2, "服务": 2}
    assert counts(client, by="regime") == {"内部评审": 2, "招标投标": 3}
    # The filter may hold a part of a month: its number leads to as many projects.
    chosen = {"by": "month", "opening": f"{YEAR}-02-15 至 {YEAR}-05-05"}
    assert counts(client, **chosen) == {f"{YEAR}-02": 1, f"{YEAR}-05": 1}
    for line, figures in client.get(PAGE, {"topic": "projects", **chosen}).context["lines"]:
        assert client.get(figures[0][2]).context["total"] == line.sums["count"]


@pytest.mark.shows("PRJ-24")
def test_what_was_drawn_is_summed_and_the_export_equals_the_screen(client):
    now = timezone.now()
    for _ in range(6):
        make_expert()
    for accept in (True, False):
        draw = make_draw(now=now, seats=1)
        answer(
            invitation=Invitation.objects.get(draw=draw, line=1),
            accept=accept,
            reason="" if accept else "出差",
            via=ReplyVia.LINK,
            now=now,
            entropy=SeededEntropy(1),
        )
    operator = login(client, make_user("operator"))
    context = operator.get(PAGE, {"topic": "projects"}).context
    expected = {
        "抽取次数": 2,
        "抽取人数": 2,
        "已邀请人数": 3,
        "同意人数": 1,
        "同意率": "33.3%",
        "补抽人数": 1,
        "人工干预次数": 0,
    }
    shown = {header: value for header, value, _ in context["total_figures"]}
    assert {name: shown[name] for name in expected} == {
        name: str(value) for name, value in expected.items()
    }
    total = export(client, "reports.statistics", topic="projects")[-1]
    assert {name: total[name] for name in expected} == expected
    assert (total["评审月份"], total["项目数"]) == ("合计", 2)


def test_only_what_the_user_may_see_is_counted(client, projects):
    _, below = projects
    login(client, make_user("department", department=below))
    assert counts(client, by="department") == {"采购一部": 3}
