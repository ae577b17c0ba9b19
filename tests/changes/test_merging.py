"""What an expert has beside his record comes along when two records become one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.achievements.models import Achievement
from expertpool.audit.models import Entry
from expertpool.changes.models import Career, Work
from expertpool.changes.services.history import save_career, save_work
from expertpool.core.fields import is_vouched
from expertpool.directory.models import Unit
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.services.merging import merge_experts
from expertpool.files.queries import attachments_of
from expertpool.inspections.enums import State
from expertpool.inspections.models import Inspection, Renewal
from expertpool.inspections.queries.suspension import suspended
from tests.factories.accounts import make_user
from tests.factories.achievements import make_achievement, prove
from tests.factories.experts import give_account, make_expert, make_unit
from tests.factories.inspections import ask_one, hand_in_inspection, inspection_of, open_one

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
LONG_AGO = timezone.now() - timedelta(days=30)
LONG_OVER = date(2009, 1, 1)


def with_account(name: str = "王小明") -> Expert:
    expert = make_expert(name)
    give_account(expert, make_user("expert"))
    expert.refresh_from_db()
    return expert


def merged(keep: Expert, close: Expert, by: User) -> None:
    # As the office does before: a record with an account is none to be closed.
    Expert.objects.filter(pk=close.pk).update(user=None)
    merge_experts(keep=keep, close=close, taken=(), reason="同一人", actor=by, now=timezone.now())


def add_lines(expert: Expert, unit: Unit, title: str) -> None:
    user = expert.user
    assert user is not None
    career = Career(
        expert=expert,
        unit=unit,
        position="工程师",
        start_date=date(2010, 1, 1),
        end_date=date(2015, 1, 1),
    )
    save_career(career=career, actor=user, now=LONG_AGO)
    work = Work(expert=expert, kind="paper", title=title, year=2020)
    save_work(work=work, actor=user, now=LONG_AGO)


@pytest.mark.shows("EXP-15")
def test_where_he_worked_and_what_he_wrote_comes_along_once(admin: User) -> None:
    keep, close = with_account(), with_account()
    one, other = make_unit("甲院"), make_unit("乙院")
    add_lines(keep, one, "桥梁")
    add_lines(close, one, "桥梁")
    add_lines(close, other, "隧道")
    merged(keep, close, admin)
    jobs = Career.objects.filter(expert=keep).select_related("unit", "avoidance")
    assert sorted(one.unit.name for one in jobs) == ["乙院", "甲院"]
    # Each is the reason of an avoidance of the record that stays.
    assert all(one.avoidance and one.avoidance.expert_id == keep.pk for one in jobs)
    assert keep.avoidance_units.filter(removed_at=None).count() == 2
    assert sorted(one.title for one in Work.objects.filter(expert=keep)) == ["桥梁", "隧道"]
    assert Career.objects.filter(expert=close).count() == 1
    entry = Entry.objects.get(action="change.carry_over")
    assert entry.after == {"从": close.number, "工作经历、论著": 2}


@pytest.mark.shows("EXP-15")
def test_each_of_two_times_at_one_unit_is_the_reason_of_its_own_avoidance(admin: User) -> None:
    keep, close, unit = with_account(), with_account(), make_unit("甲院")
    # The office's own word, of another time.
    AvoidanceUnit.objects.create(expert=keep, unit=unit, kind="past_employer", end_date=LONG_OVER)
    add_lines(close, unit, "桥梁")
    again = {"start_date": date(2018, 1, 1), "end_date": date(2026, 1, 1)}
    career = Career(expert=close, unit=unit, position="总工程师", **again)
    assert close.user is not None
    save_career(career=career, actor=close.user, now=LONG_AGO)
    merged(keep, close, admin)
    jobs = Career.objects.filter(expert=keep).select_related("avoidance")
    ends = [(one.end_date, one.avoidance.end_date) for one in jobs if one.avoidance]
    assert sorted(ends) == [(day, day) for day in (date(2015, 1, 1), date(2026, 1, 1))]
    assert keep.avoidance_units.count() == 3


@pytest.mark.shows("EXP-15")
def test_achievements_come_along_with_their_files_and_proofs(admin: User) -> None:
    keep, close = make_expert("王小明"), make_expert("王小明")
    same = make_achievement(keep, title="标准甲")
    twin, other, forged = (
        make_achievement(close, title=title) for title in ("标准甲", "标准乙", "标准丙")
    )
    prove(other, admin)
    Achievement.objects.filter(pk=forged.pk).update(level="国家级")
    merged(keep, close, admin)
    assert set(Achievement.objects.filter(expert=keep)) == {same, other}
    # What is there twice, or was altered past the system, stays where it is.
    assert set(Achievement.objects.filter(expert=close)) == {twin, forged}
    other = Achievement.objects.select_related("expert").get(pk=other.pk)
    assert is_vouched(other)
    assert attachments_of(other).count() == 1


@pytest.mark.shows("EXP-15")
def test_inspections_and_renewals_come_along(admin: User) -> None:
    keep, close = with_account(), with_account()
    both = open_one()
    row = hand_in_inspection(inspection_of(close, both))
    asked = ask_one(close)
    merged(keep, close, admin)
    assert Inspection.objects.get(pk=row.pk).expert == close  # he stands in it himself
    assert Renewal.objects.get(pk=asked.pk).expert == keep
    assert Inspection.objects.filter(expert=keep).count() == 1


@pytest.mark.shows("EXP-15")
def test_who_did_not_pass_by_the_closed_record_is_not_drawn(admin: User) -> None:
    close = make_expert("王小明")
    row = inspection_of(close, open_one())
    keep = make_expert("王小明")
    day = timezone.localdate() + timedelta(days=60)
    merged(keep, close, admin)
    row.refresh_from_db()
    assert (row.expert, row.state) == (keep, State.WAITING)
    assert Expert.objects.filter(suspended(day)).get() == keep
