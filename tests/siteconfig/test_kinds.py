"""Each kind: what it takes, what it stores, what it says of its bounds."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from expertpool.core.configuration import (
    Choice,
    Duration,
    Number,
    OwnNumber,
    Setting,
    Several,
    Span,
)
from expertpool.core.configuration.reading import loaded
from tests.siteconfig.conftest import (
    GROUP,
    KEPT,
    LEAST,
    MODE,
    NAME,
    PASSWORD,
    QUIET,
    SENDER,
    SHOWN,
)

NIGHT = Span(time(22), time(7))


@pytest.mark.parametrize(
    ("setting", "typed", "value", "stored", "words"),
    [
        (NAME, "　专家库 ", "专家库", "专家库", "专家库"),
        (LEAST, "12", 12, 12, "12 分钟"),
        (KEPT, "3", timedelta(days=3), 259_200, "3 天"),
        (SHOWN, None, False, False, "关闭"),
        (SHOWN, "on", True, True, "开启"),
        (MODE, "tls", "tls", "tls", "TLS"),
        (QUIET, "22:00-7:00", NIGHT, ["22:00", "07:00"], "22:00 至 次日 07:00"),
        (QUIET, "", None, None, "未设置"),
        (SENDER, "a@b.cn", "a@b.cn", "a@b.cn", "a@b.cn"),
        (PASSWORD, " geheim ", " geheim ", " geheim ", "••••••"),
    ],
)
def test_what_is_typed_is_stored_and_comes_back(
    setting: Setting[Any], typed: Any, value: Any, stored: Any, words: str
) -> None:
    kind = setting.kind
    found = kind.field().clean(typed)
    kind.check(found)
    assert found == value
    assert kind.dump(found) == stored
    assert kind.load(stored) == value
    assert kind.words(value) == words


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        (NAME, "", "不能为空"),
        (NAME, "一二三四五六七八九十一", "最多 10 个字，现在 11 个"),
        (NAME, "一\n二", "换行"),
        (LEAST, 0, "应为 1 至 60 分钟，填的是 0"),
        (LEAST, 61, "应为 1 至 60 分钟，填的是 61"),
        (KEPT, timedelta(days=31), "应为 1 至 30 天"),
        (KEPT, timedelta(hours=30), "应为 1 至 30 天"),
        (MODE, "ssl", "请选择：不加密、TLS"),
        (SENDER, "nobody", "name@example.cn"),
    ],
)
def test_bounds_are_told(setting: Setting[Any], value: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        setting.kind.check(value)


@pytest.mark.parametrize(
    "typed",
    [
        "22",
        "25:00-07:00",
        "22:00-22:00",
        "a-b",
        "1:00-2:00-3:00",
        "9" * 21,
        "07:00+08:00-22:00",
        "07:00:30-07:00:10",
        "07:00Z-22:00",
        "0700-22:00",
    ],
)
def test_a_part_of_the_day_that_cannot_be_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError, match=r"应像 22:00-07:00|同一时刻"):
        QUIET.kind.field().clean(typed)


@pytest.mark.parametrize(
    ("at", "inside"), [("21:59", False), ("22:00", True), ("03:00", True), ("07:00", False)]
)
def test_a_night_goes_past_midnight(at: str, inside: bool) -> None:
    moment = time.fromisoformat(at)
    assert (moment in NIGHT) is inside
    assert (moment in Span(time(7), time(22))) is not inside


def test_a_default_outside_its_bounds_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(ValidationError):
        Setting("samples.wrong", "错", Number(1, 2), 3, group=GROUP)


@pytest.mark.parametrize(
    ("kind", "default", "stored"),
    [(Number(1, 9), 5, "七"), (Choice((("a", "A"),)), "a", "zz"), (Duration(1, 2), None, True)],
)
def test_what_an_older_version_stored_and_nobody_can_read_counts_as_not_set(
    kind: Any, default: Any, stored: Any, caplog: pytest.LogCaptureFixture
) -> None:
    default = default or timedelta(minutes=1)
    setting = Setting(f"samples.older-{type(kind).__name__}", "旧", kind, default, group=GROUP)
    assert loaded(setting, {setting.code: stored}) == default
    assert "samples.older" in caplog.text
    assert str(stored) not in caplog.text.replace("samples.older", "")


@pytest.mark.parametrize(
    ("kind", "stored", "counts"),
    [
        (Number(1, 9), 30, 9),
        (Number(1, 9), 0, 1),
        (Duration(1, 240), 1440 * 60, timedelta(minutes=240)),
        (OwnNumber(Number(1, 9)), 30, 9),
        (OwnNumber(Number(1, 9)), None, None),
    ],
)
def test_what_was_stored_within_wider_bounds_counts_as_the_bound(
    kind: Any, stored: Any, counts: Any
) -> None:
    default = timedelta(minutes=5) if isinstance(kind, Duration) else 5
    setting = Setting("samples.wider", "旧", kind, default, group=GROUP)
    assert loaded(setting, {setting.code: stored}) == counts


def test_several_come_in_their_order_and_none_is_a_choice() -> None:
    kind = Several((("a", "甲"), ("b", "乙"), ("c", "丙")))
    chosen = kind.field().clean(["c", "a"])
    assert chosen == ("a", "c") == kind.load(kind.dump(chosen))
    assert kind.words(chosen) == "甲、丙"
    assert kind.field().clean([]) == ()
    assert kind.words(()) == "不要求"
    with pytest.raises(ValidationError, match="甲、乙、丙"):
        kind.check(("x",))


def test_a_number_of_ones_own_may_be_left_to_what_holds_for_all() -> None:
    kind = OwnNumber(Number(1, 9, "人"))
    assert kind.field().clean("") is None
    assert kind.words(None) == "与通用规定相同"
    assert kind.field().clean("3") == 3 == kind.load(kind.dump(3))
    with pytest.raises(ValidationError, match="1 至 9 人"):
        kind.check(10)
