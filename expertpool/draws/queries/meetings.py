"""When and where the panel of one or more projects sits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from expertpool.core.text import minutes_text, moment_text
from expertpool.draws.enums import DrawStatus
from expertpool.draws.models import Draw
from expertpool.draws.queries.reveal import proven_opening
from expertpool.projects.models import Project

HOUR = 3600  # seconds


class Slot(Protocol):
    """When a panel sits: a project, or what a record says of it."""

    @property
    def opening_at(self) -> datetime: ...
    @property
    def closing_at(self) -> datetime: ...


S = TypeVar("S", bound=Slot)


@dataclass(frozen=True)
class Meeting:
    """One time and place; projects of a batch that share both are one meeting."""

    projects: list[Project]

    @property
    def opening_at(self) -> datetime:
        return self.projects[0].opening_at

    @property
    def closing_at(self) -> datetime:
        return max(project.closing_at for project in self.projects)

    @property
    def project_names(self) -> str:
        return "，".join(f"{project.name}（{project.number}）" for project in self.projects)

    @property
    def place(self) -> str:
        return self.projects[0].place

    @property
    def check_in_at(self) -> datetime | None:
        known = [project.check_in_at for project in self.projects if project.check_in_at]
        return min(known, default=None)

    @property
    def duration(self) -> str:
        """The expected duration as experts read it: 1 小时 40 分钟."""
        return minutes_text((self.closing_at - self.opening_at) // timedelta(minutes=1))

    @property
    def contacts(self) -> list[tuple[str, str]]:
        """Name and telephone of the contacts, each once."""
        known = ((project.contact_name, project.contact_phone) for project in self.projects)
        return list(dict.fromkeys(known))


def meetings_of(projects: Iterable[Project]) -> list[Meeting]:
    """Return the meetings of ``projects``, the first one first."""
    found: dict[tuple[datetime, str], list[Project]] = {}
    for project in projects:
        found.setdefault((project.opening_at, project.place), []).append(project)
    return [Meeting(found[key]) for key in sorted(found)]


def periods_of(projects: Iterable[Project]) -> list[tuple[datetime, datetime]]:
    """Return the times for which an expert of the panel is taken, none overlapping another."""
    periods: list[tuple[datetime, datetime]] = []
    for start, end in sorted((project.opening_at, project.closing_at) for project in projects):
        if periods and start < periods[-1][1]:
            periods[-1] = (periods[-1][0], max(periods[-1][1], end))
        else:
            periods.append((start, end))
    return periods


def sits_during(projects: Iterable[Project], begin: datetime, end: datetime) -> bool:
    """Tell whether the panel of ``projects`` sits at some time of [begin, end)."""
    return any(start < end and begin < until for start, until in periods_of(projects))


def by_hours(periods: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Cut ``periods`` where a clock hour begins: what holds are kept by."""
    parts = []
    for begins, end in periods:
        start = begins
        while start < end:
            hour_ends = datetime.fromtimestamp((int(start.timestamp()) // HOUR + 1) * HOUR, tz=UTC)
            parts.append((start, min(end, hour_ends)))
            start = hour_ends
    return parts


def first_opening(projects: Iterable[Project]) -> datetime:
    """Return when the panel sits for the first time: names become public before it."""
    return min(project.opening_at for project in projects)


def sealed_opening(draw: Draw) -> datetime:
    """Return when the first project of ``draw`` is reviewed. One that was given up keeps the time for which it was
    sealed, one that is void the last that it had: its projects may have another one by now."""
    own = None
    if draw.status == DrawStatus.ABANDONED:
        own = draw.rule.opening_at
    elif draw.status == DrawStatus.VOID:
        own = proven_opening(draw)
    return own or first_opening(draw.covered)


def last_closing(projects: Iterable[Slot]) -> datetime:
    """Return when the panel is to have done with the last of ``projects``."""
    return max(project.closing_at for project in projects)


def next_opening(projects: Sequence[Slot], *, now: datetime) -> datetime:
    """Return when the panel sits next, or last did: answers, leave and supplements come before."""
    coming = [project.opening_at for project in projects if project.opening_at > now]
    return min(coming) if coming else max(project.opening_at for project in projects)


def coming(projects: Sequence[S], *, now: datetime, begun: bool) -> Sequence[S]:
    """Return those of ``projects`` whose meeting is still to begin, or, also ``begun``, to end; all once
    none is."""
    until = [(one.closing_at if begun else one.opening_at, one) for one in projects]
    return [one for at, one in until if at > now] or projects


def kind_of(projects: Sequence[Project]) -> str:
    """Return of which kind ``projects`` are, by which texts are chosen; empty: of several, or of none."""
    kinds = {one.kind for one in projects}
    return kinds.pop() if len(kinds) == 1 else ""


def words_of(projects: Sequence[Project]) -> dict[str, str]:
    """What letters and sheets say of ``projects``: of a batch all values, each only once."""
    meetings = meetings_of(projects)
    contacts = [(one.contact_name, one.contact_phone) for one in projects]
    every: dict[str, list[str]] = {
        "项目名称": [one.name for one in projects],
        "项目编号": [one.number for one in projects],
        "项目类型": [one.kind for one in projects],
        "采购单位": [one.purchaser.name for one in projects if one.purchaser],
        "所属部门": [one.department.name for one in projects],
        "评审地点": [one.place for one in meetings],
        "评审时间": [moment_text(one.opening_at) for one in meetings],
        "报到时间": [moment_text(one.check_in_at) for one in meetings if one.check_in_at],
        "预计时长": [one.duration for one in meetings],
        "联系人": [name for name, _ in contacts],
        "联系电话": [phone for _, phone in contacts],
        "联系人和电话": [f"{name} {phone}" for name, phone in contacts],
    }
    return {name: "、".join(filter(None, dict.fromkeys(texts))) for name, texts in every.items()}
