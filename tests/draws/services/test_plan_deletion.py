"""Who set up a plan takes it away again while it is a draft; what it said stays in its versions."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.exceptions import DrawError, DrawInProgress, DrawNotReady, PlanChanged
from expertpool.draws.models import ConditionGroup, DrawPlan
from expertpool.draws.queries.plan_versions import history_of
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import GroupInput, PlanInput, delete_plan, save_plan
from expertpool.draws.services.plan_approval import submit_plan, withdraw_plan
from expertpool.draws.services.sealing import start_draw
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.draws import EVERYBODY, make_ready_project
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-01")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture
def project(operator: User) -> Project:
    for _ in range(3):
        make_expert()
    return make_ready_project(now=NOW, seats=2, actor=operator)


def change(project: Project, actor: User) -> None:
    save_plan(
        project=project,
        settings=PlanInput(unit_cap=3),
        groups=[GroupInput("综合", 1, [EVERYBODY])],
        actor=actor,
        now=NOW,
    )


def remove(project: Project, actor: User, version: int = 1) -> None:
    delete_plan(project=project, version=version, actor=actor, now=NOW)


def test_an_own_draft_is_gone_and_its_versions_stay(project: Project, operator: User) -> None:
    remove(project, operator)
    plan = DrawPlan.objects.get(project=project)
    assert not ConditionGroup.objects.filter(plan=plan).exists()
    assert (plan.version, plan.unit_cap) == (2, 1)
    assert len(history_of(plan)) == 2
    entry = Entry.objects.get(action="draw.plan_delete")
    assert entry.before["条件组"][0]["人数"] == 2
    with pytest.raises(DrawNotReady, match="还没有设置抽取条件"):
        remove(project, operator, 2)


def test_whoever_still_has_it_open_is_told(project: Project, operator: User) -> None:
    remove(project, operator)
    with pytest.raises(PlanChanged, match="改为 无"):
        save_plan(
            project=project,
            settings=PlanInput(),
            groups=[GroupInput("综合", 1, [EVERYBODY])],
            actor=operator,
            now=NOW,
            version=1,
        )


def test_another_version_than_the_one_read_stays(project: Project, operator: User) -> None:
    change(project, operator)
    with pytest.raises(PlanChanged):
        remove(project, operator, 1)


def test_what_somebody_else_saved_waits_or_is_sealed_stays(
    project: Project, operator: User
) -> None:
    with pytest.raises(DrawNotReady, match="他人保存的"):
        remove(project, make_user("operator"))
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    with pytest.raises(DrawNotReady, match="先撤回"):
        remove(project, operator)
    withdraw_plan(project=project, actor=operator, now=NOW)
    start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(1), version=1)
    with pytest.raises(DrawInProgress):
        remove(project, operator)
    with pytest.raises(DrawError):
        remove(project, operator, 2)
    assert ConditionGroup.objects.filter(plan__project=project).count() == 1


def test_the_button_stands_on_the_page_of_who_may(
    client: Client, project: Project, operator: User
) -> None:
    page = reverse("projects:detail", args=[project.pk]) + "?tab=plan"
    address = reverse("draws:plan_delete", args=[project.pk, 1])
    assert address not in login(client, make_user("operator")).get(page).content.decode()
    assert client.post(address).status_code == 409
    assert address in login(client, operator).get(page).content.decode()
    assert client.post(address).status_code == 204
    text = client.get(page).content.decode()
    assert "还没有抽取方案" in text
    assert address not in text
    form = client.get(reverse("draws:plan", args=[project.pk])).content.decode()
    assert 'name="version" value="2"' in form
