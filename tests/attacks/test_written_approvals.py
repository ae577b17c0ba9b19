"""An approval that somebody writes into the database lets no draw begin, and the attempt is logged."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws import settings as office
from expertpool.draws.exceptions import ApprovalForged
from expertpool.draws.models import Draw, PlanVersion
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
