"""An office that was set up this morning draws today: all its accounts are new (docs/decisions/0791)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.passwords import reset_password
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
from expertpool.workflow.settings import SECOND_DAYS
from tests.factories.accounts import make_department, make_user
from tests.factories.draws import make_plan
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("OPS-08")]
SAID = "审核人账号不满 7 天，是系统启用的头几天开通的："
DAY = timedelta(days=1)


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


def office_since(now: datetime, days: float, *, opened: float) -> Office:
    """An office of so many ``days`` whose administrator ``opened`` the supervisor's account that many days ago."""
    admin, operator = (
        make_user(role, created_at=now - days * DAY) for role in ("admin", "operator")
    )
    supervisor, _ = create_user(
        username="jiandu",
        name="王监督",
        roles=make_user("supervisor", created_at=now).roles.all(),
        actor=admin,
        now=now - opened * DAY,
    )
    supervisor.phone_verified_at = now - opened * DAY
    supervisor.save()
    return Office(admin, operator, supervisor, now)


@pytest.mark.parametrize("opened", [7.5, 6, 2.5])
def test_who_was_there_in_the_first_days_goes_on_after_them(opened: float) -> None:
    """What he could yesterday he can today: neither too new now, nor in the hands of whoever opened all accounts."""
    office = office_since(timezone.now(), 9, opened=opened)
    reset_password(user=office.supervisor, actor=office.admin, now=office.now - 2.2 * DAY)
    agree_to_project(project := waiting(office), office)
    project.refresh_from_db()
    assert project.status == ProjectStatus.APPROVED
    assert (SAID in noted("project.approve")) is (opened < 7)


def test_whose_hands_were_in_it_after_the_first_days_counts() -> None:
    office = office_since(timezone.now(), 9, opened=6)
    reset_password(user=office.supervisor, actor=office.admin, now=office.now - DAY)
    with pytest.raises(ApproverIsApplicant, match="重置过密码"):
        agree_to_project(waiting(office), office)


@pytest.mark.parametrize(("days", "opened"), [(9, 1.5), (60, 50)])
def test_a_raised_demand_brings_no_first_days_back(days: float, opened: float) -> None:
    """Whoever may change settings asks for 90 days, which an office of two months has had of nobody, and approves his
    own by an account of today."""
    office = office_since(timezone.now(), days, opened=opened)
    configure(SECOND_DAYS, 90)
    with pytest.raises(ApproverIsApplicant, match="不满 90 天"):
        agree_to_project(waiting(office), office)
    # Those of the first days go on: nobody can have an older account.
    first = make_user("supervisor", created_at=office.now - days * DAY)
    agree_to_project(waiting(office), office._replace(supervisor=first))
    assert "审核人账号不满 90 天" in noted("project.approve")
