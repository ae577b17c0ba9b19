"""The past of a pool: draws that are over, with who took part, and draws whose experts are held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from random import Random
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

import vdraw
from expertpool.accounts.models import User
from expertpool.core.fields import encrypted
from expertpool.draws.enums import DrawStatus, InvitationState, Origin
from expertpool.draws.models import Draw, DrawProject, Hold, Invitation
from expertpool.draws.queries.identity import Identity, holder_key, pack_identity, seat_key
from expertpool.draws.queries.meetings import by_hours
from expertpool.draws.queries.written import proof_of
from expertpool.draws.services.reveal import set_reveal
from expertpool.experts.models import Expert
from expertpool.projects.enums import DrawState, ProjectStatus, Regime
from expertpool.projects.models import Project
from tools.bench.copying import copy_rows

EXPERTS_PER_DRAW = 100  # of the pool, for one draw in the last two years
COMING = 200  # of those draws are for reviews in the next two weeks, names sealed
SEATS = 5
_DURATION = timedelta(hours=4)


@dataclass(frozen=True)
class _Seat:
    """One seat of an old draw; its number serves for the invitation."""

    number: int
    draw: Draw
    expert_id: int
    line: int


def write_history(size: int, *, operator: User, now: datetime) -> None:
    """Write one draw with five seats for each hundred experts of a pool of ``size``."""
    count = max(size // EXPERTS_PER_DRAW, 20)
    _write(range(count), size, operator=operator, now=now, seed=2)


def ensure_history(count: int, *, operator: User, now: datetime) -> None:
    """Write draws that are over, until there are ``count``."""
    there = Draw.objects.filter(number__startswith="OLD").count()
    if there < count:
        size = Expert.objects.count()
        _write(range(max(there, COMING), count), size, operator=operator, now=now, seed=3)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


@transaction.atomic
def _write(numbers: range, size: int, *, operator: User, now: datetime, seed: int) -> None:
    """Write the draws of these ``numbers``, each with its project.

    Only the seated stand in these draws, since millions of other candidates would tell nothing;
    their records can therefore not be verified.
    """
    random = Random(seed)  # noqa: S311 (people who do not exist)
    draws = _write_draws(random, numbers, operator, now)
    last = Invitation.objects.aggregate(last=Max("pk"))["last"] or 0
    seats = list(_seats(random, draws, size, after=last))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    names: tuple[str, ...] = (
        "id", "draw_id", "panel_id", "commit", "opening", "seat_key", "line", "group", "level", "origin", "state",
        "expert_id", "invited_at", "deadline_at", "replied_at", "replied_via", "proof",
    )  # fmt: skip
    copy_rows(Invitation, names, (_invitation(random, seat) for seat in seats))
    copy_rows(Hold, ("invitation_id", "holder", "during"), chain.from_iterable(map(_holds, seats)))


def _write_draws(random: Random, numbers: range, operator: User, now: datetime) -> list[Draw]:
    assert operator.department is not None  # noqa: S101 (a demo account has one)
    projects = Project.objects.bulk_create(
        (
            Project(
                number=f"OLD-{at}",
                name=f"历史项目 {at}",
                regime=Regime.INTERNAL,
                department=operator.department,
                opening_at=now + timedelta(minutes=random.randint(60, 20_000))
                if at < COMING
                else now - timedelta(minutes=random.randint(600, 1_000_000)),
                place="评标室",
                contact_name="测量",
                contact_phone="010-00000000",
                status=ProjectStatus.APPROVED,
                draw_state=DrawState.DRAWING if at < COMING else DrawState.SUCCESS,
                created_at=now - timedelta(days=800),
                created_by=operator,
            )
            for at in numbers
        ),
        batch_size=2_000,
    )
    draws = Draw.objects.bulk_create(
        (_draw(at, project, operator) for at, project in zip(numbers, projects, strict=True)),
        batch_size=2_000,
    )
    DrawProject.objects.bulk_create(
        (DrawProject(draw=draw, project=draw.project) for draw in draws), batch_size=2_000
    )
    return draws


def _seats(random: Random, draws: list[Draw], size: int, *, after: int) -> Iterator[_Seat]:
    """Give each draw its experts, nobody twice within two days; numbers follow ``after``."""
    taken: set[tuple[int, date]] = set()
    number = after
    for draw in draws:
        day, line = draw.project.opening_at.date(), 0
        while line < SEATS:
            expert_id = random.randint(1, size)
            if (expert_id, day) in taken:
                continue
            taken |= {(expert_id, day + timedelta(days=step)) for step in (-1, 0, 1)}
            line, number = line + 1, number + 1
            yield _Seat(number, draw, expert_id, line)


def _draw(at: int, project: Project, operator: User) -> Draw:
    over = project.draw_state == DrawState.SUCCESS
    sealed_at = project.opening_at - timedelta(days=15)
    draw = Draw(
        number=f"OLD{at:06d}",
        project=project,
        status=DrawStatus.SUCCESS if over else DrawStatus.INVITING,
        rule_content={"projects": [project.number], "groups": [], "contributors": []},
        candidate_count=SEATS,
        seal=f"{at:064x}",
        nonce=b"",
        seed=f"{at:064x}",
        sealed_at=sealed_at,
        ordered_at=sealed_at,
        ended_at=sealed_at if over else None,
        operator=operator,
    )
    opened = project.opening_at if over else None
    set_reveal(draw, reveal_at=project.opening_at, released_at=opened, by=None)
    return draw


def _invitation(random: Random, seat: _Seat) -> tuple[Any, ...]:
    draw = seat.draw
    state = InvitationState.ACCEPTED if random.random() < 0.8 else InvitationState.DECLINED
    identity = Identity(seat.expert_id, f"ZJ2020{seat.expert_id:06d}", f"{seat.number:032x}")
    commit = vdraw.commit_identity(draw_id=draw.number, ref=identity.ref, salt=identity.salt)
    opening = encrypted(Invitation, "opening").token(pack_identity(identity), draw.pk, commit)
    return (
        seat.number, draw.pk, draw.pk, commit, opening, seat_key(draw.number, seat.expert_id), seat.line, "g1", 1, Origin.DRAWN.value,
        state.value, seat.expert_id if draw.released_at else None,
        draw.sealed_at, draw.project.opening_at, draw.sealed_at, "link",
        # Else pages would ask the log of each what it said last, as of one that somebody else wrote.
        proof_of(Invitation(draw=draw, commit=commit, state=state)),
    )  # fmt: skip


def _holds(seat: _Seat) -> Iterator[tuple[Any, ...]]:
    start = seat.draw.project.opening_at
    for begins, ends in by_hours([(start, start + _DURATION)]):
        during = f"[{begins.isoformat()},{ends.isoformat()})"
        yield seat.number, holder_key(seat.expert_id, begins), during
