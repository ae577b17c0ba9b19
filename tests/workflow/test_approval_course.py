"""A project goes through the steps that its flow had when it was handed in."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.exceptions import RoleInUse
from expertpool.accounts.models import Role, User
from expertpool.accounts.services.roles import Grant, delete_role, save_role
from expertpool.audit.models import Entry
from expertpool.core.criteria import canonical, parse
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.exceptions import ApproverIsApplicant, NotYourStep
from expertpool.projects.models import Project
from expertpool.projects.queries import projects_to_decide
from expertpool.projects.services.application import submit_project, withdraw_project
from expertpool.projects.services.approval import approve_project, reject_project
from expertpool.workflow.enums import ApprovalState, OnRejection, Verdict
from expertpool.workflow.exceptions import FlowRefused
from expertpool.workflow.models import Approval, FlowVersion
from expertpool.workflow.queries.approvals import course_of, returned
from expertpool.workflow.services.flows import StepData, current_version, save_flow
from tests.factories.accounts import make_user
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db
SUBJECT = "projects.project"
NOW = timezone.now()
LARGE = canonical(parse(SUBJECT, {"field": "budget", "op": "gte", "value": 10_000_000}))


@pytest.fixture
def chief(admin: User) -> Role:
    """A role that approves projects; the supervisor's is the other one."""
    return save_role(
        role=None,
        name="分管领导",
        grants=[Grant("projects.view"), Grant("projects.approve", Scope.ALL)],
        levels={},
        actor=admin,
        now=NOW,
    )


@pytest.fixture
def supervisors() -> Role:
    make_user("supervisor")
    return Role.objects.get(code="supervisor")


def three_steps(admin: User, supervisors: Role, chief: Role) -> FlowVersion:
    return save_flow(
        subject=SUBJECT,
        steps=[
            StepData("业务审核", supervisors),
            StepData("分管领导审批", chief, on_rejection=OnRejection.PREVIOUS),
            StepData("大额复核", condition=LARGE),
        ],
        actor=admin,
        now=NOW,
    )


def with_role(role: Role) -> User:
    user = make_user()
    user.roles.add(role)
    return user


def waits_for(user: User, project: Project) -> bool:
    user = User.objects.get(pk=user.pk)
    return projects_to_decide(user).filter(pk=project.pk).exists()


@pytest.mark.shows("OVW-06", "PRJ-01")
def test_each_step_waits_for_its_role_and_the_last_one_approves(
    admin: User, supervisors: Role, chief: Role
) -> None:
    three_steps(admin, supervisors, chief)
    project = make_project(ProjectStatus.PENDING, budget=Decimal(9_999_999))
    first, second = make_user("supervisor"), with_role(chief)
    assert waits_for(first, project)
    assert not waits_for(second, project)
    with pytest.raises(NotYourStep, match="由「监督人」审批"):
        approve_project(project=project, version=project.version, actor=second, now=NOW)
    assert (
        approve_project(project=project, version=project.version, actor=first, now=NOW)
        == Verdict.ADVANCED
    )
    project.refresh_from_db()
    assert project.status == ProjectStatus.PENDING
    assert (waits_for(first, project), waits_for(second, project)) == (False, True)
    assert (
        approve_project(
            project=project, version=project.version, actor=second, now=NOW, note="同意"
        )
        == Verdict.APPROVED
    )
    project.refresh_from_db()
    assert (project.status, project.decided_by) == (ProjectStatus.APPROVED, second)
    course = course_of(project, now=NOW)
    assert course is not None
    assert course.names == ["业务审核", "分管领导审批"]  # the third is for large budgets
    assert [str(decision) for decision in course.decisions] == [
        "业务审核 同意",
        "分管领导审批 同意",
    ]
    assert Entry.objects.filter(action="project.approve_step").count() == 1


@pytest.mark.shows("OVW-06")
def test_a_step_with_a_condition_is_asked_for_what_meets_it(
    admin: User, supervisors: Role, chief: Role
) -> None:
    three_steps(admin, supervisors, chief)
    project = make_project(ProjectStatus.PENDING, budget=Decimal(10_000_000))
    first, second = make_user("supervisor"), with_role(chief)
    approve_project(project=project, version=project.version, actor=first, now=NOW)
    assert (
        approve_project(project=project, version=project.version, actor=second, now=NOW)
        == Verdict.ADVANCED
    )
    assert not waits_for(first, project)  # he decided a step before
    with pytest.raises(NotYourStep, match="另一个步骤"):
        approve_project(project=project, version=project.version, actor=first, now=NOW)
    assert waits_for(admin, project)
    assert (
        approve_project(project=project, version=project.version, actor=admin, now=NOW)
        == Verdict.APPROVED
    )


@pytest.mark.shows("OVW-06")
def test_a_step_sends_back_to_the_step_before_or_to_the_applicant(
    admin: User, supervisors: Role, chief: Role
) -> None:
    three_steps(admin, supervisors, chief)
    project = make_project(ProjectStatus.PENDING)
    first, second = make_user("supervisor"), with_role(chief)
    approve_project(project=project, version=project.version, actor=first, now=NOW)
    sent_back = reject_project(project=project, actor=second, now=NOW, note="缺采购需求")
    assert sent_back == Verdict.SENT_BACK
    assert waits_for(first, project)
    rejected = reject_project(project=project, actor=first, now=NOW, note="请补充附件")
    assert rejected == Verdict.REJECTED
    project.refresh_from_db()
    assert (project.status, project.decision_note) == (ProjectStatus.REJECTED, "请补充附件")
    submit_project(project=project, actor=project.created_by, now=NOW)
    course = course_of(project, now=NOW)
    assert course is not None
    assert (course.current, course.decisions) == (0, [])  # from the beginning
    assert waits_for(first, project)


def test_a_return_says_why_field_by_field(admin: User) -> None:
    project = make_project(ProjectStatus.PENDING)
    give = partial(reject_project, project=project, actor=make_user("supervisor"), now=NOW)
    wrong: list[tuple[dict[str, str], str]] = [
        ({"budget": "太高", "no_such": "x"}, "没有「no_such」这一项"),
        ({"budget": "高" * 301}, "「预算.*最多 300 字"),
    ]
    for fields, text in wrong:
        with pytest.raises(NotYourStep, match=text):
            give(note="请修改", fields=fields)
    assert returned(SUBJECT, project.pk) is None
    give(note="请修改", fields={"budget": " 与批复不符 ", "name": "", "place": "没有写"})
    back = returned(SUBJECT, project.pk)
    assert back is not None
    assert (back.step, back.note) == ("审核", "请修改")
    assert back.fields == {"budget": "与批复不符", "place": "没有写"}
    course = course_of(project, now=NOW)
    assert course is not None
    assert course.timeline[0].note.splitlines()[0] == "请修改"
    assert "与批复不符；评审地点：没有写" in course.timeline[0].note
    again = Project.objects.get(pk=project.pk)
    submit_project(project=again, actor=again.created_by, now=NOW)
    approve_project(project=again, version=again.version, actor=admin, now=NOW)
    assert returned(SUBJECT, project.pk) is None  # it went on


@pytest.mark.shows("OVW-06")
def test_a_running_approval_ends_under_the_version_with_which_it_began(
    admin: User, supervisors: Role, chief: Role
) -> None:
    running = make_project(ProjectStatus.PENDING)
    version = three_steps(admin, supervisors, chief)
    assert version.number == 2
    later = make_project(ProjectStatus.PENDING)
    one = make_user("supervisor")
    assert (
        approve_project(project=running, version=running.version, actor=one, now=NOW)
        == Verdict.APPROVED
    )
    assert (
        approve_project(project=later, version=later.version, actor=one, now=NOW)
        == Verdict.ADVANCED
    )
    versions = Approval.objects.order_by("pk").values_list("version__number", flat=True)
    assert list(versions) == [1, 2]


def test_the_applicant_decides_no_step_of_his_own(
    admin: User, supervisors: Role, chief: Role
) -> None:
    three_steps(admin, supervisors, chief)
    project = make_project(ProjectStatus.PENDING, applicant=admin)
    admin.roles.add(supervisors)
    with pytest.raises(ApproverIsApplicant):
        approve_project(project=project, version=project.version, actor=admin, now=NOW)
    assert not waits_for(admin, project)


def test_what_is_taken_back_begins_anew(admin: User) -> None:
    project = make_project(ProjectStatus.PENDING)
    withdraw_project(project=project, actor=project.created_by, now=NOW)
    assert Approval.objects.get().state == ApprovalState.WITHDRAWN
    submit_project(project=project, actor=project.created_by, now=NOW)
    states = Approval.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [ApprovalState.WITHDRAWN, ApprovalState.RUNNING]
    approve_project(project=project, version=project.version, actor=admin, now=NOW)
    withdraw_project(project=project, actor=project.created_by, now=NOW)  # nothing runs
    running = Approval.objects.create(
        subject_type=SUBJECT,
        subject_id=project.pk,
        version=(version := current_version(SUBJECT, now=NOW)),
        step=version.steps.get(),
        started_at=NOW,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.create(
            subject_type=SUBJECT,
            subject_id=project.pk,
            version=version,
            step=running.step,
            started_at=NOW,
        )


def test_a_flow_that_cannot_work_is_refused(admin: User, supervisors: Role, chief: Role) -> None:
    finance = Role.objects.create(code="cashier", name="出纳")
    wrong: list[tuple[list[StepData], str]] = [
        ([], "至少设置一个"),
        ([StepData(f"第{number}步") for number in range(11)], "最多 10 个"),
        ([StepData("审核"), StepData(" 审核 ")], "不同的名称"),
        ([StepData("审核", finance)], "没有审批项目申请的权限"),
        ([StepData("审核", on_rejection=OnRejection.PREVIOUS)], "只能退回申请人"),
        ([StepData("审核", condition=LARGE)], "至少有一个步骤不设条件"),
    ]
    for steps, text in wrong:
        with pytest.raises(FlowRefused, match=text):
            save_flow(subject=SUBJECT, steps=steps, actor=admin, now=NOW)
    assert not FlowVersion.objects.exists()
    version = three_steps(admin, supervisors, chief)
    assert three_steps(admin, supervisors, chief) == version  # the same flow is no new version
    with pytest.raises(RoleInUse, match="审批流程"):
        delete_role(role=chief, actor=admin, now=NOW)
