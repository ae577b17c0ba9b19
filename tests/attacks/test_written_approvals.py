"""An approval that somebody writes into the database lets no draw begin, and the attempt is logged."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws import settings as office
from expertpool.draws.exceptions import ApprovalForged, PlanApprovalRefused
from expertpool.draws.models import ConditionLevel, Draw, DrawPlan, PlanVersion
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan_approval import decide_plan, submit_plan
from expertpool.draws.services.sealing import start_draw
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.services.application import withdraw_project
from expertpool.workflow.enums import Verdict
from tests.factories.draws import make_plan, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(hours=1)
OPENING = NOW + timedelta(hours=72)


@pytest.fixture(autouse=True)
def pool() -> None:
    for _ in range(4):
        make_expert()


def start(project: Project, actor: User) -> Draw:
    project = Project.objects.get(pk=project.pk)
    return start_draw(project=project, actor=actor, now=LATER, entropy=SeededEntropy(1))


def is_refused(project: Project, actor: User) -> bool:
    with pytest.raises(ApprovalForged, match="不是在系统中作出的"):
        start(project, actor)
    entry = Entry.objects.filter(action="draw.refused", subject_type="projects.project").first()
    told = entry is not None and "不是在系统中作出的" in entry.note
    return told and not Draw.objects.exists()


def test_a_project_that_a_row_approves_is_not_drawn(operator: User) -> None:
    project = make_project(ProjectStatus.DRAFT, now=NOW, opening_at=OPENING)
    make_plan(project, now=NOW, actor=operator)
    Project.objects.filter(pk=project.pk).update(status="approved")
    assert is_refused(project, operator)


def test_an_approval_that_was_taken_back_does_not_come_again(operator: User) -> None:
    project = make_ready_project(now=NOW)
    project.refresh_from_db()
    old = {"status": "approved", "status_proof": project.status_proof}
    withdraw_project(project=project, actor=operator, now=NOW)
    rows = Project.objects.filter(pk=project.pk)
    with pytest.raises(IntegrityError, match="old proof"), transaction.atomic():
        rows.update(status_n=project.status_n - 1, **old)
    rows.update(**old)
    assert is_refused(project, operator)


def test_a_plan_that_a_row_approves_is_not_sealed(operator: User, supervisor: User) -> None:
    configure(office.REGIME_PLAN_APPROVAL["tender"], True)
    project = make_ready_project(now=NOW)
    version = PlanVersion.objects.get(plan__project=project)
    PlanVersion.objects.filter(pk=version.pk).update(
        submitted_by=operator, submitted_at=NOW, decided_at=NOW, approved=True
    )
    assert is_refused(project, operator)
    # It is handed in as if nothing stood there, and then approved by somebody.
    standing = submit_plan(project=project, version=version.number, actor=operator, now=NOW)
    verdict = decide_plan(
        project=project,
        version=standing.number,
        agree=True,
        note="同意",
        actor=supervisor,
        now=NOW + timedelta(minutes=1),
    )
    assert verdict == Verdict.APPROVED
    assert start(project, operator).pk


def decide(project: Project, actor: User, *, agree: bool = True, version: int = 1) -> Verdict:
    return decide_plan(
        project=project, version=version, agree=agree, note="已核对", actor=actor, now=NOW
    )


MOST = {"field": "age", "op": "lte", "value": 99}


@pytest.fixture
def handed_in(operator: User) -> Project:
    configure(office.REGIME_PLAN_APPROVAL["tender"], True)
    project = make_ready_project(now=NOW)
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    return project


@pytest.mark.parametrize("what", ["conditions", "seats", "settings"])
def test_a_plan_whose_rows_changed_after_its_approval_is_not_sealed(
    handed_in: Project, operator: User, supervisor: User, what: str
) -> None:
    assert decide(handed_in, supervisor) == Verdict.APPROVED
    plan = DrawPlan.objects.get(project=handed_in)
    match what:
        case "conditions":
            ConditionLevel.objects.filter(group__plan=plan).update(criteria=MOST)
        case "seats":
            plan.groups.update(seats=1)
        case _:
            DrawPlan.objects.filter(pk=plan.pk).update(unit_cap=9)
    assert is_refused(handed_in, operator)
    # Handed in anew, what it holds now is what its approver reads.
    standing = submit_plan(project=handed_in, version=1, actor=operator, now=NOW)
    assert standing.number == 2
    assert standing.words != PlanVersion.objects.get(number=1).words


def test_what_changes_under_the_eyes_of_its_approver_is_not_approved(
    handed_in: Project, operator: User, supervisor: User
) -> None:
    ConditionLevel.objects.filter(group__plan__project=handed_in).update(criteria=MOST)
    with pytest.raises(PlanApprovalRefused, match="与提交时不同"):
        decide(handed_in, supervisor)
    assert decide(handed_in, supervisor, agree=False) == Verdict.REJECTED
    standing = submit_plan(project=handed_in, version=1, actor=operator, now=NOW)
    assert decide(handed_in, supervisor, version=standing.number) == Verdict.APPROVED
    assert start(handed_in, operator).pk
