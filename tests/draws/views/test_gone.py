"""Who is blacklisted, frozen or deleted after he agreed: as soon as names are public his seat is marked,
and whoever has to give it to another is told (docs/decisions/0128)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from time_machine import Traveller

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, User
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.answers import decide_answer, request_answer
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release, tell_gone
from expertpool.draws.services.replies import answer
from expertpool.draws.services.sheets import build_sheet
from expertpool.draws.services.sign_in import build_sign_in
from expertpool.experts.models import Expert, Leave
from expertpool.experts.services.blacklist import add_to_blacklist
from expertpool.experts.services.deletion import delete_expert
from expertpool.experts.services.leave import cancel_leave, file_leave
from expertpool.experts.services.merging import merge_experts
from expertpool.experts.services.status import freeze_expert, unfreeze_expert
from expertpool.notifications.models import Message
from tests.api.caller import Caller
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw, open_names_at
from tests.factories.experts import make_expert
from tests.factories.pool_changes import told
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
SOON = NOW + timedelta(minutes=5)
ENTROPY = SeededEntropy(5)
MARKS = ("已不在库：黑名单，应更换", "已不在库：冻结，应更换", "已不在库：已删除，应更换")
LEAVE = (add_to_blacklist, freeze_expert, delete_expert)


@pytest.fixture
def draw(operator: User) -> Draw:
    """Four who agreed by their links, in a draw whose names open two hours before the review."""
    for n in range(6):
        make_expert(f"专家{n}")
    draw = make_draw(now=NOW, operator=operator, seats=4, opens_in_hours=10, reveal_hours=2)
    for row in draw.invitations.all():
        answer(invitation=row, accept=True, reason="", via=ReplyVia.LINK, now=SOON, entropy=ENTROPY)
    return draw


def expert_of(draw: Draw, line: int) -> Expert:
    return Expert.objects.get(pk=expert_id_of(draw.invitations.get(line=line)))


def three_leave(draw: Draw, admin: User) -> None:
    for line, leave in enumerate(LEAVE, start=1):
        leave_pool(leave, expert_of(draw, line), admin)


def leave_pool(leave: Callable[..., object], expert: Expert, admin: User) -> None:
    leave(expert=expert, reason="泄密", actor=admin, now=SOON)


def open_names(draw: Draw, clock: Traveller, *, unanswered: bool = False) -> None:
    clock.move_to(draw.reveal_at + timedelta(minutes=1), tick=False)
    assert release(draw_id=draw.pk, now=draw.reveal_at, unanswered=unanswered)
    draw.refresh_from_db()


def pages_of(draw: Draw, user: User) -> dict[str, str]:
    client = login(Client(), user)
    project = reverse("projects:detail", args=[draw.project_id])
    detail = reverse("draws:detail", args=[draw.pk])
    return {
        "draw": client.get(detail).content.decode(),
        "names": client.post(reverse("draws:names", args=[draw.pk])).content.decode(),
        "overview": client.get(project).content.decode(),
        "experts": client.get(f"{project}?tab=experts").content.decode(),
    }


@pytest.mark.shows("DRAW-14", "PRJ-13", "PRJ-14")
def test_whoever_left_the_pool_is_marked_once_names_are_public(
    draw: Draw, admin: User, operator: User, time_machine: Traveller
) -> None:
    three_leave(draw, admin)
    # While names are sealed nobody of the office learns who sits.
    time_machine.move_to(draw.reveal_at - timedelta(minutes=1), tick=False)
    for user in (operator, admin):
        assert not any("已不在库" in page for page in pages_of(draw, user).values())
    open_names(draw, time_machine)
    pages = pages_of(draw, operator)
    for name, page in pages.items():
        for mark in MARKS:
            assert page.count(mark) == 1, (name, mark)
    assert "3 名在席专家已不在库" in pages["draw"]
    assert "代登记" in pages["draw"]
    assert "更换" in pages["draw"]
    sheet = build_sheet(draw=draw, actor=operator, now=draw.reveal_at + timedelta(minutes=1))
    remarks = [row.remark for row in sheet.rows]
    assert [mark in remark for mark, remark in zip(MARKS, remarks, strict=False)] == [True] * 3
    assert "已不在库" not in remarks[3]
    # Who may not read the names does not learn it by the marks.
    pages = pages_of(draw, make_user("department", department=draw.project.department))
    assert "第 1 位专家" in pages["draw"]
    assert not any("已不在库" in page for page in pages.values())


def test_the_mark_goes_with_its_reason_the_seat_and_the_review(
    draw: Draw, admin: User, operator: User, supervisor: User, time_machine: Traveller
) -> None:
    first, second = expert_of(draw, 1), expert_of(draw, 2)
    leave_pool(freeze_expert, first, admin)
    leave_pool(freeze_expert, second, admin)
    open_names(draw, time_machine)
    now = draw.reveal_at + timedelta(minutes=1)
    assert "2 名在席专家已不在库" in pages_of(draw, operator)["draw"]
    first.refresh_from_db()
    unfreeze_expert(expert=first, reason="核查完毕", actor=admin, now=now)
    assert "1 名在席专家已不在库" in pages_of(draw, operator)["draw"]
    request = request_answer(
        invitation=draw.invitations.get(line=2),
        state=InvitationState.REPLACED,
        ground="联系不上",
        reason="",
        actor=operator,
        now=now,
    )
    decide_answer(request=request, agree=True, note="", actor=supervisor, now=now, entropy=ENTROPY)
    assert "已不在库" not in pages_of(draw, operator)["draw"]
    # What becomes of somebody after the review is no fault of the panel.
    leave_pool(freeze_expert, expert_of(draw, 3), admin)
    assert "1 名在席专家已不在库" in pages_of(draw, operator)["draw"]
    time_machine.move_to(draw.project.closing_at, tick=False)
    assert "已不在库" not in pages_of(draw, operator)["draw"]


@pytest.mark.shows("DRAW-16")
@pytest.mark.parametrize(("leave", "mark"), list(zip(LEAVE, MARKS, strict=True)))
def test_no_hand_lets_somebody_agree_who_left_the_pool_once_his_name_is_public(
    leave: Callable[..., object],
    mark: str,
    admin: User,
    operator: User,
    supervisor: User,
    time_machine: Traveller,
) -> None:
    for _ in range(3):
        make_expert()
    draw = make_draw(
        now=NOW, operator=operator, seats=1, opens_in_hours=10, reveal_hours=2, reply_minutes=90
    )
    open_names_at(draw, SOON + timedelta(minutes=5))
    draw.refresh_from_db()
    row: Invitation = draw.invitations.get()
    asked = {"ground": "", "reason": "电话答复", "actor": operator}
    # Sealed, he is refused nothing: it would tell that he sits.
    request = request_answer(invitation=row, state=InvitationState.ACCEPTED, now=SOON, **asked)
    leave_pool(leave, expert_of(draw, 1), admin)
    # Two persons open names while somebody has still to answer; time alone does not.
    assert not release(draw_id=draw.pk, now=draw.reveal_at)
    open_names(draw, time_machine, unanswered=True)
    now = draw.reveal_at + timedelta(minutes=1)
    with pytest.raises(ReplyRefused, match=mark):
        decide_answer(
            request=request, agree=True, note="", actor=supervisor, now=now, entropy=ENTROPY
        )
    request.refresh_from_db()
    decide_answer(
        request=request, agree=False, note="不在库", actor=supervisor, now=now, entropy=ENTROPY
    )
    with pytest.raises(ReplyRefused, match=mark):
        request_answer(invitation=row, state=InvitationState.ACCEPTED, now=now, **asked)
    page = login(Client(), operator).post(
        reverse("draws:answer", args=[draw.pk, 1]),
        {"state": "accepted", "ground": "", "reason": "电话答复"},
    )
    assert mark in page.content.decode()
    row.refresh_from_db()
    assert row.state == InvitationState.INVITED
    request_answer(
        invitation=row,
        state=InvitationState.REPLACED,
        ground="联系不上",
        reason="",
        actor=operator,
        now=now,
    )


def test_operator_and_supervisors_hear_how_many_when_names_become_public(
    draw: Draw, admin: User, operator: User, supervisor: User, time_machine: Traveller
) -> None:
    three_leave(draw, admin)
    assert not Message.objects.filter(occasion="draw.gone").exists()
    open_names(draw, time_machine)
    assert told([operator, supervisor], "draw.gone") == [operator.name, supervisor.name]
    body = Message.objects.filter(occasion="draw.gone")[0].body
    assert "有 3 人已不在库" in body
    assert "更换" in body
    assert not any(expert.name in body for expert in Expert.objects.all())
    assert not release(draw_id=draw.pk, now=draw.reveal_at)
    found = Message.objects.filter(occasion="draw.gone")
    assert found.count() == len({one.recipient_key for one in found})


def test_nobody_is_told_where_all_who_sit_are_in_the_pool(
    draw: Draw, admin: User, time_machine: Traveller
) -> None:
    sitting = [expert_of(draw, line).pk for line in (1, 2, 3, 4)]
    leave_pool(freeze_expert, Expert.objects.exclude(pk__in=sitting)[0], admin)
    open_names(draw, time_machine)
    assert not Message.objects.filter(occasion="draw.gone").exists()


def jobs_of(task: str) -> list[dict[str, int]]:
    return [job.args for job in ProcrastinateJob.objects.filter(task_name=task)]


def only_tell(draw: Draw, now: datetime) -> None:
    """Do the jobs that wait to tell of ``draw``."""
    for job in jobs_of("draws.tell_gone"):
        assert job == {"draw_id": draw.pk}
        tell_gone(draw_id=job["draw_id"], now=now)


@pytest.mark.shows("DRAW-16")
def test_whoever_leaves_after_the_release_is_told_by_a_letter(
    draw: Draw, admin: User, operator: User, supervisor: User, time_machine: Traveller
) -> None:
    role = Role.objects.create(code="watching", name="值班")
    role.permissions.create(code="draws.alarms", scope=Scope.ALL)
    blind = make_user(roles=(role,))
    open_names(draw, time_machine)
    now = draw.reveal_at + timedelta(minutes=1)
    for line, leave in enumerate(LEAVE[:2], start=1):
        leave(expert=expert_of(draw, line), reason="泄密", actor=admin, now=now)
    only_tell(draw, now)
    assert told([operator, supervisor], "draw.gone") == [operator.name, supervisor.name]
    # Who may not read the names would read one in the number.
    assert not told([blind], "draw.gone")
    subjects = {str(one.subject) for one in Message.objects.filter(occasion="draw.gone")}
    assert subjects == {f"应更换专家：{draw.number} 有 2 人"}
    told_once = Message.objects.filter(occasion="draw.gone").count()
    only_tell(draw, now + timedelta(minutes=1))
    assert Message.objects.filter(occasion="draw.gone").count() == told_once
    later = now + timedelta(minutes=2)
    delete_expert(expert=expert_of(draw, 3), reason="重复", actor=admin, now=later)
    only_tell(draw, later)
    assert Message.objects.filter(occasion="draw.gone").count() == 2 * told_once


def test_nothing_is_told_of_whoever_leaves_while_names_are_sealed(
    draw: Draw, admin: User, time_machine: Traveller
) -> None:
    time_machine.move_to(SOON, tick=False)
    three_leave(draw, admin)
    assert not jobs_of("draws.tell_gone")
    tell_gone(draw_id=draw.pk, now=SOON)
    assert not Message.objects.filter(occasion="draw.gone").exists()


@pytest.mark.shows("DRAW-16")
def test_he_is_replaced_for_being_no_member_of_the_pool(
    draw: Draw, admin: User, operator: User, supervisor: User, time_machine: Traveller
) -> None:
    leave_pool(freeze_expert, expert_of(draw, 1), admin)
    by_hand = {"state": InvitationState.REPLACED, "ground": "已不在库", "reason": ""}
    asked = by_hand | {"actor": operator, "now": SOON}
    row, other = draw.invitations.get(line=1), draw.invitations.get(line=2)
    # While names are sealed the same is said of everybody.
    said = set()
    for one in (row, other):
        with pytest.raises(ReplyRefused) as refused:
            request_answer(invitation=one, **asked)
        said.add(str(refused.value))
    open_names(draw, time_machine)
    now = draw.reveal_at + timedelta(minutes=1)
    with pytest.raises(ReplyRefused) as refused:
        request_answer(invitation=other, **asked | {"now": now})
    assert said == {str(refused.value)}
    with pytest.raises(ReplyRefused):
        request_answer(invitation=row, **asked | {"now": now, "state": InvitationState.LEAVE})
    client = login(Client(), operator)
    assert (
        "原因选「已不在库」" in client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    )
    drawers = [
        client.get(reverse("draws:answer", args=[draw.pk, line])).content.decode()
        for line in (1, 2)
    ]
    assert ["已不在库" in drawer for drawer in drawers] == [True, False]
    request = request_answer(invitation=row, **asked | {"now": now})
    decide_answer(request=request, agree=True, note="", actor=supervisor, now=now, entropy=ENTROPY)
    row.refresh_from_db()
    assert (row.state, row.reason) == (InvitationState.REPLACED, "已不在库")
    page = Client().get(reverse("draws:verify_draw", args=[draw.public_id])).content.decode()
    assert "1 次（更换专家 1 次）" in page


@pytest.mark.shows("DRAW-26")
def test_the_sign_in_sheet_and_the_interface_carry_the_mark(
    draw: Draw, admin: User, operator: User, time_machine: Traveller
) -> None:
    three_leave(draw, admin)
    open_names(draw, time_machine)
    now = draw.reveal_at + timedelta(minutes=1)
    rows = build_sign_in(draw=draw, actor=operator, now=now).rows[:4]
    assert [mark in row.category for mark, row in zip(MARKS, rows, strict=False)] == [True] * 3
    assert "已不在库" not in rows[3].category
    assert MARKS[0] in rows[0].cells[3]
    named = Caller(operator).get(f"/draws/{draw.pk}/names").json()
    assert [row["gone"] for row in named] == [*MARKS, ""]


# --- Leaves (docs/decisions/0143) ---------------------------------------------------------------

AWAY = "评审期间请假，应更换"


def send_on_leave(expert: Expert, actor: User, at: datetime, begin: datetime) -> Leave:
    end = begin + timedelta(days=1)
    return file_leave(expert=expert, start=begin, end=end, reason="出差", actor=actor, now=at)


@pytest.mark.shows("DRAW-14")
def test_a_leave_of_the_office_takes_no_seat_and_is_told_with_the_names(
    draw: Draw, admin: User, operator: User, supervisor: User, time_machine: Traveller
) -> None:
    opening, first = draw.project.opening_at, expert_of(draw, 1)
    leave = send_on_leave(first, admin, SOON + timedelta(minutes=1), opening - timedelta(hours=1))
    send_on_leave(
        expert_of(draw, 2), admin, SOON + timedelta(minutes=1), opening + timedelta(days=3)
    )
    own = make_user("expert")
    Expert.objects.filter(pk=expert_id_of(draw.invitations.get(line=3))).update(user=own)
    send_on_leave(expert_of(draw, 3), own, SOON + timedelta(minutes=1), opening)
    # Nothing shows that he sits, and he still does.
    time_machine.move_to(draw.reveal_at - timedelta(minutes=1), tick=False)
    assert not ProcrastinateJob.objects.filter(task_name="draws.tell_gone").exists()
    assert not any(AWAY in page for page in pages_of(draw, operator).values())
    assert set(draw.invitations.values_list("state", flat=True)) == {"accepted"}
    open_names(draw, time_machine)
    pages = pages_of(draw, operator)
    assert {name: page.count(AWAY) for name, page in pages.items()} == dict.fromkeys(pages, 1)
    assert "1 名在席专家已不在库、评审期间请假" in pages["draw"]
    assert told([operator, supervisor], "draw.gone") == [operator.name, supervisor.name]
    now = draw.reveal_at + timedelta(minutes=1)
    assert AWAY in build_sheet(draw=draw, actor=operator, now=now).rows[0].remark
    cancel_leave(leave=leave, actor=admin, now=now)
    assert AWAY not in pages_of(draw, operator)["draw"]
    # From now on each is told when it is filed.
    letters = Message.objects.filter(occasion="draw.gone").count()
    send_on_leave(expert_of(draw, 4), admin, now, opening)
    assert ProcrastinateJob.objects.filter(task_name="draws.tell_gone").exists()
    tell_gone(draw_id=draw.pk, now=now)
    assert Message.objects.filter(occasion="draw.gone").count() == 2 * letters


def test_whoever_agrees_himself_after_the_office_sent_him_on_leave_comes(
    admin: User, operator: User, time_machine: Traveller
) -> None:
    for n in range(2):
        make_expert(f"专家{n}")
    draw = make_draw(now=NOW, operator=operator, seats=1, opens_in_hours=10, reveal_hours=2)
    send_on_leave(expert_of(draw, 1), admin, NOW + timedelta(minutes=1), draw.project.opening_at)
    row = draw.invitations.get()
    answer(invitation=row, accept=True, reason="", via=ReplyVia.LINK, now=SOON, entropy=ENTROPY)
    open_names(draw, time_machine)
    assert not any(AWAY in page for page in pages_of(draw, operator).values())


@pytest.mark.shows("DRAW-16")
def test_who_sits_by_a_closed_record_is_told_as_everybody(
    draw: Draw, admin: User, operator: User, supervisor: User, time_machine: Traveller
) -> None:
    sits = expert_of(draw, 1)
    stays = make_expert(sits.name)
    merge_experts(keep=stays, close=sits, taken=(), reason="同一人", actor=admin, now=SOON)
    open_names(draw, time_machine)
    ProcrastinateJob.objects.filter(task_name="draws.tell_gone").delete()
    now = draw.reveal_at + timedelta(minutes=1)
    stays.refresh_from_db()
    freeze_expert(expert=stays, reason="核查", actor=admin, now=now)
    only_tell(draw, now)
    assert told([operator, supervisor], "draw.gone") == [operator.name, supervisor.name]
    letters = Message.objects.filter(occasion="draw.gone").count()
    # Once for each time that he leaves, as of everybody.
    for leave, minutes in ((unfreeze_expert, 1), (freeze_expert, 2)):
        later = now + timedelta(minutes=minutes)
        time_machine.move_to(later, tick=False)
        stays.refresh_from_db()
        leave(expert=stays, reason="核查", actor=admin, now=later)
    only_tell(draw, later)
    assert Message.objects.filter(occasion="draw.gone").count() == 2 * letters
