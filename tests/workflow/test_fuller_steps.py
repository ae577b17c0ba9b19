"""Steps of a department, of several persons, with a term, with a notice, and what somebody hands over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from expertpool.accounts.backends import AccountBackend
from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Department, Role, User
from expertpool.accounts.services.roles import Grant, save_role
from expertpool.audit.models import Entry
from expertpool.core.criteria import canonical, parse
from expertpool.core.crypto import blind_index
from expertpool.core.workdays import end_of_working_days
from expertpool.notifications.models import Message
from expertpool.notifications.occasions import OCCASIONS
from expertpool.notifications.services.sending import Recipient
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.exceptions import NotYourStep
from expertpool.projects.models import Project
from expertpool.projects.queries import projects_to_decide
from expertpool.projects.services.approval import approve_project, reject_project
from expertpool.workflow.enums import Agreement, OnRejection, Place, StepKind, Verdict
from expertpool.workflow.exceptions import (
    DelegationRefused,
    FlowRefused,
    NoticeOver,
    TooManyObjections,
)
from expertpool.workflow.models import (
    Approval,
    Decision,
    Delegation,
    FlowVersion,
    Objection,
    PublicNotice,
)
from expertpool.workflow.queries.approvals import course_of
from expertpool.workflow.queries.deciders import givers_of
from expertpool.workflow.queries.notices import notice_by, objections_about, open_notices
from expertpool.workflow.queries.todo import approvals_waiting_for, subjects_of
from expertpool.workflow.registry import FLOW_SUBJECTS, result_occasion
from expertpool.workflow.services import telling_approvals, telling_results
from expertpool.workflow.services.approvals import why_not_now
from expertpool.workflow.services.delegations import delegate, end_delegation
from expertpool.workflow.services.flows import StepData, save_flow
from expertpool.workflow.services.leading import end_notices
from expertpool.workflow.services.objections import EACH_HOUR, MOST, file_objection
from expertpool.workflow.services.telling_approvals import remind, tell_stuck, tell_waiting
from tests.factories.accounts import change, make_department, make_user
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db
SUBJECT = "projects.project"
NOW = timezone.now()


@pytest.fixture
def chief(admin: User) -> Role:
    return save_role(
        role=None,
        name="分管领导",
        grants=[Grant("projects.view"), Grant("projects.approve", Scope.ALL)],
        levels={},
        actor=admin,
        now=NOW,
    )


def draw_up(admin: User, *steps: StepData) -> None:
    save_flow(subject=SUBJECT, steps=steps, actor=admin, now=NOW)


def with_role(role: Role, department: Department | None = None) -> User:
    user = make_user(department=department)
    user.roles.add(role)
    return user


def approve(project: Project, actor: User, *, now: datetime = NOW) -> Verdict:
    one, user = Project.objects.get(pk=project.pk), User.objects.get(pk=actor.pk)
    return approve_project(project=one, version=one.version, actor=user, now=now)


def waits_for(user: User, project: Project) -> bool:
    return projects_to_decide(User.objects.get(pk=user.pk)).filter(pk=project.pk).exists()


@pytest.mark.shows("OVW-06")
def test_a_step_of_several_waits_for_them_and_one_may_send_back(admin: User, chief: Role) -> None:
    one, two, three = (with_role(chief) for _ in range(3))
    draw_up(admin, StepData("会签", chief, agreement=Agreement.SOME, persons=2))
    project = make_project(ProjectStatus.PENDING)
    assert approve(project, one) == Verdict.COUNTED
    assert [waits_for(user, project) for user in (one, two)] == [False, True]
    with pytest.raises(NotYourStep, match="已审批过这一步"):
        approve(project, one)
    assert approve(project, two) == Verdict.APPROVED
    draw_up(admin, StepData("会签", chief, agreement=Agreement.ALL), StepData("复核"))
    project = make_project(ProjectStatus.PENDING)
    assert [approve(project, user) for user in (one, two)] == [Verdict.COUNTED, Verdict.COUNTED]
    assert approve(project, three) == Verdict.ADVANCED
    project = make_project(ProjectStatus.PENDING)
    approve(project, one)
    three.is_active = False  # is not waited for
    three.save()
    assert approve(project, two) == Verdict.ADVANCED
    project = make_project(ProjectStatus.PENDING)
    approve(project, one)
    assert reject_project(project=project, actor=two, now=NOW, note="不妥") == Verdict.REJECTED


def test_what_somebody_writes_himself_counts_for_nobody(admin: User, chief: Role) -> None:
    one, two, three = (with_role(chief) for _ in range(3))
    draw_up(admin, StepData("会签", chief, agreement=Agreement.SOME, persons=2))
    project = make_project(ProjectStatus.PENDING)
    approval = Approval.objects.get()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workflow_decision (approval_id, step_id, agreed, note, decided_by_id,"
            " decided_at, round, proof) VALUES (%s, %s, true, '', %s, now(), 0, '')",
            [approval.pk, approval.step_id, three.pk],
        )
    assert approve(project, one) == Verdict.COUNTED
    with pytest.raises(IntegrityError, match="workflow_person_once"), transaction.atomic():
        Decision.objects.create(
            approval=approval,
            step=approval.step,
            agreed=True,
            decided_by=one,
            decided_at=NOW,
            round=0,
        )
    assert approve(project, two) == Verdict.APPROVED


@pytest.mark.parametrize(
    "column", ["kind = 'decision', days = NULL", "persons = NULL, agreement = 'any'"]
)
def test_a_further_column_that_is_altered_is_seen(admin: User, chief: Role, column: str) -> None:
    one, _ = with_role(chief), with_role(chief)
    step = StepData("会签", chief, agreement=Agreement.SOME, persons=2, days=3)
    draw_up(admin, StepData("公示", kind=StepKind.NOTICE, days=1), step)
    project = make_project(ProjectStatus.PENDING)
    end_notices(now=NOW + timedelta(days=30))
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE workflow_flowstep SET {column}")  # noqa: S608
    with pytest.raises(NotYourStep, match="在系统之外被改动过"):
        approve(project, one)


@pytest.mark.shows("OVW-06")
def test_a_step_is_of_the_department_of_the_subject_or_of_a_named_one(
    admin: User, chief: Role
) -> None:
    ours, theirs = make_department("信息处"), make_department("法规处")
    below = make_department("合规科", parent=theirs)
    draw_up(
        admin,
        StepData("处室审核", chief, place=Place.SUBJECT),
        StepData("法规审核", chief, place=Place.NAMED, department=theirs),
    )
    mine, law, other = with_role(chief, ours), with_role(chief, below), with_role(chief)
    project = make_project(ProjectStatus.PENDING, department=ours)
    assert [waits_for(user, project) for user in (mine, law, other)] == [True, False, False]
    with pytest.raises(NotYourStep, match="由申请所属部门（信息处）审批"):
        approve(project, law)
    assert approve(project, mine) == Verdict.ADVANCED
    assert [waits_for(user, project) for user in (mine, law, other)] == [False, True, False]
    with pytest.raises(NotYourStep, match="由「法规处」审批"):
        approve(project, other)
    # Who writes himself into the department of a step that waits does not decide it.
    approval = Approval.objects.get()
    assert approve(project, law) == Verdict.APPROVED
    project = make_project(ProjectStatus.PENDING, department=ours)
    approval = Approval.objects.get(subject_id=project.pk)
    Approval.objects.filter(pk=approval.pk).update(department=below)
    with pytest.raises(NotYourStep, match="在系统之外被改动过"):
        approve(project, law)


@pytest.mark.shows("OVW-06")
def test_a_step_sends_back_to_the_step_that_it_names(admin: User, chief: Role) -> None:
    supervisors = Role.objects.get(code="supervisor")
    first, second, third = make_user("supervisor"), with_role(chief), make_user("admin")
    draw_up(
        admin,
        StepData("初审", supervisors),
        StepData("复审", chief),
        StepData(
            "终审", Role.objects.get(code="admin"), on_rejection=OnRejection.STEP, return_to=1
        ),
    )
    project = make_project(ProjectStatus.PENDING)
    assert [approve(project, user) for user in (first, second)] == [Verdict.ADVANCED] * 2
    back = reject_project(project=project, actor=third, now=NOW, note="材料不全")
    assert back == Verdict.SENT_BACK
    assert waits_for(first, project)  # the round is another: he says it anew
    assert [approve(project, user) for user in (first, second)] == [Verdict.ADVANCED] * 2
    assert approve(project, third) == Verdict.APPROVED


@pytest.mark.shows("OVW-06")
def test_what_is_handed_over_is_decided_by_another_in_his_name(admin: User, chief: Role) -> None:
    supervisors = Role.objects.get(code="supervisor")
    giver = with_role(chief, make_department())
    to, stranger = make_user("supervisor"), make_user("operator")
    draw_up(admin, StepData("分管领导审批", chief), StepData("复核", supervisors))
    week = {"begins_at": NOW - timedelta(days=1), "ends_at": NOW + timedelta(days=6)}
    wrong: list[tuple[dict[str, object], str]] = [
        ({"to": giver}, "选择另一个人"),
        ({"to": stranger}, "没有您的全部审批权限"),
        ({"to": to, "reason": " "}, "请填写委托的事由"),
        ({"to": to, "reason": "长" * 201}, "最多 200 字"),
        ({"to": to, "ends_at": NOW - timedelta(days=1)}, "结束日期"),
        ({"to": to, "ends_at": NOW + timedelta(days=99)}, "最多委托 90 天"),
        (
            {
                "to": to,
                "begins_at": NOW + timedelta(days=900),
                "ends_at": NOW + timedelta(days=901),
            },
            "90 天",
        ),
    ]
    for given, text in wrong:
        with pytest.raises(DelegationRefused, match=text):
            delegate(**{**week, "reason": "出差", **given}, actor=giver, now=NOW)  # type: ignore[arg-type]
    with pytest.raises(DelegationRefused, match="没有可以委托的审批"):
        delegate(**week, to=to, reason="出差", actor=stranger, now=NOW)
    project = make_project(ProjectStatus.PENDING)
    assert not waits_for(to, project)
    made = delegate(**week, to=to, reason="出差", actor=giver, now=NOW)
    assert Message.objects.filter(occasion="approval.handed").count() == 1
    with pytest.raises(DelegationRefused, match="已委托他人"):
        delegate(**week, to=to, reason="出差", actor=giver, now=NOW)
    assert waits_for(to, project)
    assert approve(project, to) == Verdict.ADVANCED
    course = course_of(project, now=NOW)
    assert course is not None
    assert course.timeline[0].who == f"{to.name}（代{giver.name}）"
    # Neither of them decides the other step: they were one person here.
    giver.roles.add(supervisors)
    for user in (to, giver):
        assert not waits_for(user, project)
        with pytest.raises(NotYourStep, match="另一个步骤"):
            approve(project, user)
    own = make_project(ProjectStatus.PENDING, applicant=giver)
    assert not waits_for(to, own)  # nobody hands over more than he has
    with pytest.raises(NotYourStep, match="由「分管领导」审批"):
        approve(own, to)
    later = make_project(ProjectStatus.PENDING)
    Delegation.objects.filter(pk=made.pk).update(to=make_user("supervisor"))
    with pytest.raises(NotYourStep, match="由「分管领导」审批"):
        approve(later, Delegation.objects.get(pk=made.pk).to)  # written by somebody else
    Delegation.objects.filter(pk=made.pk).update(to=to)
    with pytest.raises(DelegationRefused, match="本人"):
        end_delegation(delegation=made, actor=to, now=NOW)
    end_delegation(delegation=made, actor=giver, now=NOW)
    with pytest.raises(DelegationRefused, match="已经结束"):
        end_delegation(delegation=made, actor=giver, now=NOW)
    assert not waits_for(to, later)
    actions = Entry.objects.filter(action__startswith="workflow.").values_list("action", flat=True)
    assert {"workflow.delegate", "workflow.undelegate"} <= set(actions)


def test_one_who_stands_in_for_another_is_one_person(admin: User, chief: Role) -> None:
    giver, to, third = (with_role(chief) for _ in range(3))
    draw_up(admin, StepData("会签", chief, agreement=Agreement.ALL))
    ends = NOW + timedelta(days=3)
    delegate(to=to, begins_at=NOW, ends_at=ends, reason="休假", actor=giver, now=NOW)
    project = make_project(ProjectStatus.PENDING)
    assert approve(project, to) == Verdict.COUNTED  # for himself, and the other is not waited for
    assert Decision.objects.get().for_whom is None
    assert approve(project, third) == Verdict.APPROVED


@pytest.mark.shows("OVW-06")
@pytest.mark.parametrize("at", [0, 1])
def test_one_that_cannot_be_told_of_keeps_no_other(
    admin: User, chief: Role, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """What came behind it was never reminded of."""
    with_role(chief)
    draw_up(admin, StepData("审批", chief, days=2))
    for _ in range(2):
        make_project(ProjectStatus.PENDING)
    approvals = list(Approval.objects.order_by("pk"))
    broken, sound = approvals[at], approvals[1 - at]
    due = broken.due_at
    assert due

    def row_of(approval: Approval) -> Any:
        if approval.pk == broken.pk:
            raise ValueError("a row that cannot be read")
        return found(approval)

    def reminded() -> dict[int, int]:
        return dict(Approval.objects.values_list("pk", "reminded"))

    with monkeypatch.context() as patched:
        found = telling_approvals.row_of
        patched.setattr(telling_approvals, "row_of", row_of)
        assert remind(now=due) == 1
        assert reminded() == {broken.pk: 0, sound.pk: 2}
    assert remind(now=due) == 1
    assert reminded() == {broken.pk: 2, sound.pk: 2}
    # Each by a message to who decides.
    keys = Message.objects.filter(occasion="approval.due").values_list("key", flat=True)
    assert {key.split(":")[1] for key in keys} == {str(one.pk) for one in approvals}


@pytest.mark.shows("OVW-06")
def test_who_decides_is_told_and_reminded_and_nothing_is_decided_by_itself(
    admin: User, chief: Role
) -> None:
    one, stand_in = with_role(chief), make_user("supervisor")
    draw_up(admin, StepData("审批", chief, days=2))
    project = make_project(ProjectStatus.PENDING)
    approval = Approval.objects.get()
    due = approval.due_at
    assert due == end_of_working_days(2, after=NOW)
    ends = due + timedelta(days=9)
    delegate(to=stand_in, begins_at=NOW, ends_at=ends, reason="休假", actor=one, now=NOW)

    def told(occasion: str) -> set[str]:
        rows = Message.objects.filter(occasion=occasion, channel="site")
        return {row.address for row in rows}

    for _ in range(2):
        tell_waiting(approval_id=approval.pk, moves=0, now=NOW)
    assert told("approval.waiting") == {one.username, stand_in.username}
    assert remind(now=NOW) == 0
    assert remind(now=due - timedelta(hours=3)) == 1
    assert remind(now=due - timedelta(hours=2)) == 0
    assert told("approval.due") == {one.username, stand_in.username}
    assert remind(now=due) == 1
    assert remind(now=due + timedelta(days=5)) == 0
    assert admin.username in told("approval.due")
    approval.refresh_from_db()
    assert approval.state == "running"
    assert approve(project, one, now=due + timedelta(days=5)) == Verdict.APPROVED
    tell_waiting(approval_id=approval.pk, moves=0, now=NOW)  # it went on
    one.is_active = False
    one.save()
    make_project(ProjectStatus.PENDING)
    tell_waiting(approval_id=Approval.objects.latest("pk").pk, moves=0, now=NOW)
    assert admin.username in told("approval.stuck")


@pytest.mark.shows("OVW-06")
@pytest.mark.parametrize("agreement", [Agreement.ANY, Agreement.ALL])
def test_what_nobody_can_decide_any_more_is_told_to_who_manages_flows(
    admin: User, chief: Role, agreement: Agreement
) -> None:
    one, two = with_role(chief), with_role(chief)
    draw_up(admin, StepData("初审"), StepData("终审", chief, agreement=agreement))
    project = make_project(ProjectStatus.PENDING)
    assert approve(project, one) == Verdict.ADVANCED

    def stuck() -> list[str]:
        tell_stuck(now=NOW)
        rows = Message.objects.filter(occasion="approval.stuck", channel="site")
        return [row.address for row in rows if row.address == admin.username]

    def why(user: User) -> str:
        row, actor = Project.objects.get(pk=project.pk), User.objects.get(pk=user.pk)
        return why_not_now(subject=row, actor=actor, now=NOW)

    assert stuck() == []
    assert "请由其他人审批这一步" in why(one)
    three = with_role(chief) if agreement == Agreement.ALL else two
    if three != two:
        assert approve(project, three) == Verdict.COUNTED
        assert "请等待其他审批人" in why(three)
    two.is_active = False  # he left, and nobody is like him
    two.save()
    assert stuck() == [admin.username]
    assert stuck() == [admin.username]  # once
    assert "现在没有人能审批「终审」" in why(one)
    assert "现在没有人能审批「终审」" in why(three if three != two else admin)
    new = with_role(chief)
    assert why(new) == ""
    assert approve(project, new) == Verdict.APPROVED


@pytest.mark.shows("OVW-06")
def test_who_gets_a_step_back_is_told_that_it_came_back(admin: User, chief: Role) -> None:
    """He read what he had read the first time, and thought that it was the same message."""
    one, two = with_role(chief), with_role(chief)
    back = StepData("复核", chief, on_rejection=OnRejection.PREVIOUS)
    draw_up(admin, StepData("初审", chief), back)
    project = make_project(ProjectStatus.PENDING)
    approval = Approval.objects.get()

    def told(moves: int) -> str:
        tell_waiting(approval_id=approval.pk, moves=moves, now=NOW)
        rows = Message.objects.filter(occasion="approval.waiting", channel="site")
        return str(rows.latest("id").body)

    first = told(0)
    assert "「初审」，等您审批" in first
    assert "不同意" not in first
    assert approve(project, one) == Verdict.ADVANCED
    assert "不同意" not in told(1)
    now = Project.objects.get(pk=project.pk)
    reject_project(project=now, note="单位不清", actor=two, now=NOW)
    again = told(2)
    assert "「初审」，等您审批。「复核」不同意，退回重新审批" in again
    assert "单位不清" not in again
    assert approve(project, one) == Verdict.ADVANCED
    assert "不同意" not in told(3)


def test_a_few_addresses_do_not_use_up_what_a_notice_takes(admin: User, chief: Role) -> None:
    draw_up(admin, StepData("公示", kind=StepKind.NOTICE, days=3), StepData("终审", chief))
    make_project(ProjectStatus.PENDING)
    notice = PublicNotice.objects.get()
    now, flood = notice.begins_at, range(40)
    source = blind_index("workflow.objection.address", "198.51.100.1")
    for at in range(MOST):  # as many as they would be let, had they filed them hour by hour
        address = f"198.51.100.{at % len(flood)}"
        try:
            file_objection(
                notice=notice,
                name="甲",
                contact="13800000000",
                text=f"{at}",
                address=address,
                now=now,
            )
        except TooManyObjections:
            break
        if at % len(flood) == len(flood) - 1:
            now += timedelta(minutes=13)
    assert Objection.objects.filter(address_index=source).count() > EACH_HOUR
    for at in range(20):
        file_objection(
            notice=notice,
            name="乙",
            contact="13800000001",
            text="与事实不符",
            address=f"192.0.2.{at}",
            now=now,
        )


@pytest.mark.shows("OVW-06")
def test_what_is_on_notice_is_public_for_its_days_and_then_goes_on(
    admin: User, chief: Role
) -> None:
    one = with_role(chief)
    draw_up(admin, StepData("公示", kind=StepKind.NOTICE, days=3), StepData("终审", chief))
    project = make_project(ProjectStatus.PENDING)
    notice = PublicNotice.objects.get()
    now = notice.begins_at
    assert ["项目名称", project.name] in notice.lines
    assert notice_by(notice.public_id) == notice
    with pytest.raises(NotYourStep, match=f"正在公示（至 {notice.last_day}，含当日）"):
        approve(project, one)
    assert not waits_for(one, project)
    objecting = {"notice": notice, "name": "王某", "contact": "13800000000", "address": "10.0.0.9"}
    first = file_objection(**objecting, text="与事实不符", now=now)  # type: ignore[arg-type]
    assert file_objection(**objecting, text="与事实不符", now=now) == first  # type: ignore[arg-type]
    sealed: Any = Objection.objects.values_list("text", flat=True).first()
    assert "不符".encode() not in bytes(sealed.token)
    for at in range(EACH_HOUR - 1):
        file_objection(**objecting, text=f"其{at}", now=now)  # type: ignore[arg-type]
    with pytest.raises(TooManyObjections):
        file_objection(**objecting, text="又", now=now)  # type: ignore[arg-type]
    assert next(one.text for one in objections_about(one, project)) == "与事实不符"
    assert not objections_about(make_user("operator"), project)
    end = notice.ends_at
    assert end_notices(now=end - timedelta(seconds=1)) == 0
    assert end_notices(now=end) == 1
    assert end_notices(now=end) == 0
    assert not open_notices(end - timedelta(days=1))
    with pytest.raises(NoticeOver):
        file_objection(**objecting, text="迟了", now=end)  # type: ignore[arg-type]
    assert waits_for(one, project)
    tell_waiting(approval_id=notice.approval_id, moves=1, now=end)
    told = Message.objects.filter(occasion="approval.waiting", channel="site")
    assert all("收到 5 条异议" in row.body for row in told)
    assert one.username in {row.address for row in told}
    assert approve(project, one, now=end) == Verdict.APPROVED
    logged = Entry.objects.filter(action__startswith="workflow.notice").values_list(
        "action", flat=True
    )
    assert set(logged) == {"workflow.notice_begin", "workflow.notice_end"}


def test_nobody_shortens_a_notice_by_its_row(admin: User, chief: Role) -> None:
    draw_up(admin, StepData("公示", kind=StepKind.NOTICE, days=3), StepData("终审", chief))
    make_project(ProjectStatus.PENDING)
    Approval.objects.update(due_at=NOW)
    assert end_notices(now=NOW + timedelta(minutes=1)) == 0
    assert Approval.objects.get().step.kind == StepKind.NOTICE  # type: ignore[union-attr]


def test_a_fuller_flow_that_cannot_work_is_refused(admin: User, chief: Role) -> None:
    closed = make_department("撤并处")
    change(Department.objects.filter(pk=closed.pk), active=False)
    closed.refresh_from_db()
    notice = StepData("公示", kind=StepKind.NOTICE, days=3)
    wrong: list[tuple[list[StepData], str]] = [
        ([notice], "审批步骤"),
        ([StepData("审核"), notice], "公示不作决定"),
        ([StepData("公示", kind=StepKind.NOTICE), StepData("审核")], "公示几个工作日"),
        ([StepData("审核", days=0)], "1 至 60 个工作日"),
        ([StepData("审核", days=61)], "1 至 60 个工作日"),
        ([StepData("审核", agreement=Agreement.SOME)], "2 至 20 人"),
        ([StepData("审核", chief, agreement=Agreement.SOME, persons=2)], "只有 0 人"),
        ([StepData("审核", place=Place.NAMED)], "选择一个启用的部门"),
        ([StepData("审核", place=Place.NAMED, department=closed)], "选择一个启用的部门"),
        ([StepData("审核", on_rejection=OnRejection.STEP, return_to=1)], "前面的步骤"),
        ([StepData("一"), StepData("二", on_rejection=OnRejection.STEP)], "前面的步骤"),
        (
            [StepData("一"), StepData("二", on_rejection=OnRejection.STEP, return_to=2)],
            "前面的步骤",
        ),
        # Nobody decides two steps of one thing: it would stop at the second for good.
        ([StepData("初审"), StepData("终审")], "「终审」没有另外的人能审批"),
        ([StepData("初审"), StepData("复核", admin.roles.get())], "「复核」没有另外的人能审批"),
    ]
    for steps, text in wrong:
        with pytest.raises(FlowRefused, match=text):
            save_flow(subject=SUBJECT, steps=steps, actor=admin, now=NOW)
    with pytest.raises(FlowRefused, match="没有可以公开的内容"):
        save_flow(
            subject="experts.avoidanceremoval",
            steps=[notice, StepData("审核")],
            actor=admin,
            now=NOW,
        )


def test_a_flow_has_a_person_for_each_step_through_which_all_goes(admin: User, chief: Role) -> None:
    leader, both = make_user("operator"), make_user("operator")
    leader.roles.add(chief)
    both.roles.add(chief, admin.roles.get())
    named = FlowVersion.objects.filter(subject=SUBJECT)
    # Whoever could do either does the one for which there is nobody else.
    draw_up(admin, StepData("一"), StepData("二", chief), StepData("三", admin.roles.get()))
    assert str(named.first()) == f"{FLOW_SUBJECTS[SUBJECT].label} 第 2 版"
    assert SUBJECT not in Entry.objects.get(action="workflow.save").subject_label
    with pytest.raises(FlowRefused, match="没有另外的人"):
        draw_up(admin, *(StepData(name) for name in "一二三四"))
    large = canonical(parse(SUBJECT, {"field": "budget", "op": "gte", "value": 10_000_000}))
    # Not everything goes there.
    draw_up(admin, *(StepData(name) for name in "一二三"), StepData("四", condition=large))


def test_two_who_hand_over_to_each_other_decide_as_themselves(admin: User, chief: Role) -> None:
    one, two = with_role(chief), with_role(chief)
    ends = NOW + timedelta(days=3)
    for giver, to in ((one, two), (two, one)):
        delegate(to=to, begins_at=NOW, ends_at=ends, reason="休假", actor=giver, now=NOW)
    draw_up(admin, StepData("会签", chief, agreement=Agreement.SOME, persons=2))
    # No subject asks who stands in for whom to say what is decided: it would go round and round.
    for code in ("admin", "supervisor"):
        one.roles.add(Role.objects.get(code=code))
        two.roles.add(Role.objects.get(code=code))
    both = User.objects.get(pk=one.pk)
    assert len(subjects_of(both)) == len([of for of in FLOW_SUBJECTS if of.decidable])
    assert not approvals_waiting_for(both, subjects_of(both)).exists()
    project = make_project(ProjectStatus.PENDING)
    assert waits_for(one, project)
    assert approve(project, one) == Verdict.COUNTED
    assert not waits_for(one, project)  # not for the other, either
    with pytest.raises(NotYourStep, match="已审批过这一步"):
        approve(project, one)
    assert approve(project, two) == Verdict.APPROVED


def test_whoever_signs_in_brings_along_whether_he_stands_in(
    admin: User, chief: Role, django_assert_num_queries: Any
) -> None:
    one, two = with_role(chief), with_role(chief)
    ends = NOW + timedelta(days=3)
    handed = delegate(to=two, begins_at=NOW, ends_at=ends, reason="休假", actor=one, now=NOW)
    user = AccountBackend().get_user
    for person, givers, asked in ((two, [one], 1), (one, [], 0), (admin, [], 0)):
        signed_in = user(person.pk)
        assert signed_in
        with django_assert_num_queries(asked):
            assert givers_of(signed_in) == givers
            assert givers_of(signed_in) == givers
    end_delegation(delegation=handed, actor=one, now=NOW + timedelta(minutes=1))
    assert givers_of(user(two.pk) or two) == []


@pytest.mark.shows("EXP-14")
def test_the_applicant_is_told_what_came_of_it_on_the_site_by_mail_and_short_message(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = result_occasion("test.decided", "项目申请")
    applicant = make_user("operator")
    whom = Recipient(applicant.username, applicant.name, "13800000000", "li@example.cn")
    subject = replace(FLOW_SUBJECTS[SUBJECT], result=told, applicant=lambda _: whom)
    monkeypatch.setitem(FLOW_SUBJECTS._entries, SUBJECT, subject)
    monkeypatch.setitem(OCCASIONS._entries, told.code, told)
    monkeypatch.setattr(telling_results, "ways_outside", lambda *_, **__: ["email", "sms"])
    project = make_project(ProjectStatus.PENDING)
    fields = {"budget": "与批复不符"}
    reject_project(project=project, actor=admin, now=NOW, note="请修改", fields=fields)
    messages = Message.objects.filter(occasion=told.code)
    assert {one.channel for one in messages} == {"site", "email", "sms"}
    for one in messages:
        assert "已退回申请人" in one.body
        assert "请修改；预算（元）：与批复不符" in one.body
