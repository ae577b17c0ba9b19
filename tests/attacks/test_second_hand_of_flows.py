"""Requests for changes, projects, plans and admissions: who agrees to a step is another person than those who agreed
before him, by whatever account (docs/decisions/0546)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.passwords import reset_password
from expertpool.audit.models import Entry
from expertpool.changes.exceptions import ChangeRefused
from expertpool.changes.services.requests import change_own, decide_request, why_not_to_agree
from expertpool.draws.exceptions import PlanApprovalRefused
from expertpool.draws.queries.readiness import check_waiting, why_not_agree
from expertpool.draws.services.plan_approval import decide_plan, submit_plan
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.queries.admission import part_of
from expertpool.experts.queries.admitters import outlook
from expertpool.experts.services.admission import approve_admission, begin_admissions
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.exceptions import ApproverIsApplicant
from expertpool.projects.queries import why_not_approve
from expertpool.projects.services.application import submit_project
from expertpool.projects.services.approval import approve_project
from expertpool.workflow.enums import Verdict
from expertpool.workflow.services.flows import StepData, save_flow
from tests.factories.accounts import make_user
from tests.factories.draws import make_ready_project
from tests.factories.experts import give_account, make_expert
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
REFUSED = (ChangeRefused, ApproverIsApplicant, PlanApprovalRefused, ExpertRefused)
Case = tuple[str, Callable[[User], Any], Callable[[Any, User], Verdict]]


def _asked(by: User) -> Any:
    expert = make_expert("王立新", title="工程师")
    give_account(expert, make_user("expert"))
    expert.refresh_from_db()
    assert expert.user is not None
    _, request = change_own(
        expert=expert,
        values={"title": "教授"},
        reason="评上了",
        actor=expert.user,
        now=timezone.now(),
    )
    return request


def _change(row: Any, actor: User) -> Verdict:
    return decide_request(request=row, agree=True, actor=actor, now=timezone.now())


def _project(by: User) -> Any:
    row = make_project(status=ProjectStatus.DRAFT, applicant=by)
    submit_project(project=row, actor=by, now=timezone.now())
    return row


def _approve(row: Any, actor: User) -> Verdict:
    row.refresh_from_db()
    return approve_project(project=row, version=row.version, actor=actor, now=timezone.now())


def _plan(by: User) -> Any:
    make_expert()
    row = make_ready_project(now=timezone.now(), seats=1, actor=by)
    submit_plan(project=row, version=1, actor=by, now=timezone.now())
    return row


def _agree(row: Any, actor: User) -> Verdict:
    given: dict[str, Any] = {"version": 1, "agree": True, "note": "同意"}
    return decide_plan(project=row, actor=actor, now=timezone.now(), **given)


def _entered(by: User) -> Any:
    row = make_expert("李待审", status=ExpertStatus.PENDING, created_by=by)
    begin_admissions(now=timezone.now())
    return row


def _admit(row: Any, actor: User) -> Verdict:
    return approve_admission(expert=row, actor=actor, now=timezone.now())


CASES: list[Case] = [
    ("changes.changerequest", _asked, _change),
    ("projects.project", _project, _approve),
    ("draws.planversion", _plan, _agree),
    ("experts.expert", _entered, _admit),
]


@pytest.mark.parametrize(("subject", "handed_in", "agree"), CASES, ids=[one[0] for one in CASES])
def test_who_decides_the_next_step_is_another_person_indeed(
    admin: User, operator: User, subject: str, handed_in: Any, agree: Any
) -> None:
    """Two administrators are needed: once the second could be let into his account by the first the day before."""
    third, fourth, now = make_user("admin"), make_user("admin"), timezone.now()
    save_flow(subject=subject, steps=[StepData("初审"), StepData("终审")], actor=admin, now=now)
    row = handed_in(operator)
    # Before the first step nobody has agreed: he may decide it.
    reset_password(user=third, actor=admin, now=now - DAY)
    assert agree(row, admin) is Verdict.ADVANCED
    with pytest.raises(REFUSED, match="由他人启用、修改或重置过密码"):
        agree(row, third)
    # Nor whoever has the account of the person before him in hand.
    reset_password(user=admin, actor=fourth, now=now - DAY)
    with pytest.raises(REFUSED, match="须由另一位"):
        agree(row, fourth)
    # Said before he tries.
    told: dict[str, Callable[[Any, User], str]] = {
        "changes.changerequest": lambda one, user: why_not_to_agree(
            request=one, actor=user, now=now
        ),
        "projects.project": lambda one, user: why_not_approve(user, one, now=now),
        "draws.planversion": lambda one, user: why_not_agree(user, check_waiting(one), now=now),
        "experts.expert": lambda one, user: part_of(user, one, now=now).why_not,
    }
    why = told[subject](row, fourth)
    assert "须由另一位" in why
    assert agree(row, make_user("admin")) is Verdict.APPROVED


def test_before_many_are_admitted_it_is_told_who_agreed_before(admin: User, operator: User) -> None:
    other, now = make_user("admin"), timezone.now()
    steps = [StepData("初审"), StepData("终审")]
    save_flow(subject="experts.expert", steps=steps, actor=admin, now=now)
    agreed, fresh = _entered(operator), _entered(operator)
    _admit(agreed, admin)
    reset_password(user=admin, actor=other, now=now - DAY)
    found = outlook(other, [agreed, fresh], now=now)
    assert (found.able, [one.names for one in found.barred]) == ([fresh.pk], [["李待审"]])


def test_in_the_first_days_what_an_expert_asks_is_agreed_to_and_the_log_says_so() -> None:
    now = timezone.now()
    born = {"created_at": now - 2 * DAY}
    first, second = make_user("admin", **born), make_user("admin", **born)
    steps = [StepData("初审"), StepData("终审")]
    save_flow(subject="changes.changerequest", steps=steps, actor=first, now=now)
    expert = make_expert("王立新", title="工程师")
    give_account(expert, make_user("expert", **born))
    expert.refresh_from_db()
    assert expert.user is not None
    _, row = change_own(
        expert=expert, values={"title": "教授"}, reason="评上了", actor=expert.user, now=now
    )
    assert _change(row, first) is Verdict.ADVANCED
    assert _change(row, second) is Verdict.APPROVED
    entry = Entry.objects.filter(action="change.decide", actor=second).get()
    assert "系统启用的头几天开通的" in entry.note
