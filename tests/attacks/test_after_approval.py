"""What was approved is what is drawn: nobody lets a bidder back in, widens the batch or changes rows after
somebody agreed, nor agrees to what he has not seen or changed himself (docs/decisions/0163)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.directory.models import Unit
from expertpool.directory.services.merging import merge_units
from expertpool.draws import settings as office
from expertpool.draws.exceptions import ApprovalForged, DrawNotReady, PlanApprovalRefused
from expertpool.draws.models import Draw, DrawPlan
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan_approval import decide_plan, submit_plan
from expertpool.draws.services.sealing import start_draw
from expertpool.projects.enums import AvoidanceSubject, ProjectStatus
from expertpool.projects.exceptions import (
    ApproverIsApplicant,
    ProjectChanged,
    ProjectNotEditable,
)
from expertpool.projects.models import Avoidance, Project
from expertpool.projects.services.application import submit_project, withdraw_project
from expertpool.projects.services.approval import approve_project
from expertpool.projects.services.avoidance import AvoidanceData, add_avoidance, remove_avoidance
from expertpool.projects.services.batches import add_projects, create_batch, remove_project
from expertpool.workflow.enums import Verdict
from tests.factories.accounts import make_department, make_user
from tests.factories.draws import make_plan, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(hours=1)
OPENING = NOW + timedelta(hours=72)
BIDDER = AvoidanceData(AvoidanceSubject.UNIT, name="华东建设工程有限公司", reason="投标人")
PERSON = AvoidanceData(AvoidanceSubject.PERSON, name="王明", reason="投标人的负责人")


@pytest.fixture(autouse=True)
def pool() -> None:
    for _ in range(4):
        make_expert()


def fresh(project: Project) -> Project:
    return Project.objects.get(pk=project.pk)


def start(project: Project, actor: User, now: datetime = LATER) -> Draw:
    return start_draw(project=fresh(project), actor=actor, now=now, entropy=SeededEntropy(1))


def with_bidder(
    operator: User, supervisor: User | None = None, opening_at: datetime = OPENING
) -> Project:
    """A project that avoids a bidder: a draft, or approved by ``supervisor``."""
    project = make_project(ProjectStatus.DRAFT, applicant=operator, now=NOW, opening_at=opening_at)
    add_avoidance(project=project, data=BIDDER, actor=operator, now=NOW)
    make_plan(project, now=NOW, actor=operator)
    if supervisor:
        hand_in_and_approve(project, operator, supervisor)
    return fresh(project)


def hand_in_and_approve(
    project: Project, operator: User, supervisor: User, now: datetime = NOW
) -> None:
    submit_project(project=(one := fresh(project)), actor=operator, now=now)
    approve_project(project=one, version=one.version, actor=supervisor, now=now)


# --- What was approved stays -----------------------------------------------------------------------


def test_nobody_lets_a_bidder_back_in_after_the_approval(
    client: Client, operator: User, supervisor: User
) -> None:
    project = with_bidder(operator, supervisor)
    bidder = project.avoidances.get()
    login(client, operator)
    page = client.get(reverse("projects:detail", args=[project.pk])).content.decode()
    address = reverse("projects:avoidance_remove", args=[project.pk, bidder.pk])
    assert address not in page
    answer = client.post(address)
    assert answer.status_code == 409
    assert "可以新增回避，不能移除" in answer.content.decode()
    assert project.avoidances.count() == 1
    # One more narrows: what was approved stays approved.
    add_avoidance(project=project, data=PERSON, actor=operator, now=LATER)
    draw = start(project, operator)
    assert draw.rule_content["avoided"] == {"person": 1, "unit": 1}


def test_whoever_approved_changes_nothing_of_it(operator: User) -> None:
    admin = make_user("admin", department=operator.department)
    project = with_bidder(operator, admin)
    with pytest.raises(ProjectNotEditable, match="是您审核通过的"):
        add_avoidance(project=project, data=PERSON, actor=admin, now=LATER)
    other = make_project(ProjectStatus.APPROVED, now=NOW, opening_at=OPENING)
    with pytest.raises(ProjectNotEditable, match="是您审核通过的"):
        create_batch(projects=[project, other], name="批次", actor=admin, now=LATER)


@pytest.fixture
def demanded() -> None:
    configure(office.REGIME_PLAN_APPROVAL["tender"], True)


def approve_plan(project: Project, operator: User, supervisor: User, now: datetime = NOW) -> None:
    version = DrawPlan.objects.get(project=project).version
    standing = submit_plan(project=project, version=version, actor=operator, now=now)
    decision: dict[str, Any] = {"version": standing.number, "agree": True, "note": "同意"}
    assert decide_plan(project=project, actor=supervisor, now=now, **decision) == Verdict.APPROVED


@pytest.mark.usefixtures("demanded")
def test_a_plan_is_approved_for_its_projects_and_no_other(operator: User, supervisor: User) -> None:
    lead = make_ready_project(now=NOW)
    approve_plan(lead, operator, supervisor)
    second = make_project(
        ProjectStatus.APPROVED, now=NOW, name="第二标段", opening_at=OPENING + timedelta(days=1)
    )
    batch = create_batch(projects=[lead, second], name="批次", actor=operator, now=LATER)
    with pytest.raises(
        DrawNotReady, match="「第二标段」加入了批次，原来的审核不再有效；请重新提交"
    ):
        start(lead, operator)
    # Whoever widened the batch is none who agrees to it.
    version = DrawPlan.objects.get(project=lead).version
    handed_in = submit_plan(project=lead, version=version, actor=make_user("operator"), now=LATER)
    with pytest.raises(PlanApprovalRefused, match="批次"):
        decide_plan(
            project=lead, version=handed_in.number, agree=True, note="", actor=operator, now=LATER
        )
    third = make_project(
        ProjectStatus.APPROVED, now=NOW, name="第三标段", opening_at=OPENING + timedelta(days=2)
    )
    add_projects(batch=batch, projects=[third], actor=operator, now=LATER)
    decision: dict[str, Any] = {
        "project": lead,
        "version": handed_in.number,
        "note": "同意",
        "now": LATER,
    }
    with pytest.raises(PlanApprovalRefused, match="提交之后，「第三标段」加入了批次"):
        decide_plan(agree=True, actor=supervisor, **decision)
    decide_plan(agree=False, actor=supervisor, **decision)
    approve_plan(lead, operator, supervisor, LATER)
    remove_project(project=fresh(third), actor=operator, now=LATER)
    with pytest.raises(DrawNotReady, match="「第三标段」移出了批次"):
        start(lead, operator)
    approve_plan(lead, operator, supervisor, LATER)
    assert start(lead, operator).rule_content["plan_approved_at"]


@pytest.mark.usefixtures("demanded")
def test_a_plan_falls_with_the_approval_of_its_project(operator: User, supervisor: User) -> None:
    project = with_bidder(operator)
    version = DrawPlan.objects.get(project=project).version
    with pytest.raises(PlanApprovalRefused, match="还没有审核通过"):
        submit_plan(project=project, version=version, actor=operator, now=NOW)
    hand_in_and_approve(project, operator, supervisor)
    approve_plan(project, operator, supervisor)
    withdraw_project(project=(one := fresh(project)), actor=operator, now=LATER)
    remove_avoidance(avoidance=one.avoidances.get(), actor=operator, now=LATER)
    hand_in_and_approve(project, operator, supervisor, LATER)
    with pytest.raises(DrawNotReady, match="撤回后重新审核过"):
        start(project, operator)
    approve_plan(project, operator, supervisor, LATER)
    assert start(project, operator).pk


# --- By live SQL -----------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["regime", "opening", "duration", "purchaser", "add", "remove"])
def test_what_belongs_to_an_approved_project_is_not_written_past_it(
    operator: User, supervisor: User, what: str
) -> None:
    project = with_bidder(operator, supervisor)
    rows = Project.objects.filter(pk=project.pk)
    match what:
        case "regime":
            rows.update(regime="internal")
        case "opening":
            rows.update(opening_at=OPENING + timedelta(days=40))
        case "duration":
            rows.update(duration_minutes=600)
        case "purchaser":
            rows.update(purchaser=Unit.objects.create(name="采购单位", normalised_name="采购单位"))
        case "add":
            Avoidance.objects.create(project=project, subject="person", expert_number="ZJ000001")
        case _:
            project.avoidances.all().delete()
    with pytest.raises(ApprovalForged, match="回避在系统之外被改动"):
        start(project, operator)
    # Nor is it vouched for by what is added by the page.
    add_avoidance(project=fresh(project), data=PERSON, actor=operator, now=LATER)
    with pytest.raises(ApprovalForged):
        start(project, operator)


def test_an_addition_is_not_taken_back_with_the_proof_of_before(
    operator: User, supervisor: User
) -> None:
    project = with_bidder(operator, supervisor)
    before = bytes(project.status_proof)
    added = add_avoidance(project=project, data=PERSON, actor=operator, now=LATER)
    Avoidance.objects.filter(pk=added.pk).delete()
    Project.objects.filter(pk=project.pk).update(status_proof=before)
    with pytest.raises(ApprovalForged):
        start(project, operator)


def test_units_that_become_one_leave_approvals_as_they_are(
    operator: User, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: LATER)
    one, other = (Unit.objects.create(name=name, normalised_name=name) for name in ("甲", "乙"))
    project = make_project(
        ProjectStatus.DRAFT, applicant=operator, now=NOW, opening_at=OPENING, purchaser=one
    )
    data = AvoidanceData(AvoidanceSubject.UNIT, unit=one, reason="投标人")
    add_avoidance(project=project, data=data, actor=operator, now=NOW)
    make_plan(project, now=NOW, actor=operator)
    hand_in_and_approve(project, operator, supervisor)
    merge_units(unit=one, into=other, actor=operator, now=LATER)
    assert start(project, operator).pk


# --- Who approves has seen it ----------------------------------------------------------------------


@pytest.fixture
def pending(operator: User) -> Project:
    # by the clock, as pages go
    project = with_bidder(operator, opening_at=timezone.now() + timedelta(days=3))
    submit_project(project=project, actor=operator, now=NOW)
    return project


def without_bidder(project: Project, operator: User) -> None:
    """The operator takes it back, lets the bidder in and hands it in again."""
    withdraw_project(project=(one := fresh(project)), actor=operator, now=LATER)
    remove_avoidance(avoidance=one.avoidances.get(), actor=operator, now=LATER)
    submit_project(project=fresh(project), actor=operator, now=timezone.now())


def test_an_old_page_approves_nothing(
    client: Client, operator: User, supervisor: User, pending: Project
) -> None:
    login(client, supervisor)
    page = client.get(reverse("projects:detail", args=[pending.pk])).content.decode()
    button = re.search(rf'hx-post="(/projects/{pending.pk}/approve/[^"]*)"', page)
    assert button
    without_bidder(pending, operator)
    answer = client.post(button[1])
    assert answer.status_code == 409
    assert fresh(pending).status == ProjectStatus.PENDING
    with pytest.raises(ProjectChanged, match="撤回修改过"):
        approve_project(
            project=fresh(pending), version=pending.version, actor=supervisor, now=LATER
        )


def test_an_old_list_approves_nothing(
    client: Client, operator: User, supervisor: User, pending: Project
) -> None:
    login(client, supervisor)
    address = reverse("projects:approve_many")
    page = client.get(reverse("projects:approvals")).content.decode()
    shown = re.search(r'data-at="([^"]+)"', page)
    assert shown
    without_bidder(pending, operator)
    ticked = {"pk": [pending.pk], "count": "1"}
    for sent in ({"at": shown[1]}, {}, {"at": "2026-13-45T00:00:00+08:00"}):
        answer = client.post(f"{address}?waiting=1", ticked | sent)
        assert answer.status_code == 409
    assert fresh(pending).status == ProjectStatus.PENDING
    sent = {"at": timezone.now().isoformat()}
    assert client.post(f"{address}?waiting=1", ticked | sent).status_code == 204
    assert fresh(pending).status == ProjectStatus.APPROVED


def test_whoever_touched_avoidances_or_the_batch_does_not_approve(operator: User) -> None:
    admin = make_user("admin", department=operator.department)
    removed, batched = with_bidder(operator), with_bidder(operator)
    remove_avoidance(avoidance=removed.avoidances.get(), actor=admin, now=NOW)
    other = make_project(department=make_department(), applicant=operator, now=NOW)
    create_batch(projects=[batched, other], name="批次", actor=admin, now=NOW)
    for project in (removed, batched):
        submit_project(project=(one := fresh(project)), actor=operator, now=NOW)
        with pytest.raises(ApproverIsApplicant):
            approve_project(project=one, version=one.version, actor=admin, now=NOW)
