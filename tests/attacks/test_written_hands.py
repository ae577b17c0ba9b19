"""Whoever handed something in approves it under no other name: that somebody else did is no row that he writes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws import settings as office
from expertpool.draws.exceptions import PlanApprovalRefused
from expertpool.draws.queries.readiness import check_decidable
from expertpool.draws.services.plan_approval import submit_plan
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.projects.enums import AvoidanceSubject, ProjectStatus
from expertpool.projects.exceptions import ApproverIsApplicant
from expertpool.projects.models import Project
from expertpool.projects.services.application import (
    create_project,
    submit_project,
    update_project,
)
from expertpool.projects.services.approval import approve_project
from expertpool.projects.services.avoidance import AvoidanceData, add_avoidance
from expertpool.workflow.enums import Verdict
from tests.factories.accounts import make_user
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert
from tests.factories.projects import make_project, project_data
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(hours=1)
UNIT = AvoidanceData(AvoidanceSubject.UNIT, name="滨江建设集团", reason="参与编制")


def handed_in(hand: str, by: User) -> Project:
    """A project that waits, of which ``by`` did one thing, and others the rest."""
    other = make_user("operator")
    if hand == "filed":
        values = project_data(opening_at=NOW + timedelta(days=10))
        project = create_project(values=values, actor=by, now=NOW)
        update_project(project=project, values={"place": "二楼"}, actor=other, now=NOW)
    else:
        project = make_project(now=NOW, applicant=other, opening_at=NOW + timedelta(days=10))
    if hand == "changed":
        update_project(project=project, values={"place": "二楼"}, actor=by, now=NOW)
    if hand == "avoids":
        add_avoidance(project=project, data=UNIT, actor=by, now=NOW)
    project.refresh_from_db()
    submit_project(project=project, actor=by if hand == "handed in" else other, now=NOW)
    return project


def approve(project: Project, actor: User) -> Verdict:
    project = Project.objects.get(pk=project.pk)
    return approve_project(project=project, version=project.version, actor=actor, now=LATER)


@pytest.mark.parametrize("hand", ["filed", "handed in", "changed", "avoids"])
def test_whoever_writes_another_into_the_row_approves_nothing_of_his_own(
    hand: str, admin: User, operator: User
) -> None:
    project = handed_in(hand, admin)
    Project.objects.filter(pk=project.pk).update(
        created_by=operator, submitted_by=operator, edited_by=operator
    )
    with pytest.raises(ApproverIsApplicant):
        approve(project, admin)
    assert Project.objects.get(pk=project.pk).status == ProjectStatus.PENDING
    assert approve(project, make_user("supervisor")) == Verdict.APPROVED


def test_who_entered_an_expert_stays(admin: User, operator: User) -> None:
    expert = make_expert(status=ExpertStatus.PENDING, created_by=admin)
    rows = Expert.objects.filter(pk=expert.pk)
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        rows.update(created_by=operator)
    rows.update(remark="他改的")  # anything else


def test_nor_a_plan_for_a_project_that_he_changed(admin: User, operator: User) -> None:
    configure(office.REGIME_PLAN_APPROVAL["tender"], True)
    project = make_ready_project(now=NOW, seats=1, actor=operator)
    add_avoidance(project=project, data=UNIT, actor=admin, now=NOW)
    Project.objects.filter(pk=project.pk).update(edited_by=operator)
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    with pytest.raises(PlanApprovalRefused, match="自己提交或修改"):
        check_decidable(Project.objects.get(pk=project.pk), admin)
