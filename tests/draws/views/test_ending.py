"""Whoever saves what ends requests of others is told which before he does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.models import DrawPlan
from expertpool.draws.services.emergency import request_emergency
from expertpool.draws.services.plan_approval import submit_plan
from expertpool.draws.services.releasing import request_release
from expertpool.draws.services.widening import request_widening, widen_plan
from expertpool.projects.enums import ProjectStatus
from expertpool.workflow.queries.requests import lines_asked_by
from tests.factories.draws import EVERYBODY, make_draw, make_plan
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.factories.widening import OTHER, REASON, SENIOR, make_short_panel
from tests.fixtures import login

pytestmark = pytest.mark.django_db
TITLE = "保存后，下列事项自动终止"


def test_who_widens_once_more_is_told_which_request_ends(
    client: Client, operator: User, supervisor: User
) -> None:
    now = timezone.now()
    base = make_short_panel(now=now, operator=operator)
    login(client, operator)
    address = reverse("draws:widen_plan", args=[base.project_id])
    assert TITLE not in client.get(address).content.decode()
    levels = {"g1": [SENIOR, OTHER]}
    request_widening(base=base, reason=REASON, version=1, actor=operator, now=now, levels=levels)
    page = client.get(address).content.decode()
    assert TITLE in page
    assert f"放宽条件补抽申请（{base.number}，{operator} " in page
    widen_plan(project=base.project, levels={"g1": [SENIOR, EVERYBODY]}, actor=operator, now=now)
    assert not lines_asked_by(operator, now=now)
    assert TITLE not in client.get(address).content.decode()


def test_who_changes_a_plan_is_told_that_its_approval_ends(client: Client, operator: User) -> None:
    now = timezone.now()
    plan = make_plan(make_project(ProjectStatus.APPROVED, now=now), actor=operator, now=now)
    login(client, operator)
    address = reverse("draws:plan", args=[plan.project_id])
    assert TITLE not in client.get(address).content.decode()
    version = DrawPlan.objects.get(pk=plan.pk).version
    submit_plan(project=plan.project, version=version, actor=operator, now=now)
    page = client.get(address).content.decode()
    assert TITLE in page
    assert f"方案第 {version} 版的审核（{operator} " in page


def test_who_moves_a_review_is_told_which_requests_end(client: Client, operator: User) -> None:
    now = timezone.now()
    for _ in range(3):
        make_expert()
    draw = make_draw(now=now, operator=operator, seats=2, opens_in_hours=40)
    login(client, operator)
    address = reverse("draws:reschedule", args=[draw.pk])
    assert TITLE not in client.get(address).content.decode()
    request_release(draw=draw, reason="评审提前", actor=operator, now=now)
    request_emergency(
        draw=draw, reason="开标提前", minutes=30, actor=operator, now=now + timedelta(minutes=1)
    )
    page = client.get(address).content.decode()
    assert f"提前公开申请（{draw.number}，{operator} " in page
    assert f"应急抽取申请（{draw.number}，{operator} " in page
