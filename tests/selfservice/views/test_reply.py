"""The page behind a personal link: what it tells, what it changes, and when it does neither."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.text import moment_text
from expertpool.draws.enums import DrawStatus, InvitationState, Origin
from expertpool.draws.models import Draw, DrawEvent, Invitation
from expertpool.draws.queries.asked import MOVED_UP, mark_of, why_not_shown
from expertpool.draws.queries.policy import grounds_of
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.draws.settings import OWN_GROUNDS
from expertpool.experts.models import Expert
from expertpool.experts.services.status import freeze_expert
from expertpool.files.services import attach
from expertpool.projects.enums import FileAudience, Regime
from tests.draws.views.letters import lines, link_of
from tests.factories.accounts import make_user
from tests.factories.answers import record_answer
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
ACCEPT = {"answer": "accept"}
DECLINE = {"answer": "decline", "reason": "时间冲突"}


@pytest.fixture
def draw() -> Draw:
    for _ in range(6):
        make_expert()
    return make_draw(now=timezone.now(), seats=2)


@pytest.fixture
def phone() -> Client:
    """A browser that nobody signed in with and that has no CSRF cookie."""
    return Client(enforce_csrf_checks=True)


def text(response: HttpResponse) -> str:
    return response.content.decode()


def at(moment: datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=False)


@pytest.mark.shows("DRAW-21")
def test_letter_tells_when_and_where_but_not_which_project(draw: Draw, phone: Client) -> None:
    row = lines(draw)[0]
    response = phone.get(link_of(row))
    assert response.status_code == 200
    page, project = text(response), draw.project
    assert project.place in page
    assert project.contact_phone in page
    assert timezone.localtime(project.opening_at).strftime("%Y-%m-%d %H:%M") in page
    assert row.deadline_at.isoformat() in page
    assert project.name not in page
    assert project.number not in page


@pytest.mark.shows("DRAW-21")
def test_asking_for_the_page_changes_nothing(draw: Draw, phone: Client) -> None:
    row = lines(draw)[0]
    events = DrawEvent.objects.count()
    for ask in (phone.get, phone.head, phone.get):
        assert ask(link_of(row)).status_code == 200
    assert phone.get(f"{link_of(row)}leave/").status_code == 405
    row.refresh_from_db()
    assert row.state == InvitationState.INVITED
    assert DrawEvent.objects.count() == events


def test_page_is_neither_kept_nor_told_on_nor_indexed(draw: Draw, phone: Client) -> None:
    response = phone.get(link_of(lines(draw)[0]))
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response["X-Robots-Tag"]


@pytest.mark.shows("DRAW-21", "DRAW-22")
def test_accepting_by_link_shows_the_project_at_once(draw: Draw, phone: Client) -> None:
    row = lines(draw)[0]
    response = phone.post(link_of(row), ACCEPT, follow=True)
    assert "您已确认参加" in text(response)
    assert draw.project.name in text(response)
    row.refresh_from_db()
    assert (row.state, row.replied_via) == (InvitationState.ACCEPTED, "link")


@pytest.mark.shows("DRAW-21", "DRAW-22")
def test_declining_by_link_seats_the_next_in_the_same_moment(draw: Draw, phone: Client) -> None:
    row = lines(draw)[0]
    response = phone.post(link_of(row), DECLINE, follow=True)
    assert "您已答复" in text(response)
    assert draw.project.name not in text(response)
    rows = lines(draw)
    assert (rows[0].state, rows[0].reason) == (InvitationState.DECLINED, "时间冲突")
    assert rows[2].origin == Origin.SUPPLEMENT


def test_decline_without_a_reason_is_asked_for_one(draw: Draw, phone: Client) -> None:
    row = lines(draw)[0]
    response = phone.post(link_of(row), {"answer": "decline"})
    assert response.status_code == 422
    assert "请选择不能参加的原因。" in text(response)
    response = phone.post(link_of(row), {"answer": "decline", "reason": "其他"})
    assert "请写明具体原因" in text(response)
    row.refresh_from_db()
    assert row.state == InvitationState.INVITED
    phone.post(link_of(row), {"answer": "decline", "reason": "其他", "detail": "出国访问"})
    row.refresh_from_db()
    assert row.reason == "其他：出国访问"


@pytest.mark.shows("DRAW-21")
def test_second_answer_by_the_same_link_does_nothing(draw: Draw, phone: Client) -> None:
    row = lines(draw)[0]
    phone.post(link_of(row), ACCEPT)
    before = DrawEvent.objects.count()
    twice = phone.post(link_of(row), ACCEPT, follow=True)
    assert (twice.status_code, "您已确认参加" in text(twice)) == (200, True)
    assert "没有登记" not in text(twice)
    other = phone.post(link_of(row), DECLINE, follow=True)
    assert (other.status_code, "您已确认参加" in text(other)) == (409, True)
    assert "您提交的「不能参加」没有登记" in text(other)
    assert "已登记的答复是「同意」，以它为准" in text(other)
    row.refresh_from_db()
    assert row.state == InvitationState.ACCEPTED
    assert DrawEvent.objects.count() == before
    assert Invitation.objects.filter(draw=draw).count() == 2


def test_whoever_declined_is_not_told_when_others_sit_instead(draw: Draw, phone: Client) -> None:
    declined, seated = lines(draw)
    link, opening = link_of(declined), draw.project.opening_at
    phone.post(link, DECLINE)
    now = timezone.now() + timedelta(minutes=1)
    reschedule(
        draw=draw,
        meetings=[NewMeeting(draw.project_id, opening + timedelta(days=3), "北楼")],
        reason="延期",
        actor=draw.operator,
        now=now,
        entropy=SeededEntropy(77),
    )
    page = text(phone.get(link))
    assert "您已答复" in page
    assert moment_text(opening) in page
    assert moment_text(opening + timedelta(days=3)) not in page
    assert moment_text(opening + timedelta(days=3)) in text(phone.get(link_of(seated)))


@pytest.mark.shows("DRAW-21")
@pytest.mark.parametrize("given", [ACCEPT, DECLINE])
def test_a_page_opened_before_another_time_answers_nothing(
    draw: Draw, phone: Client, given: dict[str, str]
) -> None:
    row = lines(draw)[0]
    link, opening = link_of(row), draw.project.opening_at
    old = phone.get(link).context["letter"].mark
    assert f'name="mark" value="{old}"' in text(phone.get(link))
    reschedule(
        draw=draw,
        meetings=[NewMeeting(draw.project_id, opening + timedelta(days=3), "北楼")],
        reason="延期",
        actor=draw.operator,
        now=timezone.now(),
        entropy=SeededEntropy(77),
    )
    answer = phone.post(link, {**given, "mark": old})
    assert (answer.status_code, "评审已改期，请看新的时间后再答复" in text(answer)) == (409, True)
    assert moment_text(opening + timedelta(days=3)) in text(answer)
    row.refresh_from_db()
    assert row.state == InvitationState.INVITED
    phone.post(link, {**given, "mark": answer.context["letter"].mark})
    row.refresh_from_db()
    assert row.state != InvitationState.INVITED


def test_the_mark_of_a_seat_is_another_than_that_of_a_standby(draw: Draw) -> None:
    row = lines(draw)[0]
    as_standby = f"standby-{mark_of(row).split('-')[1]}"
    assert why_not_shown(row, as_standby) == MOVED_UP
    assert not why_not_shown(row, mark_of(row))


def test_an_expert_chooses_from_the_list_from_which_a_clerk_chooses(phone: Client) -> None:
    """The one of the regime, as it was sealed; nobody says of himself that he cannot be reached."""
    for _ in range(3):
        make_expert()
    configure(OWN_GROUNDS[Regime.TENDER.value], "出差、联系不上")
    draw = make_draw(now=timezone.now(), seats=1)
    configure(OWN_GROUNDS[Regime.TENDER.value], "另有安排")
    (row,) = lines(draw)
    page = text(phone.get(link_of(row)))
    assert "出差" in page
    assert "联系不上" not in page
    assert "已不在库" not in page
    assert "另有安排" not in page
    assert phone.post(link_of(row), {"answer": "decline", "reason": "另有安排"}).status_code == 422
    phone.post(link_of(row), {"answer": "decline", "reason": "出差"})
    row.refresh_from_db()
    assert (row.state, row.reason) == (InvitationState.DECLINED, "出差")
    assert grounds_of(draw) == ["出差", "联系不上", "已不在库", "其他"]


def test_who_is_asked_while_a_batch_goes_on_reads_of_what_is_to_come(phone: Client) -> None:
    for _ in range(4):
        make_expert()
    now = timezone.now()
    first, second = make_members(24, 72, now=now)
    draw = draw_batch(make_batch([first, second], now=now, seats=1), now=now)
    (row,) = lines(draw)
    phone.post(link_of(row), ACCEPT)
    both = text(phone.get(link_of(row)))
    assert moment_text(first.opening_at) in both
    assert moment_text(second.opening_at) in both
    with at(first.closing_at + timedelta(hours=1)):
        phone.post(f"{link_of(row)}leave/", {"reason": "生病"})
        page = text(phone.get(link_of(lines(draw)[-1])))
        assert "确认参加" in page
        assert moment_text(second.opening_at) in page
        assert moment_text(first.opening_at) not in page


@pytest.mark.shows("DRAW-21")
def test_used_link_says_so(draw: Draw, phone: Client) -> None:
    row = lines(draw)[0]
    phone.post(link_of(row), DECLINE)
    response = phone.get(link_of(row))
    assert response.status_code == 200
    assert "无需再操作" in text(response)
    assert "<form" not in text(response)


@pytest.mark.shows("DRAW-21")
def test_expired_link_does_nothing_even_before_the_job_has_run(draw: Draw, phone: Client) -> None:
    row = lines(draw)[0]
    with at(row.deadline_at):
        response = phone.get(link_of(row))
        assert response.status_code == 410
        assert "已过答复时限" in text(response)
        response = phone.post(link_of(row), ACCEPT, follow=True)
        assert response.status_code == 410
    row.refresh_from_db()
    assert row.state == InvitationState.INVITED


@pytest.mark.shows("DRAW-21")
def test_altered_link_opens_nothing(draw: Draw, phone: Client) -> None:
    link = link_of(lines(draw)[0])
    altered = link[:5] + ("A" if link[5] != "A" else "B") + link[6:]
    for ask in (phone.get(altered), phone.post(altered, ACCEPT), phone.get(f"{altered}calendar/")):
        assert ask.status_code == 404
        assert "链接无效" in text(ask)
        assert draw.project.place not in text(ask)
    assert all(row.state == InvitationState.INVITED for row in lines(draw))


@pytest.mark.shows("DRAW-21")
def test_link_of_a_replaced_expert_is_cancelled(draw: Draw, phone: Client) -> None:
    row = lines(draw)[0]
    record_answer(
        invitation=row,
        state=InvitationState.REPLACED,
        reason="电话答复",
        actor=make_user("operator"),
        now=timezone.now(),
        entropy=SeededEntropy(3),
    )
    response = phone.post(link_of(row), ACCEPT, follow=True)
    assert response.status_code == 410
    assert "邀请已取消" in text(response)
    row.refresh_from_db()
    assert row.state == InvitationState.REPLACED


def test_calendar_file_is_there_once_accepted_and_only_then(draw: Draw, phone: Client) -> None:
    row = lines(draw)[0]
    assert phone.get(f"{link_of(row)}calendar/").status_code == 404
    phone.post(link_of(row), ACCEPT)
    response = phone.get(f"{link_of(row)}calendar/")
    assert response["Content-Type"].startswith("text/calendar")
    start = draw.project.opening_at.astimezone(UTC).strftime("DTSTART:%Y%m%dT%H%M%SZ")
    unfolded = text(response).replace("\r\n ", "")
    assert start in unfolded
    assert draw.project.name in unfolded
    assert all(len(line.encode()) <= 75 for line in text(response).split("\r\n"))


@pytest.mark.shows("PORT-20")
def test_leave_by_link_until_two_hours_before_the_opening(draw: Draw, phone: Client) -> None:
    first, second = lines(draw)
    for row in (first, second):
        phone.post(link_of(row), ACCEPT)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    last_moment = draw.project.opening_at - timedelta(hours=2)
    with at(last_moment):
        assert phone.post(f"{link_of(first)}leave/", {}).status_code == 422
        response = phone.post(f"{link_of(first)}leave/", {"reason": "突发疾病"}, follow=True)
        assert "您已答复" in text(response)
    with at(last_moment + timedelta(seconds=1)):
        assert "已过最晚请假时间" in text(phone.get(link_of(second)))
        phone.post(f"{link_of(second)}leave/", {"reason": "突发疾病"})
    rows = lines(draw)
    assert [row.state for row in rows] == [
        InvitationState.LEAVE,
        InvitationState.ACCEPTED,
        InvitationState.INVITED,
    ]
    assert rows[2].origin == Origin.SUPPLEMENT


@pytest.mark.shows("DRAW-21")
def test_who_is_frozen_sees_and_leaves_what_he_confirmed_by_his_link(
    draw: Draw, phone: Client, admin: User
) -> None:
    """He cannot sign in: this is the way that the page of signing in names."""
    row = lines(draw)[0]
    phone.post(link_of(row), ACCEPT)
    expert = Expert.objects.get(pk=expert_id_of(row))
    freeze_expert(expert=expert, reason="核查", actor=admin, now=timezone.now())
    assert draw.project.place in text(phone.get(link_of(row)))
    phone.post(f"{link_of(row)}leave/", {"reason": "不能到场"})
    assert lines(draw)[0].state == InvitationState.LEAVE


def test_link_ends_with_the_review(draw: Draw, phone: Client) -> None:
    row = lines(draw)[0]
    phone.post(link_of(row), ACCEPT)
    with at(draw.project.closing_at):
        response = phone.get(link_of(row))
    assert response.status_code == 410
    assert draw.project.name not in text(response)


def test_files_of_the_project_are_there_while_he_takes_part(draw: Draw, phone: Client) -> None:
    row = lines(draw)[0]
    file = attach(
        subject=draw.project,
        kind=FileAudience.EXPERTS,
        uploaded_file=SimpleUploadedFile("招标文件.pdf", b"%PDF-1.7\n%%EOF\n"),
        actor=None,
        now=timezone.now(),
    )
    url = f"{link_of(row)}files/{file.pk}/"
    assert phone.get(url).status_code == 403
    phone.post(link_of(row), ACCEPT)
    assert url in text(phone.get(link_of(row)))
    response = phone.get(url)
    assert b"".join(response).startswith(b"%PDF")
    assert "no-store" in response["Cache-Control"]
    entry = Entry.objects.get(action="file.download")
    assert (entry.actor, entry.subject_id) == (None, str(draw.project_id))
    phone.post(f"{link_of(row)}leave/", {"reason": "生病"})
    assert phone.get(url).status_code == 403


@pytest.mark.shows("DRAW-21")
def test_whoever_left_the_pool_is_offered_only_what_he_can_do(
    draw: Draw, phone: Client, admin: User
) -> None:
    asked, coming = lines(draw)
    assert "确认参加" in text(phone.get(link_of(asked)))
    phone.post(link_of(coming), ACCEPT)
    for row in (asked, coming):
        expert = Expert.objects.get(pk=expert_id_of(row))
        freeze_expert(expert=expert, reason="核查", actor=admin, now=timezone.now())
    page = text(phone.get(link_of(asked)))
    assert "您目前不在可参加评审的专家之列" in page
    assert "{{" not in page
    assert "确认参加？" not in page
    assert 'value="accept"' not in page
    assert "提交：不能参加" in page
    refused = phone.post(link_of(asked), ACCEPT)
    assert refused.status_code == 409
    assert text(refused).count("您目前不在可参加评审的专家之列") == 1
    assert 'value="accept"' not in text(refused)
    page = text(phone.get(link_of(coming)))
    assert "请暂不到场" in page
    assert "请准时到场" not in page
    phone.post(link_of(asked), DECLINE)
    asked.refresh_from_db()
    assert asked.state == InvitationState.DECLINED
