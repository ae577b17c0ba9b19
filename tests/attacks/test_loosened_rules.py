"""Whoever writes rows, or may set the rules of a regime, switches nothing on for a minute: rows do not count, and
what is loosened counts a day later and is told (docs/decisions/0174)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.configuration import Setting
from expertpool.draws.exceptions import DrawNotReady, PickRefused
from expertpool.draws.models import Draw
from expertpool.draws.queries.readiness import check_manual_ways
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.sealing import start_draw
from expertpool.notifications.models import Message
from expertpool.projects.enums import RegimeOption
from expertpool.projects.models import Project
from expertpool.projects.queries.regimes import blocking_rules, has_option
from expertpool.projects.settings import ALLOWED, BLOCKING
from expertpool.siteconfig.models import StoredSetting
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TENDER = "tender"


def save(setting: Setting[tuple[str, ...]], *values: str, by: User, now: datetime) -> None:
    save_settings(
        group=setting.group,
        values={setting.code: values},
        version=version_of(setting.group),
        actor=by,
        now=now,
    )


def start(project: Project, actor: User, now: datetime) -> Draw:
    one = Project.objects.get(pk=project.pk)
    return start_draw(project=one, actor=actor, now=now, entropy=SeededEntropy(1))


def told(user: User) -> int:
    """How often ``user`` was told that a rule was loosened."""
    rows = Message.objects.filter(occasion="request.lowered")
    return sum(one.address == user.username for one in rows)


@pytest.fixture
def project(operator: User) -> Project:
    for _ in range(4):
        make_expert()
    return make_ready_project(now=NOW, seats=2)


def test_a_rule_taken_away_for_a_minute_stops_the_draw_all_the_same(
    project: Project, admin: User, supervisor: User
) -> None:
    rules = BLOCKING[TENDER]
    configure(rules, ("tender.members",))
    with pytest.raises(DrawNotReady, match="5 人以上单数"):
        start(project, admin, NOW)
    save(rules, by=admin, now=NOW)
    assert (told(supervisor), told(admin)) == (1, 0)
    with pytest.raises(DrawNotReady, match="5 人以上单数"):
        start(project, admin, NOW + MINUTE)
    save(rules, "tender.members", "tender.odd", by=admin, now=NOW + 2 * MINUTE)
    assert told(supervisor) == 1  # more is demanded, which counts at once
    with pytest.raises(DrawNotReady, match="应为单数"):
        start(project, admin, NOW + 2 * MINUTE)
    save(rules, by=admin, now=NOW + 3 * MINUTE)
    assert start(project, admin, NOW + DAY + 4 * MINUTE).pk


def test_what_is_allowed_is_so_a_day_later_and_who_watches_is_told(
    project: Project, admin: User, supervisor: User
) -> None:
    options = ALLOWED[TENDER]
    save(options, "manual_ways", by=admin, now=NOW)
    assert (told(supervisor), told(admin)) == (1, 0)
    with pytest.raises(PickRefused, match="满 24 小时"):
        check_manual_ways(project, now=NOW + DAY - MINUTE)
    check_manual_ways(project, now=NOW + DAY + MINUTE)
    save(options, by=admin, now=NOW + DAY + 2 * MINUTE)
    with pytest.raises(PickRefused):
        check_manual_ways(project, now=NOW + DAY + 2 * MINUTE)
    assert (told(supervisor), told(admin)) == (1, 0)


def test_a_leader_is_demanded_at_once_and_for_a_day_more(
    project: Project, admin: User, supervisor: User
) -> None:
    options, leader = ALLOWED[TENDER], RegimeOption.ONE_LEADER
    save(options, leader.value, by=admin, now=NOW)
    assert told(supervisor) == 0
    assert has_option(project, leader, now=NOW)
    save(options, by=admin, now=NOW + MINUTE)
    assert (told(supervisor), told(admin)) == (1, 0)
    assert has_option(project, leader, now=NOW + DAY)
    assert not has_option(project, leader, now=NOW + DAY + 2 * MINUTE)


@pytest.mark.parametrize("is_there", [True, False])
def test_what_somebody_writes_into_the_database_does_not_count(
    project: Project, admin: User, is_there: bool
) -> None:
    """One row allowed choosing by hand, another took a rule away."""
    if is_there:
        save(ALLOWED[TENDER], "one_leader", by=admin, now=NOW - 2 * DAY)
        save(BLOCKING[TENDER], "tender.members", by=admin, now=NOW - 2 * DAY)
    with connection.cursor() as cursor:
        for setting, value in (
            (ALLOWED[TENDER], '["one_leader", "manual_ways"]'),
            (BLOCKING[TENDER], "[]"),
        ):
            cursor.execute(
                "INSERT INTO siteconfig_storedsetting (code, value, secret, reset, change, proof)"
                " VALUES (%s, %s, '', false, 0, '')"
                " ON CONFLICT (code) DO UPDATE SET value = EXCLUDED.value",
                [setting.code, value],
            )
    with pytest.raises(PickRefused):
        check_manual_ways(project, now=NOW)
    assert blocking_rules(TENDER, now=NOW) == ({"tender.members"} if is_there else set())
    page = login(Client(), admin).get(reverse("siteconfig:index")).content.decode()
    assert page.count("数据库被直接改动") == 2
    assert StoredSetting.objects.filter(code=ALLOWED[TENDER].code).exists()
