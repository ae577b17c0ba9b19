"""Whoever may change settings and draws lowers what a draw is held to, draws and puts it back: the demand
counts for a day more, and who supervises and approves is told at once (docs/decisions/0162)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.backups.services.nightly import wanted
from expertpool.backups.settings import FULL_EVERY, KEPT
from expertpool.core.configuration import Setting
from expertpool.draws import settings as office
from expertpool.draws.exceptions import DrawNotReady, TooManyCounts
from expertpool.draws.models import Draw
from expertpool.draws.queries.policy import policy_for
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.tallies import note_count
from expertpool.notifications.models import Message
from expertpool.projects.models import Project
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from tests.factories.draws import make_plan, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TENDER = "tender"


def save(setting: Setting[Any], value: Any, actor: User, now: datetime) -> None:
    save_settings(
        group=setting.group,
        values={setting.code: value},
        version=version_of(setting.group),
        actor=actor,
        now=now,
    )


def start(project: Project, actor: User, now: datetime) -> Draw:
    one = Project.objects.get(pk=project.pk)
    return start_draw(project=one, actor=actor, now=now, entropy=SeededEntropy(1))


def told(setting: Setting[Any]) -> list[str]:
    """Who was told that the demand was lowered."""
    rows = Message.objects.filter(occasion="request.lowered")
    name = f"{setting.group.label}：{setting.label}"
    return [one.recipient for one in rows if f"降低了要求：{name}" in one.subject]


@pytest.fixture
def plan(operator: User) -> Project:
    for _ in range(3):
        make_expert()
    return make_ready_project(now=NOW, seats=3)


def test_the_whole_attack(plan: Project, admin: User, supervisor: User) -> None:
    """Plan approval off, three candidates for three seats, and all put back."""
    approval = office.REGIME_PLAN_APPROVAL[TENDER]
    asked: dict[Setting[Any], Any] = {
        approval: True,
        office.CANDIDATES_PER_SEAT: 2,
        office.PANEL_BITS: 3,
    }
    for setting, value in asked.items():
        configure(setting, value)
    with pytest.raises(DrawNotReady, match="方案审核通过后才能抽取"):
        start(plan, admin, NOW)
    for setting, value in asked.items():
        save(setting, type(value)(0), admin, NOW + MINUTE)
        assert supervisor.name in told(setting)
        assert admin.name not in told(setting)
    with pytest.raises(DrawNotReady, match="方案审核通过后才能抽取"):
        start(plan, admin, NOW + 2 * MINUTE)
    # Put back, it is as it was; and nobody is told that more is demanded.
    before = Message.objects.count()
    for setting, value in asked.items():
        save(setting, value, admin, NOW + 3 * MINUTE)
    assert Message.objects.count() == before
    assert not Draw.objects.exists()


def test_what_is_lowered_counts_a_day_later_and_what_is_raised_at_once(
    plan: Project, admin: User, operator: User
) -> None:
    configure(office.CANDIDATES_PER_SEAT, 2)
    save(office.CANDIDATES_PER_SEAT, 0, admin, NOW)
    with pytest.raises(DrawNotReady, match="制度规定每个席位至少 2 名"):
        start(plan, operator, NOW + DAY - MINUTE)
    save(office.CANDIDATES_PER_SEAT, 3, admin, NOW + DAY)
    with pytest.raises(DrawNotReady, match="制度规定每个席位至少 3 名"):
        start(plan, operator, NOW + DAY + MINUTE)
    save(office.CANDIDATES_PER_SEAT, 0, admin, NOW + DAY + 2 * MINUTE)
    assert start(plan, operator, NOW + 2 * DAY + 3 * MINUTE).pk


LOWERED: list[tuple[Setting[Any], Any, Any]] = [
    (office.REQUIRED_CONTRIBUTORS, ("supervisor",), ()),
    (office.MORE_CONTRIBUTORS[TENDER], ("supervisor",), ()),
    (office.CANDIDATES_PER_SEAT, 2, 0),
    (office.OWN_NUMBERS[office.CANDIDATES_PER_SEAT.code, TENDER], 4, None),
    (office.PANEL_BITS, 3, 0),
    (office.OWN_NUMBERS[office.PANEL_BITS.code, TENDER], None, 0),
    (office.THIN, "refuse", "approve"),
    (office.PLAN_APPROVAL, True, False),
    (office.REGIME_PLAN_APPROVAL[TENDER], True, False),
    (office.EMERGENCY_WITHIN, 24, 720),
    (office.OWN_NUMBERS[office.EMERGENCY_WITHIN.code, TENDER], 24, None),
    (office.REVEAL_BY, "present", "time"),
    (office.OWN_REVEAL_BY[TENDER], "present", "time"),
    (office.REPLY_SHORTEST, 30, 1),
    (office.OWN_NUMBERS[office.REPLY_SHORTEST.code, TENDER], 30, 1),
    (office.EMERGENCY_SHORTEST, 15, 5),
    (office.OWN_NUMBERS[office.EMERGENCY_SHORTEST.code, TENDER], 15, None),
    (office.REVEAL_EARLIEST, 24, 720),
    (office.OWN_NUMBERS[office.REVEAL_EARLIEST.code, TENDER], 24, 720),
]


@pytest.mark.parametrize(("setting", "strict", "weak"), LOWERED)
def test_each_demand_that_is_lowered_is_told_and_waits(
    setting: Setting[Any], strict: Any, weak: Any, admin: User, supervisor: User
) -> None:
    for general in (office.CANDIDATES_PER_SEAT, office.PANEL_BITS):
        if general is not setting:
            configure(general, 2)
    configure(setting, strict)
    demanded = policy_for(TENDER, now=NOW)
    save(setting, weak, admin, NOW)
    assert told(setting) == [supervisor.name]
    assert not policy_for(TENDER, now=NOW + DAY - MINUTE).is_below(demanded)
    assert policy_for(TENDER, now=NOW + DAY + MINUTE).is_below(demanded)
    save(setting, strict, admin, NOW + 2 * DAY)
    assert not policy_for(TENDER, now=NOW + 2 * DAY).is_below(demanded)
    assert Message.objects.filter(occasion="request.lowered").count() == 1


def test_tries_and_counts_are_no_more_for_a_day(
    plan: Project, admin: User, operator: User, supervisor: User
) -> None:
    configure(office.COUNTS_PER_HOUR, 10)
    save(office.COUNTS_PER_HOUR, 100_000, admin, NOW)
    save(office.HELD_TRIES, 100, admin, NOW)
    for setting in office.MOST:
        assert supervisor.name in told(setting)
    for _ in range(10):
        note_count(plan, "不限", actor=operator, now=NOW)
    with pytest.raises(TooManyCounts, match="已满 10 次"):
        note_count(plan, "不限", actor=operator, now=NOW)


def test_a_plan_keeps_the_bounds_of_the_day_before(plan: Project, admin: User) -> None:
    configure(office.REPLY_SHORTEST, 30)
    save(office.REPLY_SHORTEST, 1, admin, NOW)
    with pytest.raises(ValidationError):
        make_plan(plan, now=NOW + MINUTE, reply_minutes=1)
    # Moved together with the longest, there is still a time to choose.
    save(office.REPLY_LONGEST, 60, admin, NOW)
    assert make_plan(plan, now=NOW + MINUTE, reply_minutes=60).pk


def test_the_page_says_from_when_it_counts(client: Client, admin: User) -> None:
    login(client, admin)
    page = client.get(reverse("siteconfig:index")).content.decode()
    assert "降低要求的，立即通知监督人和审核人，满 24 小时后才按新的要求" in page
    assert "降低的 24 小时后生效" in office.FAIRNESS.saved


@pytest.mark.parametrize(("setting", "usual"), [(KEPT, 4), (FULL_EVERY, 7)])
def test_old_backups_are_kept_a_day_longer_and_whoever_looks_after_them_is_told(
    admin: User, auditor: User, setting: Setting[int], usual: int
) -> None:
    save(setting, 1, admin, NOW)
    assert auditor.name in told(setting)
    assert admin.name not in told(setting)
    assert wanted(setting, now=NOW + MINUTE) == usual
    assert wanted(setting, now=NOW + DAY + MINUTE) == 1
    count = len(told(setting))
    save(setting, usual, admin, NOW + DAY * 2)
    assert len(told(setting)) == count
