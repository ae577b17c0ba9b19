"""A step of an approval that somebody skips by a row, a flow or a role that he writes: nobody decides by it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from expertpool.accounts.models import Role, User
from expertpool.core.grants import withheld
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.exceptions import NotYourStep
from expertpool.projects.models import Project
from expertpool.projects.services.application import submit_project, withdraw_project
from expertpool.projects.services.approval import approve_project
from expertpool.workflow.enums import Verdict
from expertpool.workflow.models import Approval, FlowStep, FlowVersion
from expertpool.workflow.services.flows import StepData, save_flow
from tests.factories.accounts import make_user
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db
SUBJECT = "projects.project"
NOW = timezone.now()
FORGED = "在系统之外被改动过"


def write(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def draw_up(admin: User) -> list[StepData]:
    steps = [
        StepData("处室审核", Role.objects.get(code="admin")),
        StepData("监督复核", Role.objects.get(code="supervisor")),
    ]
    save_flow(subject=SUBJECT, steps=steps, actor=admin, now=NOW)
    return steps


@pytest.fixture
def steps(admin: User, supervisor: User) -> list[StepData]:
    return draw_up(admin)


@pytest.fixture
def pending(steps: list[StepData]) -> Project:
    return make_project(ProjectStatus.PENDING)


def approve(project: Project, actor: User) -> Verdict:
    one = Project.objects.get(pk=project.pk)
    return approve_project(project=one, version=one.version, actor=actor, now=NOW)


def anew(project: Project) -> None:
    """What the refusal says: the applicant withdraws it and hands it in again."""
    one = Project.objects.get(pk=project.pk)
    withdraw_project(project=one, actor=one.created_by, now=NOW)
    submit_project(project=one, actor=one.created_by, now=NOW)


@pytest.mark.parametrize("own", [True, False])
def test_a_step_that_a_row_skips_is_not_skipped(
    pending: Project, admin: User, supervisor: User, own: bool
) -> None:
    """The supervisor alone approved, whom the flow asks second."""
    running = Approval.objects.get()
    place = {"version__number": 2, "order": 2} if own else {"version__number": 1, "order": 1}
    step = FlowStep.objects.get(version__subject=SUBJECT, **place)
    assert (step.version_id == running.version_id) == own
    write("UPDATE workflow_approval SET step_id = %s", step.pk)
    with pytest.raises(NotYourStep, match=FORGED):
        approve(pending, supervisor)
    anew(pending)
    assert approve(pending, admin) == Verdict.ADVANCED
    assert approve(pending, supervisor) == Verdict.APPROVED


def test_where_it_stood_before_it_does_not_stand_again(
    pending: Project, admin: User, supervisor: User
) -> None:
    before = Approval.objects.get()
    assert approve(pending, admin) == Verdict.ADVANCED
    rows = Approval.objects.filter(pk=before.pk)
    with pytest.raises(IntegrityError, match="old proof"), transaction.atomic():
        rows.update(step=before.step_id, moves=before.moves, proof=before.proof)
    rows.update(step=before.step_id, proof=before.proof)
    with pytest.raises(NotYourStep, match=FORGED):
        approve(pending, admin)


WRITTEN = {
    "nobody's role": "UPDATE workflow_flowstep SET role_id = NULL",
    "a condition": 'UPDATE workflow_flowstep SET condition = \'{"any": []}\' WHERE "order" = 2',
    "one step less": 'DELETE FROM workflow_flowstep WHERE "order" = 2',
    "one step more": (
        'INSERT INTO workflow_flowstep (version_id, "order", name, condition, on_rejection)'
        " SELECT id, 0, '审', '{\"all\": []}', 'applicant' FROM workflow_flowversion"
    ),
}


@pytest.mark.parametrize("what", WRITTEN)
def test_a_flow_that_somebody_alters_approves_nothing(
    pending: Project, steps: list[StepData], admin: User, supervisor: User, what: str
) -> None:
    write(WRITTEN[what])
    with pytest.raises(NotYourStep, match=FORGED):
        approve(pending, admin)
    # Nor what is handed in after it, until somebody has saved the flow.
    anew(pending)
    with pytest.raises(NotYourStep, match=FORGED):
        approve(pending, admin)
    draw_up(admin)
    anew(pending)
    assert approve(pending, admin) == Verdict.ADVANCED
    assert approve(pending, supervisor) == Verdict.APPROVED


def test_a_version_that_somebody_writes_is_no_flow(
    steps: list[StepData], admin: User, supervisor: User
) -> None:
    write(
        "INSERT INTO workflow_flowversion (subject, number, created_at, proof)"
        " SELECT subject, number + 1, created_at, proof FROM workflow_flowversion WHERE number = 2"
    )
    write(
        'INSERT INTO workflow_flowstep (version_id, "order", name, condition, on_rejection)'
        " SELECT max(id), 1, '审核', '{\"all\": []}', 'applicant' FROM workflow_flowversion"
    )
    project = make_project(ProjectStatus.PENDING)
    with pytest.raises(NotYourStep, match=FORGED):
        approve(project, supervisor)


def test_a_role_that_he_writes_decides_no_step(pending: Project) -> None:
    mine = make_user("supervisor")
    role = Role.objects.get(code="admin")
    write("INSERT INTO accounts_user_roles (user_id, role_id) VALUES (%s, %s)", mine.pk, role.pk)
    with pytest.raises(NotYourStep, match="由「"):
        approve(pending, User.objects.get(pk=mine.pk))


def test_the_application_alters_no_flow_and_takes_no_decision_back() -> None:
    kept = withheld()
    for table in ("flowversion", "flowstep", "decision"):
        assert set(kept[f"workflow_{table}"]) == {"UPDATE", "DELETE"}
    assert "DELETE" in kept["workflow_approval"]
    assert FlowVersion._meta.db_table in kept
