"""Standbys as pages, files and the interface show them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import DrawStatus, ReplyVia
from expertpool.draws.exports.projects import DETAILS
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.draws import plan_for, with_counts
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.replies import answer, take_leave
from expertpool.draws.services.sheet_values import draw_sheet_values, sign_in_values
from expertpool.draws.services.sheets import build_sheet
from expertpool.draws.services.sign_in import build_sign_in
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from tests.draws.views.letters import lines, link_of
from tests.factories.accounts import make_department, make_user
from tests.factories.draws import (
    EVERYBODY,
    end_review,
    make_draw,
    make_ready_project,
    open_names_at,
)
from tests.factories.experts import make_expert
from tests.factories.picks import allow_manual_ways, make_list
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def draw() -> Draw:
    for number in range(5):
        make_expert(f"秘密专家{number}")
    return make_draw(now=timezone.now(), groups=[GroupInput("技术", 2, [EVERYBODY], 1)])


def reply(line: Invitation, *, accept: bool) -> None:
    answer(
        invitation=line,
        accept=accept,
        reason="" if accept else "出差",
        via=ReplyVia.LINK,
        now=timezone.now(),
        entropy=SeededEntropy(7),
    )


def reveal(draw: Draw) -> None:
    now = timezone.now()
    open_names_at(draw, now - timedelta(minutes=1))
    release(draw_id=draw.pk, now=now, unanswered=True)
    draw.refresh_from_db()


def posted(**changes: object) -> dict[str, object]:
    return {
        "version": "0",
        "group": ["1"],
        "g1-name": "技术",
        "g1-seats": "3",
        "g1-standby_seats": "2",
        "g1-level": ["1"],
        "g1-l1-criteria": "",
        "unit_cap": "1",
        "frequency_days": "365",
        "reply_minutes": "90",
        "leave_hours": "4",
        "reveal_hours": "3",
        "channels": ["site"],
    } | changes


@pytest.fixture
def project(operator: User) -> Project:
    return make_project(ProjectStatus.APPROVED, applicant=operator, department=make_department())


def test_who_was_only_asked_has_not_agreed(client: Client, draw: Draw) -> None:
    page = reverse("draws:detail", args=[draw.pk])
    login(client, draw.operator)
    assert "候补同意 0 / 1" in client.get(page).content.decode()
    reply(next(line for line in draw.invitations.all() if line.is_standby), accept=True)
    assert "候补同意 1 / 1" in client.get(page).content.decode()


def test_the_page_of_a_draw_counts_the_invited_as_the_list_does(client: Client, draw: Draw) -> None:
    listed = with_counts(Draw.objects.filter(pk=draw.pk)).get().drawn_count
    board = board_of(draw)
    assert (listed, board.invited_count, board.invited_note) == (2, 2, "另邀请候补 1 人")
    login(client, draw.operator)
    assert "另邀请候补 1 人" in client.get(reverse("draws:detail", args=[draw.pk])).content.decode()


@pytest.mark.shows("DRAW-08", "DRAW-15")
def test_a_plan_is_given_standbys_and_says_so(
    client: Client, operator: User, project: Project
) -> None:
    address = reverse("draws:plan", args=[project.pk])
    assert login(client, operator).post(address, posted()).status_code == 302
    plan = plan_for(project)
    assert plan is not None
    assert [group.standby_seats for group in plan.groups.all()] == [2]
    assert 'name="g1-standby_seats" value="2"' in client.get(address).content.decode()
    page = client.get(reverse("projects:detail", args=[project.pk]), {"tab": "plan"})
    text = page.content.decode()
    assert "技术　3 人，候补 2 人" in text
    assert "共同抽取" not in text
    text = client.get(reverse("draws:start", args=[project.pk])).content.decode()
    assert "抽取 3 人、候补 2 人" in text
    copied = client.post(
        reverse("draws:plan_groups", args=[project.pk]), posted(op="copy:1")
    ).content.decode()
    assert 'name="g2-standby_seats" value="2"' in copied
    assert client.post(address, posted(version="1", **{"g1-standby_seats": ""})).status_code == 302
    assert [group.standby_seats for group in plan_for(project).groups.all()] == [0]
    assert (
        client.post(address, posted(version="2", **{"g1-standby_seats": "-1"})).status_code == 422
    )


@pytest.mark.shows("DRAW-15")
def test_the_pre_query_says_whether_enough_are_left_to_stand_by(
    client: Client, operator: User, project: Project
) -> None:
    for _ in range(4):
        make_expert()
    login(client, operator).post(reverse("draws:plan", args=[project.pk]), posted(unit_cap=""))
    page = client.post(reverse("draws:prequery", args=[project.pk])).content.decode()
    assert "候补人数不足" in page
    assert "候补还缺 1 人" in page
    assert "人数足够" not in page
    make_expert()
    page = client.post(reverse("draws:prequery", args=[project.pk])).content.decode()
    assert "也够抽候补" in page


@pytest.mark.shows("PRJ-14", "DRAW-17")
def test_pages_of_a_draw_show_standbys_in_a_part_of_their_own(
    client: Client, operator: User, draw: Draw
) -> None:
    login(client, operator)
    project = reverse("projects:detail", args=[draw.project_id])
    board = client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert "table-part" in board
    assert "技术候补" in board
    assert "/ 2 席" in board
    room = client.get(reverse("draws:room", args=[draw.pk])).content.decode()
    assert "席位<b>2</b>" in room
    assert "候补<b>1</b>" in room
    for tab in ("draw", "experts"):
        assert "table-part" in client.get(f"{project}?tab={tab}").content.decode()
    first, _, standby = lines(draw)
    reply(standby, accept=True)
    reply(first, accept=False)
    board = client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert "候补递补" in board
    assert "（候补递补）" in client.get(reverse("draws:room", args=[draw.pk])).content.decode()
    reply(lines(draw)[1], accept=True)
    reveal(draw)  # until then nothing but commitments is public
    public = client.get(reverse("draws:verify_draw", args=[draw.public_id])).content.decode()
    assert "与「技术」相同" in public


def test_a_draw_without_standbys_has_no_such_part(client: Client, operator: User) -> None:
    for _ in range(3):
        make_expert()
    draw = make_draw(now=timezone.now(), seats=2)
    page = login(client, operator).get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert "候补" not in page
    assert "table-part" not in page


@pytest.mark.shows("DRAW-21")
def test_a_standby_reads_what_he_is_and_that_he_moved_up(draw: Draw) -> None:
    phone = Client()
    first, _, standby = lines(draw)
    link = link_of(standby)
    page = phone.get(link).content.decode()
    assert "您已被随机抽取为候补评审专家" in page
    assert "您是候补" in page
    assert "候补" not in phone.get(link_of(first)).content.decode()
    assert phone.post(link, {"answer": "accept"}).status_code == 302
    page = phone.get(link).content.decode()
    assert "您已同意候补" in page
    assert "收到递补通知后到场" in page
    calendar = phone.get(f"{link}calendar/").content.decode()
    assert "SUMMARY:评审候补" in calendar.replace("\r\n ", "")
    reply(first, accept=False)
    page = phone.get(link).content.decode()
    assert "您已由候补递补为评审专家" in page
    assert "请准时到场" in page


@pytest.mark.shows("DRAW-26")
def test_sheets_list_standbys_last_and_mark_them(operator: User, draw: Draw) -> None:
    for line in lines(draw):
        reply(line, accept=True)
    take_leave(
        invitation=lines(draw)[0],
        reason="生病",
        via=ReplyVia.LINK,
        now=timezone.now(),
        entropy=SeededEntropy(8),
    )
    reply(lines(draw)[-1], accept=True)
    reveal(draw)
    now = timezone.now()
    sheet = build_sheet(draw=draw, actor=operator, now=now)
    assert [row.attends for row in sheet.rows] == ["不参加", "参加", "参加", "候补"]
    assert "候补递补" in sheet.rows[2].remark
    assert sheet.rows[3].remark == "技术候补，补抽"
    assert ("抽取人数", "应抽 2 人、候补 1 人，候选 5 人") in sheet.head
    values = draw_sheet_values(draw, sheet)
    assert (values.fields["应抽人数"], values.fields["候补人数"]) == (2, 1)
    assert [line["专家.候补"] for line in values.lines] == ["", "", "", "候补"]
    signing = build_sign_in(draw=draw, actor=operator, now=now)
    assert [row.category for row in signing.rows if row.name] == ["技术", "技术", "技术候补"]
    marks = [line["专家.候补"] for line in sign_in_values(draw, signing).lines if line["专家.姓名"]]
    assert marks == ["", "", "候补"]


def test_the_export_of_projects_names_who_moved_up(draw: Draw) -> None:
    (detail,) = DETAILS
    rows = [
        {
            "name": "",
            "number": "",
            "group": "g1",
            "groups": draw.rule_content["groups"],
            "origin": "drawn",
            "moved_up": "2026-11-24T09:00:00+08:00",
            "state": "accepted",
        }
    ]
    assert detail.word(rows) == "第 1 位专家，技术，候补递补，同意"


@pytest.mark.shows("DRAW-04")
def test_a_list_chosen_by_hand_has_no_standbys(client: Client, admin: User) -> None:
    now = timezone.now()
    experts = [make_expert() for _ in range(2)]
    project = make_ready_project(now=now, groups=[GroupInput("技术", 1, [EVERYBODY], 1)])
    allow_manual_ways()
    page = login(client, admin).get(reverse("draws:pick", args=[project.pk, "manual"]))
    assert "人工选定不设候补" in page.content.decode()
    second = make_user("admin")
    chosen = make_list(project, experts[:1], actor=admin, second=second, now=now)
    assert [group.code for group in chosen.rule.groups] == ["g1"]
    reply(lines(chosen)[0], accept=True)
    chosen.refresh_from_db()
    assert chosen.status == DrawStatus.SUCCESS


def test_the_record_says_in_the_browser_what_it_says_here(client: Client, draw: Draw) -> None:
    for line in lines(draw):
        reply(line, accept=True)
    reveal(draw)
    end_review(draw)
    content = client.get(reverse("draws:verify_record", args=[draw.public_id])).content
    rule = json.loads(content)["rule"]
    assert rule["groups"][1] == {
        "id": "s1",
        "name": "技术候补",
        "seats": 1,
        "standby_for": "g1",
    }
