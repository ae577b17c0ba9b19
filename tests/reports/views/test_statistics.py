"""统计分析: table, chart, list behind, file and print say the same, in the scope of who looks."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from django.db import connection
from django.db.models import Q
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from expertpool.accounts.models import User
from expertpool.core.exporting import EXPORTS, Stamp, write_xlsx
from expertpool.directory.enums import TitleLevel
from expertpool.directory.models import Specialty
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.models import Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from expertpool.experts.enums import ExpertSource, ExpertStatus, Sex
from expertpool.projects.enums import ProjectStatus, Regime
from expertpool.reports.forms.statistics import read_statistic
from expertpool.reports.queries.statistics import TOPICS, Asked, Measure, statistic_of
from expertpool.reports.services.printing import table_data
from tests.factories.accounts import make_department, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_division, make_expert, make_specialty
from tests.factories.projects import make_project
from tests.fixtures import login
from tests.projects.test_exports import export

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
PAGE = reverse("reports:statistics")
EXPERTS, PROJECTS = reverse("experts:list"), reverse("projects:list")
LAST = {"year": "01", "quarter": "10", "month": "12"}  # periods that end beyond all days


@pytest.fixture
def pool():
    """Experts of every kind in two departments, and projects with a draw that was answered."""
    works, goods = make_specialty("A"), make_specialty("B")
    roads = make_specialty("A01", parent=works)
    bridges, tunnels = make_specialty("A0101", parent=roads), make_specialty("A0102", parent=roads)
    hunan = make_division("430000", "湖南省")
    changsha = make_division("430100", "长沙市", parent=hunan)
    top = make_department("采购中心")
    below = make_department("采购一部", parent=top)
    today = timezone.localdate()
    make_expert(
        "甲",
        specialties=(bridges, tunnels, goods),
        division=changsha,
        title_level=TitleLevel.SENIOR,
        birth_date=today - timedelta(days=365 * 45),
        sex=Sex.MALE,
        education="本科",
        department=top,
        source=ExpertSource.IMPORT,
    )
    make_expert("乙", specialties=(roads,), division=hunan, department=below, education="本科")
    make_expert("丙", status=ExpertStatus.PENDING, birth_date=date(1950, 2, 28), department=below)
    make_expert("丁", status=ExpertStatus.BLACKLISTED, expert_type="技术类")
    make_expert("戊", status=ExpertStatus.DELETED, specialties=(bridges,))
    for department, status, kind, regime in (
        (top, ProjectStatus.DRAFT, "工程", Regime.TENDER),
        (below, ProjectStatus.APPROVED, "服务", Regime.INTERNAL),
        (below, ProjectStatus.PENDING, "", Regime.TENDER),
    ):
        make_project(status, department=department, kind=kind, regime=regime)
    return top, below


def told_draw(*, declined: int = 0):
    """A draw of one seat: the first ``declined``, the next agreed; its names are released, its review has begun."""
    now = timezone.now() - timedelta(days=2)
    draw = make_draw(now=now, seats=1, opens_in_hours=4)
    for at in range(declined + 1):
        reply(draw, accept=at == declined, now=now, seed=at)
    release(draw_id=draw.pk, now=draw.reveal_at)
    return draw


def reply(draw, *, accept: bool, now, seed: int) -> None:
    answer(
        invitation=Invitation.objects.get(draw=draw, state=InvitationState.INVITED),
        accept=accept,
        reason="" if accept else "出差",
        via=ReplyVia.LINK,
        now=now,
        entropy=SeededEntropy(seed + 10),
    )


EVERY = [(topic.code, one.code) for topic in TOPICS for one in topic.dimensions]


@pytest.mark.shows("EXP-43", "EXP-45", "OVW-17")
def test_table_chart_list_file_and_print_agree(client, admin, pool):
    told_draw()
    login(client, admin)
    for topic, by in EVERY:
        query = {"topic": topic, "by": by}
        context = client.get(PAGE, query).context
        found = context["found"]
        assert found.dimension.code == by
        assert found.lines, by
        first = found.measures[0].code
        assert context["chart"]["values"] == [line.sums[first] for line in found.lines]
        assert context["chart"]["labels"] == [line.label for line in found.lines]
        for line, figures in [*context["lines"], (found.total, context["total_figures"])]:
            for measure in found.measures:
                header, _, url = next(one for one in figures if one[0] == measure.label)
                if measure.column or measure.once:
                    assert not url, "no list is as long as it says"
                if not url:
                    continue
                shown = client.get(url).context
                assert shown["total"] == line.sums[measure.code], (by, line.label, header)
        exported = export(client, "reports.statistics", **query)
        screen = [*(line for line, _ in context["lines"]), found.total]
        assert [row[found.dimension.label] for row in exported] == [one.label for one in screen]
        for measure in found.measures:
            assert [row[measure.label] for row in exported] == [
                one.sums[measure.code] for one in screen
            ]
        printed = table_data(found)["rows"]
        assert [row[:2] for row in printed] == [
            [one.label, f"{one.sums[first]:,}"] for one in screen
        ]
        if not found.dimension.several:
            for measure in found.measures:
                parts = sum(line.sums[measure.code] for line in found.lines)
                assert parts == found.total.sums[measure.code]


def test_a_number_that_no_tab_of_the_list_shows_leads_to_no_list(admin, pool):
    """As one would add it by docs/howto/add-a-statistic.md: the list would show other rows than are counted."""
    senior = Measure("senior", "正高级人数", Q(title_level=TitleLevel.SENIOR))
    reading = read_statistic(QueryDict("topic=experts&by=branch"), user=admin, now=timezone.now())
    for line in (*reading.found.lines, reading.found.total):
        assert reading.behind(line, senior) == ""
        for measure in reading.found.measures:
            assert reading.behind(line, measure).startswith(EXPERTS)


@pytest.mark.parametrize("code", ["statistics", "comparison", "months"])
def test_a_file_is_counted_once(client, admin, pool, code):
    """Length of the run, columns, lines and chart: of one count, so that no change between them shows."""
    params = QueryDict("topic=projects&by=department")
    exporter = EXPORTS[f"reports.{code}"]
    with CaptureQueriesContext(connection) as once:
        asked = exporter.read(admin, params)
        assert asked.chart
    login(client, admin)
    with CaptureQueriesContext(connection) as whole:
        export(client, f"reports.{code}", **params.dict())
    counts = [len([one for one in many if "GROUP BY" in one["sql"]]) for many in (once, whole)]
    assert counts[0] == counts[1], counts
    if code != "months":
        assert counts[0]


@pytest.mark.shows("EXP-43")
def test_experts_are_counted_as_by_hand(client, admin, pool):
    login(client, admin)
    works = Specialty.objects.get(code="A", scheme__code="test")

    def counts(by: str, measure: str = "count", **query) -> dict[str, int]:
        found = client.get(PAGE, {"topic": "experts", "by": by, **query}).context["found"]
        return {line.label: line.sums[measure] for line in found.lines} | {
            "合计": found.total.sums[measure]
        }

    assert counts("branch") == {"A 专业A": 2, "B 专业B": 1, "没有专业": 2, "合计": 4}
    assert counts("trade") == {"A01 专业A01": 2, "B 专业B": 1, "没有专业": 2, "合计": 4}
    specialties = counts("specialty")
    assert specialties.pop("没有专业") == 2
    assert specialties == {
        "A01 专业A01": 1, "A0101 专业A0101": 1, "A0102 专业A0102": 1, "B 专业B": 1, "合计": 4
    }  # fmt: skip
    assert counts("province") == {"湖南省": 2, "未填写": 2, "合计": 4}
    assert counts("city") == {"湖南省": 1, "湖南省长沙市": 1, "未填写": 2, "合计": 4}
    assert counts("age") == {"40–49 岁": 1, "70 岁及以上": 1, "未填写": 2, "合计": 4}
    assert counts("level")["正高"] == 1
    assert counts("status") == {"待审核": 1, "在库": 2, "黑名单": 1, "合计": 4}
    assert counts("department", "formal") == {
        "采购一部": 1, "采购中心": 1, "没有部门": 0, "合计": 2
    }  # fmt: skip
    assert counts("status", education="本科") == {"在库": 2, "合计": 2}
    # One part, split again.
    assert counts("status", segment=f"branch:{works.pk}") == {"在库": 2, "合计": 2}


@pytest.mark.shows("EXP-43")
def test_activity_counts_reviews_whose_names_one_may_read(client, admin, operator):
    for _ in range(4):
        make_expert()
    draw = told_draw()

    def found(user) -> dict[str, int]:
        got = login(client, user).get(PAGE, {"topic": "experts", "by": "activity"}).context["found"]
        return {line.label: line.sums["count"] for line in got.lines}

    assert found(admin) == {"未参加": 3, "1–2 次": 1}
    # While names are sealed, nobody is told.
    draw.released_at = None
    draw.__class__.objects.filter(pk=draw.pk).update(released_at=None)
    assert found(admin) == {"未参加": 4}
    # Nor is whoever may not read names: the page falls back to another dimension.
    supervisor = make_user("finance")
    got = login(client, supervisor).get(PAGE, {"topic": "experts", "by": "activity"}).context
    assert got["found"].dimension.code != "activity"


@pytest.mark.shows("EXP-46")
def test_what_was_answered_is_counted_once_names_are_public(client, admin):
    for _ in range(6):
        make_expert()
    told_draw(declined=1)
    sealed = make_draw(now=timezone.now(), seats=1)
    reply(sealed, accept=False, now=timezone.now(), seed=5)
    found = login(client, admin).get(PAGE, {"topic": "projects"}).context["found"]
    total = found.total.sums
    assert (total["count"], total["declined"], total["asked"]) == (2, 1, 2)


@pytest.mark.shows("EXP-47")
def test_everybody_counts_what_is_in_his_scope_whatever_the_address_says(client, admin, pool):
    top, below = pool

    def total(user, **query) -> tuple[int, int]:
        login(client, user)
        got = [
            client.get(PAGE, {"topic": topic, **query}).context["found"].total.sums["count"]
            for topic in ("experts", "projects")
        ]
        return got[0], got[1]

    assert total(admin) == (4, 3)
    own = make_user("department", department=below)
    assert total(own) == (2, 2)
    # A department that is not his to choose narrows nothing; its part of his projects is empty, as one is that nobody
    # can read. Of experts he has no list, and so no filters.
    assert total(own, department=top.pk) == (2, 2)
    parts = (f"department:{top.pk}", "department:x", "nothing:1", "department")
    assert {part: total(own, segment=part) for part in parts} == dict.fromkeys(parts, (2, 0))
    rows = export(client, "reports.statistics", topic="projects", by="department")
    assert [row["所属部门"] for row in rows] == ["采购一部", "合计"]
    # A manager counts all of them though he sees no list: his numbers lead nowhere.
    manager = make_user("department", department=below)
    assert not client.get(PAGE, {"topic": "experts"}).context["reading"].has_list
    assert login(client, make_user("expert")).get(PAGE).status_code == 403
    assert manager.has_permission("reports.statistics")


def test_who_sees_only_numbers_cannot_narrow_them(client, pool):
    """He who has no list of experts must not find one by filters that leave a single one."""
    _, below = pool
    login(client, make_user("department", department=below))
    context = client.get(PAGE, {"topic": "experts", "education": "本科"}).context
    assert context["found"].total.sums["count"] == 2
    assert set(context["filter_form"].fields) == {"topic", "by", "measure"}


@pytest.mark.shows("EXP-45")
def test_the_workbook_has_a_native_chart_and_the_pdf_its_text(client, admin, pool):
    params = QueryDict("topic=experts&by=status")
    stream = BytesIO()
    stamp = Stamp("系统管理员", timezone.now(), "")
    write_xlsx(EXPORTS["reports.statistics"], user=admin, params=params, stamp=stamp, stream=stream)
    with ZipFile(stream) as book:
        chart = book.read("xl/charts/chart1.xml").decode()
    assert "专家统计：按状态" in chart
    assert "$B$2:$B$4" in chart
    login(client, admin)
    answer = client.get(reverse("reports:statistics_pdf"), params)
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    for word in ("专家统计：按状态", "待审核", "黑名单", "合计", "专家数"):
        assert word in text.replace("\n", "")


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("topic", "by", "most"), [("experts", "trade", 18), ("projects", "department", 17)]
)
def test_the_page_asks_the_same_for_any_number_of_lines(
    client, operator, count, topic, by, most, django_assert_max_num_queries
):
    for at in range(count):
        make_project(applicant=operator, department=make_department())
        make_expert(specialties=(make_specialty(f"A{at}"),))
    login(client, operator)
    client.get(PAGE, {"topic": topic, "by": by})
    with django_assert_max_num_queries(most):
        client.get(PAGE, {"topic": topic, "by": by})


def test_every_topic_counts_by_every_dimension_without_rows(admin):
    for topic in TOPICS:
        for dimension in topic.dimensions_for(admin):
            rows = topic.rows_for(admin).none()
            found = statistic_of(topic, rows, dimension, Asked(admin, timezone.now()))
            assert not found.lines
            assert not any(found.total.sums.values())


def test_unknown_names_fall_back(admin):
    reading = read_statistic(QueryDict("topic=x&by=y&measure=z"), user=admin, now=timezone.now())
    assert reading.topic.code == "experts"
    assert reading.measure.code == "count"


def test_what_htmx_brings_has_its_chart_without_a_script(client, admin, pool):
    """htmx takes script elements out of what it brings: the numbers of the chart travel in its element."""
    headers = {"HX-Request": "true", "HX-Target": "list"}
    page = login(client, admin).get(PAGE, {"by": "status"}, headers=headers).content.decode()
    assert "<script" not in page
    assert "data-chart=" in page
    assert "&quot;待审核&quot;" in page


@pytest.mark.parametrize(
    ("page", "segment"),
    [
        *((EXPERTS, f"{code}:2099-{month}-01") for code, month in LAST.items()),
        *((EXPERTS, f"{code}:%00") for code in ("education", "type", "sex", "status", "city")),
        *((EXPERTS, f"branch:{quote(key)}") for key in ("x:%00", "x:\ud7ff", ":")),
        *((PROJECTS, f"{code}:a%00") for code in ("kind", "regime")),
        (PROJECTS, "quarter:2099-10-01"),
    ],
)
def test_no_segment_of_an_address_fails(client, admin, page, segment):
    """Whoever reads an address may write one."""
    login(client, admin)
    assert client.get(page, {"segment": segment}).status_code == 200
    assert client.get(PAGE, {"topic": "experts", "segment": segment}).status_code == 200


def test_a_print_says_no_code_of_what_is_counted(client, admin, pool):
    """The tabs name their topic in the address: it is no condition, and no word of ours."""
    login(client, admin)
    for address in ("?topic=projects&by=stage", "?topic=projects&by=stage&regime=tender"):
        answer = client.get(f"{PAGE}pdf/{address}")
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        said = PdfReader(BytesIO(content)).pages[0].extract_text()
        assert "projects" not in said
        assert ("全部" in said) == ("regime" not in address)
        asked = read_statistic(
            QueryDict(address[1:]), user=User.objects.get(pk=admin.pk), now=timezone.now()
        )
        assert asked.form.is_valid()
        assert "统计对象 项目与抽取" in asked.form.words


def test_nothing_to_count_is_said_as_it_is(client, admin):
    """Nobody is told to widen filters that he has not set: a department without experts opens the page so."""
    login(client, admin)
    assert "放宽筛选条件" not in client.get(PAGE, {"topic": "experts"}).content.decode()
    make_expert("甲")
    page = client.get(PAGE, {"topic": "experts", "kind": "organisation"}).content.decode()
    assert "放宽筛选条件" in page
