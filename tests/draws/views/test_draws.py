from __future__ import annotations

from collections import Counter
from datetime import time, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.configuration import Span
from expertpool.draws.enums import ReplyVia
from expertpool.draws.exports.records import DrawExport
from expertpool.draws.models import Draw
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from expertpool.draws.settings import QUIET_HOURS
from tests.draws.views.letters import lines
from tests.factories.accounts import make_department, make_user
from tests.factories.draws import make_draw, open_names_at
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool():
    return [make_expert(f"秘密专家{number}") for number in range(6)]


def reply(line, *, accept: bool):
    answer(
        invitation=line,
        accept=accept,
        reason="" if accept else "出差",
        via=ReplyVia.LINK,
        now=timezone.now(),
        entropy=SeededEntropy(7),
    )


def reveal(draw: Draw) -> None:
    """Bring the reveal time forward to a minute ago."""
    now = timezone.now()
    open_names_at(draw, now - timedelta(minutes=1))
    release(draw_id=draw.pk, now=now, unanswered=True)
    draw.refresh_from_db()


@pytest.mark.shows("DRAW-14")
def test_no_page_tells_a_name_before_the_reveal_time(client, pool):
    draw = make_draw(now=timezone.now(), seats=3)
    project = reverse("projects:detail", args=[draw.project_id])
    pages = [
        reverse("draws:detail", args=[draw.pk]),
        reverse("draws:room", args=[draw.pk]),
        reverse("draws:list"),
        project,
        *(f"{project}?tab={tab}" for tab in ("plan", "draw", "notices", "log")),
    ]
    for role in ("admin", "operator", "supervisor", "auditor"):
        login(client, make_user(role))
        for address in pages:
            page = client.get(address).content.decode()
            assert "秘密专家" not in page, (role, address)
        refused = client.post(reverse("draws:names", args=[draw.pk]))
        assert refused.status_code in {403, 409}


@pytest.mark.shows("PRJ-13", "PRJ-14")
def test_after_the_reveal_time_names_are_read_and_each_look_is_logged(client, operator, pool):
    draw = make_draw(now=timezone.now(), seats=2)
    for line in lines(draw):
        reply(line, accept=True)
    reveal(draw)
    login(client, operator)
    page = client.post(reverse("draws:names", args=[draw.pk])).content.decode()
    assert page.count("秘密专家") == 2
    assert "138****" in page
    looks = Entry.objects.filter(action="draw.names")
    assert looks.get().actor == operator
    overview = client.get(reverse("projects:detail", args=[draw.project_id])).content.decode()
    assert overview.count("秘密专家") == 2
    assert looks.count() == 2
    login(client, make_user("finance"))
    page = client.get(reverse("projects:detail", args=[draw.project_id])).content.decode()
    assert "秘密专家" not in page


def test_the_page_is_sent_again_only_when_something_changed(client, operator, pool):
    draw = make_draw(now=timezone.now(), seats=2)
    login(client, operator)
    for name in ("draws:detail", "draws:room"):
        address = reverse(name, args=[draw.pk])
        version = client.get(address).context["board"].version
        assert client.get(address, {"version": version}).status_code == 204
    reply(lines(draw)[0], accept=False)
    detail = client.get(reverse("draws:detail", args=[draw.pk]), {"version": version})
    page = detail.content.decode()
    assert "<html" not in page
    assert "拒绝" in page
    assert "出差" not in page  # until the names are public
    room = client.get(reverse("draws:room", args=[draw.pk]), {"version": version, "shown": "2"})
    assert room.content.decode().count("is-new") == 1


def test_a_change_of_status_renews_the_whole_page(client, operator, pool):
    draw = make_draw(now=timezone.now(), seats=1)
    login(client, operator)
    address = reverse("draws:detail", args=[draw.pk])
    version = client.get(address).context["board"].version
    reply(lines(draw)[0], accept=True)
    response = client.get(address, {"version": version})
    assert (response.status_code, response["HX-Trigger"]) == (204, "page:refresh")


def test_nothing_in_the_room_can_be_clicked_but_the_recorder(client, operator, auditor, pool):
    draw = make_draw(now=timezone.now(), seats=2)
    address = reverse("draws:room", args=[draw.pk])
    for user in (auditor, operator):
        page = login(client, user).get(address).content.decode()
        body = page[page.index("<main") : page.index("</main>")]
        assert ("data-recorder" in body) == (user == operator)
        room = body.partition('<div class="room-recorder"')[0]
        for element in ("<a ", "<button", "<form", "<input"):
            assert element not in room


@pytest.mark.shows("DRAW-36", "DRAW-38")
def test_the_records_count_and_are_searched(client, operator, pool):
    draw = make_draw(now=timezone.now(), seats=2)
    first, second = lines(draw)
    reply(first, accept=True)
    reply(second, accept=False)
    other = make_draw(now=timezone.now() + timedelta(seconds=1), seats=1, opens_in_hours=400)
    login(client, operator)
    address = reverse("draws:list")
    rows = {row.pk: row for row in client.get(address).context["page"]}
    assert (rows[draw.pk].drawn_count, rows[draw.pk].accepted_count) == (3, 1)
    assert rows[draw.pk].supplement_count == 1
    assert rows[other.pk].supplement_count == 0

    def found(**query):
        return [row.pk for row in client.get(address, query).context["page"]]

    assert found(q=draw.number) == [draw.pk]
    assert found(supplement="yes") == [draw.pk]
    assert found(supplement="no") == [other.pk]
    assert found(q=f"{draw.project.name} 李萌", sealed="2020-01-01") == []


@pytest.mark.shows("DRAW-37")
def test_the_records_are_exported_as_they_are_listed(client, operator, pool):
    draw = make_draw(now=timezone.now(), seats=2)
    reply(lines(draw)[0], accept=False)
    make_draw(now=timezone.now() + timedelta(seconds=1), seats=1, opens_in_hours=400)
    listed = login(client, operator).get(reverse("draws:list"), {"supplement": "yes"})
    exporter = DrawExport()
    rows = exporter.rows(operator, QueryDict("supplement=yes"))
    assert list(rows) == list(listed.context["page"])
    values = {column.header: column.value(rows[0]) for column in exporter.columns}
    assert (values["已邀请人数"], values["同意人数"], values["是否补抽"]) == (3, 0, "是")
    assert values["封存值"] == draw.seal


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_database_the_same_for_any_number_of_rows(
    client, operator, pool, rows, django_assert_num_queries
):
    for number in range(rows):
        make_draw(now=timezone.now(), seats=1, opens_in_hours=100 * (number + 1))
    login(client, operator)
    with django_assert_num_queries(10):
        client.get(reverse("draws:list"))


def test_a_department_user_sees_draws_of_his_department_only(client, pool):
    draw = make_draw(now=timezone.now(), seats=1)
    login(client, make_user("department", department=make_department("别的部门")))
    assert client.get(reverse("draws:detail", args=[draw.pk])).status_code == 404
    assert list(client.get(reverse("draws:list")).context["page"]) == []


@pytest.mark.shows("PRJ-20", "PRJ-21")
def test_the_project_shows_notices_and_log(client, pool, admin):
    draw = make_draw(now=timezone.now(), seats=1)
    login(client, admin)
    project = reverse("projects:detail", args=[draw.project_id])
    page = client.get(project, {"tab": "notices"}).content.decode()
    assert "给专家的通知" in page
    assert page.count(">评审邀请<") == 1
    assert (
        "没有通知" in client.get(project, {"tab": "notices", "sent": "2020-01-01"}).content.decode()
    )
    log = client.get(project, {"tab": "log"}).content.decode()
    for text in ("新增项目", "项目审核通过", "设置抽取方案", "封存抽取", "揭示并定序"):
        assert text in log


# Of the shell a dozen; what the rules, the board and the card of requests ask, each once.
MOST_STATEMENTS = 32


@pytest.mark.parametrize("quiet", [None, Span(time(0), time(23, 59))], ids=["day", "night"])
@pytest.mark.parametrize("role", ["operator", "supervisor", "admin"])
def test_the_page_of_a_draw_asks_the_database_each_question_once(client, pool, role, quiet):
    configure(QUIET_HOURS, quiet)
    draw = make_draw(now=timezone.now(), seats=3)
    login(client, make_user(role))
    page = reverse("draws:detail", args=[draw.pk])
    client.get(page)  # what every process asks only once
    with CaptureQueriesContext(connection) as asked:
        assert client.get(page).status_code == 200
    assert len(asked) <= MOST_STATEMENTS
    twice = Counter(one["sql"] for one in asked) - Counter({one["sql"] for one in asked})
    assert not twice


def test_no_last_sign_in_of_an_expert_is_told_while_names_are_sealed(client, admin, operator):
    """Whoever signed in since had none, and all others had theirs: that told who was at his account."""
    silent, active = make_user("expert"), make_user("expert")
    for user in (silent, active):
        make_expert(user=user)
    make_draw(now=timezone.now(), operator=operator, seats=1)
    User.objects.filter(pk=active.pk).update(last_login=timezone.now())
    login(client, admin)
    page = client.get(reverse("accounts:user_list"), {"q": ""}).content.decode()
    assert page.count("名单公开后显示") == 2
