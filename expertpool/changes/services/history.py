"""What an expert keeps of himself beside his record: where he worked, and what he has published. Whoever worked
somewhere stays away from it: a line of his work is an avoidance as well (docs/decisions/0202)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.services import in_words, record
from expertpool.changes.exceptions import ChangeRefused
from expertpool.changes.models import Career, Work
from expertpool.directory.services.units import resolve_unit
from expertpool.experts.enums import AvoidanceKind
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.services.avoidance import (
    add_avoidance_unit,
    is_of_office,
    remove_avoidance_unit,
)
from expertpool.experts.services.taking_away import stays_for_others, take_away
from expertpool.joining.models import Application
from expertpool.joining.queries.contents import read

MOST = 100  # lines of one kind that one person keeps
EMPLOYMENTS = (AvoidanceKind.CURRENT_EMPLOYER, AvoidanceKind.PAST_EMPLOYER)
FULL = f"最多登记 {MOST} 条，请先移除不需要的。"


@transaction.atomic
def save_career(*, career: Career, actor: User, now: datetime) -> Career:
    """Keep a line of the expert's work, new or changed, with the avoidance that it is; logs it.

    Refuses (ValidationError by field) reversed dates and a time to come, (ChangeRefused) more than MOST lines, and a
    line of somebody else.
    """
    before = _before(career, actor)
    if career.start_date and career.start_date > timezone.localdate(now):
        raise ValidationError({"start_date": "开始日期还没有到，请改正。"})
    if career.start_date and career.end_date and career.end_date < career.start_date:
        raise ValidationError({"end_date": "结束日期早于开始日期，请对调或改正。"})
    old = (
        AvoidanceUnit.objects.filter(pk=career.avoidance_id or 0)
        .select_related("expert", "unit")
        .first()
    )
    after = in_words(career, *Career.RECORDED)
    act = record(
        "change.career", actor=actor, now=now, subject=career.expert, before=before, after=after
    )
    _write_anew(career, act, now)
    # Free of the old one first: what is dropped below must belong to no line.
    career.avoidance = None
    career.full_clean()
    career.save()
    _drop(old, actor=actor, now=now)
    career.avoidance = _avoidance_of(career, actor=actor, now=now)
    career.save(update_fields=["avoidance"])
    return career


def _write_anew(line: Career | Work, act: Entry, now: datetime) -> None:
    """Let ``line``, which its expert changes, be one of its own where others are to see it as it stood."""
    if line.pk is None:
        line.created_at = now
    elif stays_for_others(line, act):
        take_away(line, act=act, now=now)
        line.pk, line._state.adding, line.created_at = None, True, now


@transaction.atomic
def take_over_jobs(*, application_id: int) -> list[Career]:
    """Keep the employments of an application that was approved as lines of the work of its expert, each with the
    avoidance that was filed for it, or one of its own; logs them as whoever approved."""
    row = Application.objects.select_related("expert", "decided_by").get(pk=application_id)
    expert, actor, now = row.expert, row.decided_by, row.decided_at
    assert expert is not None  # noqa: S101 (of one that was approved)
    assert actor is not None  # noqa: S101
    assert now is not None  # noqa: S101
    filed = list(AvoidanceUnit.objects.filter(expert=expert, kind__in=EMPLOYMENTS))
    kept = []
    for job in read(row).jobs:
        career = Career(
            expert=expert,
            unit=resolve_unit(name=job["unit"], knowing=True),
            position=job["post"],
            start_date=job["start"] or None,
            end_date=job["end"] or None,
            created_at=now,
        )
        same = (career.unit.pk, career.start_date, career.end_date)
        its = next(
            (one for one in filed if (one.unit_id, one.start_date, one.end_date) == same), None
        )
        if its:
            # Two periods at one unit: each takes an avoidance of its own.
            filed.remove(its)
        career.avoidance = its or _avoidance_of(career, actor=actor, now=now)
        career.full_clean()
        career.save()
        kept.append(career)
        after = in_words(career, *Career.RECORDED)
        record("change.career", actor=actor, now=now, subject=expert, after=after)
    return kept


@transaction.atomic
def carry_over(*, closed_id: int, kept_id: int, now: datetime) -> int:
    """Give the record that stays the lines of work and the works of the one that was merged into it, but for those
    that it has itself; return how many. Their avoidances have come along already: a line keeps that of the record
    that stays. Logged."""
    closed, kept = (Expert.objects.get(pk=pk) for pk in (closed_id, kept_id))
    jobs = _standing(Career, closed).exclude(_same(Career, kept, "unit", "position", "start_date"))
    works = _standing(Work, closed).exclude(_same(Work, kept, "kind", "title", "year"))
    count = 0
    for career in list(jobs.select_related("avoidance")):
        avoidance = career.avoidance and _same_avoidance(career.avoidance, kept)
        Career.objects.filter(pk=career.pk).update(expert=kept, avoidance=avoidance)
        count += 1
    # At once: nothing else hangs on a work.
    count += works.update(expert=kept)
    if count:
        after = {"从": closed.number, "工作经历、论著": count}
        record("change.carry_over", actor=None, now=now, subject=kept, after=after)
    return count


def _standing(model: type[Any], expert: Expert) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.filter(expert=expert, removed_at__isnull=True)
    return rows


def _same(model: type[Any], kept: Expert, *names: str) -> Q:
    """Return the condition of lines that ``kept`` has, too, by ``names``."""
    found = Q(pk__in=[])
    for values in _standing(model, kept).order_by().values(*names):
        # None is no value that a column has.
        found |= Q(
            **{
                (f"{name}__isnull" if value is None else name): (True if value is None else value)
                for name, value in values.items()
            }
        )
    return found


def _same_avoidance(row: AvoidanceUnit, kept: Expert) -> AvoidanceUnit | None:
    """Return the avoidance of ``kept`` that has come of ``row``, if no other line is its reason: rather that of the same
    time than another at that unit."""
    rows = AvoidanceUnit.objects.filter(
        expert=kept, unit=row.unit_id, kind=row.kind, removed_at__isnull=True
    )
    taken = Career.objects.filter(avoidance=OuterRef("pk"))
    free = rows.filter(~Exists(taken)).order_by("pk")
    time = row.start_date, row.end_date
    return min(free, key=lambda one: (one.start_date, one.end_date) != time, default=None)


@transaction.atomic
def remove_career(*, career: Career, actor: User, now: datetime) -> None:
    """Forget a line of his work and the avoidance that he declared by it; the log keeps both."""
    before = _before(career, actor)
    old = (
        AvoidanceUnit.objects.filter(pk=career.avoidance_id or 0)
        .select_related("expert", "unit")
        .first()
    )
    act = record("change.career", actor=actor, now=now, subject=career.expert, before=before)
    take_away(career, act=act, now=now)
    _drop(old, actor=actor, now=now)


def _avoidance_of(career: Career, *, actor: User, now: datetime) -> AvoidanceUnit:
    """File the avoidance that goes with a line."""
    kind = AvoidanceKind.PAST_EMPLOYER if career.end_date else AvoidanceKind.CURRENT_EMPLOYER
    row = AvoidanceUnit(
        expert=career.expert,
        unit=career.unit,
        kind=kind,
        start_date=career.start_date,
        end_date=career.end_date,
        note="工作经历",
    )
    return add_avoidance_unit(row=row, actor=actor, now=now, several=True)


def _drop(row: AvoidanceUnit | None, *, actor: User, now: datetime) -> None:
    # One that the office has made its own meanwhile stays.
    if row is not None and not is_of_office(row):
        remove_avoidance_unit(row=row, actor=actor, now=now)


@transaction.atomic
def save_work(*, work: Work, actor: User, now: datetime) -> Work:
    """Keep a paper or the like, new or changed; logs it. Refuses as `save_career` does."""
    before = _before(work, actor)
    if work.year and work.year > timezone.localdate(now).year + 1:
        raise ValidationError({"year": "年份还没有到，请改正。"})
    after = in_words(work, *Work.RECORDED)
    act = record(
        "change.work", actor=actor, now=now, subject=work.expert, before=before, after=after
    )
    _write_anew(work, act, now)
    work.full_clean()
    work.save()
    return work


@transaction.atomic
def remove_work(*, work: Work, actor: User, now: datetime) -> None:
    """Forget a paper or the like; the log keeps what it was."""
    before = _before(work, actor)
    act = record("change.work", actor=actor, now=now, subject=work.expert, before=before)
    take_away(work, act=act, now=now)


def _before(row: Career | Work, actor: User) -> dict[str, str] | None:
    """Return the words of the line that stands; none of a new one. Lines of one expert are counted and changed one
    after the other."""
    # A new line has no row to hold, so its expert is.
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=row.expert_id)
    if actor.pk != expert.user_id:
        raise ChangeRefused("只有专家本人可以维护这些内容。")
    rows = type(row)._default_manager.filter(expert=expert, removed_at__isnull=True)
    if row.pk is None:
        if rows.count() >= MOST:
            raise ChangeRefused(FULL)
        return None
    stands = rows.filter(pk=row.pk).first()
    if stands is None:
        raise ChangeRefused("这一条已被移除（可能在另一台设备上），请刷新页面。")
    return in_words(stands, *row.RECORDED)
