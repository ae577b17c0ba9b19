from __future__ import annotations

import io
from datetime import datetime, timedelta

import openpyxl
import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role
from expertpool.draws.enums import ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from expertpool.projects.enums import ProjectStatus, Regime
from expertpool.projects.exports import ProjectExport
from tests.factories.accounts import make_department, make_user
from tests.factories.batches import make_batch
from tests.factories.draws import make_draw, open_names_at
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def table(response) -> tuple[list[str], list[list[object]]]:
    """The head and the rows of a downloaded table, without its watermark line."""
    content = b"".join(response)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    end = next((at for at, row in enumerate(rows) if not any(row)), len(rows))
    return rows[0], rows[1:end]


def export(client, code: str, **query) -> list[dict[str, object]]:
    head, rows = table(client.post(reverse("core:export", args=[code]), query_params=query))
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.shows("PRJ-11")
def test_the_export_holds_what_the_list_shows_in_its_order(client, operator):
    works, other = make_department("工程部"), make_department("信息部")
    year = timezone.localdate().year + 2
    soon = timezone.make_aware(datetime(year, 3, 1, 9))  # noqa: DTZ001
    for day, name in enumerate(("乙道路", "甲道路", "丙道路")):
        make_project(
            name=name, department=works, opening_at=soon + timedelta(days=day), applicant=operator
        )
    make_project(name="丁道路", department=other, applicant=operator)
    make_project(name="戊道路", department=works, applicant=operator, regime=Regime.INTERNAL)
    login(client, operator)
    query = {"q": "道路", "department": works.pk, "regime": "tender", "sort": "-opening"}
    shown = [project.name for project in client.get("/projects/", query).context["page"]]
    rows = export(client, "projects.projects", **query)
    assert [row["项目名称"] for row in rows] == shown == ["丙道路", "甲道路", "乙道路"]
    assert rows[0]["评审开始时间"] == datetime(year, 3, 3, 9)  # noqa: DTZ001
    assert "适用制度" not in export(client, "projects.projects", columns="department")[0]
    assert [row["项目名称"] for row in export(client, "projects.projects", tab="not_drawn")] == []
    refused = client.post(
        reverse("core:export", args=["projects.projects"]), query_params={"tab": "zzz"}
    )
    assert refused.status_code == 302  # everybody, or an empty file, would look like an answer
    assert "筛选条件有误" in client.get(refused.url).content.decode()


@pytest.mark.shows("PRJ-02", "PRJ-11")
def test_the_export_names_the_batch(client, operator):
    first, second, alone = [make_project(applicant=operator) for _ in range(3)]
    make_batch([first, second], now=timezone.now(), actor=operator)
    login(client, operator)
    rows = export(client, "projects.projects", sort="created")
    names = {row["项目编号"]: row["批次"] for row in rows}
    assert names == {
        first.number: "第四季度采购",
        second.number: "第四季度采购",
        alone.number: None,
    }


def answered_draw() -> Draw:
    """Two seats: the first expert accepts, the second declines and is supplemented."""
    now = timezone.now()
    for number in range(4):
        make_expert(f"秘密专家{number}")
    draw = make_draw(now=now, seats=2)
    first, second = Invitation.objects.filter(draw=draw)
    for line, accept in ((first, True), (second, False)):
        answer(
            invitation=line,
            accept=accept,
            reason="" if accept else "出差",
            via=ReplyVia.LINK,
            now=now,
            entropy=SeededEntropy(5),
        )
    return draw


@pytest.mark.shows("PRJ-06")
def test_the_export_tells_each_expert_with_his_state_and_whether_he_was_supplemented(client):
    draw = answered_draw()
    operator = make_user("operator")
    login(client, operator)
    (row,) = export(client, "projects.projects")
    assert [
        row[name] for name in ("抽取次数", "抽取人数", "已邀请人数", "同意人数", "补抽人数")
    ] == [
        1,
        2,
        3,
        1,
        1,
    ]
    assert row["状态"] == "抽取中"
    assert row["参与专家"].split("\n") == [
        "第 1 位专家，综合，抽取，同意",
        "第 2 位专家，综合，抽取，拒绝",
        "第 3 位专家，综合，补抽，待答复",
    ]
    untold = ("已邀请人数", "同意人数", "补抽人数", "参与专家")
    finance, elsewhere = make_user("finance"), make_user(roles=(role_elsewhere(),))
    for reader in (finance, elsewhere):  # see projects, but not this draw (docs/decisions/0656)
        (told,) = export(login(client, reader), "projects.projects")
        assert [told[name] for name in untold] == [0, 0, 0, None]
        assert (told["抽取次数"], told["抽取人数"]) == (row["抽取次数"], row["抽取人数"])
    login(client, operator)
    release_now(draw)
    lines = Invitation.objects.filter(draw=draw).select_related("expert")
    named = [f"{line.expert.name}（{line.expert.number}）" for line in lines]
    (row,) = export(client, "projects.projects")
    assert [line.split("，")[0] for line in row["参与专家"].split("\n")] == named
    login(client, finance)  # may see projects, but no names
    (row,) = export(client, "projects.projects")
    assert "秘密" not in row["参与专家"]
    assert "第 1 位专家" in row["参与专家"]


def role_elsewhere() -> Role:
    """Sees all projects, and the draws of a department that has none."""
    role = Role.objects.create(name="旁观")
    role.permissions.create(code="projects.view", scope=Scope.ALL)
    seen = role.permissions.create(code="draws.view", scope=Scope.CHOSEN)
    seen.departments.add(make_department("别的部门"))
    return role


def release_now(draw: Draw) -> None:
    now = timezone.now()
    open_names_at(draw, now - timedelta(minutes=1))
    assert release(draw_id=draw.pk, now=now, unanswered=True)


def test_a_project_without_draw_counts_nought(client, operator):
    make_project(ProjectStatus.APPROVED, applicant=operator, department=make_department())
    (row,) = export(login(client, operator), "projects.projects")
    assert (row["抽取人数"], row["已邀请人数"], row["参与专家"]) == (0, 0, None)


@pytest.mark.parametrize("count", [1, 3])
def test_the_export_is_one_query_for_any_number_of_projects(
    operator, count, django_assert_num_queries
):
    for _ in range(count):
        make_project(applicant=operator, department=make_department())
    params = QueryDict("")
    ProjectExport().rows(operator, params)  # loads the rights
    with django_assert_num_queries(EXPORT_QUERIES):
        rows = list(ProjectExport().rows(operator, params))
        columns = ProjectExport().columns_for(operator, params)
        assert all(column.value(row) is not ... for row in rows for column in columns)


# Departments and kinds of the filter, the reader's rules of revealing and whether draws are looked after, the
# rows, whether fields have been added: asked by the filter and by the columns.
EXPORT_QUERIES = 7
