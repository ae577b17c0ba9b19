"""Rows that somebody writes past the log after a seal choose nobody: a turn that they take stops the draw
as a change by a page does. What moves by itself stops nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from expertpool.accounts.models import User
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.core.mandates import forged_rows
from expertpool.draws.models import Draw, DrawPause
from expertpool.draws.queries.pool_changes import changes_in_words
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.sealing import start_draw
from expertpool.experts.models import Expert
from expertpool.experts.services.accounts import open_account
from expertpool.experts.services.leave import cancel_leave, file_leave
from expertpool.projects.models import Avoidance
from tests.factories.draws import expert_id_of, make_draw, make_ready_project, open_names_at
from tests.factories.experts import make_expert, make_unit
from tests.factories.pool_changes import (
    MINUTE,
    NOW,
    drawn_of,
    go_on,
    order,
    reasons,
    reply,
    sealed,
    sitting,
    told,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def pool() -> list[Expert]:
    return [
        make_expert(f"专家{n:02}", email=f"e{n}@example.cn", birth_date=date(1985, 1, 1))
        for n in range(40)
    ]


def sealed_for(operator: User, *conditions: dict[str, Any], seats: int = 5) -> Draw:
    """A draw that waits for its values, for whoever meets ``conditions``."""
    project = make_ready_project(
        now=NOW,
        groups=[GroupInput("综合", seats, [{"all": list(conditions)}])],
        contributors=["operator", "supervisor"],
        channels=("email",),
    )
    return start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(3))


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


YOUNG = {"field": "age", "op": "lte", "value": 60}


@pytest.mark.shows("DRAW-12")
@pytest.mark.parametrize("column", ["birth_date", "term_end_date"])
def test_a_written_value_stops_the_draw(
    pool: list[Expert], operator: User, supervisor: User, column: str
) -> None:
    draw = sealed_for(operator, YOUNG)
    others = Expert.objects.filter(pk__in=[expert.pk for expert in pool[6:]])
    others.update(**{column: date(1940, 1, 1)})
    order(draw, operator, supervisor)
    meant = {expert.pk for expert in drawn_of(draw)[:5]}
    pause = DrawPause.objects.get(draw=draw, resumed_at=None)
    assert sitting(draw) == meant
    assert told([supervisor]) == [supervisor.name]
    assert "没有对应的记录" in changes_in_words(pause.told)
    # Put back, it was for nothing.
    others.update(**{column: getattr(pool[6], column)})
    assert go_on(draw, supervisor)
    assert sitting(draw) == meant


@pytest.mark.parametrize("deed", ["backdated", "own", "stretched"])
def test_a_written_leave_takes_nobody_his_turn(
    pool: list[Expert], admin: User, operator: User, supervisor: User, deed: str
) -> None:
    """Whenever and by whomever its row says that it was filed: none that nobody filed here counts (0505)."""
    ensure_demo_roles()
    opens = NOW + 3 * DAY
    others = pool[6:]
    for expert in others:
        if deed == "own":
            open_account(expert=expert, actor=admin, now=NOW - 30 * DAY)
        if deed == "stretched":
            file_leave(
                expert=expert,
                start=NOW,
                end=opens - DAY,
                reason="出国",
                actor=admin,
                now=NOW - 3 * DAY,
            )
    draw = sealed(operator)
    connection.check_constraints()
    write("SET LOCAL session_replication_role = replica")  # as the owner of the tables
    for expert in others:
        if deed == "stretched":
            write(
                "update experts_leave set during = tstzrange(%s, %s) where expert_id = %s",
                *(NOW, opens + DAY, expert.pk),
            )
        else:
            own = deed == "own"
            write(
                "insert into experts_leave"
                " (expert_id, during, created_at, created_by_id, is_own, uid, reason)"
                " values (%s, tstzrange(%s, %s), %s, %s, %s, gen_random_uuid(), 'x')",
                *(expert.pk, NOW, opens + DAY),
                NOW + MINUTE if own else NOW - 3 * DAY,
                Expert.objects.get(pk=expert.pk).user_id if own else None,
                own,
            )
    write("SET LOCAL session_replication_role = origin")
    order(draw, operator, supervisor)
    assert not DrawPause.objects.exists()
    assert sitting(draw) == {expert.pk for expert in drawn_of(draw)[:5]}
    assert forged_rows(now=NOW) == {"请假": len(others)}


def test_a_leave_that_was_cancelled_is_not_written_back(pool: list[Expert], admin: User) -> None:
    leave = file_leave(
        expert=pool[6], start=NOW, end=NOW + DAY, reason="出国", actor=admin, now=NOW - 3 * DAY
    )
    cancel_leave(leave=leave, actor=admin, now=NOW - DAY)
    with pytest.raises(IntegrityError):
        write("update experts_leave set cancelled_at = null where id = %s", leave.pk)


def test_a_written_relation_stops_the_draw(
    pool: list[Expert], operator: User, supervisor: User
) -> None:
    draw = sealed(operator)
    unit = make_unit("招标单位")
    Avoidance.objects.create(project=draw.project, subject="unit", unit=unit)
    for expert in pool[6:]:
        write(
            "insert into experts_avoidanceunit"
            " (expert_id, unit_id, person_name, kind, note, created_at, is_own)"
            " values (%s, %s, '', 'declared', '', %s, false)",
            *(expert.pk, unit.pk, NOW - DAY),
        )
    order(draw, operator, supervisor)
    assert DrawPause.objects.filter(draw=draw, resumed_at=None).exists()


def test_whoever_grew_too_old_meanwhile_is_no_hand(
    pool: list[Expert], operator: User, supervisor: User
) -> None:
    draw = sealed_for(operator, YOUNG, seats=40)
    # He is 61 on the day after the seal, as he always would be.
    Expert.objects.filter(pk=pool[0].pk).update(birth_date=date(1965, 11, 25))
    order(draw, operator, supervisor, minutes=24 * 60)
    assert not DrawPause.objects.exists()
    assert pool[0].pk not in sitting(draw)
    assert draw.invitations.filter(state="conflict").count() == 1


def test_nor_is_a_review_that_became_known_meanwhile(
    pool: list[Expert], operator: User, supervisor: User
) -> None:
    before = make_draw(now=NOW - DAY, seats=1, opens_in_hours=40, channels=("email",))
    row = before.invitations.get()
    reply(row, 10 - 24 * 60, accept=True)
    busy = expert_id_of(row)
    never = {"field": "participation", "op": "eq", "value": 0}
    draw = sealed_for(operator, never, seats=40)
    open_names_at(before, NOW + 5 * MINUTE)
    release(draw_id=before.pk, now=NOW + 5 * MINUTE)
    order(draw, operator, supervisor)
    assert not DrawPause.objects.exists()
    assert busy not in sitting(draw)
    assert len(sitting(draw)) == 39
    assert ("exit", "unavailable") in reasons(draw)
