"""Who is online, who was active when, and which pages were opened, as far as it may be told.

What experts did while names are sealed is told later, whoever asks (`core.visibility.told_later`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Min, QuerySet
from django.db.models.functions import ExtractHour, TruncDate, TruncHour

from expertpool.accounts.models import HeldRole, Role, User
from expertpool.core.configuration import value_of
from expertpool.core.lookups import within_days
from expertpool.core.visibility import told
from expertpool.monitoring.models import Heartbeat, LastBeat, Visit
from expertpool.monitoring.permissions import VIEW
from expertpool.monitoring.settings import BEAT_SECONDS, BEATS_KEPT

MISSED = 2  # heartbeats after which somebody is not online
GRACE = timedelta(seconds=15)  # for the way, and for what waits to be written
HOURS = range(24)
LEVELS = 5  # of a cell, from nothing to the most


def online_since(now: datetime) -> datetime:
    """Return since when a heartbeat says that somebody is online at ``now``."""
    return now - MISSED * timedelta(seconds=value_of(BEAT_SECONDS)) - GRACE


def finest_since(now: datetime) -> datetime:
    """Return since when each heartbeat is there; of those before one an hour."""
    return now - value_of(BEATS_KEPT)


def online_visible_to(user: User, *, now: datetime) -> QuerySet[LastBeat]:
    """Return who is online: all with monitoring.view but for what is told later, otherwise nobody."""
    rows = told(LastBeat.objects.filter(at__gte=online_since(now), user__is_active=True))
    rows = rows.select_related("user", "user__department").prefetch_related("user__roles")
    return rows if user.has_permission(VIEW) else rows.none()


def heartbeats_visible_to(user: User) -> QuerySet[Heartbeat]:
    rows = told(Heartbeat.objects.all())
    return rows if user.has_permission(VIEW) else rows.none()


def visits_visible_to(user: User) -> QuerySet[Visit]:
    rows = told(Visit.objects.select_related("user", "user__department"))
    return rows if user.has_permission(VIEW) else rows.none()


@dataclass(frozen=True)
class Cell:
    """How often somebody of ``role`` (id) was active in an hour of the day; ``level`` from 0 to LEVELS - 1."""

    role: int

    hour: int
    count: int
    level: int


@dataclass(frozen=True)
class HeatRow:
    role: str
    cells: list[Cell]
    total: int


def heat_map(user: User, days: tuple[date, date]) -> list[HeatRow]:
    """Return, of each role that was active on ``days``, how often its holders were in each hour of the day: somebody
    counts once for each hour of each day, in each role that he has now."""
    beats = heartbeats_visible_to(user).filter(within_days("at", days)).order_by()
    hours = beats.values("user", hour=ExtractHour("at"), day=TruncDate("at")).distinct()
    counted: dict[tuple[int, int], int] = {}
    held: dict[int, list[int]] = {}
    for one in HeldRole.objects.values_list("user", "role"):
        held.setdefault(one[0], []).append(one[1])
    for row in hours:
        for role in held.get(row["user"], []):
            key = (role, row["hour"])
            counted[key] = counted.get(key, 0) + 1
    most = max(counted.values(), default=0)
    rows = [_row(role, counted, most) for role in Role.objects.all()]
    return [row for row in rows if row.total]


def hours_behind(
    user: User, days: tuple[date, date], *, role: int | None = None, hour: int | None = None
) -> QuerySet[Heartbeat]:
    """Return of each hour of ``days`` in which somebody was active his first heartbeat: what `heat_map` counts; of the
    holders of ``role``, and in this ``hour`` of the day, where they are given."""
    beats = heartbeats_visible_to(user).filter(within_days("at", days)).order_by()
    if hour is not None:
        beats = beats.annotate(hour_of_day=ExtractHour("at")).filter(hour_of_day=hour)
    if role is not None:
        beats = beats.filter(user__in=HeldRole.objects.filter(role=role).values("user"))
    # Grouped once: to look for an earlier one of each takes as long as there are, squared.
    first = beats.values("user", begins=TruncHour("at")).annotate(first=Min("pk")).values("first")
    # The days again: they say in which partitions to look.
    rows = Heartbeat.objects.filter(within_days("at", days), pk__in=first)
    return rows.select_related("user", "user__department").prefetch_related("user__roles")


def _row(role: Role, counted: dict[tuple[int, int], int], most: int) -> HeatRow:
    cells = []
    for hour in HOURS:
        count = counted.get((role.pk, hour), 0)
        # Whoever was there at all is seen: the lightest shade is one.
        level = -(-count * (LEVELS - 1) // most) if most else 0
        cells.append(Cell(role.pk, hour, count, level))
    return HeatRow(role.name, cells, sum(cell.count for cell in cells))
