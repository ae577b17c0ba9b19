"""The expert's own area: his invitations, his reviews, their files, his leaves and units."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.text import moment_text
from expertpool.draws.enums import InvitationState, Origin, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.pausing import pause_draw
from expertpool.experts.models import AvoidanceRemoval, AvoidanceUnit, Expert, Leave
from expertpool.experts.services.avoidance import add_avoidance_unit, remove_avoidance_unit
from expertpool.experts.services.blacklist import add_to_blacklist, remove_from_blacklist
from expertpool.experts.tasks import tell_removal
from expertpool.files.models import Attachment
from expertpool.files.services import attach
from expertpool.notifications.models import Message
from expertpool.projects.enums import FileAudience
from expertpool.selfservice.services.files import files_of
from expertpool.workflow.models import Approval
from tests.draws.views.letters import lines, link_of
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import give_account, make_expert, make_unit
from tests.factories.lines import written_otherwise
from tests.factories.pool_changes import told
from tests.fixtures import login

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF\n"


@dataclass
class Invited:
    """An expert with his account, his line of a draw, and a browser where he has signed in."""

    expert: Expert
    line: Invitation
    client: Client

    def url(self, name: str, *further: int) -> str:
        return reverse(f"selfservice:{name}", args=[self.line.pk, *further])

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Come back at ``moment``: by then the session has ended."""
        assert self.expert.user is not None
        with time_machine.travel(moment, tick=False):
            login(self.client, self.expert.user)
            yield

    def state(self) -> str:
        self.line.refresh_from_db()
        return self.line.state


@pytest.fixture(scope="module")
def made(once: Any) -> Draw:
    """Whoever sits in its first line has an account."""
    with once():
        for _ in range(5):
            make_expert()
        draw = make_draw(now=timezone.now(), seats=2)
        expert = Expert.objects.get(pk=expert_id_of(lines(draw)[0]))
        give_account(expert, make_user("expert", name=expert.name))
        return draw


@pytest.fixture
def draw(made: Draw) -> Draw:
    return Draw.objects.get(pk=made.pk)


@pytest.fixture
def invited(draw: Draw) -> Invited:
    line = lines(draw)[0]
    expert = Expert.objects.get(pk=expert_id_of(line))
    assert expert.user
    return Invited(expert, line, login(Client(), expert.user))


@pytest.fixture
def outsider() -> Client:
    """An expert who is in no draw."""
    user = make_user("expert")
    expert = make_expert("外人")
    give_account(expert, user)
    return login(Client(), user)


def make_file(draw: Draw, name: str = "招标文件.pdf", content: bytes = PDF) -> Attachment:
    return attach(
        subject=draw.project,
        kind=FileAudience.EXPERTS,
        uploaded_file=SimpleUploadedFile(name, content),
        actor=None,
        now=timezone.now(),
    )


def page(client: Client, name: str, *args: int) -> str:
    return client.get(reverse(name, args=args)).content.decode()


# --- Invitations -------------------------------------------------------------------------------


def test_a_pause_is_told_with_the_time_that_is_left_and_not_as_a_deadline(
    invited: Invited, draw: Draw, operator: User, client: Client
) -> None:
    now = timezone.now()
    lines = draw.invitations.all()
    written_otherwise(*lines, reached_at=now, deadline_at=now + timedelta(minutes=25, seconds=30))
    pause_draw(draw=draw, reason="地点待定", actor=operator, now=now)
    written_otherwise(*draw.invitations.all(), time_left=timedelta(minutes=25, seconds=30))
    opening = moment_text(draw.project.opening_at)
    for text in (
        page(invited.client, "selfservice:review", invited.line.pk),
        page(invited.client, "selfservice:reviews"),
        client.get(link_of(invited.line)).content.decode(),
    ):
        assert "暂停中，恢复后还有" in text
        assert "25 分钟" in text
        assert "距答复截止" not in text
        assert f"（{opening}）" not in text


@pytest.mark.shows("PORT-16")
def test_expert_sees_his_invitation_and_no_project_of_others(
    invited: Invited, draw: Draw, outsider: Client
) -> None:
    place = draw.project.place
    assert place in page(invited.client, "selfservice:reviews")
    detail = page(invited.client, "selfservice:review", invited.line.pk)
    assert place in detail
    assert draw.project.contact_phone in detail
    assert draw.project.name not in detail  # he has not agreed yet
    assert place not in page(outsider, "selfservice:reviews")
    assert outsider.get(invited.url("review")).status_code == 404
    assert invited.client.get(reverse("projects:detail", args=[draw.project_id])).status_code == 403


@pytest.mark.shows("PORT-16")
def test_once_agreed_he_reads_the_project_with_its_files(invited: Invited, draw: Draw) -> None:
    make_file(draw)
    invited.client.post(invited.url("review_answer"), {"answer": "accept"})
    detail = page(invited.client, "selfservice:review", invited.line.pk)
    for text in (
        draw.project.name,
        draw.project.number,
        draw.project.contact_phone,
        "招标文件.pdf",
    ):
        assert text in detail


@pytest.mark.shows("PORT-18")
def test_answer_counts_once_and_the_button_is_gone(invited: Invited) -> None:
    assert "确认参加" in page(invited.client, "selfservice:review", invited.line.pk)
    url = invited.url("review_answer")
    response = invited.client.post(url, {"answer": "accept"}, follow=True)
    assert "确认参加" not in response.content.decode()
    again = invited.client.post(url, {"answer": "decline", "reason": "其他", "detail": "改主意"})
    assert again.status_code == 302
    assert invited.state() == InvitationState.ACCEPTED
    assert invited.line.replied_via == ReplyVia.PORTAL


@pytest.mark.shows("PORT-18")
def test_after_the_deadline_the_button_is_gone_and_the_server_refuses(invited: Invited) -> None:
    with invited.at(invited.line.deadline_at):
        assert "确认参加" not in page(invited.client, "selfservice:review", invited.line.pk)
        response = invited.client.post(
            invited.url("review_answer"), {"answer": "accept"}, follow=True
        )
        assert "已过答复时限" in response.content.decode()
    assert invited.state() == InvitationState.INVITED


@pytest.mark.shows("PORT-18")
def test_declining_seats_the_next_and_the_record_stays_in_his_list(
    invited: Invited, draw: Draw
) -> None:
    url = invited.url("review_answer")
    assert invited.client.post(url, {"answer": "decline"}).status_code == 422
    invited.client.post(url, {"answer": "decline", "reason": "其他", "detail": "出差"})
    assert lines(draw)[2].origin == Origin.SUPPLEMENT
    assert "拒绝" in page(invited.client, "selfservice:reviews")
    assert draw.project.name not in page(invited.client, "selfservice:review", invited.line.pk)


def test_answer_of_one_expert_is_not_for_another(invited: Invited, outsider: Client) -> None:
    for name in ("review_answer", "review_leave"):
        data = {"answer": "accept", "reason": "替他"}
        assert outsider.post(invited.url(name), data).status_code == 404
    assert invited.state() == InvitationState.INVITED


def test_account_without_expert_is_told_so_and_other_roles_stay_outside(operator: User) -> None:
    assert "还没有关联专家档案" in page(login(Client(), make_user("expert")), "selfservice:reviews")
    assert login(Client(), operator).get(reverse("selfservice:reviews")).status_code == 403


# --- Reviews to come -----------------------------------------------------------------------------


@pytest.mark.shows("PORT-19")
def test_coming_review_stands_on_the_home_page_with_a_countdown(
    invited: Invited, draw: Draw
) -> None:
    countdown = f'data-deadline="{timezone.localtime(draw.project.opening_at).isoformat()}"'
    assert "即将参加的评审" not in page(invited.client, "portal:home")
    invited.client.post(invited.url("review_answer"), {"answer": "accept"})
    home = page(invited.client, "portal:home")
    assert draw.project.name in home
    assert countdown in home or draw.project.opening_at.isoformat() in home


@pytest.mark.shows("PORT-20")
def test_leave_until_two_hours_before_the_opening_is_supplemented(
    invited: Invited, draw: Draw
) -> None:
    invited.client.post(invited.url("review_answer"), {"answer": "accept"})
    last = draw.project.opening_at - timedelta(hours=2)
    url = invited.url("review_leave")
    with invited.at(last + timedelta(seconds=1)):
        detail = page(invited.client, "selfservice:review", invited.line.pk)
        assert "提交请假" not in detail
        response = invited.client.post(url, {"reason": "生病"}, follow=True)
        assert "已过最晚请假时间" in response.content.decode()
    assert invited.state() == InvitationState.ACCEPTED
    with invited.at(last):
        assert invited.client.post(url, {"reason": ""}).status_code == 422
        invited.client.post(url, {"reason": "生病"})
    assert invited.state() == InvitationState.LEAVE
    assert lines(draw)[2].origin == Origin.SUPPLEMENT


def test_calendar_file_is_for_the_coming_review_only(invited: Invited, draw: Draw) -> None:
    assert invited.client.get(invited.url("review_calendar")).status_code == 404
    invited.client.post(invited.url("review_answer"), {"answer": "accept"})
    content = invited.client.get(invited.url("review_calendar")).content.decode()
    assert draw.project.name in content.replace("\r\n ", "")


# --- Files of the project ------------------------------------------------------------------------


def test_file_is_his_once_he_agreed_and_each_access_is_logged_without_his_name(
    invited: Invited, draw: Draw, outsider: Client
) -> None:
    url = invited.url("review_file", make_file(draw).pk)
    assert invited.client.get(url).status_code == 403
    assert outsider.get(url).status_code == 403
    invited.client.post(invited.url("review_answer"), {"answer": "accept"})
    downloaded = invited.client.get(url)
    assert b"".join(downloaded) == PDF
    assert downloaded["Content-Disposition"].startswith("attachment")
    shown = invited.client.get(f"{url}?preview")
    assert b"".join(shown) == PDF
    assert shown["Content-Disposition"].startswith("inline")
    entries = Entry.objects.filter(action="file.download")
    assert entries.count() == 2
    notice = make_file(draw, name="须知.txt", content="请带身份证".encode())
    read = invited.client.get(invited.url("review_file", notice.pk) + "?preview")
    assert "请带身份证" in read.content.decode()
    assert entries.count() == 3
    assert "须知.txt" in invited.client.get(invited.url("review")).content.decode()
    assert not any(invited.expert.name in f"{entry.actor_name}{entry.note}" for entry in entries)
    assert outsider.get(url).status_code == 403


def test_file_of_another_project_is_not_reached_through_his(invited: Invited) -> None:
    invited.client.post(invited.url("review_answer"), {"answer": "accept"})
    other = make_file(make_draw(now=timezone.now(), seats=1, seed=2, opens_in_hours=200))
    assert invited.client.get(invited.url("review_file", other.pk)).status_code == 404


def test_file_closes_with_leave_and_with_the_review(invited: Invited, draw: Draw) -> None:
    url = invited.url("review_file", make_file(draw).pk)
    invited.client.post(invited.url("review_answer"), {"answer": "accept"})
    with invited.at(draw.project.closing_at - timedelta(minutes=1)):
        assert b"".join(invited.client.get(url)) == PDF
    with invited.at(draw.project.closing_at):
        assert invited.client.get(url).status_code == 403
    with invited.at(draw.project.opening_at - timedelta(hours=3)):
        invited.client.post(invited.url("review_leave"), {"reason": "生病"})
        assert invited.client.get(url).status_code == 403


@pytest.mark.shows("EXP-52")
def test_who_is_told_not_to_come_reads_no_file_until_he_is_back(
    invited: Invited, draw: Draw, outsider: Client
) -> None:
    url = invited.url("review_file", make_file(draw).pk)
    invited.client.post(invited.url("review_answer"), {"answer": "accept"})
    clerk, now = make_user("admin"), timezone.now()
    add_to_blacklist(expert=invited.expert, reason="伪造证明材料", actor=clerk, now=now)
    login(invited.client, User.objects.get(pk=invited.expert.user_id))
    shown = invited.client.get(invited.url("review")).content.decode()
    assert "请暂不到场" in shown
    assert "项目文件暂不提供" in shown
    assert invited.client.get(url).status_code == 403
    line = Invitation.objects.get(pk=invited.line.pk)
    assert files_of(line, now=now) == []  # behind the link, too
    remove_from_blacklist(expert=invited.expert, reason="查无此事", actor=clerk, now=now)
    assert len(files_of(line, now=now)) == 1


# --- Leaves and units ----------------------------------------------------------------------------


def test_expert_files_and_cancels_his_own_leave(invited: Invited, outsider: Client) -> None:
    start = timezone.localtime() + timedelta(days=30)
    data = {
        "start": start.strftime("%Y-%m-%d %H:%M"),
        "end": (start + timedelta(days=7)).strftime("%Y-%m-%d %H:%M"),
        "reason": "出国访问",
    }
    url = reverse("selfservice:leave_add")
    assert invited.client.post(url, data | {"end": data["start"]}).status_code == 422
    far = data | {"end": (start + timedelta(days=4_000)).strftime("%Y-%m-%d %H:%M")}
    asked = invited.client.post(url, far)
    assert "请假超过 2 年，请核对年份" in asked.content.decode()
    assert not Leave.objects.exists()
    assert invited.client.post(url, data).status_code == 204
    assert "与已登记的请假" in invited.client.post(url, data).content.decode()
    leave = Leave.objects.get()
    assert leave.expert == invited.expert
    assert "出国访问" in page(invited.client, "selfservice:leaves")
    cancel = reverse("selfservice:leave_cancel", args=[leave.pk])
    assert outsider.post(cancel).status_code == 404
    assert invited.client.post(cancel).status_code == 204
    leave.refresh_from_db()
    assert leave.cancelled_at is not None
    assert invited.client.post(cancel).status_code == 409


def leave_during(draw: Draw) -> dict[str, str]:
    """What he fills in."""
    opening = timezone.localtime(draw.project.opening_at)
    return {
        "start": opening.strftime("%Y-%m-%d %H:%M"),
        "end": (opening + timedelta(days=1)).strftime("%Y-%m-%d %H:%M"),
        "reason": "出国访问",
    }


@pytest.mark.parametrize("accepts", [True, False])
def test_a_leave_of_his_shows_the_reviews_of_its_time(
    invited: Invited, draw: Draw, *, accepts: bool
) -> None:
    if accepts:
        invited.client.post(invited.url("review_answer"), {"answer": "accept"})
    data, url = leave_during(draw), reverse("selfservice:leave_add")
    first = invited.client.post(url, data)
    assert first.status_code == 422
    assert invited.url("review") in first.content.decode()
    assert not Leave.objects.exists()
    assert (
        invited.client.post(url, data | {"seats": invited.line.pk, "give_up": 1}).status_code == 204
    )
    assert Leave.objects.exists()
    assert invited.state() == ("leave" if accepts else "declined")
    assert invited.line.replied_via == ReplyVia.PORTAL


def test_a_leave_that_gives_up_nothing_says_that_he_is_still_awaited(
    invited: Invited, draw: Draw
) -> None:
    """The tick stands below what a telephone shows, and the toast spoke of the leave alone."""
    invited.client.post(invited.url("review_answer"), {"answer": "accept"})
    sent = leave_during(draw) | {"seats": invited.line.pk}
    answer = invited.client.post(reverse("selfservice:leave_add"), sent)
    said = json.loads(answer["HX-Trigger"])["toast"]["message"]
    assert "有 1 场评审没有退出，仍须参加" in said
    assert invited.state() == "accepted"


def test_a_leave_gives_up_no_review_at_which_he_has_signed_in(invited: Invited, draw: Draw) -> None:
    invited.client.post(invited.url("review_answer"), {"answer": "accept"})
    data, url = leave_during(draw), reverse("selfservice:leave_add")
    assert "同时退出这些评审" in invited.client.post(url, data).content.decode()
    came = draw.project.opening_at - timedelta(minutes=20)
    written_otherwise(Invitation.objects.get(pk=invited.line.pk), signed_in_at=came)
    shown = invited.client.post(url, data).content.decode()
    assert invited.url("review") in shown
    assert "同时退出这些评审" not in shown


@pytest.mark.shows("PORT-24")
def test_expert_keeps_his_avoidance_units_with_relation_and_period(
    invited: Invited, outsider: Client
) -> None:
    data = {
        "unit_name": "华东建设集团有限公司",
        "kind": "past_employer",
        "start_date": "2018-03-01",
        "end_date": "2024-05-31",
    }
    url = reverse("selfservice:avoidance_add")
    assert invited.client.post(url, data | {"end_date": "2017-01-01"}).status_code == 422
    assert invited.client.post(url, data | {"uscc": "123"}).status_code == 422
    assert invited.client.post(url, data).status_code == 204
    assert "已按同样的关系登记" in invited.client.post(url, data).content.decode()
    row = AvoidanceUnit.objects.get()
    assert (row.expert, row.unit.name) == (invited.expert, "华东建设集团有限公司")
    shown = page(invited.client, "selfservice:avoidances")
    for text in ("华东建设集团有限公司", "曾任职单位", "2018-03-01", "2024-05-31"):
        assert text in shown
    remove = reverse("selfservice:avoidance_remove", args=[row.pk])
    assert outsider.post(remove).status_code == 404
    assert invited.client.post(remove).status_code == 204
    assert not AvoidanceUnit.objects.exists()


@pytest.mark.shows("PORT-24", "DRAW-06")
def test_expert_declares_relations_to_persons(invited: Invited) -> None:
    url = reverse("selfservice:avoidance_add")
    assert invited.client.post(url, {"kind": "kin"}).status_code == 422
    data = {"kind": "kin", "person_name": "郑总", "unit_name": "华东建设集团有限公司"}
    assert invited.client.post(url, data).status_code == 204
    shown = page(invited.client, "selfservice:avoidances")
    assert "郑总（华东建设集团有限公司）" in shown
    assert "亲属" in shown


@pytest.mark.shows("PORT-24")
def test_what_the_office_set_he_does_not_remove_himself(invited: Invited, admin: User) -> None:
    """He would be drawn for the very project that it keeps him away from."""
    row = AvoidanceUnit(expert=invited.expert, unit=make_unit("投标人甲"), kind="business")
    add_avoidance_unit(row=row, actor=admin, now=timezone.now())
    shown = page(invited.client, "selfservice:avoidances")
    remove = reverse("selfservice:avoidance_remove", args=[row.pk])
    assert "申请移除" in shown
    assert remove not in shown
    answer = invited.client.post(remove)
    assert answer.status_code == 409
    assert "与投标人甲的回避由管理部门登记，不能自行移除" in answer.content.decode()
    assert AvoidanceUnit.objects.filter(pk=row.pk).exists()
    remove_avoidance_unit(row=row, actor=admin, now=timezone.now())
    assert not AvoidanceUnit.objects.exists()


def of_office(invited: Invited, admin: User, **period: str) -> AvoidanceUnit:
    row = AvoidanceUnit(expert=invited.expert, unit=make_unit(), kind="business", **period)
    return add_avoidance_unit(row=row, actor=admin, now=timezone.now())


@pytest.mark.shows("PORT-24")
@pytest.mark.parametrize("agrees", [True, False])
def test_he_asks_for_its_removal_and_the_office_decides(
    invited: Invited, outsider: Client, admin: User, *, agrees: bool
) -> None:
    row = of_office(invited, admin)
    ask = reverse("selfservice:avoidance_ask", args=[row.pk])
    assert outsider.post(ask, {"reason": "已离职"}).status_code == 404
    assert invited.client.post(ask, {"reason": " "}).status_code == 422
    assert invited.client.post(ask, {"reason": "已离职"}).status_code == 204
    assert "已有一项待核定的申请" in invited.client.post(ask, {"reason": "再次"}).content.decode()
    assert "已申请移除，待管理部门核定" in page(invited.client, "selfservice:avoidances")
    removal = AvoidanceRemoval.objects.get()
    # Names of a draw are sealed: the office hears of it the day after (docs/decisions/0185).
    removal.asked_at -= timedelta(days=1)
    removal.save()
    tell_removal(removal.pk)
    assert told([admin], "expert.removal_asked") == [admin.name]
    decide = reverse("experts:removal_decide", args=[removal.pk])
    office = login(Client(), admin)
    assert "核定：" in office.get(reverse("portal:home")).content.decode()
    tab = f"{reverse('experts:detail', args=[invited.expert.pk])}?tab=avoidances"
    shown = office.get(tab).content.decode()
    assert decide in shown
    assert "已离职" in shown
    assert invited.client.post(decide, {"agree": "yes"}).status_code == 403
    assert login(Client(), make_user("operator")).post(decide).status_code == 403
    assert office.post(decide, {"agree": "no", "note": ""}).status_code == 422
    answer = {"agree": "yes" if agrees else "no", "note": "已核实"}
    assert office.post(decide, answer).status_code == 204
    assert AvoidanceUnit.objects.exists() is not agrees
    again = office.post(decide, answer)
    assert again.status_code == 409
    assert f"已由 {admin.name} 办理" in again.content.decode()
    letters = Message.objects.filter(occasion="expert.removal_decided")
    assert {("同意移除" in one.body, "未同意移除" in one.body) for one in letters} == {
        (True, not agrees)
    }
    for shown in (page(invited.client, "selfservice:avoidances"), office.get(tab).content.decode()):
        assert ("已同意移除" if agrees else "未同意") in shown
        assert "已核实" in shown
        assert row.target in shown
    acts = Entry.objects.filter(action__startswith="expert.removal").order_by("pk")
    assert [one.action for one in acts] == ["expert.removal_ask", "expert.removal_decide"]
    if not agrees:
        assert invited.client.post(ask, {"reason": "再次"}).status_code == 204


def test_what_the_office_removes_itself_ends_what_was_asked(invited: Invited, admin: User) -> None:
    row = of_office(invited, admin)
    invited.client.post(reverse("selfservice:avoidance_ask", args=[row.pk]), {"reason": "已离职"})
    remove = reverse("experts:avoidance_remove", args=[row.pk])
    assert login(Client(), admin).post(remove).status_code == 204
    removal = AvoidanceRemoval.objects.get()
    assert (removal.agreed, removal.avoidance) == (True, None)
    assert not Approval.objects.filter(state="running").exists()


def test_his_own_he_removes_without_asking(invited: Invited) -> None:
    add = reverse("selfservice:avoidance_add")
    invited.client.post(add, {"unit_name": "华东建设集团有限公司", "kind": "past_employer"})
    ask = reverse("selfservice:avoidance_ask", args=[AvoidanceUnit.objects.get().pk])
    assert "可以直接移除" in invited.client.post(ask, {"reason": "已离职"}).content.decode()


@pytest.mark.shows("PORT-24")
def test_what_no_longer_counts_says_so(invited: Invited, admin: User) -> None:
    today = timezone.localdate()
    for years, words in (
        (None, "回避中"),
        (0, f"{today} 结束后仍回避至 {today.replace(day=1, year=today.year + 3):%Y-%m}"),
        (1, "已结束，仍回避至"),
        (4, "结束已满 3 年，不再回避"),
    ):
        AvoidanceUnit.objects.all().delete()
        end = {"end_date": today - timedelta(days=366 * years)} if years is not None else {}
        of_office(invited, admin, **end)
        tab = f"{reverse('experts:detail', args=[invited.expert.pk])}?tab=avoidances"
        for shown in (
            page(invited.client, "selfservice:avoidances"),
            login(Client(), admin).get(tab).content.decode(),
        ):
            assert words in shown
    AvoidanceUnit.objects.all().delete()
    row = AvoidanceUnit(expert=invited.expert, unit=make_unit(), kind="current_employer")
    add_avoidance_unit(row=row, actor=admin, now=timezone.now())
    assert "与现工作单位不同" in page(invited.client, "selfservice:avoidances")
