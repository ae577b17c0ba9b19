"""One person who keeps the settings has all who left the pool erased in the next night, for good; and whoever erases reads off
a tombstone on which day it reviewed (docs/decisions/0454)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.configuration import Setting
from expertpool.draws.services.names import release
from expertpool.experts.models import Expert
from expertpool.experts.services.deletion import delete_expert
from expertpool.notifications.models import Message
from expertpool.privacy.queries.erasures import erasure_of
from expertpool.privacy.services.erasing import erase
from expertpool.privacy.services.retaining import retain
from expertpool.privacy.settings import KEEP_DELETED, KEEP_YEARS
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DAY = timedelta(days=1)
TONIGHT, TOMORROW = NOW + timedelta(hours=18), NOW + timedelta(hours=42)


@pytest.fixture
def old(admin: User) -> Expert:
    expert = make_expert("早已退出")
    delete_expert(expert=expert, reason="退出", actor=admin, now=NOW - 9 * 366 * DAY)
    return expert


def save(setting: Setting[Any], value: Any, actor: User, now: datetime) -> None:
    group = setting.group
    values = {setting.code: value}
    save_settings(group=group, values=values, version=version_of(group), actor=actor, now=now)


def told() -> set[str]:
    return {one.address for one in Message.objects.filter(occasion="request.lowered")}


@pytest.mark.parametrize("before", [0, 20])
def test_a_shorter_period_erases_nobody_for_a_day_and_is_told(
    before: int, old: Expert, admin: User
) -> None:
    other = make_user("admin")
    configure(KEEP_DELETED, before)
    save(KEEP_DELETED, 1, admin, NOW)
    assert other.username in told()
    assert admin.username not in told()
    assert retain(now=TONIGHT) == 0
    assert retain(now=TOMORROW) == 1


def test_who_puts_it_back_saves_everybody_and_a_longer_one_counts_at_once(
    old: Expert, admin: User
) -> None:
    other = make_user("admin")
    save(KEEP_DELETED, 1, admin, NOW)
    save(KEEP_DELETED, 0, other, NOW + timedelta(hours=2))
    assert retain(now=TOMORROW) == 0
    configure(KEEP_DELETED, 5)
    save(KEEP_DELETED, 30, admin, TOMORROW)
    assert retain(now=TOMORROW) == 0
    assert told() == {other.username}, "longer is nobody's loss"


def test_the_list_of_tonight_is_what_tonight_erases(
    old: Expert, admin: User, time_machine: Any
) -> None:
    def listed(now: datetime) -> bool:
        time_machine.move_to(now, tick=False)
        address = reverse("privacy:erasures")
        return "早已退出" in login(Client(), admin).get(address, {"tab": "due"}).content.decode()

    save(KEEP_DELETED, 1, admin, NOW)
    assert not listed(NOW + timedelta(hours=1))
    assert listed(TOMORROW)


def test_a_tombstone_tells_the_year_alone_and_names_go_a_day_later(
    admin: User, time_machine: Any
) -> None:
    expert = make_expert("候选一")
    draw = make_draw(now=NOW - 300 * DAY, seats=1, opens_in_hours=24 * 10)
    last = timezone.localdate(draw.projects.get().opening_at)
    draw.refresh_from_db()
    release(draw_id=draw.pk, now=draw.reveal_at)
    time_machine.move_to(NOW, tick=False)
    delete_expert(expert=expert, reason="退出", actor=admin, now=NOW)
    expert.refresh_from_db()
    assert f"姓名依法保留至 {last.year + 15} 年底" in erasure_of(expert).words
    erase(expert, actor=admin, now=NOW)
    pages = [reverse("privacy:erasure", args=[expert.pk]), reverse("privacy:erasures")]
    client = login(Client(), admin)
    for page, more in zip(pages, ({}, {"tab": "erased"}), strict=True):
        shown = client.get(page, more).content.decode()
        assert f"{last.year + 15} 年底" in shown
        assert f"{last.year + 15}-{last:%m-%d}" not in shown
    # Whoever shortens it has no name taken before the next day.
    configure(KEEP_YEARS, 30)
    later = NOW + 20 * 366 * DAY
    time_machine.move_to(later, tick=False)
    save(KEEP_YEARS, 15, admin, later)
    retain(now=later)
    expert.refresh_from_db()
    assert expert.name == "候选一"
