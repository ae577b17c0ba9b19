"""What pages, exports and figures show of a draw that several projects share."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from expertpool.core.home import todos_for
from expertpool.draws.models import Draw
from expertpool.draws.queries.sitting import lines_in, lines_of
from expertpool.draws.services.names import release
from expertpool.experts.models import Expert
from expertpool.files.services import attach
from expertpool.projects.enums import FileAudience
from expertpool.projects.models import Project
from tests.draws.views.letters import lines, link_of
from tests.factories.accounts import make_department, make_user
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.draws import expert_id_of, open_names_at
from tests.factories.experts import give_account, make_expert
from tests.fixtures import login
from tests.projects.test_exports import export

pytestmark = pytest.mark.django_db
MEASURED = ("抽取次数", "抽取人数", "已邀请人数", "同意人数", "补抽人数")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def draw() -> Draw:
    """One panel of two for three projects; the first two at one time, the third a day later."""
    now = timezone.now()
    for number in range(5):
        make_expert(f"秘密专家{number}")
    return draw_batch(make_batch(make_members(72, 72, 96, now=now), now=now, seats=2), now=now)


def answer_by_link(draw: Draw) -> None:
    for line in lines(draw):
        assert Client().post(link_of(line), {"answer": "accept"}).status_code == 302


def reveal(draw: Draw) -> None:
    now = timezone.now()
    open_names_at(draw, now - timedelta(minutes=1))
    assert release(draw_id=draw.pk, now=now, unanswered=True)


def test_what_a_draw_covers_is_asked_once_for_all_its_lines(
    draw: Draw, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found = lines_of(Draw.objects.filter(pk=draw.pk).select_related("project"))
    assert len(found) == 2
    with django_assert_num_queries(2):  # which they are, and when it was moved last
        assert len(lines_in(draw.project, found)) == 2


@pytest.mark.shows("PRJ-02", "DRAW-25")
def test_every_project_shows_the_one_panel_its_notices_and_its_log(client, draw):
    answer_by_link(draw)
    reveal(draw)
    login(client, make_user("operator"))
    names = {Expert.objects.get(pk=expert_id_of(line)).name for line in lines(draw)}
    shown = []
    for project in draw.covered:
        address = reverse("projects:detail", args=[project.pk])
        overview = client.get(address).content.decode()
        assert all(name in overview for name in names)
        for tab, text in (("draw", draw.number), ("log", "封存抽取"), ("plan", "批次共用方案")):
            assert text in client.get(address, {"tab": tab}).content.decode()
        notices = client.get(address, {"tab": "notices"}).content.decode()
        shown.append(notices.count("评审邀请"))
    assert shown[0]
    assert set(shown) == {shown[0]}


@pytest.mark.shows("PRJ-06", "PRJ-24")
def test_the_export_tells_the_panel_of_each_project_and_figures_count_it_once(client, draw):
    login(client, make_user("operator"))
    rows = export(client, "projects.projects")
    assert [[row[name] for name in MEASURED] for row in rows] == [[1, 2, 2, 0, 0]] * 3
    assert len({row["参与专家"] for row in rows}) == 1
    page = client.get(reverse("reports:statistics"), {"topic": "projects"})
    figures = {header: value for header, value, _ in page.context["total_figures"]}
    assert [figures[name] for name in ("项目数", *MEASURED)] == ["3", "1", "2", "0", "0", "0"]
    answer_by_link(draw)
    reveal(draw)  # before, how far it has come is told to who looks at it (docs/decisions/0656)
    page = client.get(reverse("reports:statistics"), {"topic": "projects"})
    figures = {header: value for header, value, _ in page.context["total_figures"]}
    assert [figures[name] for name in ("抽取人数", "已邀请人数")] == ["2", "2"]


@pytest.mark.shows("DRAW-36", "DRAW-38")
def test_the_records_hold_one_line_that_is_found_by_any_project(client, draw):
    login(client, make_user("operator"))
    for project in draw.covered:
        page = client.get(reverse("draws:list"), {"q": project.number})
        assert [row.pk for row in page.context["page"]] == [draw.pk]
    (row,) = export(client, "draws.draws")
    assert row["项目名称"] == "第1标段、第2标段、第3标段"
    assert row["项目编号"] == "、".join(draw.rule.projects)


def test_the_page_of_the_draw_lists_all_projects(client, draw):
    login(client, make_user("operator"))
    page = client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    for project in draw.covered:
        assert reverse("projects:detail", args=[project.pk]) in page
    room = client.get(reverse("draws:room", args=[draw.pk])).content.decode()
    assert "第1标段 等 3 个项目" in room


@pytest.mark.shows("DRAW-12", "DRAW-24", "PORT-16")
def test_an_expert_reads_all_meetings_and_once_agreed_all_projects_and_files(client, draw):
    batch = draw.project.batch
    for subject, name in ((batch, "评审办法.pdf"), (draw.covered[2], "第三标段需求.pdf")):
        file = SimpleUploadedFile(name, b"%PDF-1.7\n%%EOF\n")
        kind = FileAudience.EXPERTS
        attach(subject=subject, uploaded_file=file, kind=kind, actor=None, now=timezone.now())
    first, *_, last = draw.covered
    link = link_of(lines(draw)[0])
    letter = client.get(link).content.decode()
    for project in (first, last):
        assert f"{timezone.localtime(project.opening_at):%Y-%m-%d %H:%M}" in letter
        assert project.name not in letter
    answer_by_link(draw)
    letter = client.get(link).content.decode()
    for text in (*(project.name for project in draw.covered), "评审办法.pdf", "第三标段需求.pdf"):
        assert text in letter
    calendar = client.get(f"{link}calendar/").content.decode()
    assert calendar.count("BEGIN:VEVENT") == 2  # the first two projects are one meeting
    expert = Expert.objects.get(pk=expert_id_of(lines(draw)[0]))
    give_account(expert, make_user("expert", name=expert.name))
    mine = login(Client(), expert.user).get(reverse("selfservice:reviews")).content.decode()
    assert mine.count(reverse("selfservice:review", args=[lines(draw)[0].pk])) == 1


def test_of_a_batch_that_reaches_further_one_looks_and_does_nothing(client):
    """Whoever may run the draws of one department does not run those of another."""
    now, own, other = timezone.now(), make_department(), make_department()
    make_expert()
    (mine,) = make_members(72, now=now, department=own)
    (foreign,) = make_members(96, now=now, department=other)
    batch = make_batch([mine, foreign], now=now, seats=1)
    user = make_user("department", department=own)
    for name in ("draws.plan", "draws.run"):
        user.roles.get().permissions.update_or_create(code=name, defaults={"scope": "department"})
    login(client, user)
    assert client.get(reverse("draws:plan", args=[mine.pk])).status_code == 404
    assert client.post(reverse("draws:start", args=[mine.pk])).status_code == 404
    draw = draw_batch(batch, now=now)
    assert client.get(reverse("draws:detail", args=[draw.pk])).status_code == 200
    assert client.post(reverse("draws:supplement", args=[draw.pk])).status_code == 404
    Project.objects.filter(pk=foreign.pk).update(department=own)
    assert client.post(reverse("draws:supplement", args=[draw.pk])).status_code == 409


def test_the_home_page_offers_a_batch_once():
    now = timezone.now()
    make_batch(make_members(72, 96, 120, now=now), now=now, seats=1)
    todos = todos_for(make_user("operator"), now=now)
    assert [todo.title for todo in todos] == ["抽取专家：第四季度采购"]
