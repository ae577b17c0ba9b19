"""Whoever manages the pool freezes most of it before a seal and restores it afterwards: whoever starts the
draw is told before, and all who supervise it at the seal (docs/decisions/0162)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.models import Draw, DrawPlan
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.outset import look_ahead
from expertpool.draws.services.sealing import start_draw
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.records import suspended_lately, taken_out
from expertpool.experts.services.deletion import delete_expert, restore_expert
from expertpool.experts.services.status import freeze_expert, unfreeze_expert
from expertpool.inspections.models import Inspection
from expertpool.inspections.services.deciding import lift
from expertpool.notifications.models import Message
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert
from tests.factories.inspections import hand_in_inspection, open_one

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def pool() -> list[Expert]:
    return [make_expert() for _ in range(16)]


@pytest.fixture
def project(pool: list[Expert]) -> Project:
    return make_ready_project(now=NOW, opens_in_hours=24 * 20, seats=2)


def freeze(experts: list[Expert], actor: User) -> None:
    for expert in experts:
        freeze_expert(expert=expert, reason="核对资料", actor=actor, now=NOW)


def cautions(project: Project, actor: User, now: datetime) -> str:
    plan = DrawPlan.objects.get(project=project)
    found = look_ahead(plan=plan, members=[project], actor=actor, now=now)
    return "".join(one.title + one.text for one in found.cautions)


def start(project: Project, actor: User, now: datetime = NOW + HOUR) -> Draw:
    one = Project.objects.get(pk=project.pk)
    return start_draw(project=one, actor=actor, now=now, entropy=SeededEntropy(1))


def told() -> list[Message]:
    return list(Message.objects.filter(occasion="draw.pool_emptied"))


def test_whoever_starts_and_supervises_is_told_who_emptied_the_pool(
    pool: list[Expert], project: Project, admin: User, operator: User, supervisor: User
) -> None:
    freeze(pool[:12], admin)
    words = f"{admin.name} 在 7 天内冻结、移入黑名单或删除了 12 名专家，占当时在库的 75%"
    assert words in cautions(project, operator, NOW + HOUR)
    start(project, operator)
    messages = {one.recipient: one.body for one in told()}
    assert words in messages[supervisor.name]


def test_few_or_those_who_are_back_or_long_ago_are_told_of_nowhere(
    pool: list[Expert], project: Project, admin: User, operator: User, supervisor: User
) -> None:
    freeze(pool[:2], admin)
    assert "少了很多人" not in cautions(project, operator, NOW + HOUR)
    freeze(pool[2:12], admin)
    assert "少了很多人" in cautions(project, operator, NOW + HOUR)
    assert "少了很多人" not in cautions(project, operator, NOW + 8 * DAY)
    for expert in pool[2:12]:
        frozen = Expert.objects.get(pk=expert.pk)
        unfreeze_expert(expert=frozen, reason="核查完毕", actor=admin, now=NOW)
    assert "少了很多人" not in cautions(project, operator, NOW + HOUR)
    start(project, operator)
    assert not told()


def test_who_never_was_in_the_pool_was_not_taken_out_of_it(
    pool: list[Expert], project: Project, admin: User, operator: User
) -> None:
    """A wrong list was imported: it is deleted, and some of it restored, before anybody was admitted."""
    waiting = [make_expert(status=ExpertStatus.PENDING) for _ in range(16)]
    for expert in waiting:
        delete_expert(expert=expert, reason="导错了名单", actor=admin, now=NOW)
    for expert in waiting[:8]:
        restore_expert(expert=Expert.objects.get(pk=expert.pk), actor=admin, now=NOW)
    assert taken_out(NOW - DAY, now=NOW + HOUR) == []
    assert "少了很多人" not in cautions(project, operator, NOW + HOUR)
    # Who was a member counts, and those who froze and then deleted him count him once.
    freeze(pool[:6], admin)
    for expert in pool[:6]:
        frozen = Expert.objects.get(pk=expert.pk)
        delete_expert(expert=frozen, reason="不再聘用", actor=admin, now=NOW)
    (found,) = taken_out(NOW - DAY, now=NOW + HOUR)
    assert (found.count, found.of) == (6, 16)


def test_few_of_many_are_told_apart_without_counting_the_pool(
    pool: list[Expert], admin: User, django_assert_num_queries: Any
) -> None:
    freeze(pool[:3], admin)
    since = NOW - 7 * DAY
    with django_assert_num_queries(2):  # how many at most, and whether five times as many are left
        assert not taken_out(since, now=NOW + HOUR)
    freeze(pool[3:4], admin)
    (found,) = taken_out(since, now=NOW + HOUR)
    assert (found.count, found.of) == (4, 16)


def test_whoever_starts_and_supervises_is_told_of_many_who_are_suspended(
    pool: list[Expert], project: Project, operator: User, supervisor: User
) -> None:
    """A round of inspections takes most of the pool out of draws as well."""
    open_one(now=NOW - 40 * DAY, days=20)  # suspends from 6 days before
    words = "因年检，7 天内有 16 名专家停止抽取，占在库的 100%，至今没有恢复"
    assert words in cautions(project, operator, NOW + HOUR)
    # Who hands in now, too late, is still suspended: the number says nothing of him.
    row = Inspection.objects.select_related("round", "expert__user").first()
    assert row is not None
    hand_in_inspection(row, now=NOW)
    assert words in cautions(project, operator, NOW + HOUR)
    for one in Inspection.objects.select_related("expert", "round")[:14]:
        lift(row=one, reason="已另行核实", actor=make_user("admin"), now=NOW)
    assert suspended_lately(NOW - 7 * DAY, now=NOW) == []
    assert "年检" not in cautions(project, operator, NOW + HOUR)
    # Long ago it is nobody's surprise.
    assert suspended_lately(NOW + 5 * DAY, now=NOW + 12 * DAY) == []
