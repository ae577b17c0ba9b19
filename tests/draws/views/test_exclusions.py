"""Why each number was excluded: what supervisors see, and what nobody does."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, User
from expertpool.audit.models import Entry
from expertpool.audit.queries import exported_summary, summary
from expertpool.directory.models import UnitRelation
from expertpool.draws.models import Draw
from expertpool.draws.queries.draws import plan_for
from expertpool.draws.services.prequery import run_prequery
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw, make_ready_project
from tests.factories.experts import make_expert, make_unit
from tests.factories.projects import avoid, make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db


def page(client: Client, project: Project, **query: Any) -> str:
    response = client.get(reverse("draws:exclusions", args=[project.pk]), query)
    return response.content.decode()


@pytest.mark.shows("DRAW-06")
def test_supervisors_see_the_path_of_each_number(client: Client, supervisor: User) -> None:
    bidder, group = make_unit("甲公司"), make_unit("乙集团")
    UnitRelation.objects.create(owner=group, owned=bidder, kind="shareholder", share=60)
    project = make_ready_project(now=timezone.now(), seats=1)
    avoid(project, subject="unit", unit=bidder)
    avoid(project, subject="person", name="郑总", role="head")
    tied, frozen = make_expert("王丽", employer=group), make_expert("李强", status="frozen")
    kin, free = make_expert("郑小明"), make_expert("张三")
    AvoidanceUnit.objects.create(expert=kin, kind="kin", person_name="郑总")
    text = page(login(client, supervisor), project)
    for expert in (tied, frozen, kin):
        assert expert.number in text
        assert expert.name not in text
    assert free.number not in text
    assert "回避单位 甲公司 ← 控股 60% ← 乙集团 ← 现任职单位" in text
    assert "未正式入库或冻结" in text
    assert "投标人的负责人 ← 亲属" in text
    assert "郑总" not in text
    entry = Entry.objects.get(action="draw.exclusions")
    assert sorted(entry.after["专家编号"]) == sorted([tied.number, frozen.number, kin.number])

    text = page(client, project, reason="not_formal")
    assert frozen.number in text
    assert tied.number not in text
    assert tied.number in page(client, project, number=tied.number.lower())


@pytest.mark.shows("DRAW-06")
def test_the_sealed_counts_stay_and_no_sealed_name_is_told(
    client: Client, supervisor: User
) -> None:
    now = timezone.now()
    for _ in range(3):
        make_expert()
    other = make_draw(now=now, seats=2)  # at the same time: holds two of the three
    held = {expert_id_of(line) for line in other.invitations.all()}
    for expert in Expert.objects.filter(pk__in=held):
        expert.avoidance_units.create(unit=make_unit("甲公司"), kind="adviser")
    frozen = make_expert(status="frozen")
    draw = make_draw(now=now, seats=1)
    project = draw.project
    assert draw.rule.exclusions == {"not_formal": 1, "held": 2}
    text = page(login(client, supervisor), project)
    assert "封存时的排除" in text
    assert "时间冲突" in text
    assert frozen.number in text
    assert [one.number for one in Expert.objects.all() if one.number in text] == [frozen.number]

    # Whether somebody is listed does not depend on where he sits.
    avoid(project, subject="unit", name="甲公司")
    text = page(client, project)
    assert {one.pk for one in Expert.objects.all() if one.number in text} == held | {frozen.pk}


def test_without_a_plan_there_is_nothing_to_see(client: Client, supervisor: User) -> None:
    response = login(client, supervisor).get(
        reverse("draws:exclusions", args=[make_project().pk]), follow=True
    )
    assert "还没有抽取方案" in response.content.decode()
    assert not Draw.objects.exists()


@pytest.mark.shows("DRAW-06")
def test_operators_are_not_told(client: Client, operator: User, supervisor: User) -> None:
    project = make_ready_project(now=timezone.now(), seats=1)
    assert (
        login(client, operator).get(reverse("draws:exclusions", args=[project.pk])).status_code
        == 403
    )
    make_expert()
    draw = make_draw(now=timezone.now(), operator=operator)
    detail = reverse("draws:detail", args=[draw.pk])
    assert "排除原因" not in client.get(detail).content.decode()
    assert "排除原因" in login(client, supervisor).get(detail).content.decode()


@pytest.mark.shows("DRAW-06")
def test_logs_tell_who_was_excluded_to_whom_pages_do(
    client: Client, admin: User, operator: User, supervisor: User
) -> None:
    now = timezone.now()
    project = make_ready_project(now=now, seats=1)
    make_expert()
    frozen = make_expert(status="frozen")
    page(login(client, supervisor), project)
    plan = plan_for(project)
    assert plan is not None
    run_prequery(plan=plan, actor=supervisor, now=now)
    tab = f"{reverse('projects:detail', args=[project.pk])}?tab=log"
    count = "未正式入库或冻结 1"
    text = client.get(tab).content.decode()
    assert frozen.number in text
    assert count in text
    text = login(client, operator).get(tab).content.decode()
    assert "查看排除原因" in text  # that somebody looked
    assert "候选人数：1" in text
    assert frozen.number not in text
    assert count not in text

    # The whole log: whose role reads it, and not exclusions.
    role = Role.objects.create(code="log", name="查日志")
    role.permissions.create(code="audit.view", scope=Scope.ALL)
    reader = make_user(roles=(role,))
    looked = Entry.objects.get(action="draw.exclusions")
    detail = reverse("audit:entry_detail", args=[looked.pk])
    assert frozen.number in login(client, admin).get(detail).content.decode()
    text = login(client, reader).get(detail).content.decode()
    assert "查看排除原因" in text
    assert frozen.number not in text
    assert exported_summary(looked) == summary(looked) == ""
