"""Emergency draws: shorter deadlines, answers by telephone before a supervisor, the same queue."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import ActionCode, DrawStatus, InvitationState, ReplyVia
from expertpool.draws.exceptions import EmergencyRefused
from expertpool.draws.forms.emergency import EmergencyForm
from expertpool.draws.models import (
    AnswerRequest,
    Draw,
    DrawEvent,
    Emergency,
    EmergencyRequest,
    Invitation,
)
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.emergency import emergencies_of, emergency_of, end_of
from expertpool.draws.queries.written import is_written
from expertpool.draws.services.calling import read_contact
from expertpool.draws.services.emergency import (
    decide_emergency,
    decide_emergency_end,
    end_emergency,
    request_emergency,
    request_emergency_end,
)
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.hands import alias_in, confirmation_of
from expertpool.draws.services.names import release
from expertpool.draws.services.pausing import pause_draw, resume_draw
from expertpool.draws.services.records import build_record
from expertpool.draws.services.replies import answer, expire
from expertpool.draws.services.sealing import abandon_draw, start_draw
from expertpool.draws.services.sheets import build_sheet
from expertpool.draws.services.state import load_order
from expertpool.draws.settings import EMERGENCY_LONGEST, EMERGENCY_SHORTEST, OWN_NUMBERS
from expertpool.experts.models import Expert
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Message
from expertpool.projects.models import Project
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from expertpool.workflow.enums import RequestOutcome
from tests.factories.accounts import make_user
from tests.factories.answers import declare_emergency, record_answer
from tests.factories.draws import (
    expert_id_of,
    make_draw,
    make_ready_project,
    reach,
    seal_without,
)
from tests.factories.experts import make_expert
from tests.factories.lines import written_otherwise
from tests.factories.siteconfig import configure
from tests.factories.widening import accept_all
from tests.vdraw.samples import engine_difference
from tests.vdraw.test_javascript import differences
from vdraw import find_difference

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE = timedelta(minutes=1)


@pytest.fixture
def draw(operator: User) -> Draw:
    """Two seats, an hour to reply, five candidates."""
    for _ in range(5):
        make_expert()
    return make_draw(now=NOW, operator=operator, seats=2, reply_minutes=60)


def declare(draw: Draw, actor: User, **changes: Any) -> Emergency:
    values = {"reason": "开标提前", "minutes": 15, "now": NOW} | changes
    return declare_emergency(draw=draw, actor=actor, **values)


_seeds = count(3)


def by_telephone(
    line: Invitation, actor: User, *, state: InvitationState, second: User | None = None
) -> Invitation:
    return record_answer(
        invitation=line,
        state=state,
        reason="电话答复",
        actor=actor,
        now=NOW + timedelta(minutes=1),
        entropy=SeededEntropy(next(_seeds)),
        second=second,
    )


@pytest.mark.shows("DRAW-31")
def test_open_and_later_invitations_get_the_shorter_time(draw: Draw, operator: User) -> None:
    declare(draw, operator)
    assert set(Invitation.objects.values_list("deadline_at", flat=True)) == {
        NOW + timedelta(minutes=15)
    }
    first = Invitation.objects.get(line=1)
    by_telephone(first, operator, state=InvitationState.DECLINED)
    reach(draw, now=NOW + timedelta(minutes=1))
    supplement = Invitation.objects.get(line=3)
    assert supplement.deadline_at == NOW + timedelta(minutes=16)
    told = Message.objects.filter(occasion="draw.emergency")
    assert {message.about_id for message in told} == {
        str(row.pk) for row in Invitation.objects.filter(line__lte=2)
    }
    assert "09:15" in told[0].body
    entry = Entry.objects.get(action="draw.emergency")
    assert (entry.note, entry.after) == (
        "开标提前",
        {
            "申请人": operator.name,
            "答复时限（分钟）": 15,
            "提前截止的邀请": 2,
            "确认值": confirmation_of(EmergencyRequest.objects.get()),
            "事件链头": DrawEvent.objects.get(draw=draw, content__type="note").hash,
        },
    )


def test_a_time_that_ends_sooner_is_left(draw: Draw, operator: User) -> None:
    soon = NOW + timedelta(minutes=10)
    written_otherwise(Invitation.objects.get(line=1), deadline_at=soon)
    declare(draw, operator)
    assert Invitation.objects.get(line=1).deadline_at == soon
    assert (
        Message.objects.filter(occasion="draw.emergency").values("about_id").distinct().count() == 1
    )


def test_it_never_lengthens_what_was_sealed(operator: User) -> None:
    for _ in range(4):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=1, reply_minutes=10)
    assert EmergencyForm(draw=draw, now=NOW).initial["minutes"] == 10  # the office's usual: 15
    with pytest.raises(EmergencyRefused, match=r"5 至 10 分钟之间：应急只缩短时限"):
        declare(draw, operator, minutes=15)
    declare(draw, operator, minutes=6)
    assert draw.invitations.get().deadline_at == NOW + timedelta(minutes=6)


def test_jobs_of_old_and_new_deadlines_run_without_harm(draw: Draw, operator: User) -> None:
    declare(draw, operator)
    line = Invitation.objects.get(line=1)
    early, late = NOW + timedelta(minutes=14), NOW + timedelta(minutes=15)
    assert not expire(invitation_id=line.pk, now=early, entropy=SeededEntropy(1))
    assert expire(invitation_id=line.pk, now=late, entropy=SeededEntropy(1))
    assert not expire(
        invitation_id=line.pk, now=NOW + timedelta(minutes=60), entropy=SeededEntropy(1)
    )
    line.refresh_from_db()
    assert line.state == InvitationState.NO_ANSWER


@pytest.mark.shows("DRAW-31", "DRAW-16")
def test_answers_by_telephone_carry_who_confirmed_them(draw: Draw, operator: User) -> None:
    declare(draw, operator)
    second = make_user("supervisor", name="吴监督")
    line = Invitation.objects.get(line=1)
    by_telephone(line, operator, state=InvitationState.DECLINED, second=second)
    assert line.witness == "吴监督"
    reply = Entry.objects.get(action="draw.reply")
    left = DrawEvent.objects.get(draw=draw, content__type="exit").content
    confirmed = confirmation_of(AnswerRequest.objects.get())
    assert reply.actor_id == second.pk
    assert reply.after == {
        "参与状态": "拒绝",
        "方式": "经办人登记",
        "申请人": operator.name,
        "确认值": confirmed,
        "事件链头": left["hash"],
    }
    assert (left["emergency"], left["witness"]) == (True, confirmed)
    assert left["by"] == {"role": "operator", "account": alias_in(draw, operator)}


def test_nothing_changes_until_a_second_person_agrees(
    draw: Draw, operator: User, supervisor: User
) -> None:
    before = set(Invitation.objects.values_list("deadline_at", flat=True))
    asked = request_emergency(draw=draw, reason="急用", minutes=15, actor=operator, now=NOW)
    assert emergency_of(draw) is None
    with pytest.raises(EmergencyRefused, match="不能自己确认"):
        decide_emergency(
            request=asked, agree=True, note="", actor=operator, now=NOW, entropy=SeededEntropy(7)
        )
    decide_emergency(
        request=asked, agree=False, note="不急", actor=supervisor, now=NOW, entropy=SeededEntropy(7)
    )
    assert emergency_of(draw) is None
    assert set(Invitation.objects.values_list("deadline_at", flat=True)) == before


@pytest.mark.shows("DRAW-31")
def test_an_emergency_is_taken_back_and_can_come_again(
    draw: Draw, operator: User, supervisor: User
) -> None:
    declare(draw, operator)
    first, second = Invitation.objects.order_by("line")
    shortened = first.deadline_at
    later = NOW + timedelta(minutes=2)
    end_emergency(draw=draw, reason="来得及", actor=supervisor, now=later)
    with pytest.raises(EmergencyRefused):
        read_contact(invitation=first, actor=operator, now=later)
    by_telephone(second, operator, state=InvitationState.DECLINED)
    reach(draw, now=NOW + timedelta(minutes=1))
    first.refresh_from_db()
    assert (shortened, first.deadline_at) == (NOW + 15 * MINUTE, NOW + 60 * MINUTE)
    assert Invitation.objects.get(line=3).deadline_at == NOW + timedelta(minutes=61)
    codes = [
        content["code"]
        for content in DrawEvent.objects.filter(draw=draw).values_list("content", flat=True)
        if content["type"] == "note"
    ]
    assert codes == ["emergency", "emergency_ended"]
    assert Entry.objects.get(action="draw.emergency_end").note == "来得及"
    with pytest.raises(EmergencyRefused):
        end_emergency(draw=draw, reason="再来", actor=supervisor, now=later)
    declare(draw, operator, now=later)
    # The operator needs a second person for it.
    asked = request_emergency_end(draw=draw, reason="来得及", actor=operator, now=later)
    with pytest.raises(EmergencyRefused, match="不能自己确认"):
        decide_emergency_end(request=asked, agree=True, note="", actor=operator, now=later)
    decide_emergency_end(request=asked, agree=True, note="", actor=supervisor, now=later)
    assert emergency_of(draw) is None
    assert len(emergencies_of(draw)) == 2


@pytest.mark.shows("DRAW-31")
def test_the_queue_stays_the_same(draw: Draw, operator: User) -> None:
    """Whoever is seated after the declaration is the next in the order of the seal."""
    ranked = list(load_order(draw).candidates)
    declare(draw, operator)
    by_telephone(Invitation.objects.get(line=1), operator, state=InvitationState.DECLINED)
    by_telephone(Invitation.objects.get(line=2), operator, state=InvitationState.DECLINED)
    lines = Invitation.objects.order_by("line").values_list("commit", flat=True)
    assert list(lines) == [candidate.commit for candidate in ranked[:4]]


def test_the_record_and_the_sheet_say_so(draw: Draw, operator: User) -> None:
    declare(draw, operator)
    by_telephone(Invitation.objects.get(line=1), operator, state=InvitationState.DECLINED)
    for line in Invitation.objects.filter(line__gt=1):
        by_telephone(line, operator, state=InvitationState.ACCEPTED)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    record = build_record(draw)
    assert find_difference(record) is None
    marks = {event["type"]: event.get("emergency", False) for event in record["events"]}
    assert marks == {"drawn": False, "note": True, "exit": True, "supplement": True, "end": True}
    note = record["events"][1]
    assert (note["code"], note["supervisor"]) == ("emergency", "supervisor")
    release(draw_id=draw.pk, now=draw.reveal_at)
    draw.refresh_from_db()
    sheet = build_sheet(draw=draw, actor=operator, now=draw.reveal_at)
    head = dict(sheet.head)
    assert "周监督" in head["应急抽取"]
    assert "开标提前" in head["应急抽取"]
    assert any("代登记，吴监督 确认" in row.remark for row in sheet.rows)


def test_only_a_running_draw_is_declared(draw: Draw, operator: User, supervisor: User) -> None:
    for changes in (
        {"reason": " "},
        {"minutes": 4},
        {"minutes": 121},
        {"now": draw.project.opening_at},
    ):
        with pytest.raises(EmergencyRefused):
            declare(draw, operator, **changes)
    declare(draw, operator)
    with pytest.raises(EmergencyRefused, match="已经转为"):
        declare(draw, operator)
    for line in Invitation.objects.filter(draw=draw):
        by_telephone(line, operator, state=InvitationState.ACCEPTED)
    Emergency.objects.filter(draw=draw).delete()
    with pytest.raises(EmergencyRefused, match="抽取中"):
        declare(draw, operator)

    project = make_ready_project(now=NOW, seats=1, contributors=("operator",), opens_in_hours=300)
    sealed = start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(1))
    with pytest.raises(EmergencyRefused, match="抽取中"):
        declare(sealed, operator)
    abandon_draw(draw=sealed, reason="改期", actor=operator, now=NOW)
    with pytest.raises(EmergencyRefused, match="抽取中"):
        declare(sealed, operator)


def test_ordinary_draws_are_not_marked(draw: Draw, operator: User) -> None:
    line = Invitation.objects.get(line=1)
    by_telephone(line, operator, state=InvitationState.DECLINED)
    content = DrawEvent.objects.get(draw=draw, content__type="exit").content
    assert "emergency" not in content


def test_the_deadline_that_the_office_set_is_told_to_the_minute(draw: Draw, operator: User) -> None:
    declare(draw, operator)
    until = NOW + timedelta(minutes=15)  # a whole minute, as letters say it
    assert {row.told_until for row in board_of(draw).lines} == {until}
    by_telephone(Invitation.objects.get(line=2), operator, state=InvitationState.DECLINED)
    reach(draw, now=NOW + timedelta(minutes=1))
    first, _, came = board_of(draw).lines
    assert (first.told_until, first.by_hour) == (until, False)
    # Until when he may answer who came after an exit would say when that was.
    assert came.by_hour
    assert came.told_until == timezone.make_aware(datetime(2026, 11, 24, 10, 0))  # noqa: DTZ001


def test_nothing_is_taken_back_once_the_draw_has_ended(
    draw: Draw, operator: User, supervisor: User
) -> None:
    declare(draw, operator)
    accept_all(draw, now=NOW)
    for code in (ActionCode.ASK_EMERGENCY_END, ActionCode.END_EMERGENCY):
        assert "已经结束" in actions_for(draw, supervisor, now=NOW)[code].why_not
    with pytest.raises(EmergencyRefused, match="已经结束"):
        request_emergency_end(draw=draw, reason="来得及", actor=operator, now=NOW)
    with pytest.raises(EmergencyRefused, match="已经结束"):
        end_emergency(draw=draw, reason="来得及", actor=supervisor, now=NOW)


@pytest.mark.shows("DRAW-14")
def test_only_an_emergency_tells_whom_to_call(draw: Draw, operator: User) -> None:
    line, other = Invitation.objects.order_by("line")
    with pytest.raises(EmergencyRefused):
        read_contact(invitation=line, actor=operator, now=NOW)
    declare(draw, operator)
    found = read_contact(invitation=line, actor=operator, now=NOW)
    expert = Expert.objects.get(pk=expert_id_of(line))
    assert (found.name, found.phone) == (expert.name, expert.phone)
    line.refresh_from_db()
    assert found.until == line.deadline_at  # whoever telephones has to know how long he has
    assert Entry.objects.get(action="draw.contact").subject_id == str(line.pk)
    answer(
        invitation=other,
        accept=True,
        reason="",
        via=ReplyVia.LINK,
        now=NOW,
        entropy=SeededEntropy(1),
    )
    with pytest.raises(EmergencyRefused, match="已经有结果"):
        read_contact(invitation=other, actor=operator, now=NOW)


def test_nobody_is_called_once_the_review_was_moved_to_a_later_day(
    draw: Draw, operator: User
) -> None:
    """An emergency goes on when its review is moved; who is asked then has the time to answer."""
    declare(draw, operator)
    line = Invitation.objects.earliest("line")
    assert read_contact(invitation=line, actor=operator, now=NOW).phone
    assert draw.rule.policy is not None
    far = NOW + timedelta(hours=draw.rule.policy.emergency_within + 1)
    Project.objects.filter(pk=draw.project_id).update(opening_at=far)
    with pytest.raises(EmergencyRefused, match="离评审开始还早"):
        read_contact(invitation=line, actor=operator, now=NOW)


def test_asking_alone_opens_no_number(draw: Draw, operator: User, supervisor: User) -> None:
    """Only the word of a second person, from his own account, does."""
    asked = request_emergency(draw=draw, reason="开标提前", minutes=15, actor=operator, now=NOW)
    line = Invitation.objects.earliest("line")
    with pytest.raises(EmergencyRefused):
        read_contact(invitation=line, actor=operator, now=NOW)
    with pytest.raises(EmergencyRefused):
        decide_emergency(
            request=asked, agree=True, note="", actor=operator, now=NOW, entropy=SeededEntropy(7)
        )
    with pytest.raises(EmergencyRefused):
        read_contact(invitation=line, actor=operator, now=NOW)
    decide_emergency(
        request=asked, agree=False, note="", actor=supervisor, now=NOW, entropy=SeededEntropy(7)
    )
    with pytest.raises(EmergencyRefused):
        read_contact(invitation=line, actor=operator, now=NOW)
    assert not Entry.objects.filter(action="draw.contact").exists()


BOUNDS = (EMERGENCY_SHORTEST, EMERGENCY_LONGEST)


def narrow(fewest: int, most: int, regime: str = "tender") -> None:
    for general, minutes in zip(BOUNDS, (fewest, most), strict=True):
        configure(OWN_NUMBERS[general.code, regime], minutes)


@pytest.mark.shows("DRAW-06")
@pytest.mark.parametrize("since", [(5, 120), (15, 18)], ids=["wider", "narrower"])
def test_the_minutes_of_an_emergency_are_those_that_its_regime_sealed(
    operator: User, since: tuple[int, int]
) -> None:
    narrow(10, 20)
    narrow(30, 40, "internal")
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=2, reply_minutes=60)
    narrow(*since)  # too late: it was sealed
    for minutes in (9, 21):
        with pytest.raises(EmergencyRefused, match="10 至 20 分钟"):
            declare(draw, operator, minutes=minutes)
    field = EmergencyForm(draw=draw, now=NOW).fields["minutes"].widget.attrs
    assert (field["min"], field["max"]) == (10, 20)
    assert declare(draw, operator, minutes=10).minutes == 10


def test_where_no_minutes_were_sealed_those_of_the_office_count(
    operator: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        make_expert()
    seal_without(monkeypatch, "emergency_shortest", "emergency_longest", "quiet_hours")
    older = make_draw(now=NOW, operator=operator, seats=2, reply_minutes=60)
    assert older.rule.policy is not None
    assert older.rule.policy.emergency_shortest is None
    configure(EMERGENCY_SHORTEST, 10)
    configure(EMERGENCY_LONGEST, 20)
    save_settings(
        group=EMERGENCY_SHORTEST.group,
        values={EMERGENCY_SHORTEST.code: 5},
        version=version_of(EMERGENCY_SHORTEST.group),
        actor=admin,
        now=NOW,
    )
    for minutes in (9, 21):  # what is lowered counts a day later
        with pytest.raises(EmergencyRefused, match="10 至 20 分钟"):
            declare(older, operator, minutes=minutes)
    assert declare(older, operator, minutes=10).minutes == 10
    accept_all(older, now=NOW + MINUTE)
    older.refresh_from_db()
    record = build_record(older)
    assert find_difference(record) is None
    assert engine_difference(record) is None
    assert differences([record]) == [None]


def test_what_nobody_agreed_to_ends_with_the_draw(draw: Draw, operator: User) -> None:
    asked = request_emergency(draw=draw, reason="开标提前", minutes=15, actor=operator, now=NOW)
    accept_all(draw, now=NOW)
    asked.refresh_from_db()
    assert (asked.outcome, asked.note) == (RequestOutcome.OVERTAKEN, "抽取已是「抽取成功」")
    assert "抽取已是「抽取成功」" in Message.objects.get(occasion="request.expired").body


@pytest.mark.shows("DRAW-31")
def test_who_has_not_answered_has_his_time_again_and_is_told(
    draw: Draw, operator: User, supervisor: User
) -> None:
    declare(draw, operator)
    answered, waiting = Invitation.objects.order_by("line")
    by_telephone(answered, operator, state=InvitationState.ACCEPTED)
    shorter = Message.objects.filter(occasion="draw.emergency", about_id=str(waiting.pk))
    shorter.update(state=DeliveryState.QUEUED)
    end_emergency(draw=draw, reason="来得及", actor=supervisor, now=NOW + 2 * MINUTE)
    waiting.refresh_from_db()
    assert waiting.deadline_at == NOW + 60 * MINUTE
    assert is_written(waiting)
    told = Message.objects.filter(occasion="draw.emergency_ended")
    assert {one.about_id for one in told} == {str(waiting.pk)}
    assert all("答复时限恢复到 2026-11-24 10:00" in one.body for one in told)
    # What said the shorter time, and had not gone out, does not any more.
    assert not shorter.filter(state=DeliveryState.QUEUED).exists()
    assert (Entry.objects.get(action="draw.emergency_end").after or {})["恢复时限的邀请"] == 1
    assert not expire(invitation_id=waiting.pk, now=NOW + 15 * MINUTE, entropy=SeededEntropy(1))
    assert expire(invitation_id=waiting.pk, now=NOW + 60 * MINUTE, entropy=SeededEntropy(1))
    (emergency,) = emergencies_of(draw)
    assert "没有答复的专家恢复方案的答复时限" in end_of(emergency)


def test_time_in_which_the_draw_stood_is_not_taken_for_time_that_he_had(
    draw: Draw, operator: User, supervisor: User
) -> None:
    declare(draw, operator)
    pause_draw(draw=draw, reason="评审地点待定", actor=operator, now=NOW + 5 * MINUTE)
    resume_draw(draw=draw, reason="地点已定", actor=operator, now=NOW + 90 * MINUTE)
    end_emergency(draw=draw, reason="来得及", actor=supervisor, now=NOW + 95 * MINUTE)
    assert {row.deadline_at for row in draw.invitations.all()} == {NOW + 155 * MINUTE}


def test_while_the_draw_stands_the_time_is_kept_for_when_it_goes_on(
    draw: Draw, operator: User, supervisor: User
) -> None:
    declare(draw, operator)
    pause_draw(draw=draw, reason="评审地点待定", actor=operator, now=NOW + 5 * MINUTE)
    end_emergency(draw=draw, reason="来得及", actor=supervisor, now=NOW + 6 * MINUTE)
    assert {row.time_left for row in draw.invitations.all()} == {60 * MINUTE}
    assert not Message.objects.filter(occasion="draw.emergency_ended").exists()
