"""Who sat is public once somebody with the right said so, and nobody who declined ever is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import ActionCode, AlarmKind, DrawStatus, InvitationState, Origin
from expertpool.draws.exceptions import PublicationRefused, ReplyRefused
from expertpool.draws.models import AnswerRequest, Draw, DrawAlarm, Invitation
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.publicity import digest_of_list
from expertpool.draws.services import publishing, records
from expertpool.draws.services.answers import decide_answer, request_answer
from expertpool.draws.services.checking import check_record, difference_in
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.matters import ANSWER
from expertpool.draws.services.names import release
from expertpool.draws.services.publishing import publish_result
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.experts.models import Expert
from expertpool.notifications.models import Message
from expertpool.projects.enums import Regime, RegimeOption
from expertpool.projects.models import Project
from expertpool.projects.services.state import approval_kept
from expertpool.projects.settings import ALLOWED
from expertpool.workflow.queries.requests import waiting_request
from tests.api.caller import Caller
from tests.factories.accounts import make_department, make_user
from tests.factories.answers import record_answer
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert, make_unit, rename
from tests.factories.siteconfig import configure, note_change
from tests.factories.widening import accept_all, make_short_panel, reply, widen_to_everybody
from tests.fixtures import login
from vdraw import EngineError, Standing, commit_identities

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
AFTER = NOW + timedelta(days=10)
NEXT = NOW + timedelta(days=4)  # the review is over; what was asked for during it has not run out


def make_reviewed_draw() -> Draw:
    """Two sit, one declined, one was never asked; the names are released, the review is over."""
    for name in ("王一", "李二", "张三", "赵四"):
        make_expert(name, employer=make_unit(f"{name}的单位"))
    draw = make_draw(now=NOW, seats=2, opens_in_hours=48, reveal_hours=2)
    project = Project.objects.get(pk=draw.project_id)
    with approval_kept(project):
        project.regime = Regime.PROCUREMENT
        project.save(update_fields=["regime"])
    first = draw.invitations.order_by("line")[0]
    reply(first, accept=False, now=NOW)
    accept_all(draw, now=NOW)
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    return Draw.objects.get(pk=draw.pk)


def publish(draw: Draw, actor: User, now: datetime = AFTER) -> Draw:
    return publish_result(draw=draw, actor=actor, now=now)


def expert_on(row: Invitation) -> Expert:
    return Expert.objects.select_related("employer").get(pk=expert_id_of(row))


def views_of(draw: Draw) -> list[str]:
    """Everything that anybody may ask of a draw."""
    names = ("verify_draw", "verify_record", "public_replay")
    client = Client()
    pages = [client.get(reverse(f"draws:{name}", args=[draw.public_id])) for name in names]
    # The head holds the time and a token.
    return [page.content.decode().split("<body", 1)[-1] for page in pages]


@pytest.mark.shows("DRAW-11", "DRAW-14")
def test_before_it_nothing_tells_one_candidate_from_another_and_afterwards_only_who_sat(
    supervisor: User,
) -> None:
    draw = make_reviewed_draw()
    rows = {row.state: row for row in draw.invitations.filter(origin=Origin.DRAWN)}
    declined = expert_on(rows[InvitationState.DECLINED])
    sitting = [expert_on(row) for row in draw.invitations.filter(state=InvitationState.ACCEPTED)]
    (never,) = Expert.objects.exclude(pk__in=[declined.pk, *(one.pk for one in sitting)])

    def told(one: Expert) -> list[list[bool]]:
        marks = (one.name, one.number, str(one.employer))
        return [[mark in text for mark in marks] for text in views_of(draw)]

    nothing = [[False] * 3] * 3
    assert {one.name: told(one) for one in (*sitting, declined, never)} == {
        one.name: nothing for one in (*sitting, declined, never)
    }
    publish(draw, supervisor)
    assert told(declined) == told(never) == nothing
    for one in sitting:
        assert told(one) == [[True] * 3, [False] * 3, [False] * 3]


def is_whole(draw: Draw, client: Client, now: datetime) -> bool:
    """Whether the record is given with conditions and seats, and the page shows them."""
    names = ("verify_record", "verify_draw")
    with time_machine.travel(now, tick=False):
        record, page = (
            client.get(reverse(f"draws:{name}", args=[draw.public_id])) for name in names
        )
    whole = "form" not in record.json()
    assert ("<h2>条件</h2>" in page.content.decode()) is whole
    return whole


@pytest.mark.shows("DRAW-11")
def test_whoever_knows_the_pool_reads_no_seats_in_the_record_before_the_result(
    client: Client, supervisor: User, operator: User
) -> None:
    draw = make_reviewed_draw()
    client.force_login(operator)
    stranger = Client()
    assert is_whole(draw, client, NOW + timedelta(hours=47))
    assert not is_whole(draw, stranger, NOW + timedelta(hours=47))
    assert not is_whole(draw, stranger, AFTER)
    other = Client()
    other.force_login(make_user("operator", department=make_department()))
    assert not is_whole(draw, other, AFTER)
    publish(draw, supervisor)
    assert is_whole(draw, stranger, AFTER)


@pytest.mark.shows("DRAW-11")
def test_where_no_result_is_published_the_record_is_public_the_day_after(
    supervisor: User, operator: User
) -> None:
    draw, stranger = make_reviewed_draw(), Client()
    closing = draw.project.closing_at  # 2026-11-26 13:00
    midnight = timezone.make_aware(datetime(2026, 11, 27))  # noqa: DTZ001
    Project.objects.update(regime=Regime.TENDER)
    assert not is_whole(draw, stranger, closing)
    assert not is_whole(draw, stranger, midnight - timedelta(seconds=1))
    assert is_whole(draw, stranger, midnight)
    Project.objects.update(regime=Regime.PROCUREMENT)
    assert not is_whole(draw, stranger, midnight)
    asked = request_void(draw=draw, reason="条件有误", actor=operator, now=AFTER)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=AFTER)
    assert is_whole(draw, stranger, AFTER)  # its result never will be


def draw_again(draw: Draw, supervisor: User, operator: User, *, seed: int) -> Draw:
    """``draw`` is void; another has found the panel, of whom all agreed, and its names are released."""
    asked = request_void(draw=draw, reason="条件有误", actor=operator, now=NOW)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=NOW)
    project = Project.objects.get(pk=draw.project_id)
    again = start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(seed))
    accept_all(again, now=NOW)
    assert release(draw_id=again.pk, now=again.reveal_at)
    return Draw.objects.get(pk=again.pk)


@pytest.mark.shows("DRAW-11")
def test_a_void_draw_waits_for_the_one_in_its_place(supervisor: User, operator: User) -> None:
    """Conditions and groups are the same ones."""
    first = make_reviewed_draw()
    second = draw_again(first, supervisor, operator, seed=2)
    third = draw_again(second, supervisor, operator, seed=3)
    stranger = Client()
    assert not any(is_whole(one, stranger, AFTER) for one in (first, second, third))
    address = reverse("draws:verify_draw", args=[first.public_id])
    assert "本项目有效抽取的结果公布之前只给出" in stranger.get(address).content.decode()
    publish(third, supervisor)
    assert all(is_whole(Draw.objects.get(pk=one.pk), stranger, AFTER) for one in (first, third))


@pytest.mark.shows("DRAW-11")
def test_a_void_draw_is_public_once_the_last_in_its_place_is_void(
    supervisor: User, operator: User
) -> None:
    first = make_reviewed_draw()
    second = draw_again(first, supervisor, operator, seed=2)
    asked = request_void(draw=second, reason="条件有误", actor=operator, now=AFTER)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=AFTER)
    assert all(is_whole(Draw.objects.get(pk=one.pk), Client(), AFTER) for one in (first, second))


@pytest.mark.shows("DRAW-11")
@pytest.mark.parametrize("days", [1, 3], ids=["before that day", "after it"])
def test_what_was_public_stays_so_when_results_come_to_be_published(admin: User, days: int) -> None:
    """What is allowed counts a day after it was set; the record is public from the 27th."""
    draw, stranger = make_reviewed_draw(), Client()
    Project.objects.update(regime=Regime.TENDER)
    setting = ALLOWED[Regime.TENDER]
    note_change(setting, at=NOW + timedelta(days=days), actor=admin)
    configure(setting, (RegimeOption.PUBLIC_PANEL.value,))
    assert is_whole(draw, stranger, AFTER) is (days > 1)
    with time_machine.travel(AFTER, tick=False):
        assert publish(draw, admin).published_at == AFTER


@pytest.mark.shows("DRAW-11")
def test_what_is_published_opens_the_commitments_and_never_changes(supervisor: User) -> None:
    draw = publish(make_reviewed_draw(), supervisor)
    assert draw.publication is not None
    for one in draw.publication:
        assert commit_identities(
            draw_id=draw.number,
            refs=[one["number"]],
            salts=[one["salt"]],
            hash_name=draw.rule.hash_name,
        ) == [one["commit"]]
    entry = Entry.objects.get(action="draw.publish")
    assert entry.actor == supervisor
    assert entry.after == {"人数": 2, "名单摘要": digest_of_list(draw.publication)}
    before = views_of(draw)[0]
    rename(Expert.objects.all(), "冒名者")
    assert views_of(draw)[0] == before
    draw.invitations.update(panel_role="member")  # told, and the list stays as it was published
    section = before.split("评审专家<")[1].split("</section>")[0]
    assert section in views_of(draw)[0]


def _set(**values: Any) -> Any:
    return lambda draw: Draw.objects.filter(pk=draw.pk).update(**values)


@pytest.mark.parametrize(
    "change",
    [
        _set(published_at=None, publication=None),
        _set(publication=[]),
        _set(public_id="2222222222222222"),
        _set(status=DrawStatus.INVITING, ended_at=None),
    ],
)
def test_the_database_keeps_what_was_published(supervisor: User, change: Any) -> None:
    draw = publish(make_reviewed_draw(), supervisor)
    with pytest.raises(IntegrityError), transaction.atomic():
        change(draw)


def test_the_database_publishes_no_draw_before_its_time() -> None:
    make_expert()
    draw = make_draw(now=NOW, seats=1)
    cases: list[dict[str, Any]] = [{"publication": []}, {"publication": [], "released_at": NOW}]
    for values in cases:
        with pytest.raises(IntegrityError), transaction.atomic():
            _set(published_at=NOW, **values)(draw)


def test_it_is_refused_before_its_time_twice_and_where_nothing_asks_for_it(
    supervisor: User,
) -> None:
    draw = make_reviewed_draw()
    with pytest.raises(PublicationRefused, match="评审结束之前名单应当保密：2026-11-26 13:00 以后"):
        publish(draw, supervisor, draw.project.closing_at - timedelta(seconds=1))
    Project.objects.update(regime=Regime.TENDER)
    with pytest.raises(PublicationRefused, match="只有政府采购项目依法随结果公告"):
        publish(draw, supervisor)
    configure(ALLOWED[Regime.TENDER], (RegimeOption.PUBLIC_PANEL.value,))
    publish(draw, supervisor)
    with pytest.raises(PublicationRefused, match="已经公布"):
        publish(draw, supervisor)


def test_it_is_refused_when_the_rows_are_not_those_of_the_record(supervisor: User) -> None:
    draw = make_reviewed_draw()
    declined = draw.invitations.filter(state=InvitationState.DECLINED)
    assert check_record(draw_id=draw.pk, now=AFTER, anew=True) is None
    declined.update(state=InvitationState.ACCEPTED)
    ProcrastinateJob.objects.filter(task_name="draws.check_record").update(status="succeeded")
    address = reverse("draws:publish", args=[draw.pk])
    with time_machine.travel(AFTER, tick=False):
        answer = login(Client(), supervisor).post(address, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "没有改动任何内容" in json.loads(answer["HX-Trigger"])["toast"]["message"]
    draw.refresh_from_db()
    assert draw.published_at is None
    job = ProcrastinateJob.objects.get(task_name="draws.check_record", status="todo")
    assert "的参与状态" in (check_record(**job.args, now=AFTER) or "")
    alarm = DrawAlarm.objects.get(draw=draw)
    assert (alarm.kind, alarm.done_at) == (AlarmKind.RECORD, None)
    assert Message.objects.filter(occasion="draw.alarm").exists()


def test_who_leaves_while_a_record_is_verified_is_no_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = make_reviewed_draw()
    kept, found = records.load_state, []

    def read_too_early(of: Draw) -> Standing:
        standing = kept(of)
        found.append(of)
        return replace(standing, seated=standing.seated[:1]) if len(found) == 1 else standing

    monkeypatch.setattr(records, "load_state", read_too_early)
    assert difference_in(draw) is None
    assert len(found) == 2


def test_nobody_is_replaced_afterwards(supervisor: User, operator: User) -> None:
    draw = publish(make_reviewed_draw(), supervisor)
    row = draw.invitations.filter(state=InvitationState.ACCEPTED)[0]
    with pytest.raises(ReplyRefused, match="结果已经公布"):
        record_answer(
            invitation=row,
            state=InvitationState.REPLACED,
            reason="补录",
            actor=operator,
            now=AFTER,
            entropy=SeededEntropy(1),
        )


def ask_to_replace(draw: Draw, operator: User) -> AnswerRequest:
    return request_answer(
        invitation=draw.invitations.filter(state=InvitationState.ACCEPTED)[0],
        state=InvitationState.REPLACED,
        ground="其他",
        reason="换人",
        actor=operator,
        now=draw.project.opening_at,  # while they sit
    )


def test_after_the_review_nothing_is_asked_for_nor_agreed_to(
    supervisor: User, operator: User
) -> None:
    """Both are told so before they try: who sat is not changed any more."""
    draw = make_reviewed_draw()
    asked = ask_to_replace(draw, operator)
    during = draw.project.opening_at + timedelta(minutes=5)
    assert waiting_request(ANSWER, asked, supervisor, now=during).may_agree
    waits = waiting_request(ANSWER, asked, supervisor, now=NEXT)
    assert (waits.may_agree, waits.may_decide) == (False, True)
    assert "已过预定的评审结束时间" in waits.why_not
    other = draw.invitations.filter(state=InvitationState.ACCEPTED)[1]
    with pytest.raises(ReplyRefused, match="已过预定的评审结束时间"):
        request_answer(
            invitation=other,
            state=InvitationState.REPLACED,
            ground="其他",
            reason="换人",
            actor=operator,
            now=NEXT,
        )


def test_what_waits_to_be_recorded_ends_with_it(supervisor: User, operator: User) -> None:
    draw = make_reviewed_draw()
    asked = ask_to_replace(draw, operator)
    publish(draw, supervisor, NEXT)
    asked.refresh_from_db()
    assert (asked.decided_at, asked.agreed, asked.note) == (
        NEXT,
        False,
        "结果已公布，名单不能再改",
    )
    told = Message.objects.get(occasion="request.expired")
    assert "结果已公布" in told.body


def test_what_was_left_open_by_it_can_be_turned_down(
    supervisor: User, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = make_reviewed_draw()
    asked = ask_to_replace(draw, operator)
    with monkeypatch.context() as former:
        former.setattr(publishing, "end_with_subject", lambda *_, **__: None)
        publish(draw, supervisor, NEXT)
    decided: dict[str, Any] = {
        "note": "",
        "actor": supervisor,
        "now": NEXT,
        "entropy": SeededEntropy(1),
    }
    with pytest.raises(ReplyRefused, match="结果已经公布"):
        decide_answer(request=asked, agree=True, **decided)
    decide_answer(request=AnswerRequest.objects.get(), agree=False, **decided)
    asked.refresh_from_db()
    assert (asked.agreed, asked.decided_by) == (False, supervisor)
    asked.invitation.refresh_from_db()
    assert asked.invitation.state == InvitationState.ACCEPTED


@pytest.mark.shows("DRAW-11")
def test_who_is_renamed_after_the_release_is_published_as_he_was(supervisor: User) -> None:
    draw = make_reviewed_draw()
    names = {expert_on(row).name for row in draw.invitations.filter(state="accepted")}
    rename(Expert.objects.all(), "冒名者", employer=None)
    published = publish(draw, supervisor).publication or []
    assert {one["name"] for one in published} == names
    assert {one["employer"] for one in published} == {f"{name}的单位" for name in names}
    with pytest.raises(IntegrityError), transaction.atomic():
        draw.invitations.update(released_as={"name": "冒名者", "employer": ""})


@pytest.mark.shows("DRAW-11")
def test_a_void_afterwards_shows_as_void(supervisor: User, operator: User) -> None:
    draw = publish(make_reviewed_draw(), supervisor)
    asked = request_void(draw=draw, reason="条件有误", actor=operator, now=AFTER)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=AFTER)
    page = views_of(draw)[0]
    assert "公布之后已作废" in page
    assert "已作废" in page


def test_the_page_and_the_service_agree_who_may(
    client: Client, operator: User, supervisor: User
) -> None:
    draw = make_reviewed_draw()
    address = reverse("draws:publish", args=[draw.pk])
    page = reverse("draws:detail", args=[draw.pk])
    with time_machine.travel(AFTER, tick=False):
        client.force_login(operator)
        assert address not in client.get(page).content.decode()
        assert client.post(address).status_code == 403
        client.force_login(supervisor)
        assert address in client.get(page).content.decode()
        assert client.post(address).status_code == 204
        assert address not in client.get(page).content.decode()
        assert client.post(address).status_code == 409
    draw.refresh_from_db()
    assert draw.published_at == AFTER
    assert not actions_for(draw, supervisor, now=AFTER)[ActionCode.PUBLISH].allowed


@pytest.mark.shows("DRAW-11", "DRAW-25")
def test_a_batch_is_published_once_its_last_project_is_over(supervisor: User) -> None:
    for _ in range(4):
        make_expert()
    members = make_members(48, 96, now=NOW)
    draw = draw_batch(make_batch(members, now=NOW, seats=2), now=NOW)
    Project.objects.update(regime=Regime.PROCUREMENT)
    accept_all(draw, now=NOW)
    release(draw_id=draw.pk, now=draw.reveal_at)
    draw = Draw.objects.get(pk=draw.pk)
    first, last = draw.covered
    with pytest.raises(PublicationRefused, match="评审结束之前"):
        publish(draw, supervisor, first.closing_at)
    page = views_of(publish(draw, supervisor, last.closing_at))[0]
    assert f"{first.number}、{last.number}" in page


def test_the_interface_publishes_within_the_right_of_its_token(
    supervisor: User, operator: User
) -> None:
    draw = make_reviewed_draw()
    address = f"/draws/{draw.pk}/publication"
    with time_machine.travel(AFTER, tick=False):
        assert Caller(operator).post(address).status_code == 403
        answer = Caller(supervisor).post(address)
        assert (answer.status_code, answer.json()["published_at"] is None) == (200, False)
        assert answer.json()["verify_url"].endswith(f"/verify/{draw.public_id}/")
        assert Caller(supervisor).post(address).status_code == 409


def test_a_seed_that_was_changed_past_the_trigger_is_found(supervisor: User) -> None:
    draw = make_reviewed_draw()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE draws_draw SET seed = %s WHERE id = %s", ["0" * 64, draw.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(EngineError, match="数据被改动过"):
        publish(draw, supervisor)


def test_a_draw_that_ends_short_is_told_and_published_as_short(
    client: Client, admin: User, supervisor: User
) -> None:
    for name in ("王一", "李二"):
        make_expert(name, employer=make_unit(f"{name}的单位"))
    draw = make_draw(now=NOW, seats=2, opens_in_hours=48, reveal_hours=2)
    Project.objects.filter(pk=draw.project_id).update(regime=Regime.PROCUREMENT)
    reply(draw.invitations.order_by("line")[0], accept=False, now=NOW)
    accept_all(draw, now=NOW)
    assert draw.status == DrawStatus.UNSATISFIED
    told = Message.objects.filter(occasion="draw.short")
    people = {draw.operator.name, supervisor.name, draw.project.created_by.name}
    assert people <= {one.recipient for one in told}
    assert "人数不满足：" in told[0].body
    assert "缺 1 人" in told[0].body
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    draw = Draw.objects.get(pk=draw.pk)
    with time_machine.travel(AFTER, tick=False):
        page = login(client, admin).get(reverse("draws:detail", args=[draw.pk])).content.decode()
        assert "本次抽取应有 2 席，在席 1 人，" in page
        publish(draw, admin)
        public = Client().get(reverse("draws:verify_draw", args=[draw.public_id])).content.decode()
    assert "应有 2 席，公布时在席 1 人，空缺 1 席" in public


def test_a_draw_whose_free_seats_another_filled_names_it(client: Client, admin: User) -> None:
    base = make_short_panel(now=NOW, opens_in_hours=48, reveal_hours=2)
    project = Project.objects.get(pk=base.project_id)
    with approval_kept(project):
        project.regime = Regime.PROCUREMENT
        project.save(update_fields=["regime"])
    widened = widen_to_everybody(base, now=NOW + timedelta(minutes=30))
    accept_all(widened, now=NOW + timedelta(minutes=30))
    for draw in (base, widened):
        assert release(draw_id=draw.pk, now=draw.reveal_at)
        publish(Draw.objects.get(pk=draw.pk), admin)
    page, other = (
        client.get(reverse("draws:verify_draw", args=[draw.public_id])).content.decode()
        for draw in (base, widened)
    )
    assert "人数不满足" not in page
    assert "评审组空缺的席位由" in page
    assert f">{widened.number}</a>" in page
    assert "人数不满足" not in other
