"""Somebody exchanges encrypted cells by SQL, without a key: no draw is drawn again by it, no value given
anew, nobody kept from answering, and whoever watches hears of it (docs/decisions/0167)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.fields import UNREADABLE
from expertpool.core.rekeying import count_shut
from expertpool.draws.enums import AlarmKind, DrawStatus, InvitationState, ReplyVia
from expertpool.draws.exceptions import ContributionRefused
from expertpool.draws.models import Draw, DrawAlarm, Invitation
from expertpool.draws.services import ordering
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.overdue import sweep
from expertpool.draws.services.replies import answer, expire
from expertpool.draws.services.sealing import contribute, start_draw
from expertpool.draws.services.sheets import build_sheet
from expertpool.draws.services.shut_contacts import tell_shut
from expertpool.draws.services.sign_in import build_sign_in
from expertpool.experts.models import Expert
from expertpool.notifications.models import Message
from tests.factories.draws import expert_id_of, make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.pool_changes import told
from tests.factories.widening import accept_all
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 10, 5))  # noqa: DTZ001
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def tuesday(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def pool() -> list[Expert]:
    return [make_expert(email=f"e{n}@example.cn") for n in range(6)]


def alter(experts: Collection[int], column: str = "phone") -> None:
    """What the application's role may write: the cell of another row."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE experts_expert AS one SET {column} = other.{column} FROM experts_expert AS other"  # noqa: S608
            " WHERE one.id = ANY(%s) AND other.id = (SELECT min(id) FROM experts_expert WHERE id <> one.id)",
            [list(experts)],
        )


def lines(draw: Draw) -> list[Invitation]:
    return list(draw.invitations.select_related("draw__project").order_by("line"))


def say(row: Invitation, *, accept: bool, minutes: int = 1) -> None:
    answer(
        invitation=row,
        accept=accept,
        reason="" if accept else "出差",
        via=ReplyVia.LINK,
        now=NOW + minutes * MINUTE,
        entropy=SeededEntropy(5),
    )


def alarms() -> dict[str, bool]:
    """What there is an alarm of, and whether it has ended."""
    return {one.kind: one.done_at is not None for one in DrawAlarm.objects.all()}


def swept(minutes: int = 2) -> None:
    sweep(now=NOW + minutes * MINUTE, entropy=SeededEntropy(6))


def sealed(operator: User) -> Draw:
    project = make_ready_project(now=NOW, contributors=("operator", "supervisor"))
    return start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(1))


def give(draw: Draw, role: str, actor: User, value: str = "六六大顺") -> Draw:
    return contribute(
        draw=draw, role=role, value=value, actor=actor, now=NOW, entropy=SeededEntropy(2)
    )


@pytest.mark.parametrize("columns", [("phone",), ("email",), ("phone", "email")])
def test_altered_contacts_undo_no_draw_and_letters_go_another_way(
    pool: list[Expert], operator: User, supervisor: User, columns: tuple[str, ...]
) -> None:
    for column in columns:
        alter([expert.pk for expert in pool], column)
    draw = make_draw(now=NOW, operator=operator, seats=3, channels=("sms",), reached=False)
    assert draw.status == DrawStatus.INVITING
    rows = lines(draw)
    assert [row.state for row in rows] == [InvitationState.INVITED] * 3
    for row in rows:
        letters = Message.objects.filter(about_id=str(row.pk), occasion="draw.invitation")
        found = {one.channel: (one.state, one.detail) for one in letters}
        if "phone" in columns:
            state, why = found["sms"]
            assert state == "failed"
            assert "手机号无法读取" in why
        assert ("email" in found) is (columns == ("phone",))

    jobs = ProcrastinateJob.objects.filter(task_name="draws.tell_shut")
    assert [job.args for job in jobs] == [{"draw_id": draw.pk}]
    for _ in range(2):
        tell_shut(draw_id=draw.pk, now=NOW)
    assert told([supervisor], "draw.alarm") == [supervisor.name]
    assert Message.objects.filter(occasion="draw.alarm", recipient_key__isnull=False).exists()
    page = login(Client(), supervisor).get(reverse("draws:detail", args=[draw.pk]))
    assert "手机号或邮箱无法读取" in page.content.decode()
    assert not any(expert.name in page.content.decode() for expert in pool)
    swept()
    assert alarms() == {AlarmKind.CONTACT: False}


def test_the_alarm_ends_once_the_contacts_open_and_not_by_an_answer(
    pool: list[Expert], operator: User
) -> None:
    alter([expert.pk for expert in pool])
    draw = make_draw(now=NOW, operator=operator, seats=1)
    tell_shut(draw_id=draw.pk, now=NOW)
    (row,) = lines(draw)
    say(row, accept=True)
    swept()
    assert alarms() == {AlarmKind.CONTACT: False}
    expert = Expert.objects.get(pk=expert_id_of(row))
    expert.phone = "13800138000"
    expert.save(update_fields=["phone"])
    swept(3)
    assert alarms() == {AlarmKind.CONTACT: True}


@pytest.mark.parametrize("accept", [True, False])
def test_altered_contacts_keep_nobody_from_answering(
    pool: list[Expert], operator: User, accept: bool
) -> None:
    draw = make_draw(now=NOW, operator=operator, seats=2)
    for column in ("phone", "email"):
        alter([expert.pk for expert in pool], column)
    first, second = lines(draw)
    say(first, accept=accept)
    first.refresh_from_db()
    assert first.state == ("accepted" if accept else "declined")
    expire(invitation_id=second.pk, now=second.deadline_at, entropy=SeededEntropy(4))
    second.refresh_from_db()
    assert second.state != InvitationState.INVITED
    assert len(lines(draw)) > 2  # the next of the order is asked


def test_a_value_stands_whatever_stops_the_order(
    pool: list[Expert], operator: User, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = sealed(operator)
    give(draw, "operator", operator)
    seat_draw = ordering.seat_draw

    def stop(**given: Any) -> None:
        seat_draw(**given)
        raise RuntimeError

    monkeypatch.setattr(ordering, "seat_draw", stop)
    draw = give(draw, "supervisor", supervisor)
    assert draw.status == DrawStatus.SEALED
    assert [one.role for one in draw.revealed] == ["operator", "supervisor"]
    assert not Invitation.objects.exists()
    with pytest.raises(ContributionRefused, match="已经提供过"):
        give(draw, "supervisor", supervisor, "另一个值")
    assert Entry.objects.filter(action="draw.contribute").count() == 2
    assert alarms() == {AlarmKind.ORDER: False}
    assert told([supervisor], "draw.alarm") == [supervisor.name]
    page = login(Client(), supervisor).get(reverse("draws:detail", args=[draw.pk]))
    assert "随机值已齐，没有定序" in page.content.decode()
    swept()
    assert alarms() == {AlarmKind.ORDER: False}

    monkeypatch.setattr(ordering, "seat_draw", seat_draw)
    swept(3)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.INVITING
    assert [bytes.fromhex(one["value"]).decode() for one in draw.reveals[1:]] == ["六六大顺"] * 2
    assert alarms() == {AlarmKind.ORDER: True}


def test_a_draw_that_waits_for_its_order_takes_no_other_value(
    pool: list[Expert], operator: User, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = sealed(operator)
    give(draw, "operator", operator)
    with monkeypatch.context() as stopped:
        stopped.setattr(ordering, "seat_draw", lambda **given: 1 / 0)
        draw = give(draw, "supervisor", supervisor)
    given = draw.reveals
    other = [given[0], given[1] | {"value": "37" * 3}]
    Draw.objects.filter(pk=draw.pk).update(reveals=other)
    swept(3)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.INVITING
    assert [one["value"] for one in draw.reveals[1:]] == [one["value"] for one in given]


@pytest.mark.parametrize("left", [[], [0, 0], [1, 1]])
def test_nobody_gives_his_value_twice_nor_is_it_left_out(
    pool: list[Expert],
    operator: User,
    supervisor: User,
    monkeypatch: pytest.MonkeyPatch,
    left: list[int],
) -> None:
    """Taken out of the row a value was given again, and the order could be made of one alone."""
    draw = sealed(operator)
    draw = give(draw, "operator", operator)
    Draw.objects.filter(pk=draw.pk).update(reveals=[])
    with pytest.raises(ContributionRefused, match="已经提供过"):
        give(draw, "operator", operator, "另一个值")
    with monkeypatch.context() as stopped:
        stopped.setattr(ordering, "seat_draw", lambda **given: 1 / 0)
        draw = give(draw, "supervisor", supervisor, "另一个值")
    given = draw.reveals
    Draw.objects.filter(pk=draw.pk).update(reveals=[given[at] for at in left])
    swept(3)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.INVITING
    assert [one["role"] for one in draw.reveals] == ["system", "operator", "supervisor"]
    assert [bytes.fromhex(one["value"]).decode() for one in draw.reveals[1:]] == [
        "六六大顺",
        "另一个值",
    ]


def test_a_seal_stands_whatever_stops_the_order(
    pool: list[Expert], operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat_draw = ordering.seat_draw
    monkeypatch.setattr(ordering, "seat_draw", lambda **given: 1 / 0)
    draw = make_draw(now=NOW, operator=operator, reached=False)
    assert draw.status == DrawStatus.SEALED
    assert alarms() == {AlarmKind.ORDER: False}
    monkeypatch.setattr(ordering, "seat_draw", seat_draw)
    swept()
    draw.refresh_from_db()
    assert (draw.status, Draw.objects.count()) == (DrawStatus.INVITING, 1)


def test_the_command_names_what_does_not_open_and_health_counts_it(
    pool: list[Expert], client: Client
) -> None:
    assert count_shut() == 0
    call_command("rotate_keys", "--check")
    alter([pool[2].pk])
    with pytest.raises(CommandError, match="1 处无法打开") as refusal:
        call_command("rotate_keys", "--check")
    assert f"experts_expert.phone，主键 {pool[2].pk}（{pool[2].number}）" in str(refusal.value)
    assert client.get("/health/").json()["unreadable"] == "ok"
    assert count_shut() == 1
    assert client.get("/health/").json()["unreadable"] == "1"


def test_sheets_and_lists_show_the_cell_as_unreadable(
    pool: list[Expert], operator: User, supervisor: User
) -> None:
    draw = make_draw(now=NOW, operator=operator, seats=2)
    accept_all(draw, now=NOW)
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    draw.refresh_from_db()
    alter([expert.pk for expert in pool])
    sheet = build_sheet(draw=draw, actor=supervisor, now=draw.reveal_at)
    assert {row.contact for row in sheet.rows} == {UNREADABLE}
    signs = build_sign_in(draw=draw, actor=supervisor, now=draw.reveal_at)
    assert [one.phone for one in signs.rows[:2]] == [UNREADABLE] * 2
