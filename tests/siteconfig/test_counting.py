"""What was lowered counts a day later: the page says what counts now, and what from when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.backups.settings import KEEPING
from expertpool.core.configuration import Setting
from expertpool.core.text import next_minute
from expertpool.draws.queries.policy import policy_for
from expertpool.draws.settings import (
    DEMANDING,
    MOST,
    OWN_NUMBERS,
    PRESENT_LATEST,
    REPLY_SHORTEST,
    REVEAL_EARLIEST,
    THIN,
)
from expertpool.experts.settings import AT_ONCE
from expertpool.privacy.settings import KEEPING as PERIODS
from expertpool.projects.settings import ALLOWED
from expertpool.projects.settings import BY_REGIME as REGIME_RULES
from expertpool.secondfactor.settings import REQUIRED_OF
from expertpool.siteconfig.queries.counting import counting_in_words
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from expertpool.workflow.settings import DEMANDS
from tests.fixtures import login

pytestmark = pytest.mark.django_db
OWN = OWN_NUMBERS[REPLY_SHORTEST.code, "internal"]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def now(admin: User) -> datetime:
    """An office that has long asked for ten minutes."""
    now = timezone.now()
    save(REPLY_SHORTEST, 10, admin, now - 5 * DAY)
    return now


def save(setting: Setting[Any], value: Any, actor: User, at: datetime) -> None:
    version = version_of(setting.group)
    values = {setting.code: value}
    save_settings(group=setting.group, values=values, version=version, actor=actor, now=at)


def from_when(at: datetime) -> str:
    return f"{timezone.localtime(next_minute(at + DAY)):%m-%d %H:%M} 起"


@pytest.mark.shows("SYS-03")
def test_the_page_says_what_counts_and_what_from_when(admin: User, now: datetime) -> None:
    save(REPLY_SHORTEST, 34, admin, now - 3 * DAY)
    save(REPLY_SHORTEST, 10, admin, now - HOUR)
    said = f"34 分钟，{from_when(now - HOUR)} 10 分钟"
    client = login(Client(), admin)
    page = client.get("/settings/", {"q": "答复时限最短"}).content.decode()
    shown = [text.split("<")[0].strip() for text in page.split("<div>")]
    assert said in shown, shown
    assert page.count(f"通用规定现为 {said}") == 3
    assert f"现为 {said}。" in client.get("/settings/groups/inviting/").content.decode()
    for_regime = client.get(f"/settings/groups/{OWN.group.code}/").content.decode()
    assert f"通用规定现为 {said}。" in for_regime
    history = client.get(reverse("siteconfig:history", args=[REPLY_SHORTEST.code]))
    assert f"原来是 34 分钟；{from_when(now - HOUR)}才按新的执行" in history.content.decode()
    assert history.content.decode().count("才按新的执行") == 1  # what was raised counted at once
    assert counting_in_words(now + DAY)(REPLY_SHORTEST) == "10 分钟"


def test_a_regime_that_goes_back_to_what_holds_for_all(admin: User, now: datetime) -> None:
    save(OWN, 30, admin, now - 3 * DAY)
    save(OWN, 20, admin, now - 2 * HOUR)
    save(OWN, None, admin, now - HOUR)
    first, then = from_when(now - 2 * HOUR), from_when(now - HOUR)
    said = f"30 分钟，{first} 20 分钟，{then} 与通用规定相同"
    assert counting_in_words(now)(OWN) == said
    assert policy_for("internal", now=now).reply_shortest == 30
    assert counting_in_words(now)(REPLY_SHORTEST) == "10 分钟"


def test_a_regime_that_asks_less_than_all(admin: User, now: datetime) -> None:
    save(OWN, 5, admin, now - HOUR)
    assert counting_in_words(now)(OWN) == f"10 分钟，{from_when(now - HOUR)} 5 分钟"
    assert policy_for("internal", now=now).reply_shortest == 10


def test_what_was_raised_or_put_back_is_told_as_it_stands(admin: User, now: datetime) -> None:
    save(REVEAL_EARLIEST, 12, admin, now - HOUR)
    save(THIN, "refuse", admin, now - HOUR)
    words = counting_in_words(now)
    assert words(REVEAL_EARLIEST) == "12 小时"
    assert words(THIN) == "一律不能抽取"
    save(THIN, "approve", admin, now)
    assert counting_in_words(now)(THIN) == f"一律不能抽取，{from_when(now)} 方案审核通过后可以抽取"
    save(THIN, "refuse", admin, now)
    assert counting_in_words(now)(THIN) == "一律不能抽取"


def test_what_is_allowed_from_tomorrow(admin: User, now: datetime) -> None:
    setting = ALLOWED["internal"]
    option, label = setting.kind.options[0]  # type: ignore[attr-defined]
    save(setting, (option,), admin, now)
    assert counting_in_words(now)(setting) == f"无，{from_when(now)} {label}"


def test_all_that_is_told_of_when_it_is_lowered_waits() -> None:
    told = (AT_ONCE, REQUIRED_OF, *DEMANDS, *KEEPING, *PERIODS, *MOST, *DEMANDING, *REGIME_RULES)
    at_once = {one.label for one in told if one.strictest is None}
    assert at_once == {PRESENT_LATEST.label}
