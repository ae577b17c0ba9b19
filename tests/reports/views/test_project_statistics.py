"""Projects by period, department, progress and kind, and what was drawn for them."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from expertpool.projects.enums import ProjectStatus, Regime
from expertpool.projects.models import Project
from expertpool.reports.models import DepartmentMonth
from expertpool.reports.services.months import write_month
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


def sealed_draw(*, seed: int = 1, seats: int = 1):
    """A draw, of whose experts one declines and another agrees: step by step."""
    now = timezone.now()
    draw = make_draw(now=now, seats=seats)
    yield draw
    for accept in (False, True):
        answer(
            invitation=draw.invitations.filter(state=InvitationState.INVITED).earliest("line"),
            accept=accept,
            reason="" if accept else "出差",
            via=ReplyVia.LINK,
            now=now,
            entropy=SeededEntropy(seed + accept),
        )
        yield draw


@pytest.mark.shows("PRJ-24")
def test_what_was_drawn_is_summed_and_the_export_equals_the_screen(client):
    for _ in range(6):
        make_expert()
    *_, draw = sealed_draw()
    release(draw_id=draw.pk, now=draw.reveal_at)
    list(sealed_draw(seed=5))  # of this one its beginning alone
    operator = login(client, make_user("operator"))
    context = operator.get(PAGE, {"topic": "projects"}).context
    expected = {
        "抽取次数": 2,
        "抽取人数": 2,
        "已邀请人数": 2,
        "同意人数": 1,
        "同意率": "50.0%",
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


def told(client, user, month) -> list[object]:
    """All that statistics say of projects to ``user``: page, file, kept months, departments side by side, home page."""
    login(client, user)
    pages = [
        client.get(PAGE, {"topic": "projects"}),
        client.get(reverse("reports:comparison"), {"topic": "projects"}),
    ]
    write_month(month=month, now=timezone.now())
    return [
        *([line.sums for line in page.context["found"].lines] for page in pages),
        export(client, "reports.statistics", topic="projects"),
        list(DepartmentMonth.objects.order_by("pk").values_list("figures", flat=True)),
        [
            (one["label"], one["json"])
            for one in client.get(reverse("reports:home")).context["charts"]
        ],
    ]


@pytest.mark.shows("PRJ-24", "EXP-46")
@pytest.mark.parametrize("role", ["finance", "operator"])
def test_no_number_moves_by_an_answer_while_names_are_sealed(client, role):
    """Whoever watches a number of one project would know who agreed (docs/decisions/0656)."""
    for _ in range(6):
        make_expert()
    user = make_user(role)
    # Another is still asked: that a draw ended is told by the progress of its project.
    draw = next(steps := sealed_draw(seats=2))
    Project.objects.update(department=make_department("采购中心"))
    month = timezone.localdate(draw.project.opening_at).replace(day=1)
    before = told(client, user, month)
    for _ in steps:
        assert told(client, user, month) == before
    release(draw_id=draw.pk, now=draw.reveal_at, unanswered=True)
    page, *_ = after = told(client, user, month)
    assert after != before
    assert (page[0]["drawn_count"], page[0]["accepted_count"]) == (3, 1)


def test_only_what_the_user_may_see_is_counted(client, projects):
    _, below = projects
    login(client, make_user("department", department=below))
    assert counts(client, by="department") == {"采购一部": 3}
