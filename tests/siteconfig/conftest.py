"""A group of settings with one of each kind, known to these tests only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from expertpool.core.configuration import (
    SETTING_CONSTRAINTS,
    SETTING_TRIALS,
    SITE_SETTINGS,
    Boolean,
    Choice,
    Duration,
    Email,
    Number,
    Reader,
    Secret,
    Setting,
    SettingConstraint,
    SettingGroup,
    Several,
    Span,
    Text,
    TimeRange,
    Trial,
    TrialFailed,
)

GROUP = SettingGroup("samples", "样例", order=999)
NAME = Setting("samples.name", "名字", Text(10), "默认名", group=GROUP, help="谁的名字。")
LEAST = Setting("samples.least", "最短时限", Number(1, 60, "分钟"), 5, group=GROUP)
USUAL = Setting("samples.usual", "默认时限", Number(1, 60, "分钟"), 30, group=GROUP)
KEPT = Setting("samples.kept", "保留", Duration(1, 30, "天"), timedelta(days=7), group=GROUP)
SHOWN = Setting("samples.shown", "显示水印", Boolean(), True, group=GROUP)
MODE: Setting[str] = Setting(
    "samples.mode", "加密", Choice((("none", "不加密"), ("tls", "TLS"))), "none", group=GROUP
)
QUIET: Setting[Span | None] = Setting("samples.quiet", "安静时段", TimeRange(), None, group=GROUP)
SENDER = Setting("samples.sender", "发件人", Email(), "", group=GROUP)
PASSWORD = Setting("samples.password", "口令", Secret(), "", group=GROUP)
HANDS: Setting[tuple[str, ...]] = Setting(
    "samples.hands", "经手人", Several((("a", "甲"), ("b", "乙"), ("c", "丙"))), (), group=GROUP
)
SAMPLES: tuple[Setting[Any], ...] = (
    NAME,
    LEAST,
    USUAL,
    KEPT,
    SHOWN,
    MODE,
    QUIET,
    SENDER,
    PASSWORD,
    HANDS,
)


def order_of_limits(read: Reader) -> str:
    return "" if read(LEAST) <= read(USUAL) else "默认时限不能短于最短时限。"


def greet(read: Reader, address: str) -> str:
    if not read(PASSWORD):
        raise TrialFailed("没有口令。")
    return f"{read(NAME)} 已发给 {address}"


@pytest.fixture(autouse=True)
def samples() -> Iterator[None]:
    constraint = SettingConstraint("samples.order", GROUP, order_of_limits)
    trial = Trial(GROUP, "试一试", "发给谁", greet)
    with (
        SITE_SETTINGS.holding(*SAMPLES),
        SETTING_CONSTRAINTS.holding(constraint),
        SETTING_TRIALS.holding(trial),
    ):
        yield
