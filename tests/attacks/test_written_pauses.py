"""Whom a draw may go on without is what a supervisor looked at, not what a row says he did."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from expertpool.accounts.models import User
from expertpool.draws.models import Draw, DrawPause, Invitation
from expertpool.draws.queries.blocks import candidates_of
from expertpool.draws.queries.clock import waits_for_supervisor
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.overdue import sweep
from expertpool.experts.models import Expert
from tests.factories.experts import make_expert
from tests.factories.pool_changes import (
    MINUTE,
    NOW,
    drawn_of,
    freeze,
    go_on,
    order,
    sealed,
    sitting,
    unfreeze,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=20_000)


@pytest.fixture
def pool() -> list[Expert]:
    return [make_expert(f"专家{n:02}", email=f"e{n}@example.cn") for n in range(40)]


@pytest.fixture
def draw(pool: list[Expert], operator: User) -> Draw:
    return sealed(operator)


def stopped(draw: Draw, pool: list[Expert], admin: User, operator: User, supervisor: User) -> None:
    freeze(pool[6:], admin)
    order(draw, operator, supervisor)
    unfreeze(pool[6:], admin)
    assert waits_for_supervisor(draw)


@pytest.mark.shows("DRAW-12")
def test_a_pause_that_was_written_lets_nobody_be_passed_over(
    draw: Draw, pool: list[Expert], admin: User, operator: User, supervisor: User
) -> None:
    """With a look at all commitments the panel was chosen by freezing, without a stop or a word."""
    DrawPause.objects.create(
        draw=draw,
        reason="入库信息有改动",
        paused_at=NOW,
        resumed_by=supervisor,
        resumed_at=LATER,
        lost=sorted(candidates_of(draw).commits),
        proof=b"x" * 32,
    )
    stopped(draw, pool, admin, operator, supervisor)
    assert sitting(draw) == {expert.pk for expert in drawn_of(draw)[:5]}


@pytest.mark.shows("DRAW-12")
def test_a_stop_lasts_until_a_supervisor_has_looked_whatever_its_row_says(
    draw: Draw, pool: list[Expert], admin: User, operator: User, supervisor: User
) -> None:
    stopped(draw, pool, admin, operator, supervisor)
    meant = {expert.pk for expert in drawn_of(draw)[:5]}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE draws_drawpause SET resumed_at = %s, resumed_by_id = %s", [NOW, supervisor.pk]
        )
    sweep(now=NOW + 40 * MINUTE, entropy=SeededEntropy(3))
    assert waits_for_supervisor(draw)
    assert not Invitation.objects.filter(draw=draw, reached_at__isnull=False).exists()
    assert go_on(draw, supervisor)
    assert not waits_for_supervisor(draw)
    assert sitting(draw) == meant


def test_more_candidates_than_it_stopped_for_are_not_looked_at(
    draw: Draw, pool: list[Expert], admin: User, operator: User, supervisor: User
) -> None:
    freeze(pool[6:], admin)
    order(draw, operator, supervisor)
    with connection.cursor() as cursor:
        every = '["' + '", "'.join(candidates_of(draw).commits) + '"]'
        cursor.execute("UPDATE draws_drawpause SET lost = %s::jsonb", [every])
    # He let it go on without knowing of them: what holds of them still stops it again.
    assert not go_on(draw, supervisor)
    assert waits_for_supervisor(draw)


@pytest.mark.parametrize("change", ["lost = '[]'", "paused_at = now()", "draw_id = draw_id + 1"])
def test_for_whom_it_stands_stays(
    draw: Draw, pool: list[Expert], admin: User, operator: User, supervisor: User, change: str
) -> None:
    stopped(draw, pool, admin, operator, supervisor)
    with pytest.raises(DatabaseError, match="stays"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE draws_drawpause SET {change}")  # noqa: S608
