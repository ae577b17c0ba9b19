"""An office that was set up this morning draws today: all its accounts are new (docs/decisions/0791)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.users import create_user
from expertpool.audit.models import Entry
from expertpool.draws import settings
from expertpool.draws.exceptions import ContributionRefused, PlanApprovalRefused
from expertpool.draws.models import Draw, PlanVersion
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan_approval import decide_plan, submit_plan
from expertpool.draws.services.sealing import contribute, start_draw
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.exceptions import ApproverIsApplicant
from expertpool.projects.models import Project
from expertpool.projects.services.approval import approve_project
from tests.factories.accounts import make_department, make_user
from tests.factories.draws import make_plan
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("OPS-08")]
SAID = "系统启用不满 7 天，审核人账号开通于"


class Office(NamedTuple):
    admin: User
    operator: User
    supervisor: User
    now: datetime


@pytest.fixture
def new_office() -> Office:
    now = timezone.now()
    people = (
        make_user(role, created_at=now - timedelta(hours=hours))
        for role, hours in (("admin", 4), ("operator", 3), ("supervisor", 2))
    )
    for _ in range(5):
        make_expert()
    return Office(*people, now)


def waiting(office: Office) -> Project:
    return make_project(ProjectStatus.PENDING, applicant=office.operator, now=office.now)


def agree_to_project(project: Project, office: Office) -> None:
    approve_project(
        project=project, version=project.version, actor=office.supervisor, now=office.now
    )


def agree_to_plan(project: Project, office: Office) -> None:
    decide_plan(
        project=project,
        version=PlanVersion.objects.get(plan__project=project).number,
        agree=True,
        note="同意",
        actor=office.supervisor,
        now=office.now,
    )


def give_value(draw: Draw, role: str, actor: User, now: datetime) -> Draw:
    return contribute(
        draw=draw, role=role, value="31 26", actor=actor, now=now, entropy=SeededEntropy(6)
    )


def noted(action: str) -> str:
    return Entry.objects.get(action=action).note


def test_a_new_office_draws_on_its_first_day_and_the_record_says_how_new_it_was(
    new_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(settings.PLAN_APPROVAL), "default", True)
    _, operator, supervisor, now = new_office
    project = waiting(new_office)
    page = login(Client(), supervisor).get(f"/projects/{project.pk}/").content.decode()
    assert "开通不满 7 天" not in page
    agree_to_project(project, new_office)
    make_plan(project, seats=2, actor=operator, now=now, contributors=["operator", "supervisor"])
    submit_plan(project=project, version=1, actor=operator, now=now)
    agree_to_plan(project, new_office)
    draw = start_draw(project=project, actor=operator, now=now, entropy=SeededEntropy(1), version=1)
    give_value(draw, "operator", operator, now)
    draw = give_value(draw, "supervisor", supervisor, now)
    assert draw.status == "inviting"
    assert SAID in noted("project.approve")
    assert noted("draw.plan_decide").startswith("同意；")
    assert SAID in noted("draw.plan_decide")
    said = {one.actor: one.note for one in Entry.objects.filter(action="draw.contribute")}
    assert SAID in said[supervisor]
    assert said[operator] == ""
    # What the applicant reads are the words of who decided.
    project.refresh_from_db()
    assert project.decision_note == ""


def test_whoever_opened_the_account_of_who_asks_agrees_to_nothing(new_office: Office) -> None:
    admin, operator, _, now = new_office
    role = operator.roles.get()
    at = now - timedelta(hours=1)
    clerk, _ = create_user(
        username="clerk",
        name="李经办",
        department=make_department("工程部"),
        roles=[role],
        actor=admin,
        now=at,
    )
    project = make_project(ProjectStatus.PENDING, applicant=clerk, now=now)
    with pytest.raises(ApproverIsApplicant, match="开通、修改过申请人的账号"):
        approve_project(project=project, version=project.version, actor=admin, now=now)


def test_an_office_that_has_an_older_account_waits_for_it(
    new_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, now = new_office.operator, new_office.now
    make_user("supervisor", created_at=now - timedelta(days=8), is_active=False)
    with pytest.raises(ApproverIsApplicant, match="不满 7 天"):
        agree_to_project(waiting(new_office), new_office)
    project = make_project(ProjectStatus.APPROVED, applicant=operator, now=now)
    make_plan(project, seats=2, actor=operator, now=now, contributors=["supervisor"])
    draw = start_draw(project=project, actor=operator, now=now, entropy=SeededEntropy(1))
    with pytest.raises(ContributionRefused, match="不满 7 天"):
        give_value(draw, "supervisor", new_office.supervisor, now)
    monkeypatch.setitem(vars(settings.PLAN_APPROVAL), "default", True)
    project = make_project(ProjectStatus.APPROVED, applicant=operator, now=now)
    make_plan(project, seats=2, actor=operator, now=now)
    submit_plan(project=project, version=1, actor=operator, now=now)
    with pytest.raises(PlanApprovalRefused, match="不满 7 天"):
        agree_to_plan(project, new_office)
