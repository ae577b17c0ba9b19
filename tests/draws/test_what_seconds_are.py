"""Page, public page and sheet say what the record says of whoever confirmed, not always a supervisor."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from importlib import import_module
from itertools import count

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import Role, User
from expertpool.audit.models import Entry
from expertpool.draws.enums import DrawStatus, InvitationState, ReplyVia
from expertpool.draws.exceptions import ContributionRefused
from expertpool.draws.models import Draw
from expertpool.draws.queries.emergency import emergency_of
from expertpool.draws.services.emergency import (
    decide_emergency,
    decide_emergency_end,
    end_emergency,
    request_emergency,
    request_emergency_end,
)
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.letters import send_at_once
from expertpool.draws.services.names import release
from expertpool.draws.services.pausing import pause_draw, resume_draw
from expertpool.draws.services.releasing import decide_release, request_release
from expertpool.draws.services.replies import answer, take_leave
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.draws.services.sealing import abandon_draw, contribute, start_draw
from expertpool.draws.services.sheets import build_stored_sheet
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.workflow.services.codes import persons_for_code
from tests.factories.accounts import make_user
from tests.factories.answers import declare_emergency, record_answer
from tests.factories.draws import end_review, make_draw, make_ready_project, reach
from tests.factories.experts import make_expert
from tests.factories.widening import (
    REASON,
    SENIOR,
    accept_all,
    make_short_panel,
    start_widened_draw,
    widen_plan,
)
from tests.fixtures import login

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def pages_of(draw: Draw, reader: User) -> tuple[str, str]:
    """Return what the page of ``draw`` and its public page say."""
    inside = login(Client(), reader).get(reverse("draws:detail", args=[draw.pk]))
    public = Client().get(reverse("draws:verify_draw", args=[draw.public_id]))
    return inside.content.decode(), public.content.decode()


def sheet_of(draw: Draw) -> dict[str, str]:
    release(draw_id=draw.pk, now=draw.reveal_at)
    draw.refresh_from_db()
    return dict(build_stored_sheet(draw=draw, now=draw.reveal_at + timedelta(minutes=1)).head)


@pytest.mark.shows("DRAW-31")
@pytest.mark.parametrize(("role", "word"), [("admin", "管理员"), ("supervisor", "监督人")])
def test_an_emergency_says_what_its_second_person_is(operator: User, role: str, word: str) -> None:
    for _ in range(3):
        make_expert()
    draw, now = make_draw(now=timezone.now(), operator=operator, seats=1), timezone.now()
    second = make_user(role, name="孙确认")
    declare_emergency(draw=draw, reason="急用", minutes=15, actor=operator, now=now, second=second)
    inside, public = pages_of(draw, operator)
    assert f"{word} 孙确认 确认" in inside
    assert f"由{word}确认" in public
    assert "孙确认" not in public
    assert f"{word} 孙确认 确认" in sheet_of(draw)["应急抽取"]


def test_of_two_emergencies_each_has_its_own(operator: User) -> None:
    for _ in range(3):
        make_expert()
    now = timezone.now()
    draw = make_draw(now=now, operator=operator, seats=1)
    own = Role.objects.create(code="role-7", name="招标中心主任")
    own.permissions.create(code="draws.confirm_steps", scope="all")
    for minutes, second in enumerate((make_user("supervisor"), make_user(roles=(own,))), start=1):
        at = now + timedelta(minutes=minutes)
        declare_emergency(
            draw=draw, reason="急用", minutes=15, actor=operator, now=at, second=second
        )
        end_emergency(draw=draw, reason="已够", actor=second, now=at)
    inside, public = pages_of(draw, operator)
    assert inside.count("申请人") == 2  # the page of those who run it says no less
    assert f"由 {second.name} 取消（原因：已够）" in inside
    assert public.index("由监督人确认") < public.index("由招标中心主任确认")
    own.delete()
    assert "由第二人确认" in pages_of(draw, operator)[1]


def test_of_an_emergency_that_was_taken_back_it_says_who_asked_for_that_and_why(
    operator: User, supervisor: User
) -> None:
    make_expert()
    now = timezone.now()
    draw = make_draw(now=now, operator=operator, seats=1)
    declare_emergency(
        draw=draw, reason="急用", minutes=15, actor=operator, now=now, second=supervisor
    )
    later = now + timedelta(minutes=1)
    asked = request_emergency_end(draw=draw, reason="专家都已联系上", actor=operator, now=later)
    decide_emergency_end(request=asked, agree=True, note="", actor=supervisor, now=later)
    inside, _ = pages_of(draw, operator)
    assert f"{operator} 申请，由 {supervisor} 取消（原因：专家都已联系上）" in inside


@pytest.mark.shows("DRAW-31")
def test_what_a_supervisor_confirms_no_administrator_does_by_his_role(
    client: Client, operator: User
) -> None:
    supervisor = make_user("supervisor", email="j@example.com")
    admin = make_user("admin", email="g@example.com")
    for _ in range(3):
        make_expert()
    now = timezone.now()
    draw = make_draw(now=now, operator=operator, seats=1)
    asked = request_emergency(draw=draw, reason="急用", minutes=15, actor=operator, now=now)
    agree = reverse("workflow:request_agree", args=["draws.emergency", asked.pk])
    page = reverse("draws:detail", args=[draw.pk])
    assert "确认转为应急" not in login(client, admin).get(page).content.decode()
    assert client.post(agree).status_code in (403, 404)
    assert emergency_of(draw) is None
    assert supervisor in persons_for_code(asked, now=now)
    assert admin not in persons_for_code(asked, now=now)
    project = make_ready_project(now=now, seats=1, contributors=["supervisor"])
    waits = start_draw(project=project, actor=operator, now=now, entropy=SeededEntropy(1))
    with pytest.raises(ContributionRefused, match="没有以监督人身份"):
        contribute(
            draw=waits, role="supervisor", value="7", actor=admin, now=now, entropy=SeededEntropy(2)
        )
    # He gives the role to others, never to himself; whoever has it from another may both.
    both = make_user("admin", roles=(Role.objects.get(code="supervisor"),))
    login(client, both)
    assert client.post(agree).status_code == 204
    assert emergency_of(draw) is not None


def test_an_upgrade_takes_the_right_to_supervise_from_administrators(admin: User) -> None:
    role = admin.roles.get()
    role.permissions.create(code="draws.confirm_steps", scope="all")
    others = Role.objects.get(code="supervisor").permissions.count()
    module = import_module("expertpool.draws.migrations.0068_only_supervisors_confirm")
    with connection.cursor() as cursor:
        cursor.execute(module.TAKEN)
    assert not role.permissions.filter(code="draws.confirm_steps").exists()
    assert Role.objects.get(code="supervisor").permissions.count() == others


@pytest.mark.shows("DRAW-34")
def test_a_widened_draw_says_what_its_second_person_is(operator: User) -> None:
    now = timezone.now()
    base = make_short_panel(now=now, operator=operator)
    widen_plan(project=base.project, levels={"g1": [SENIOR, {"all": []}]}, actor=operator, now=now)
    draw = start_widened_draw(
        base=base,
        reason=REASON,
        actor=operator,
        now=now,
        entropy=SeededEntropy(1),
        second=make_user("admin", name="孙确认"),
    )
    accept_all(draw, now=now)
    assert draw.status == DrawStatus.SUCCESS
    assert "管理员 孙确认 确认" in pages_of(draw, operator)[0]
    assert "管理员 孙确认 确认" in sheet_of(draw)["放宽条件补抽"]
    end_review(draw)
    public = pages_of(draw, operator)[1]
    assert "管理员已确认" in public
    assert "孙确认" not in public


@pytest.mark.shows("DRAW-11")
def test_what_people_wrote_of_their_steps_stays_inside(operator: User, supervisor: User) -> None:
    """It may name somebody; the reason of a void alone stands in the record (decision 0181), and on no page."""
    for _ in range(3):
        make_expert()
    now = timezone.now()
    draw = make_draw(now=now, operator=operator, seats=1)
    words = {step: f"因{step}而写的话" for step in ("暂停", "恢复", "应急", "取消", "改期", "作废")}
    noted = {step: f"{step}的附言" for step in ("作废的", "应急的")}
    pause_draw(draw=draw, reason=words["暂停"], actor=operator, now=now)
    resume_draw(draw=draw, reason=words["恢复"], actor=operator, now=now)
    asked = request_emergency(draw=draw, reason=words["应急"], minutes=15, actor=operator, now=now)
    decide_emergency(
        request=asked,
        agree=True,
        note=noted["应急的"],
        actor=supervisor,
        now=now,
        entropy=SeededEntropy(7),
    )
    end_emergency(draw=draw, reason=words["取消"], actor=supervisor, now=now)
    reschedule(
        draw=draw,
        meetings=[NewMeeting(draw.project_id, draw.project.opening_at + DAY, "二楼")],
        reason=words["改期"],
        actor=operator,
        now=now,
        entropy=SeededEntropy(1),
    )
    accept_all(draw, now=now)
    release(draw_id=draw.pk, now=draw.reveal_at)
    draw.refresh_from_db()
    voided = request_void(draw=draw, reason=words["作废"], actor=operator, now=draw.reveal_at)
    decide_void(
        request=voided, agree=True, note=noted["作废的"], actor=supervisor, now=draw.reveal_at
    )
    end_review(draw)
    inside, _ = pages_of(draw, operator)
    public, film, record = shown_to_anybody(draw)
    assert "void" in record
    typed = {*words.values(), *noted.values()}
    assert {one for one in typed if one in public + film} == set()
    assert {one for one in typed if one in record} == {words["作废"]}
    assert words["作废"] in inside


@pytest.mark.shows("DRAW-11")
@pytest.mark.usefixtures("quiet_hours")
def test_what_was_written_of_seats_letters_and_requests_stays_inside(
    operator: User, supervisor: User
) -> None:
    """Why somebody does not come, letters go out at night, names are wanted early, or a request is refused."""
    for n in range(6):
        make_expert(email=f"e{n}@example.cn")
    night = timezone.make_aware(datetime(2026, 11, 24, 23))  # noqa: DTZ001
    draw = make_draw(now=night, operator=operator, seats=3, channels=("email",), reached=False)
    by_hand = {"actor": operator, "now": night}
    seed = count(1)
    words = {
        step: f"因{step}而写的话"
        for step in ("谢绝", "请假", "代登记", "立即发出", "提前公开", "应急", "作废")
    }
    noted = {step: f"不同意{step}的附言" for step in ("应急", "作废")}
    send_at_once(draw=draw, reason=words["立即发出"], **by_hand)
    reach(draw, now=night)
    by_link = {"via": ReplyVia.LINK, "now": night}
    declined, leaves, replaced = draw.invitations.order_by("line")
    for row in (declined, leaves):
        accept, reason = row != declined, words["谢绝"] if row == declined else ""
        answer(
            invitation=row,
            accept=accept,
            reason=reason,
            entropy=SeededEntropy(next(seed)),
            **by_link,
        )
    leaves.refresh_from_db()
    take_leave(
        invitation=leaves, reason=words["请假"], entropy=SeededEntropy(next(seed)), **by_link
    )
    record_answer(
        invitation=replaced,
        state=InvitationState.DECLINED,
        reason=words["代登记"],
        entropy=SeededEntropy(next(seed)),
        second=supervisor,
        **by_hand,
    )
    refused = {"agree": False, "actor": supervisor, "now": night}
    asked = request_emergency(draw=draw, reason=words["应急"], minutes=15, **by_hand)
    decide_emergency(request=asked, note=noted["应急"], **refused, entropy=SeededEntropy(7))
    asked_void = request_void(draw=draw, reason=words["作废"], **by_hand)
    decide_void(request=asked_void, note=noted["作废"], **refused)
    reach(draw, now=night)
    accept_all(draw, now=night)
    assert draw.events.filter(content__type="exit").count() == 3
    early = request_release(draw=draw, reason=words["提前公开"], **by_hand)
    decide_release(request=early, agree=True, note="", actor=supervisor, now=night)
    draw.refresh_from_db()
    end_review(draw)
    typed = {*words.values(), *noted.values()}
    assert {one for one in typed if one in "".join(shown_to_anybody(draw))} == set()
    assert {one for one in typed if one not in kept_inside(draw)} == set()


@pytest.mark.shows("DRAW-11")
def test_why_a_draw_was_given_up_stays_inside(operator: User) -> None:
    make_expert()
    now = timezone.now()
    project = make_ready_project(now=now, seats=1, contributors=["supervisor"])
    draw = start_draw(project=project, actor=operator, now=now, entropy=SeededEntropy(1))
    abandon_draw(draw=draw, reason="张三说不来了", actor=operator, now=now)
    inside, public = pages_of(draw, operator)
    assert "张三说不来了" in inside
    assert "已放弃" in public
    assert "张三说不来了" not in public
    got = Client().get(reverse("draws:verify_record", args=[draw.public_id]))
    assert "张三说不来了" not in got.content.decode()


def kept_inside(draw: Draw) -> str:
    """Return what the log and the rows of ``draw`` say of why."""
    notes = Entry.objects.values_list("note", flat=True)
    reasons = (row.reason for row in draw.invitations.all())
    return "\n".join((*notes, *reasons))


def shown_to_anybody(draw: Draw) -> tuple[str, str, str]:
    """Return the public page, the film and the whole record of ``draw``."""
    film = Client().get(reverse("draws:public_replay", args=[draw.public_id])).content.decode()
    got = Client().get(reverse("draws:verify_record", args=[draw.public_id]))
    assert "form" not in got.json()  # the whole record
    record = json.dumps(got.json(), ensure_ascii=False)
    return pages_of(draw, draw.operator)[1], film, record


@pytest.mark.shows("DRAW-31")
def test_the_page_of_a_void_draw_says_why_and_by_whom(operator: User, supervisor: User) -> None:
    for _ in range(3):
        make_expert()
    draw = make_draw(now=timezone.now(), operator=operator, seats=1)
    now = timezone.now()
    asked = request_void(draw=draw, reason="采购文件重编", actor=operator, now=now)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=now)
    inside, public = pages_of(draw, operator)
    assert f"{operator.name} 申请，{supervisor.name} 确认：采购文件重编" in inside
    assert supervisor.name not in public
