"""What is sealed, handed in and approved is what the page showed, also in a batch that has changed meanwhile."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.models import Draw, DrawPlan, PlanVersion
from expertpool.draws.services.plan_approval import submit_plan
from expertpool.projects.models import Project
from expertpool.projects.services.batches import add_projects, choose_lead
from tests.factories.batches import make_batch, make_members
from tests.factories.draws import make_plan
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
CHANGED = "您打开页面之后，批次的项目、主项目或项目的审核有变动"


@pytest.fixture
def members(operator: User) -> list[Project]:
    """Two projects of a batch, each with a plan of its own, whose versions have one number; a third beside them."""
    now = timezone.now()
    for _ in range(8):
        make_expert()
    found = make_members(72, 76, 80, now=now)
    for seats, project in ((2, found[0]), (1, found[1])):
        make_plan(project, now=now, seats=seats, actor=operator)
    make_batch(found[:2], now=now, actor=operator)
    return found


def posted(page: str) -> dict[str, str]:
    form = page.partition('action="')[2]
    return {
        name: found[1]
        for name in ("version", "mark")
        if (found := re.search(rf'name="{name}" value="([^"]*)"', form))
    }


@pytest.mark.shows("DRAW-12")
def test_another_plan_of_the_same_number_is_not_sealed(
    client: Client, operator: User, members: list[Project]
) -> None:
    address = reverse("draws:start", args=[members[0].pk])
    data = posted(login(client, operator).get(address).content.decode())
    choose_lead(project=members[1], actor=operator, now=timezone.now())
    assert CHANGED in client.post(address, data, follow=True).content.decode()
    assert not Draw.objects.exists()
    again = posted(client.get(address).content.decode())
    assert again["version"] == data["version"]
    assert client.post(address, again).status_code == 302
    assert Draw.objects.get().rule.seats == 1


def test_a_project_that_joined_since_is_not_sealed_unseen(
    client: Client, operator: User, members: list[Project]
) -> None:
    address = reverse("draws:start", args=[members[0].pk])
    data = posted(login(client, operator).get(address).content.decode())
    batch = Project.objects.get(pk=members[0].pk).batch
    assert batch
    add_projects(batch=batch, projects=[members[2]], actor=operator, now=timezone.now())
    assert CHANGED in client.post(address, data, follow=True).content.decode()
    assert not Draw.objects.exists()


@pytest.mark.shows("DRAW-03")
def test_nobody_approves_a_plan_that_he_was_not_shown(
    client: Client, operator: User, supervisor: User, members: list[Project]
) -> None:
    now = timezone.now()
    first, second, _ = members
    submit_plan(project=first, version=1, actor=operator, now=now)
    tab = reverse("projects:detail", args=[first.pk]) + "?tab=plan"
    page = login(client, supervisor).get(tab).content.decode()
    agree = reverse("draws:plan_agree", args=[first.pk, 1])
    (url,) = set(re.findall(rf'hx-post="({agree}[^"]*)"', page))
    choose_lead(project=second, actor=operator, now=now)
    submit_plan(project=second, version=1, actor=operator, now=now + timedelta(minutes=1))
    answer = client.post(url, {"reason": "可以"})
    assert answer.status_code == 409
    assert CHANGED in answer.content.decode() + str(answer.headers)
    assert not PlanVersion.objects.filter(approved=True).exists()


def test_a_form_overwrites_no_plan_of_another_lead(
    client: Client, operator: User, members: list[Project]
) -> None:
    first, second, _ = members
    address = reverse("draws:plan", args=[first.pk])
    page = login(client, operator).get(address).content.decode()
    assert f'name="lead" value="{first.pk}"' in page
    choose_lead(project=second, actor=operator, now=timezone.now())
    data = {
        "version": "1",
        "lead": str(first.pk),
        "group": ["1"],
        "g1-name": "综合",
        "g1-seats": "2",
        "g1-level": ["1"],
        "g1-l1-criteria": '{"all": []}',
        "reply_minutes": "60",
        "leave_hours": "24",
        "reveal_hours": "2",
        "frequency_days": "365",
        "channels": ["sms"],
    }
    refused = client.post(address, data)
    assert refused.status_code == 422
    told = refused.content.decode()
    assert f"主项目改为「{second.name}」" in told
    assert f'name="lead" value="{second.pk}"' in told
    assert DrawPlan.objects.get(project=second).version == 1
    assert client.post(address, data | {"lead": str(second.pk)}).status_code == 302
    assert DrawPlan.objects.get(project=second).version == 2
