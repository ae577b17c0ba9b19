"""The second person is another one: no fresh, unverified or borrowed account of the first, and
nobody who wrote himself what he agrees to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from expertpool.accounts.models import Role, User
from expertpool.accounts.services.passwords import reset_password
from expertpool.accounts.services.users import create_user, edit_user
from expertpool.core.configuration import Setting
from expertpool.draws.exceptions import PlanApprovalRefused, ReleaseRefused, VoidRefused
from expertpool.draws.models import Draw, ReleaseRequest, VoidRequest
from expertpool.draws.services.plan_approval import decide_plan, submit_plan
from expertpool.draws.services.releasing import decide_release, request_release
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.notifications.models import Message
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.exceptions import ApproverIsApplicant
from expertpool.projects.models import Project
from expertpool.projects.queries import projects_to_decide
from expertpool.projects.services.application import submit_project, update_project
from expertpool.projects.services.approval import approve_project, reject_project
from expertpool.siteconfig.exceptions import SettingsRefused
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from expertpool.workflow.queries.requests import waiting_about
from expertpool.workflow.settings import OBJECTION_MINUTES, REQUESTS, SECOND_DAYS, SECOND_PHONE
from tests.factories.accounts import change, make_user
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.projects import make_project, project_data
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DAYS = SECOND_DAYS.default


@pytest.fixture
def draw(operator: User) -> Draw:
    for _ in range(4):
        make_expert()
    return make_draw(now=NOW, operator=operator, seats=2)


@pytest.fixture
def asked(draw: Draw, operator: User) -> VoidRequest:
    return request_void(draw=draw, reason="回避单位漏填", actor=operator, now=NOW)


def agree(asked: VoidRequest, actor: User, **when: Any) -> None:
    now = NOW + timedelta(**when)
    decide_void(request=asked, agree=True, note="", actor=actor, now=now)


def refuses(asked: VoidRequest, actor: User, words: str, **when: Any) -> None:
    with pytest.raises(VoidRefused, match=words):
        agree(asked, actor, **when)
    shown = waiting_about(asked.draw, actor, now=NOW + timedelta(**when))
    assert not shown[0].may_agree
    assert shown[0].may_decide, "he can still object"
    asked.draw.refresh_from_db()
    assert asked.draw.is_valid


# --- Requests ------------------------------------------------------------------------------------


def test_an_account_made_for_the_occasion_agrees_to_nothing(asked: VoidRequest) -> None:
    newcomer = make_user("supervisor", created_at=NOW - timedelta(days=1))
    refuses(asked, newcomer, f"不满 {DAYS} 天")
    configure(SECOND_DAYS, 0)
    agree(asked, newcomer)


def test_nor_one_whose_phone_nobody_has_shown_to_be_his(asked: VoidRequest) -> None:
    unknown = make_user("supervisor", phone="13812340001", phone_verified_at=None)
    refuses(asked, unknown, "验证本人手机号")
    configure(SECOND_PHONE, value=False)
    agree(asked, unknown)


@pytest.mark.parametrize("deed", ["reset", "edit"])
def test_nor_one_that_the_first_person_let_himself_into(
    draw: Draw, admin: User, supervisor: User, deed: str
) -> None:
    if deed == "reset":
        reset_password(user=supervisor, actor=admin, now=NOW)
        # The first has signed in by the password that he was shown, and chosen another.
        User.objects.filter(pk=supervisor.pk).update(must_change_password=False)
    else:
        values = {"phone": supervisor.phone, "email": "a@example.cn", "department": None}
        edit_user(user=supervisor, name="赵明华", actor=admin, now=NOW, **values)  # type: ignore[arg-type]
    supervisor = User.objects.get(pk=supervisor.pk)
    asked = request_void(draw=draw, reason="重抽", actor=admin, now=NOW)
    refuses(asked, supervisor, "重置过密码", minutes=1)
    agree(asked, make_user("supervisor"), minutes=1)


def test_nor_the_other_way_about(draw: Draw, admin: User) -> None:
    clerk, _ = create_user(username="neu", name="新人", actor=admin, now=NOW - timedelta(days=1))
    asked = request_void(draw=draw, reason="重抽", actor=clerk, now=NOW)
    refuses(asked, admin, "开通、修改过申请人")


def test_what_happened_long_ago_is_no_hindrance(draw: Draw, admin: User, supervisor: User) -> None:
    reset_password(user=supervisor, actor=admin, now=NOW - timedelta(days=DAYS, minutes=1))
    asked = request_void(draw=draw, reason="重抽", actor=admin, now=NOW)
    agree(asked, User.objects.get(pk=supervisor.pk))


# --- Time to object --------------------------------------------------------------------------------


def test_all_who_may_decide_are_told_and_have_time_to_object(
    draw: Draw, operator: User, supervisor: User
) -> None:
    configure(OBJECTION_MINUTES, 5)
    third = make_user("supervisor", name="第三人")
    asked = request_void(draw=draw, reason="重抽", actor=operator, now=NOW)
    told = [one for one in Message.objects.all() if one.occasion == "request.asked"]
    assert {"第三人", supervisor.name} <= {one.recipient for one in told}
    assert all("09:05 之前可以提出异议" in one.body for one in told)
    refuses(asked, supervisor, "09:05 之后才能确认", minutes=4)
    decide_void(request=asked, agree=False, note="没有漏填", actor=third, now=NOW)
    with pytest.raises(VoidRefused, match="已经有人处理"):
        agree(asked, supervisor, minutes=6)


def test_the_time_to_object_lasts_until_the_minute_that_was_told(
    draw: Draw, operator: User, supervisor: User
) -> None:
    """Five minutes from sixteen seconds past nine: told as six past, and over no sooner."""
    configure(OBJECTION_MINUTES, 5)
    asked_at = NOW + timedelta(seconds=16)
    asked = request_void(draw=draw, reason="重抽", actor=operator, now=asked_at)
    told = Message.objects.filter(occasion="request.asked")
    assert all("09:06 之前可以提出异议" in one.body for one in told)
    refuses(asked, supervisor, "09:06 之后才能确认", minutes=5, seconds=59)
    agree(asked, supervisor, minutes=6)


def test_where_there_is_no_time_to_object_it_is_agreed_to_at_once(
    draw: Draw, operator: User, supervisor: User
) -> None:
    configure(OBJECTION_MINUTES, 0)
    asked = request_void(draw=draw, reason="重抽", actor=operator, now=NOW + timedelta(seconds=16))
    agree(asked, supervisor, seconds=17)


def test_the_same_before_names_are_made_public(
    draw: Draw, operator: User, supervisor: User
) -> None:
    configure(OBJECTION_MINUTES, 5)
    asked = request_release(draw=draw, reason="评审提前", actor=operator, now=NOW)
    with pytest.raises(ReleaseRefused, match="之后才能确认"):
        decide_release(request=asked, agree=True, note="", actor=supervisor, now=NOW)
    assert ReleaseRequest.objects.get().decided_at is None
    later = NOW + timedelta(minutes=5)
    decide_release(request=asked, agree=True, note="", actor=supervisor, now=later)


# --- Applications and plans --------------------------------------------------------------------------


def edited(by: User, *, applicant: User) -> Project:
    """A project that ``applicant`` filed, ``by`` changed, and the applicant handed in."""
    project = make_project(applicant=applicant)
    values = project_data(department=project.department, number=project.number, name="改过的名称")
    update_project(project=project, values=values, actor=by, now=timezone.now())
    project.refresh_from_db()
    submit_project(project=project, actor=applicant, now=timezone.now())
    project.refresh_from_db()
    return project


def test_who_changed_or_handed_in_an_application_does_not_approve_it(
    admin: User, operator: User, supervisor: User
) -> None:
    project = edited(admin, applicant=operator)
    handed_in = make_project(applicant=operator)
    submit_project(project=handed_in, actor=admin, now=timezone.now())
    for one in (project, Project.objects.get(pk=handed_in.pk)):
        assert not projects_to_decide(admin).filter(pk=one.pk).exists()
        with pytest.raises(ApproverIsApplicant):
            approve_project(project=one, version=one.version, actor=admin, now=timezone.now())
        with pytest.raises(IntegrityError), transaction.atomic():
            Project.objects.filter(pk=one.pk).update(
                status=ProjectStatus.APPROVED, decided_by=admin, decided_at=timezone.now()
            )
        approve_project(project=one, version=one.version, actor=supervisor, now=timezone.now())


def test_who_sent_an_application_back_may_change_it_for_another_to_approve(admin: User) -> None:
    project = make_project(ProjectStatus.PENDING)
    reject_project(project=project, actor=admin, now=timezone.now(), note="缺少附件")
    values = project_data(department=project.department, number=project.number)
    update_project(project=project, values=values, actor=admin, now=timezone.now())


def test_no_fresh_or_borrowed_account_approves_an_application(admin: User) -> None:
    project = make_project(ProjectStatus.PENDING, applicant=admin)
    fresh = make_user("supervisor", created_at=timezone.now())
    with pytest.raises(ApproverIsApplicant, match="不满"):
        approve_project(project=project, version=project.version, actor=fresh, now=timezone.now())
    borrowed = make_user("supervisor")
    reset_password(user=borrowed, actor=admin, now=timezone.now())
    borrowed = User.objects.get(pk=borrowed.pk)
    with pytest.raises(ApproverIsApplicant, match="重置过密码"):
        approve_project(
            project=project, version=project.version, actor=borrowed, now=timezone.now()
        )


def test_nor_a_plan(operator: User) -> None:
    for _ in range(3):
        make_expert()
    project = make_ready_project(now=NOW, seats=2, actor=operator)
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    fresh = make_user("supervisor", created_at=NOW)
    with pytest.raises(PlanApprovalRefused, match="不满"):
        decide_plan(project=project, version=1, agree=True, note="", actor=fresh, now=NOW)


def test_who_gave_both_their_passwords_is_not_two_persons(
    asked: VoidRequest, supervisor: User, operator: User, admin: User
) -> None:
    """An administrator reset both accounts, asked as the one and agreed as the other."""
    other = make_user("supervisor")
    for user in (operator, supervisor):
        reset_password(user=user, actor=admin, now=NOW - timedelta(hours=1))
    User.objects.update(must_change_password=False)  # he chose one in each name
    refuses(asked, User.objects.get(pk=supervisor.pk), "重置过密码", hours=1)
    agree(asked, other, hours=1)


def made(by: User, name: str = "tmpadm") -> User:
    """An account with all rights that ``by`` made an hour ago and signs in as."""
    roles = Role.objects.filter(code="admin")
    user, _ = create_user(
        username=name, name="临时", roles=roles, actor=by, now=NOW - timedelta(hours=1)
    )
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    return User.objects.get(pk=user.pk)


def taken(user: User, *, by: User, **when: Any) -> User:
    """``user``, whose password ``by`` has reset, and who has signed in by it and chosen another."""
    reset_password(user=User.objects.get(pk=user.pk), actor=by, now=NOW + timedelta(**when))
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    return User.objects.get(pk=user.pk)


def test_nobody_agrees_with_himself_over_an_account_that_he_made(
    draw: Draw, admin: User, supervisor: User
) -> None:
    """An administrator makes another, who lets him into the account of the supervisor."""
    made_up = made(made(admin), "tmpadm2")
    supervisor = taken(supervisor, by=made_up)
    asked = request_void(draw=draw, reason="重抽", actor=admin, now=NOW)
    refuses(asked, supervisor, "重新验证本人", minutes=6)
    agree(asked, make_user("supervisor"), minutes=6)


def test_nor_asks_by_one(draw: Draw, admin: User, operator: User) -> None:
    """The same the other way: the account that asks was taken by one that he made."""
    operator = taken(operator, by=made(made(admin), "tmpadm2"))
    asked = request_void(draw=draw, reason="重抽", actor=operator, now=NOW)
    refuses(asked, admin, "经他人", minutes=6)
    agree(asked, make_user("supervisor"), minutes=6)


def test_who_was_let_in_again_shows_by_his_phone_that_it_is_he(
    asked: VoidRequest, admin: User
) -> None:
    supervisor = make_user("supervisor", phone="13812340001")
    supervisor = taken(supervisor, by=admin)
    refuses(asked, supervisor, "重新验证本人", minutes=6)
    change(User.objects.filter(pk=supervisor.pk), phone_verified_at=NOW + timedelta(minutes=7))
    agree(asked, User.objects.get(pk=supervisor.pk), minutes=8)


def test_not_by_one_that_was_changed_first(asked: VoidRequest, admin: User) -> None:
    """Not by one either that the log writes like the one before."""
    supervisor = make_user("supervisor", phone="13812340001")
    supervisor = taken(supervisor, by=admin, days=-1)
    values = {"phone": "13899990001", "email": "", "department": None}
    edit_user(user=supervisor, name=supervisor.name, actor=admin, now=NOW, **values)  # type: ignore[arg-type]
    change(User.objects.filter(pk=supervisor.pk), phone_verified_at=NOW + timedelta(minutes=7))
    refuses(asked, User.objects.get(pk=supervisor.pk), "重新验证本人", minutes=8)


def test_who_may_decide_is_told_outside_of_his_account_too(draw: Draw, operator: User) -> None:
    """Whoever sits in it reads what stands there, and its owner never sees it."""
    make_user("supervisor", name="有手机", phone="13812340001")
    make_user("supervisor", name="没验证", phone="13812340002", phone_verified_at=None)
    make_user("supervisor", name="有邮箱", email="zhao@example.cn")
    request_void(draw=draw, reason="重抽", actor=operator, now=NOW)
    told = [one for one in Message.objects.all() if one.occasion == "request.asked"]
    ways = {(one.recipient, one.channel) for one in told}
    assert ("有手机", "sms") in ways
    assert ("没验证", "sms") not in ways
    assert {way for name, way in ways if name == "有邮箱"} == {"site", "email"}
    assert all("不同意" in one.body for one in told)


# --- Demands that one of the two lowers ------------------------------------------------------------


def lower(setting: Setting[Any], value: Any, by: User, **when: Any) -> None:
    """Set it on the page, as the administrator may."""
    save_settings(
        group=REQUESTS,
        values={setting.code: value},
        version=version_of(REQUESTS),
        actor=by,
        now=NOW + timedelta(**when),
    )


def test_a_demand_lowered_after_it_was_asked_counts_for_later_requests(
    asked: VoidRequest, admin: User
) -> None:
    newcomer = make_user("supervisor", created_at=NOW - timedelta(days=1))
    lower(SECOND_DAYS, 0, admin, minutes=1)
    refuses(asked, newcomer, f"不满 {DAYS} 天", minutes=2)
    refuses(asked, newcomer, f"不满 {DAYS} 天", days=3)


def test_nor_does_it_help_to_lower_it_just_before(draw: Draw, admin: User, operator: User) -> None:
    configure(OBJECTION_MINUTES, 5)
    unknown = make_user("supervisor", phone="13812340001", phone_verified_at=None)
    lower(SECOND_PHONE, False, admin, hours=-23)
    lower(OBJECTION_MINUTES, 0, admin, hours=-1)
    # Not even by raising and lowering it again, which makes it the value of the day before.
    lower(SECOND_PHONE, True, admin, hours=-2)
    lower(SECOND_PHONE, False, admin, hours=-1)
    asked = request_void(draw=draw, reason="重抽", actor=operator, now=NOW)
    refuses(asked, unknown, "之后才能确认")
    refuses(asked, unknown, "验证本人手机号", minutes=6)


def test_what_was_lowered_a_day_before_counts(draw: Draw, admin: User, operator: User) -> None:
    newcomer = make_user("supervisor", created_at=NOW - timedelta(days=1))
    lower(SECOND_DAYS, 0, admin, hours=-25)
    asked = request_void(draw=draw, reason="重抽", actor=operator, now=NOW)
    agree(asked, newcomer)


def test_whoever_decides_is_told_at_once_that_a_demand_was_lowered(
    admin: User, supervisor: User
) -> None:
    """They had a day to object, and heard of it by nobody."""
    guard = make_user("admin", name="钱安全")
    lower(SECOND_DAYS, 3, admin)
    told = Message.objects.filter(occasion="request.lowered")
    names = {one.recipient for one in told}
    assert {supervisor.name, guard.name} <= names
    assert admin.name not in names  # he did it
    (text,) = {one.body for one in told if one.recipient == supervisor.name}
    assert "由「7 天」改为「3 天」" in text
    count = told.all().count()
    lower(SECOND_DAYS, 5, admin)  # raised: nobody has to hurry
    lower(OBJECTION_MINUTES, 10, admin)
    assert told.all().count() == count
    lower(OBJECTION_MINUTES, 0, admin)
    assert told.all().count() == 2 * count


def test_what_is_demanded_more_counts_at_once(asked: VoidRequest, admin: User) -> None:
    newcomer = make_user("supervisor", created_at=NOW - timedelta(days=8))
    lower(SECOND_DAYS, 30, admin, minutes=1)
    refuses(asked, newcomer, "不满 30 天", minutes=2)


def test_the_same_for_applications_and_plans(admin: User, operator: User) -> None:
    project = make_project(applicant=operator)
    submit_project(project=project, actor=operator, now=NOW)
    fresh = make_user("supervisor", created_at=NOW)
    lower(SECOND_DAYS, 0, admin)
    project.refresh_from_db()
    with pytest.raises(ApproverIsApplicant, match="不满"):
        approve_project(
            project=project, version=project.version, actor=fresh, now=NOW + timedelta(days=2)
        )


@pytest.mark.parametrize("ahead", [1, 10**6, 10**30])
def test_no_form_claims_to_have_read_what_others_save_later(admin: User, ahead: int) -> None:
    with pytest.raises(SettingsRefused, match="重新打开"):
        save_settings(
            group=REQUESTS,
            values={SECOND_DAYS.code: 0},
            version=version_of(REQUESTS) + ahead,
            actor=admin,
            now=NOW,
        )
