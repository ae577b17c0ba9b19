"""Time by the day, as clerks write it, and what each day is paid by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from expertpool.fees.enums import FeeOutcome
from expertpool.fees.rules.days import (
    DaysRefused,
    Stretch,
    Worked,
    by_day,
    days_text,
    needs_days,
    read_days,
)
from expertpool.fees.rules.pay import Labour, fee_for
from tests.factories.fees import terms_of

HOUR = timedelta(hours=1)


def at(*moment: int) -> datetime:
    return timezone.make_aware(datetime(*moment))  # type: ignore[arg-type]  # noqa: DTZ001


NEAR = at(2026, 11, 29, 9, 30)


@pytest.mark.shows("PRJ-29")
@pytest.mark.parametrize(
    ("code", "hours", "expected"),
    [
        # 900 a day, below the cap of each; as one stretch it was 1,000.
        ("shandong", (8, 8), 1800),
        ("shandong", (12, 12), 2000),
        # 1,000 a day; as one stretch all beyond the eighth hour was 200 an hour.
        ("zhejiang", (8, 8), 2000),
        ("zhejiang", (9, 3), 1200 + 500),
        ("shanghai", (8, 4), 800 + 500),
        ("beijing", (5, 1), 1000 + 500),
        ("shanxi", (11, 1), 1000 + 300),
        ("tianjin", (8, 2), 600 + 300),
    ],
)
def test_each_day_is_paid_by_itself(code: str, hours: tuple[int, ...], expected: int) -> None:
    days = tuple(Worked(60 * one, label=f"第 {no} 天") for no, one in enumerate(hours, 1))
    fee = fee_for(terms_of(code), Labour(FeeOutcome.COMPLETED, days=days))
    assert fee.total == expected
    assert all(step.text.startswith("第 ") for step in fee.steps)


def test_a_holiday_counts_for_its_day_and_a_review_that_came_to_nothing_as_a_whole() -> None:
    days = (Worked(120), Worked(120, is_holiday=True))
    assert fee_for(terms_of("shanxi"), Labour(FeeOutcome.COMPLETED, days=days)).total == 300 + 600
    # 400 at most for both, of which the 100 that are left for the holiday count twice.
    assert fee_for(terms_of("shanxi"), Labour(FeeOutcome.ABORTED, days=days)).total == 300 + 200
    all_of_it = Labour(FeeOutcome.COMPLETED, days=days, is_holiday=True)
    assert fee_for(terms_of("shanxi"), all_of_it).total == 1200


def test_lines_are_read_as_clerks_write_them() -> None:
    text = "11月30日 15:00至次日1时 休息30分钟 节假日；2026-11-29 09：30～17:30，休息60"
    first, second = read_days(text, near=NEAR)
    assert (first.day, first.minutes, first.is_holiday) == (date(2026, 11, 29), 420, False)
    assert second.ended_at == at(2026, 12, 1, 1, 0)
    assert (second.minutes, second.is_holiday) == (570, True)
    assert read_days(days_text((first, second)), near=NEAR) == (first, second)
    assert read_days("1-2 09:00-10:00", near=at(2026, 12, 30, 9, 0))[0].day == date(2027, 1, 2)
    assert read_days("11/29 20:00-24:00", near=NEAR)[0].ended_at == at(2026, 11, 30, 0, 0)


def test_two_stretches_of_a_day_are_one_day_and_a_night_shift_is_of_its_evening() -> None:
    found = read_days("11-29 09:00-12:00\n11-29 13:00-15:00\n11-30 20:00-02:00", near=NEAR)
    assert by_day(found) == (Worked(300, label="11-29"), Worked(360, label="11-30"))
    assert not needs_days(at(2026, 11, 29, 20, 0), at(2026, 11, 30, 2, 0))
    assert needs_days(at(2026, 11, 29, 9, 30), at(2026, 11, 30, 10, 30))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("上午", "看不懂"),
        ("11-31 09:00-10:00", "没有这一天"),
        ("11-29 09:00-25:00", "时间不对"),
        ("11-29 09:00-10:00 休息60", "休息时间"),
        ("11-29 09:00-08:00", "早于开始"),
        ("11-29 09:00-12:00\n11-29 11:00-13:00", "重叠"),
        ("\n".join(f"11-{day} 09:00-10:00" for day in range(1, 24)), "最多写"),
    ],
)
def test_what_cannot_be_is_refused_in_words(text: str, word: str) -> None:
    with pytest.raises(DaysRefused, match=word):
        read_days(text, near=NEAR)


def test_what_is_stored_is_read_again() -> None:
    one = Stretch(NEAR, NEAR + 3 * HOUR, 30, is_holiday=True)
    assert Stretch.from_json(one.as_json()) == one
    assert Decimal(one.minutes) == 150
