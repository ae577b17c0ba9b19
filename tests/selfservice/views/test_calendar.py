"""The expert's calendar: his month, and the address at which another calendar reads it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.logs import without_links
from expertpool.accounts.models import User
from expertpool.accounts.services.users import disable_user, enable_user
from expertpool.audit.models import Entry
from expertpool.core.months import Span, first_of, month_of
from expertpool.core.text import moment_text
from expertpool.draws.enums import ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.experts.models import Expert
from expertpool.experts.services.leave import cancel_leave, file_leave
from expertpool.selfservice.models import CalendarFeed
from expertpool.selfservice.settings import CALENDAR_FEEDS
from tests.draws.services.test_voiding import voided
from tests.draws.views.letters import lines
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw, open_names_at
from tests.factories.experts import give_account, make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
PAGE = "/my/calendar/"


@pytest.fixture
def draw() -> Draw:
    for _ in range(3):
        make_expert()
    return make_draw(now=timezone.now(), seats=2)


def account_of_line(draw: Draw, number: int) -> tuple[Expert, Client]:
    expert = Expert.objects.get(pk=expert_id_of(lines(draw)[number]))
    give_account(expert, make_user("expert", name=expert.name))
    return expert, login(Client(), expert.user)


def agree(line: Invitation) -> None:
    answer(
        invitation=line,
        accept=True,
        reason="",
        via=ReplyVia.PORTAL,
        now=timezone.now(),
        entropy=SeededEntropy(5),
    )


def address(client: Client) -> str:
    client.post(f"{PAGE}follow/")
    text = client.get(PAGE).content.decode()
    return text.split("/ics/")[1].split(".ics")[0]


def read(token: str) -> str:
    found = Client().get(f"/ics/{token}.ics")
    return found.content.decode().replace("\r\n ", "") if found.status_code == 200 else ""


@pytest.mark.shows("EXP-27")
def test_a_month_shows_what_he_is_asked_what_he_comes_to_and_his_leaves(draw: Draw) -> None:
    expert, client = account_of_line(draw, 0)
    opens = timezone.localtime(draw.project.opening_at)
    month = f"{PAGE}?month={opens:%Y-%m}"
    text = client.get(month).content.decode()
    assert "待答复" in text
    assert draw.project.name not in text  # which his letter does not name before he agreed
    agree(lines(draw)[0])
    start = opens + timedelta(hours=20)
    file_leave(
        expert=expert,
        start=start,
        end=start + timedelta(hours=30),
        reason="出国",
        actor=expert.user,
        now=timezone.now(),
    )
    text = client.get(month).content.decode()
    assert "已确认" in text
    assert draw.project.name in text
    assert "已登记</span> 请假" in text
    elsewhere = client.get(f"{PAGE}?month=2031-02").content.decode()
    assert "2031 年 2 月" in elsewhere
    assert "这个月没有安排" in elsewhere


@pytest.mark.shows("EXP-27")
def test_an_empty_month_leads_to_what_comes_next(draw: Draw) -> None:
    _, client = account_of_line(draw, 0)
    opens = timezone.localtime(draw.project.opening_at)
    before = opens.replace(day=1) - timedelta(days=1)
    text = client.get(f"{PAGE}?month={before:%Y-%m}").content.decode()
    assert f'href="?month={opens:%Y-%m}">{moment_text(opens)}' in text
    assert "下一项" not in client.get(f"{PAGE}?month={opens:%Y-%m}").content.decode()
    later = (opens.replace(day=1) + timedelta(days=40)).replace(day=1)
    assert "下一项" not in client.get(f"{PAGE}?month={later:%Y-%m}").content.decode()


def test_no_month_that_is_named_breaks_the_page(draw: Draw) -> None:
    _, client = account_of_line(draw, 0)
    today = timezone.localdate()
    for wrong in ("", "2026", "2026-13", "0000-01", "9999-12", "-1-02", "２０２６-12", "x" * 5000):
        assert (
            f"{today.year} 年 {today.month} 月"
            in client.get(PAGE, {"month": wrong}).content.decode()
        )
    for last in ("1900-01", "2099-12"):
        assert client.get(PAGE, {"month": last}).status_code == 200


def test_what_ends_at_midnight_does_not_reach_into_the_day() -> None:
    zone = timezone.get_current_timezone()
    span = Span(
        datetime(2026, 12, 30, 9, tzinfo=zone),
        datetime(2027, 1, 1, tzinfo=zone),
        "",
        "",
        "grey",
        "/",
    )
    page = month_of(first_of("2026-12", today=span.start.date()), [span], today=span.start.date())
    days = [day.day.isoformat() for week in page.weeks for day in week if day.spans]
    assert days == ["2026-12-30", "2026-12-31"]
    assert (page.before, page.after) == ("2026-11", "2027-01")


@pytest.mark.shows("EXP-27")
def test_a_calendar_follows_by_the_address_alone(draw: Draw) -> None:
    expert, client = account_of_line(draw, 0)
    token = address(client)
    asked = read(token)
    assert "STATUS:TENTATIVE" in asked
    assert draw.project.name not in asked
    agree(lines(draw)[0])
    text = read(token)
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert f"SUMMARY:评审：{draw.project.name}" in text
    assert "STATUS:TENTATIVE" not in text
    # One mark all along: a calendar changes the entry instead of adding one.
    assert [line for line in text.splitlines() if line.startswith("UID")] == [
        line for line in asked.splitlines() if line.startswith("UID")
    ]
    assert without_links(f"GET /ics/{token}.ics").count(token) == 0
    # Of somebody else nothing is in it.
    other, elsewhere = account_of_line(draw, 1)
    agree(lines(draw)[1])
    assert read(address(elsewhere)).count("BEGIN:VEVENT") == 1
    assert other.pk != expert.pk


def entries(token: str) -> dict[str, str]:
    """The moments at which what a calendar reads begins, by its mark."""
    text = read(token).replace("\r\n", "\n")
    found = re.findall(r"BEGIN:VEVENT\n(.*?)END:VEVENT", text, re.DOTALL)
    lines_of = [
        dict(line.split(":", 1) for line in one.splitlines() if ":" in line) for one in found
    ]
    return {
        one["UID"]: next(value for name, value in one.items() if name.startswith("DTSTART"))
        for one in lines_of
    }


@pytest.mark.shows("EXP-27")
def test_a_leave_comes_into_the_calendar_and_goes_with_its_end(draw: Draw) -> None:
    expert, client = account_of_line(draw, 0)
    token = address(client)
    asked = entries(token)
    start = timezone.now() + timedelta(days=40)
    leave = file_leave(
        expert=expert,
        start=start,
        end=start + timedelta(days=2),
        reason="出国",
        actor=expert.user,
        now=timezone.now(),
    )
    mark = f"leave-{leave.uid.hex}"
    added = {uid: at for uid, at in entries(token).items() if uid not in asked}
    assert [uid.partition("@")[0] for uid in added] == [mark]
    month = f"{PAGE}?month={timezone.localtime(start):%Y-%m}"
    assert "已登记</span> 请假" in client.get(month).content.decode()
    cancel_leave(leave=leave, actor=expert.user, now=timezone.now())
    assert entries(token) == asked
    assert "已登记</span> 请假" not in client.get(month).content.decode()


@pytest.mark.shows("EXP-27")
@pytest.mark.parametrize("how", ["declined", "left", "voided"])
def test_what_he_does_not_come_to_is_gone_from_it(
    draw: Draw, operator: User, supervisor: User, how: str
) -> None:
    _, client = account_of_line(draw, 0)
    token, line = address(client), lines(draw)[0]
    if how == "declined":
        answer(
            invitation=line,
            accept=False,
            reason="出差",
            via=ReplyVia.PORTAL,
            now=timezone.now(),
            entropy=SeededEntropy(5),
        )
    else:
        agree(line)
        assert len(entries(token)) == 1
        agree(lines(draw)[1])
        if how == "left":
            client.post(reverse("selfservice:review_leave", args=[line.pk]), {"reason": "突发疾病"})
        else:
            voided(draw, operator, supervisor)
    assert entries(token) == {}
    opens = timezone.localtime(draw.project.opening_at)
    page = client.get(f"{PAGE}?month={opens:%Y-%m}").content.decode()
    assert draw.project.name not in page
    assert "这个月没有安排" in page


@pytest.mark.shows("EXP-27", "DRAW-15")
def test_a_review_that_was_moved_stands_once_at_its_new_time(draw: Draw, operator: User) -> None:
    _, client = account_of_line(draw, 0)
    token = address(client)
    for line in lines(draw):
        agree(line)
    before = entries(token)
    project = draw.project
    project.refresh_from_db()
    later = project.opening_at + timedelta(days=2)
    reschedule(
        draw=Draw.objects.get(pk=draw.pk),
        meetings=[NewMeeting(project.pk, later, "三楼")],
        reason="供应商答疑延期",
        actor=operator,
        now=timezone.now(),
        entropy=SeededEntropy(6),
    )
    after = entries(token)
    assert len(before) == 1
    assert set(after) == set(before)
    (at,) = after.values()
    assert at == f"{later.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    assert after != before


@pytest.mark.parametrize("at", [0, 10, 31, 33, -1])
def test_an_address_with_one_letter_changed_reads_nothing(draw: Draw, at: int) -> None:
    _, client = account_of_line(draw, 0)
    token = address(client)
    changed = list(token)
    changed[at] = "0" if changed[at] != "0" else "1"
    assert read("".join(changed)) == ""
    for wrong in ("x", "-", f"{uuid4().hex}-{token.partition('-')[2]}", token + "a", token.upper()):
        assert read(wrong) == "", wrong


def test_another_address_ends_the_one_before_and_so_does_the_end(draw: Draw) -> None:
    _, client = account_of_line(draw, 0)
    first = address(client)
    second = address(client)
    assert read(first) == ""
    assert read(second)
    client.post(f"{PAGE}unfollow/")
    assert read(second) == ""
    client.post(f"{PAGE}unfollow/")
    assert not CalendarFeed.objects.filter(ended_at=None).exists()


def test_a_row_that_is_given_to_another_opens_nothing(draw: Draw) -> None:
    """Somebody with live SQL and an address of his own."""
    own, client = account_of_line(draw, 0)
    token = address(client)
    other, _ = account_of_line(draw, 1)
    CalendarFeed.objects.filter(expert=own).update(expert=other)
    assert read(token) == ""


def test_an_address_ends_for_good_with_the_account(draw: Draw, admin: User) -> None:
    expert, client = account_of_line(draw, 0)
    token = address(client)
    assert read(token)
    assert expert.user is not None
    disable_user(user=expert.user, actor=admin, now=timezone.now())
    assert read(token) == ""
    enable_user(user=expert.user, actor=admin, now=timezone.now())
    assert read(token) == ""
    assert Entry.objects.get(action="expert.close_feed").actor == admin
    # He asks for another himself.
    assert read(address(login(Client(), User.objects.get(pk=expert.user_id))))


def test_who_may_not_sign_in_and_an_office_that_does_not_want_it(draw: Draw) -> None:
    expert, client = account_of_line(draw, 0)
    token = address(client)
    User.objects.filter(pk=expert.user_id).update(is_active=False)
    assert read(token) == ""
    User.objects.filter(pk=expert.user_id).update(is_active=True)
    configure(CALENDAR_FEEDS, value=False)
    assert read(token) == ""
    assert client.post(f"{PAGE}follow/").status_code == 404
    assert "订阅" not in client.get(PAGE).content.decode()


@pytest.mark.shows("EXP-25", "EXP-27")
def test_an_office_sees_the_days_of_an_expert_once_names_are_public(
    draw: Draw, supervisor: User
) -> None:
    expert, _ = account_of_line(draw, 0)
    for line in lines(draw):
        agree(line)
    opens = timezone.localtime(draw.project.opening_at)
    page = reverse("experts:detail", args=[expert.pk]) + f"?tab=schedule&month={opens:%Y-%m}"
    client = login(Client(), supervisor)
    assert draw.project.name not in client.get(page).content.decode()
    open_names_at(draw, timezone.now() - timedelta(hours=1))
    assert release(draw_id=draw.pk, now=timezone.now())
    text = client.get(page).content.decode()
    assert draw.project.name in text
    assert "已确认" in text or "同意" in text
