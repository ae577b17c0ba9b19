"""What pages show of a draw is compared with its events and the log, at each look."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import vdraw
from expertpool.accounts.models import User
from expertpool.core.jobs import is_queued
from expertpool.draws.enums import AlarmKind, DrawStatus, InvitationState, PanelRole
from expertpool.draws.models import Draw, DrawAlarm, DrawEvent, Invitation, PlanVersion, VoidRequest
from expertpool.draws.queries.hands import hand_steps_by_kind
from expertpool.draws.services import watching
from expertpool.draws.services.alarms import open_alarms
from expertpool.draws.services.checking import check_record, difference_in, looks_bent
from expertpool.draws.services.emergency import end_emergency
from expertpool.draws.services.names import release
from expertpool.draws.services.panel_roles import set_panel_roles
from expertpool.draws.services.pausing import pause_draw, resume_draw
from expertpool.draws.services.pick_checks import Pick
from expertpool.draws.services.picking import agree_to_picks, read_picks, request_more
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.draws.services.watching import look_at_written
from tests.factories.accounts import make_user
from tests.factories.answers import declare_emergency, record_answer
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.picks import allow_manual_ways, make_list
from tests.factories.widening import SeededEntropy, reply
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-15")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
HOUR = timedelta(hours=1)
BENT, BENT_PUBLICLY = "抽取记录核验不一致", "本系统保存的抽取数据核验不一致"


@pytest.fixture
def draw(operator: User) -> Draw:
    """Ended and released: one declined, one was written down by hand, two agreed."""
    for _ in range(6):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=48, reveal_hours=24)
    first, second = draw.invitations.order_by("line")
    reply(first, accept=False, now=NOW)
    record_answer(
        invitation=second,
        state=InvitationState.ACCEPTED,
        reason="电话答复",
        actor=operator,
        now=NOW,
        entropy=SeededEntropy(3),
    )
    for row in draw.invitations.filter(state=InvitationState.INVITED):
        reply(row, accept=True, now=NOW + HOUR)
    seated = draw.invitations.filter(state=InvitationState.ACCEPTED)
    roles = dict(zip(seated.values_list("pk", flat=True), ("leader", "member"), strict=True))
    set_panel_roles(draw=draw, roles=roles, actor=operator, now=NOW + HOUR)
    release(draw_id=draw.pk, now=NOW + 24 * HOUR)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    assert draw.released_at
    return draw


def alter(rows: models.QuerySet[Any], **values: Any) -> None:
    """Change rows by hand, as somebody with the database can, in a transaction of his own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        rows.update(**values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def altered(rows: models.QuerySet[Any], draw: Draw, **values: Any) -> bool:
    """Whether a look at ``draw`` finds that; afterwards it was not."""
    point = transaction.savepoint()
    alter(rows, **values)
    found = looks_bent(Draw.objects.get(pk=draw.pk))
    transaction.savepoint_rollback(point)
    return found


def test_a_look_finds_what_was_altered_of_a_draw(draw: Draw) -> None:
    assert not looks_bent(draw)
    rows = Draw.objects.filter(pk=draw.pk)
    assert draw.ended_at
    assert draw.released_at
    assert draw.ordered_at
    values: dict[str, Any] = {
        "status": DrawStatus.VOID,
        "number": "D202611299999",
        "sealed_at": draw.sealed_at - HOUR,
        "ordered_at": draw.ordered_at + HOUR,
        "ended_at": draw.ended_at - HOUR,
        "released_at": draw.released_at - 2 * HOUR,
        "reveal_at": draw.reveal_at - HOUR,
        "operator": make_user("operator"),
        "candidate_count": draw.candidate_count + 1,
        "project": make_draw(now=NOW, seats=1, opens_in_hours=99).project,
        "widens": Draw.objects.exclude(pk=draw.pk).get(),
    }
    missed = [name for name, value in values.items() if not altered(rows, draw, **{name: value})]
    assert not missed


def test_a_look_finds_a_step_that_nobody_took(draw: Draw) -> None:
    """Whoever can write the rows can compute its hash: the log alone knows who took which."""
    last = DrawEvent.objects.filter(draw=draw).latest("n")
    step = {
        "n": last.n + 1,
        "type": "note",
        "code": "deadline_moved",
        "at": last.content["at"],
        "by": {"role": "system"},
        "via": "system",
        "reason_code": "service_off",
    }
    step["hash"] = vdraw.event_hash(vdraw.Rule.from_dict(draw.rule_content), last.hash or "", step)
    DrawEvent.objects.create(draw=draw, n=last.n + 1, at=last.at, content=step)
    assert difference_in(draw) == f"页面所示的第 {last.n + 1} 步与当时记下的不符：数据被改动过。"
    assert looks_bent(draw)


def test_a_look_finds_what_was_altered_of_a_line(draw: Draw) -> None:
    gone, by_hand, came = draw.invitations.order_by("line")
    assert gone.replied_at
    values: list[tuple[Invitation, dict[str, Any]]] = [
        (came, {"state": InvitationState.DECLINED}),
        (gone, {"state": InvitationState.ACCEPTED}),
        (gone, {"state": InvitationState.LEAVE}),
        (gone, {"replied_at": gone.replied_at - HOUR}),
        (came, {"replied_at": None}),
        (came, {"replied_via": "operator"}),
        (gone, {"replied_via": "hand"}),  # a word that no list knows
        (gone, {"state": "hand"}),
        (by_hand, {"witness": "李监督"}),
        (came, {"witness": "李监督"}),
        (by_hand, {"level": by_hand.level + 1}),
        (came, {"signed_in_at": NOW}),
        (came, {"panel_role": ""}),
        (by_hand, {"panel_role": PanelRole.DEPUTY}),
        (came, {"invited_at": came.invited_at - HOUR}),
        (came, {"moved_up_at": NOW}),
        (came, {"origin": "drawn"}),
        (came, {"commit": "f" * 64}),
    ]
    missed = [
        (line.line, change)
        for line, change in values
        if not altered(Invitation.objects.filter(pk=line.pk), draw, **change)
    ]
    assert not missed
    point = transaction.savepoint()
    by_hand.reason = "本人来电"
    by_hand.save(update_fields=["reason"])
    assert looks_bent(Draw.objects.get(pk=draw.pk))
    transaction.savepoint_rollback(point)
    for row in draw.events.all():
        rows = draw.events.filter(pk=row.pk)
        assert altered(rows, draw, at=row.at - HOUR)


def test_a_look_finds_what_was_altered_of_steps_by_hand(
    operator: User, supervisor: User, admin: User
) -> None:
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=5)
    urgent: dict[str, Any] = {"draw": draw, "reason": "临近评审", "minutes": 15, "actor": operator}
    declare_emergency(**urgent, now=NOW, second=supervisor)
    end_emergency(draw=draw, reason="误操作", actor=supervisor, now=NOW + HOUR / 90)
    declare_emergency(**urgent, now=NOW + HOUR / 60, second=supervisor)
    pause_draw(draw=draw, reason="核对名单", actor=operator, now=NOW + HOUR / 30)
    resume_draw(draw=draw, reason="核对完毕", actor=operator, now=NOW + HOUR / 20)
    record_answer(
        invitation=draw.invitations.get(line=1),
        state=InvitationState.ACCEPTED,
        reason="电话答复",
        actor=operator,
        now=NOW + HOUR / 10,
        entropy=SeededEntropy(3),
    )
    draw.refresh_from_db()
    assert hand_steps_by_kind(draw) == {
        "代登记答复": 1,
        "应急抽取": 2,
        "取消应急": 1,
        "暂停": 1,
        "恢复": 1,
    }
    assert not looks_bent(draw)
    assert check_record(draw_id=draw.pk, now=NOW, anew=True) is None
    pauses, open_one = draw.pauses.all(), draw.emergencies.filter(ended_at=None)
    values: list[tuple[models.QuerySet[Any], dict[str, Any]]] = [
        (open_one, {"ended_at": NOW, "ended_by": supervisor}),
        (open_one, {"minutes": 30}),
        (open_one, {"supervisor": "李监督"}),
        (draw.emergencies.exclude(ended_at=None), {"ended_by": admin}),
        (pauses, {"paused_by": supervisor}),
        (pauses, {"paused_at": NOW}),
        (pauses, {"reason": "系统暂停"}),
        (pauses, {"resumed_by": None}),
        (pauses, {"resumed_by": supervisor}),
    ]
    missed = [change for rows, change in values if not altered(rows, draw, **change)]
    for taken in (draw.emergencies.all(), draw.pauses.all()):
        point = transaction.savepoint()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            taken.delete()
            cursor.execute("SET LOCAL session_replication_role = origin")
        if not looks_bent(draw):
            missed.append({"deleted": taken.model})
        transaction.savepoint_rollback(point)
    assert not missed


def test_a_look_finds_what_was_altered_of_who_voided_a_draw(
    operator: User, supervisor: User, admin: User
) -> None:
    draw = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=48)
    asked = request_void(draw=draw, reason="条件有误", actor=operator, now=NOW + HOUR)
    decided = NOW + HOUR + timedelta(minutes=6)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=decided)
    draw.refresh_from_db()
    assert not looks_bent(draw)
    assert check_record(draw_id=draw.pk, now=decided, anew=True) is None
    assert look_at_written(now=decided) == 1
    rows = VoidRequest.objects.filter(draw=draw)
    values: dict[str, Any] = {
        "reason": "专家集体投诉",
        "requested_by": admin,
        "requested_at": NOW,
        "decided_by": admin,
        "decided_at": decided - timedelta(minutes=3),
        "agreed": False,
    }
    assert not [name for name, one in values.items() if not altered(rows, draw, **{name: one})]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        rows.delete()
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert look_at_written(now=decided) == 1
    assert open_alarms(AlarmKind.RECORD).get().detail == "页面所示的作废与当时记下的不符"


@pytest.fixture
def chosen(operator: User, supervisor: User) -> Draw:
    """A list that persons chose: one declined, another came for him, all others agreed; released."""
    allow_manual_ways()
    experts = [make_expert() for _ in range(4)]
    project = make_ready_project(now=NOW, seats=2)
    listed = make_list(project, experts[:2], actor=operator, second=supervisor, now=NOW)
    reply(listed.invitations.get(line=1), accept=False, now=NOW + HOUR)
    more = request_more(
        draw=listed,
        picks=[Pick(experts[2].pk, "g1")],
        reason="另选一人",
        actor=operator,
        now=NOW + HOUR,
    )
    read_picks(request=more, actor=supervisor, now=NOW + HOUR)
    agree_to_picks(request=more, actor=supervisor, now=NOW + HOUR, entropy=SeededEntropy(4))
    for row in listed.invitations.filter(state=InvitationState.INVITED):
        reply(row, accept=True, now=NOW + 2 * HOUR)
    listed.refresh_from_db()
    release(draw_id=listed.pk, now=listed.reveal_at)
    listed.refresh_from_db()
    assert listed.status == DrawStatus.SUCCESS
    assert listed.released_at
    return listed


def test_a_look_finds_what_was_altered_of_a_list_that_persons_chose(
    chosen: Draw, client: Client, supervisor: User
) -> None:
    page = reverse("draws:detail", args=[chosen.pk])
    public = reverse("draws:verify_draw", args=[chosen.public_id])
    told = "本系统保存的名单数据核验不一致"
    assert not looks_bent(chosen)
    assert check_record(draw_id=chosen.pk, now=NOW, anew=True) is None
    assert told not in Client().get(public).content.decode()
    rows, (gone, stays, came) = (
        Draw.objects.filter(pk=chosen.pk),
        chosen.invitations.order_by("line"),
    )
    rule = chosen.rule_content
    values: list[tuple[models.QuerySet[Any], dict[str, Any]]] = [
        (rows, {"rule_content": rule | {"reason": "都要随机抽取难以胜任"}}),
        (rows, {"rule_content": rule | {"approval_number": "批〔2026〕8号"}}),
        (rows, {"kind": "allocated"}),
        (rows, {"sealed_at": chosen.sealed_at - 72 * HOUR}),
        (rows, {"ordered_at": NOW + HOUR}),
        (rows, {"ended_at": NOW}),
        (rows, {"operator": supervisor}),
        (rows, {"status": DrawStatus.VOID}),
        (rows, {"status": DrawStatus.UNSATISFIED}),
        (rows, {"status": DrawStatus.INVITING, "ended_at": None}),
        (rows, {"released_at": chosen.sealed_at}),
        *(
            (Invitation.objects.filter(pk=line.pk), change)
            for line, change in (
                (stays, {"state": InvitationState.DECLINED}),
                (stays, {"expert": came.expert}),
                (stays, {"replied_at": NOW}),
                (stays, {"replied_via": "operator"}),
                (gone, {"state": InvitationState.ACCEPTED}),
                (came, {"origin": "drawn"}),
                (came, {"invited_at": NOW}),
                (came, {"signed_in_at": NOW}),
            )
        ),
    ]
    missed = [change for of, change in values if not altered(of, chosen, **change)]
    assert not missed
    alter(rows, rule_content=rule | {"reason": "都要随机抽取难以胜任"})
    login(client, supervisor)
    assert BENT in client.get(page).content.decode()
    assert told in Client().get(public).content.decode()
    check_record(draw_id=chosen.pk, now=NOW, anew=True)
    assert DrawAlarm.objects.get(draw=chosen).detail == "页面所示的理由与当时记下的不符"


def test_who_is_asked_has_the_time_that_was_given_to_him(draw: Draw) -> None:
    running = make_draw(now=NOW, seats=1, opens_in_hours=99)
    line = running.invitations.get()
    assert not looks_bent(running)
    later = line.deadline_at + HOUR
    assert altered(Invitation.objects.filter(pk=line.pk), running, deadline_at=later)


def test_pages_say_that_a_draw_was_altered_and_nothing_green_stands_below(
    draw: Draw, client: Client, supervisor: User
) -> None:
    page = reverse("draws:detail", args=[draw.pk])
    public = reverse("draws:verify_draw", args=[draw.public_id])
    login(client, supervisor)
    assert BENT not in client.get(page).content.decode()
    assert "data-record-url" in Client().get(public).content.decode()
    alter(Draw.objects.filter(pk=draw.pk), status=DrawStatus.VOID)
    assert BENT in client.get(page).content.decode()
    told = Client().get(public).content.decode()
    assert BENT_PUBLICLY in told
    assert "data-record-url" not in told
    check_record(draw_id=draw.pk, now=NOW, anew=True)
    alarm = DrawAlarm.objects.get(draw=draw)
    assert alarm.detail == "页面所示的抽取状态与当时记下的不符"
    assert alarm.detail in client.get(page).content.decode()


@pytest.mark.parametrize("column", ["replied_via", "state", "origin", "panel_role", "group"])
def test_a_word_that_no_list_knows_is_told_and_stops_no_page(
    draw: Draw, client: Client, supervisor: User, column: str
) -> None:
    alter(draw.invitations.filter(line=2), **{column: "hand"})
    project = reverse("projects:detail", args=[draw.project_id])
    pages = [
        reverse("draws:detail", args=[draw.pk]),
        reverse("draws:verify_draw", args=[draw.public_id]),
        reverse("draws:list"),
        project,
        *(f"{project}?tab={tab}" for tab in ("draw", "experts", "evidence")),
    ]
    login(client, supervisor)
    answers = {page: client.get(page) for page in pages}
    assert {page: one.status_code for page, one in answers.items()} == dict.fromkeys(pages, 200)
    assert BENT in answers[pages[0]].content.decode()


def test_a_look_finds_what_was_altered_of_its_project_and_plan(draw: Draw, chosen: Draw) -> None:
    for one in (draw, chosen):
        project = one.project
        rows = type(project).objects.filter(pk=project.pk)
        values: list[dict[str, Any]] = [
            {"name": "另一个项目"},
            {"place": "另一处会议室"},
            {"opening_at": project.opening_at + HOUR},
            {"duration_minutes": project.duration_minutes + 30},
        ]
        missed = [change for change in values if not altered(rows, one, **change)]
        assert not missed
    plan = PlanVersion.objects.filter(plan__project=draw.project_id)
    words = plan.get().words
    assert altered(plan, draw, words=words | {"条件组": []})
    assert altered(plan, draw, number=7)


def test_what_was_altered_is_told_within_a_minute_before_anybody_opened_it(
    draw: Draw, chosen: Draw, client: Client, supervisor: User
) -> None:
    pages = [
        reverse("draws:list"),
        *(
            f"{reverse('projects:detail', args=[draw.project_id])}?tab={tab}"
            for tab in ("overview", "draw", "experts", "evidence")
        ),
    ]
    login(client, supervisor)
    assert look_at_written(now=NOW) == 2
    assert look_at_written(now=NOW) == 0
    assert not DrawAlarm.objects.exists()
    alter(Draw.objects.filter(pk=draw.pk), status=DrawStatus.VOID)
    look_at_written(now=NOW)
    alarm = DrawAlarm.objects.get()
    assert (alarm.draw, alarm.kind) == (draw, AlarmKind.RECORD)
    assert alarm.detail == "页面所示的抽取状态与当时记下的不符"
    texts = {page: client.get(page).content.decode() for page in pages}
    assert not [page for page, text in texts.items() if "核验不一致" not in text]
    assert not [page for page, text in texts.items() if "&lt;div" in text]
    # What is written again as it was is verified, and the alarm ends.
    alter(Draw.objects.filter(pk=draw.pk), status=DrawStatus.SUCCESS)
    look_at_written(now=NOW)
    assert is_queued("draws.check_record", draw_id=draw.pk, anew=True)
    assert check_record(draw_id=draw.pk, now=NOW, anew=True) is None
    assert not open_alarms(AlarmKind.RECORD).exists()


def test_a_row_that_was_taken_away_is_looked_for(draw: Draw) -> None:
    look_at_written(now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        draw.invitations.filter(line=3).delete()
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert look_at_written(now=NOW) == 1
    assert open_alarms(AlarmKind.RECORD).filter(draw=draw).exists()


def test_a_look_goes_on_in_the_next_minute_and_past_one_that_cannot_be_read(
    draw: Draw, chosen: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look_at_written(now=NOW, seconds=-1) == 0

    def fails(*, draw_id: int, now: datetime) -> bool:
        raise OSError(draw_id)

    with monkeypatch.context() as patch:
        patch.setattr(watching, "tell_if_bent", fails)
        assert look_at_written(now=NOW) == 2
    assert look_at_written(now=NOW) == 2  # both again
