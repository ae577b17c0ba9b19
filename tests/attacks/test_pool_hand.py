"""The administrator of the pool chooses the panel after the seal: all but his friends are frozen when
their turn comes (docs/decisions/0112)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import Traveller

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.home import todos_for
from expertpool.directory.services.merging import merge_units
from expertpool.draws.enums import DrawStatus, InvitationState
from expertpool.draws.exceptions import PauseRefused
from expertpool.draws.exports.projects import MEASURES
from expertpool.draws.models import DrawPause, Invitation
from expertpool.draws.queries.hands import hand_steps_of
from expertpool.draws.queries.own import invitations_of
from expertpool.draws.services.changed_pool import resume_changed
from expertpool.draws.services.checking import difference_in
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.overdue import overdue, sweep
from expertpool.draws.services.pausing import pause_draw, resume_draw
from expertpool.draws.services.records import build_record
from expertpool.draws.services.replies import expire_due
from expertpool.draws.services.sheets import build_sheet
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.services.accounts import open_account
from expertpool.experts.services.avoidance import add_avoidance_unit
from expertpool.experts.services.leave import file_leave
from expertpool.notifications.models import Message
from expertpool.notifications.services.delivery import deliver
from expertpool.projects.models import Avoidance, Project
from expertpool.reports.queries.ledger import ledger_text, ledger_visible_to
from expertpool.reports.tables import LEDGER_TABS
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw, reach
from tests.factories.experts import make_expert, make_unit
from tests.factories.pool_changes import (
    MINUTE,
    NOW,
    drawn_of,
    freeze,
    go_on,
    order,
    reasons,
    reply,
    sealed,
    sitting,
    told,
    unfreeze,
)
from tests.fixtures import login
from tests.vdraw.samples import engine_difference
from tests.vdraw.test_javascript import differences
from vdraw.verify import find_difference

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool() -> list[Expert]:
    return [make_expert(f"专家{n:02}", email=f"e{n}@example.cn") for n in range(40)]


@pytest.mark.shows("DRAW-12", "DRAW-14")
def test_all_but_friends_frozen_after_the_seal_stop_the_draw(
    pool: list[Expert], admin: User, operator: User, supervisor: User
) -> None:
    draw = sealed(operator)
    friends = pool[:6]
    freeze(pool[6:], admin)
    order(draw, operator, supervisor)
    unfreeze(pool[6:], admin)
    ranked = drawn_of(draw)
    meant = {expert.pk for expert in ranked[:5]}
    assert meant - {friend.pk for friend in friends}  # otherwise nothing would be shown
    # Nobody is invited, nobody has lost his seat yet, and the system says why.
    pause = DrawPause.objects.get(draw=draw, resumed_at=None)
    assert pause.paused_by is None
    assert sitting(draw) == meant
    assert not Invitation.objects.filter(draw=draw).exclude(state="invited").exists()
    for letter in Message.objects.filter(occasion="draw.invitation"):
        deliver(message_id=letter.pk, now=NOW + 31 * MINUTE)
    assert not Message.objects.filter(occasion="draw.invitation", sent_at__isnull=False).exists()
    assert not any(invitations_of(expert) for expert in pool)
    # All who supervise are told, with numbers and who did it; who did it is told nothing.
    other = make_user("supervisor")
    assert told([admin, operator, supervisor, other]) == [supervisor.name]
    body = Message.objects.filter(occasion="draw.pool_changed")[0].body
    frozen = {expert.pk for expert in pool[6:]}
    assert f"轮到的 {len(pause.lost)} 名专家" in body
    assert len(pause.lost) >= len(meant & frozen)
    assert admin.username in body
    assert "冻结专家" in body
    for expert in pool:
        assert expert.name not in body
        assert expert.number not in body
    # His friends gain nothing: the records are as they were, and who was drawn is invited.
    assert go_on(draw, supervisor)
    assert sitting(draw) == meant
    assert not draw.invitations.filter(state="conflict").exists()
    assert sum(len(invitations_of(expert)) for expert in pool) == 5
    assert hand_steps_of(draw) == 1
    assert difference_in(draw) is None


@pytest.mark.shows("DRAW-12", "DRAW-15")
def test_who_stays_frozen_loses_his_turn_in_the_open(
    client: Client, pool: list[Expert], admin: User, operator: User, supervisor: User
) -> None:
    draw = sealed(operator)
    freeze(pool[6:], admin)
    order(draw, operator, supervisor)
    lost = len(DrawPause.objects.get(draw=draw).lost)
    assert go_on(draw, supervisor)
    assert sitting(draw) <= {friend.pk for friend in pool[:6]}
    assert len(sitting(draw)) == 5
    found = reasons(draw)
    assert found.count(("note", "pool_changed")) == 1
    turns = [one for one in found if one[0] != "note"]
    assert turns == [(kind, "pool_changed") for kind, _ in turns]
    assert len(turns) == lost
    # It counts wherever hands count, and stands in the ledger.
    assert hand_steps_of(draw) == 1
    (measure,) = (one for one in MEASURES if one.code == "hand_count")
    rows = Project.objects.annotate(n=measure.expression(admin, False))
    assert rows.values_list("n", flat=True).get(pk=draw.project_id) == 1
    public = Client().get(reverse("draws:verify_draw", args=[draw.public_id])).content.decode()
    assert "1 次（" in public
    assert "封存后改动专家资料" in public
    assert (
        login(client, operator).get(reverse("draws:detail", args=[draw.pk])).context["hand_steps"]
        == 1
    )
    manual = next(tab for tab in LEDGER_TABS if tab.code == "manual")
    entries = {
        entry.action: ledger_text(entry) for entry in ledger_visible_to(admin).filter(manual.q)
    }
    assert "等待监督人" in entries["draw.pool_changed"]
    assert "已核对" in entries["draw.resume"]
    # Answered by all, the record holds by all three verifiers.
    for row in Invitation.objects.filter(draw=draw, state="invited"):
        reply(row, 70, accept=True)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    release(draw_id=draw.pk, now=draw.reveal_at)
    draw.refresh_from_db()
    sheet = build_sheet(draw=draw, actor=operator, now=draw.reveal_at + MINUTE)
    assert dict(sheet.head)["人工干预"] == "1 次（封存后改动专家资料 1 次）"
    record = build_record(draw)
    assert find_difference(record) is None
    assert engine_difference(record) is None
    assert differences([record]) == [None]


@pytest.mark.shows("DRAW-12")
def test_all_but_a_friend_frozen_before_a_supplement_stop_it(
    pool: list[Expert], admin: User, operator: User, supervisor: User
) -> None:
    draw = make_draw(now=NOW, operator=operator, seats=2, channels=("email",))
    ranked = drawn_of(draw)
    friend, others = ranked[-1], ranked[2:-1]
    freeze(others, admin)
    row = draw.invitations.get(line=1)
    reply(row, 20, accept=False)
    assert expert_id_of(row) not in sitting(draw)
    assert friend.pk not in sitting(draw)
    assert told([supervisor]) == [supervisor.name]
    assert len(DrawPause.objects.get(draw=draw).lost) == len(others)
    # The other one answers, time passes: it does not end, nor does anybody say that it is late.
    reply(draw.invitations.get(line=2), 25, accept=True)
    later = NOW + 90 * MINUTE
    assert overdue(now=later) == []
    sweep(now=later, entropy=SeededEntropy(1))
    draw.refresh_from_db()
    assert draw.status == DrawStatus.INVITING
    unfreeze(others, admin)
    assert go_on(draw, supervisor, 100)
    assert ranked[2].pk in sitting(draw)
    assert difference_in(draw) is None


def test_a_leave_that_the_office_files_is_a_hand_his_own_is_none(
    pool: list[Expert], admin: User, operator: User, supervisor: User
) -> None:
    draw = make_draw(now=NOW, operator=operator, seats=2, channels=("email",))
    _, _, third, fourth, fifth, *_ = drawn_of(draw)
    opens = draw.project.opening_at
    account = open_account(expert=third, actor=admin, now=NOW - timedelta(days=1))

    def away(expert: Expert, actor: User) -> None:
        file_leave(
            expert=expert,
            start=opens - timedelta(days=1),
            end=opens + timedelta(days=1),
            reason="出国",
            actor=actor,
            now=NOW + 5 * MINUTE,
        )

    away(third, account)
    reply(draw.invitations.get(line=1), 10, accept=False)
    assert fourth.pk in sitting(draw)
    assert not DrawPause.objects.filter(draw=draw).exists()
    assert ("skip", "seat_free") in reasons(draw)
    assert hand_steps_of(draw) == 0
    away(fifth, admin)
    reply(draw.invitations.get(line=2), 15, accept=False)
    pause = DrawPause.objects.get(draw=draw)
    assert pause.told["kinds"] == {"请假": 1}
    assert go_on(draw, supervisor)
    assert fifth.pk not in sitting(draw)
    # Who is away of his own will still is: each is skipped by his own reason.
    assert reasons(draw)[-2:] == [("skip", "seat_free"), ("skip", "pool_changed")]


def test_a_leave_by_an_account_that_the_office_opened_since_is_a_hand(
    pool: list[Expert], admin: User, operator: User
) -> None:
    draw = make_draw(now=NOW, operator=operator, seats=1, channels=("email",))
    _, second, *_ = drawn_of(draw)
    account = open_account(expert=second, actor=admin, now=NOW + MINUTE)
    file_leave(
        expert=second,
        start=NOW + timedelta(days=1),
        end=NOW + timedelta(days=9),
        reason="出国",
        actor=account,
        now=NOW + 5 * MINUTE,
    )
    reply(draw.invitations.get(line=1), 10, accept=False)
    assert DrawPause.objects.filter(draw=draw).exists()


@pytest.mark.parametrize("own", [True, False])
def test_a_relation_is_a_hand_unless_he_declares_it_himself(
    own: bool, pool: list[Expert], admin: User, operator: User
) -> None:
    draw = make_draw(now=NOW, operator=operator, seats=1, channels=("email",))
    _, second, third, *_ = drawn_of(draw)
    account = open_account(expert=second, actor=admin, now=NOW - timedelta(days=1))
    unit = make_unit("招标单位")
    Avoidance.objects.create(project=draw.project, subject="unit", unit=unit)
    row = AvoidanceUnit(expert=second, unit=unit, kind="declared")
    add_avoidance_unit(row=row, actor=account if own else admin, now=NOW + MINUTE)
    reply(draw.invitations.get(line=1), 10, accept=False)
    assert DrawPause.objects.filter(draw=draw).exists() is not own
    assert (third.pk in sitting(draw)) is own


@pytest.mark.shows("DRAW-14")
def test_two_units_merged_after_the_seal_are_a_hand(
    pool: list[Expert], admin: User, operator: User, supervisor: User
) -> None:
    """Of the unit that is avoided now nobody is seated unseen; the seal itself stays as it is."""
    avoided, other = make_unit("招标单位"), make_unit("招标单位（集团）")
    Expert.objects.filter(pk__in=[one.pk for one in pool]).update(employer=other)
    draw = sealed(operator)
    Avoidance.objects.create(project=draw.project, subject="unit", unit=avoided)
    merge_units(unit=other, into=avoided, actor=admin, now=NOW + MINUTE)
    order(draw, operator, supervisor)
    assert DrawPause.objects.filter(draw=draw, resumed_at=None).exists()
    body = Message.objects.filter(occasion="draw.pool_changed")[0].body
    assert admin.username in body
    assert "合并单位" in body
    assert difference_in(draw) is None


@pytest.mark.shows("DRAW-14")
def test_only_a_second_person_lets_it_go_on(
    client: Client, pool: list[Expert], admin: User, operator: User, supervisor: User
) -> None:
    draw = sealed(operator)
    freeze(pool, admin)
    order(draw, operator, supervisor)
    address = reverse("draws:resume_changed", args=[draw.pk])
    with pytest.raises(PauseRefused, match="监督人"):
        resume_draw(draw=draw, reason="继续", actor=operator, now=NOW + 35 * MINUTE)
    with pytest.raises(PauseRefused, match=r"^您经办了本次抽取或改动了专家资料，须由另一位"):
        go_on(draw, admin)
    with pytest.raises(PauseRefused, match="原因"):
        resume_changed(
            draw=draw, reason=" ", actor=supervisor, now=NOW + MINUTE, entropy=SeededEntropy(1)
        )
    fresh = make_user("supervisor", created_at=NOW)
    with pytest.raises(PauseRefused, match="不满"):
        go_on(draw, fresh)
    assert login(client, operator).post(address, headers={"HX-Prompt": "x"}).status_code == 403
    assert DrawPause.objects.filter(draw=draw, resumed_at=None).exists()


def test_a_stop_that_is_over_stays_on_the_page(
    client: Client, pool: list[Expert], admin: User, operator: User, supervisor: User
) -> None:
    draw = sealed(operator)
    freeze(pool, admin)
    order(draw, operator, supervisor)
    address = reverse("draws:detail", args=[draw.pk])
    assert "核对后恢复" not in login(client, operator).get(address).content.decode()
    unfreeze(pool, admin)
    assert go_on(draw, supervisor)
    page = " ".join(client.get(address).content.decode().split())
    assert f"2026-11-24 09:30 起暂停，2026-11-24 10:00 由 {supervisor} 核对后恢复" in page


def test_what_is_changed_while_it_stands_stops_it_again(
    pool: list[Expert],
    admin: User,
    operator: User,
    supervisor: User,
    time_machine: Traveller,
) -> None:
    draw = sealed(operator, seats=8)
    freeze(pool[:10], admin)
    order(draw, operator, supervisor)
    ranked = drawn_of(draw)
    order_of = {expert.pk for expert in ranked[:8]}
    still = [expert for expert in pool[10:] if expert.pk in order_of]
    unfreeze(pool[:10], admin)
    freeze(still, admin, 45)
    time_machine.move_to(NOW + 60 * MINUTE, tick=False)
    address = reverse("draws:resume_changed", args=[draw.pk])
    answer = login(Client(), supervisor).post(
        address, {"reason": "已核对"}, headers={"HX-Request": "true"}
    )
    told = json.loads(answer["HX-Trigger"])["toast"]
    # It did not happen: no colour of success says otherwise.
    assert ("抽取仍然暂停" in told["message"], told["level"]) == (True, "warning")
    assert DrawPause.objects.filter(draw=draw).count() == 2
    assert hand_steps_of(draw) == 2
    unfreeze(still, admin, 70)
    assert go_on(draw, supervisor, 80)
    assert sitting(draw) == order_of


def test_a_pause_of_a_person_waits_for_the_supervisor_too(
    pool: list[Expert], admin: User, operator: User, supervisor: User
) -> None:
    draw = make_draw(now=NOW, operator=operator, seats=1, channels=("email",))
    freeze(drawn_of(draw)[1:3], admin)
    pause_draw(draw=draw, reason="地点待定", actor=operator, now=NOW + 15 * MINUTE)
    reply(draw.invitations.get(line=1), 20, accept=False)
    with pytest.raises(PauseRefused, match="监督人"):
        resume_draw(draw=draw, reason="继续", actor=operator, now=NOW + 25 * MINUTE)
    assert told([supervisor]) == [supervisor.name]
    assert go_on(draw, supervisor)
    # Looked at once, the same two stop nothing more.
    reach(draw, now=NOW + 61 * MINUTE)
    reply(draw.invitations.get(state="invited"), 62, accept=False)
    assert not DrawPause.objects.filter(draw=draw, resumed_at=None).exists()


@pytest.mark.shows("DRAW-14")
def test_the_page_tells_who_supervises_and_nobody_else_how_many(
    client: Client, pool: list[Expert], admin: User, operator: User, supervisor: User
) -> None:
    draw = sealed(operator)
    freeze(pool[6:], admin)
    order(draw, operator, supervisor)
    address = reverse("draws:detail", args=[draw.pk])
    for user in (operator, admin):
        page = login(client, user).get(address).content.decode()
        assert "封存后专家资料有改动，等待监督人处理" in page
        assert "名专家因此不能入席" not in page
        assert "冻结专家" not in page
        # No line tells whose turn it was.
        assert "冲突" not in page
    page = login(client, supervisor).get(address).content.decode()
    count_of = len(DrawPause.objects.get(draw=draw).lost)
    assert f"轮到的 {count_of} 名专家因此不能入席" in page
    assert "冻结专家 " in page
    assert "核对后恢复" in page
    home = client.get(reverse("portal:home")).content.decode()
    assert "封存后专家资料有改动" in home
    # Nor does the list of all messages, or the log.
    notes = login(client, admin).get(reverse("notifications:records")).content.decode()
    assert "名专家因此不能入席" not in notes
    (entry,) = Entry.objects.filter(action="draw.pool_changed")
    assert set(entry.after or {}) == {"停止计时的邀请", "事件链头"}


@pytest.mark.shows("DRAW-14")
def test_the_operator_hears_that_it_stands_and_who_changed_the_pool_is_not_asked_to_look(
    client: Client, pool: list[Expert], admin: User, operator: User, supervisor: User
) -> None:
    draw = sealed(operator)
    freeze(pool[6:], admin)
    order(draw, operator, supervisor)
    count_of = len(DrawPause.objects.get(draw=draw).lost)
    assert told([operator, supervisor, admin], "draw.pool_stopped") == [operator.name]
    (letter,) = Message.objects.filter(occasion="draw.pool_stopped")
    assert "因专家库变动暂停，等监督人核对后恢复" in letter.body
    bare = letter.body.replace(draw.number, "").replace(draw.title, "")
    assert not any(sign.isdigit() for sign in bare)
    for told_nothing in (f"{count_of} 名", admin.name, *(expert.name for expert in pool)):
        assert told_nothing not in bare

    def waiting(user: User) -> dict[str, str]:
        todos = todos_for(user, now=NOW + 31 * MINUTE)
        return {todo.action: todo.title for todo in todos if draw.title in todo.title}

    assert waiting(operator) == {"查看": f"抽取因专家库变动暂停：{draw.title}"}
    assert waiting(supervisor) == {"核对": f"封存后专家资料有改动：{draw.title}"}
    assert waiting(admin) == {}
    assert "抽取因专家库变动暂停" in login(client, operator).get("/").content.decode()
    go_on(draw, supervisor)
    assert waiting(operator) == {}


def test_when_the_panel_sits_it_ends_without_anybody(
    pool: list[Expert], admin: User, operator: User, supervisor: User
) -> None:
    draw = sealed(operator, seats=2)
    freeze(pool, admin)
    order(draw, operator, supervisor)
    over = draw.project.opening_at + MINUTE
    expire_due(draw_id=draw.pk, now=over, entropy=SeededEntropy(1))
    draw.refresh_from_db()
    assert draw.status == DrawStatus.UNSATISFIED
    assert set(draw.invitations.values_list("state", flat=True)) == {InvitationState.UNREACHED}
    assert difference_in(draw) is None
