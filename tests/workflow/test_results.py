"""Whoever asked for something that is approved is told what came of it on this site, by mail and by short message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from expertpool.accounts.models import User, contact_index
from expertpool.achievements.services.writing import decide_achievement
from expertpool.changes.services.requests import change_own, decide_request
from expertpool.draws.services.plan_approval import decide_plan, submit_plan
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import drawable
from expertpool.inspections.enums import State
from expertpool.inspections.models import Inspection
from expertpool.inspections.services.deciding import decide_inspection
from expertpool.inspections.services.renewing import decide_renewal
from expertpool.inspections.services.terms import tell_suspended
from expertpool.notifications.models import Message
from expertpool.projects.services.application import submit_project
from expertpool.projects.services.approval import approve_project, reject_project
from expertpool.workflow.enums import OnRejection, Verdict
from expertpool.workflow.models import Approval
from expertpool.workflow.services.flows import StepData, save_flow
from tests.factories.accounts import make_user
from tests.factories.achievements import hand_in_one
from tests.factories.draws import make_ready_project
from tests.factories.experts import give_account, make_expert
from tests.factories.inspections import ask_one, hand_in_inspection, make_inspection
from tests.factories.projects import make_project

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
DAY = timedelta(days=1)
WHY = "附件中的证明不清楚，请重新上传。"
PHONE, MAIL = "13700001234", "told@example.cn"
ALL = {"site", "email", "sms"}


def _of_office() -> User:
    return make_user("operator", phone=PHONE, email=MAIL)


def _expert() -> Expert:
    expert = make_expert("王立新", phone=PHONE, email=MAIL, title="工程师")
    give_account(expert, make_user("expert"))
    expert.refresh_from_db()
    return expert


def _project() -> Any:
    user = _of_office()
    row = make_project(applicant=user)
    submit_project(project=row, actor=user, now=timezone.now())
    return row


def _decide_project(row: Any, agree: bool, actor: User) -> Verdict:
    row.refresh_from_db()
    said: dict[str, Any] = {"project": row, "actor": actor, "now": timezone.now()}
    if agree:
        return approve_project(version=row.version, **said)
    return reject_project(note=WHY, **said)


def _plan() -> Any:
    make_expert()
    user = _of_office()
    row = make_ready_project(now=timezone.now(), seats=1, actor=user)
    submit_plan(project=row, version=1, actor=user, now=timezone.now())
    return row


def _decide_plan(row: Any, agree: bool, actor: User) -> Verdict:
    return decide_plan(
        project=row, version=1, agree=agree, note=WHY, actor=actor, now=timezone.now()
    )


def _change() -> Any:
    expert = _expert()
    assert expert.user is not None
    values = {"title": "教授"}
    said: dict[str, Any] = {"values": values, "reason": "评上了", "now": timezone.now()}
    return change_own(expert=expert, actor=expert.user, **said)[1]


def _decide_change(row: Any, agree: bool, actor: User) -> Verdict:
    return decide_request(
        request=row, agree=agree, note="" if agree else WHY, actor=actor, now=timezone.now()
    )


def _decide_inspection(row: Any, agree: bool, actor: User) -> Verdict:
    outcome = State.PASSED if agree else State.RETURNED
    return decide_inspection(
        row=row, outcome=outcome, note="" if agree else WHY, actor=actor, now=timezone.now()
    )


def _decide_renewal(row: Any, agree: bool, actor: User) -> Verdict:
    until = timezone.localdate() + 900 * DAY if agree else None
    return decide_renewal(
        row=row, agree=agree, note=WHY, until=until, actor=actor, now=timezone.now()
    )


def _decide_achievement(row: Any, agree: bool, actor: User) -> Verdict:
    return decide_achievement(
        row=row, agree=agree, note=WHY, reasons={}, actor=actor, now=timezone.now()
    )


CASES: list[tuple[str, Callable[[], Any], Callable[[Any, bool, User], Verdict]]] = [
    ("projects.project", _project, _decide_project),
    ("draws.planversion", _plan, _decide_plan),
    ("changes.changerequest", _change, _decide_change),
    ("inspections.inspection", lambda: hand_in_inspection(make_inspection(_expert())), _decide_inspection),
    ("inspections.renewal", lambda: ask_one(_expert()), _decide_renewal),
    ("achievements.achievement", lambda: hand_in_one(_expert()), _decide_achievement),
]  # fmt: skip


@pytest.mark.shows("OVW-06")
@pytest.mark.parametrize("agree", [True, False])
@pytest.mark.parametrize(("subject", "handed_in", "decide"), CASES, ids=[one[0] for one in CASES])
def test_the_applicant_is_told_by_all_ways(
    admin: User, subject: str, handed_in: Any, decide: Any, agree: bool
) -> None:
    """Of a plan nobody was told, of a project on this site alone."""
    steps = [StepData("初审"), StepData("终审")]
    second, now = make_user("admin"), timezone.now()
    save_flow(subject=subject, steps=steps, actor=admin, now=now)
    row = handed_in()

    def told() -> list[Message]:
        fresh = Message.objects.exclude(pk__in=before)
        return [one for one in fresh if one.address in (PHONE, MAIL, account)]

    account = _account_of(row)
    before = list(Message.objects.values_list("pk", flat=True))
    verdict = decide(row, agree, admin)
    if agree:
        # Of a step between he is told nothing.
        assert verdict is Verdict.ADVANCED
        assert told() == []
        verdict = decide(row, True, second)
    assert verdict is (Verdict.APPROVED if agree else Verdict.REJECTED)
    found = told()
    assert sorted(one.channel for one in found) == sorted(ALL)
    if not agree:
        assert all(WHY.rstrip("。") in one.body for one in found)


@pytest.mark.shows("OVW-06")
@pytest.mark.parametrize("to", [OnRejection.PREVIOUS, OnRejection.STEP])
@pytest.mark.parametrize(("subject", "handed_in", "decide"), CASES, ids=[one[0] for one in CASES])
def test_a_step_that_leads_back_leaves_all_as_it_stood(
    admin: User, subject: str, handed_in: Any, decide: Any, to: OnRejection
) -> None:
    """Between those who decide: what was handed in waits on, its applicant hears nothing of it and may be drawn as
    before; then it goes on from there."""
    is_far, deciders = to is OnRejection.STEP, [make_user("admin") for _ in range(6)]
    last = StepData("终审", on_rejection=to, return_to=1 if is_far else None)
    steps = [StepData("初审"), StepData("复审"), last]
    save_flow(subject=subject, steps=steps, actor=admin, now=timezone.now())
    row = handed_in()
    account = _account_of(row)
    before = list(Message.objects.values_list("pk", flat=True))

    def told() -> list[Message]:
        fresh = Message.objects.exclude(pk__in=before)
        return [one for one in fresh if one.address in (PHONE, MAIL, account)]

    def stands() -> tuple[Any, ...]:
        # Of a plan is kept that somebody said no, which its next approver reads.
        now, fresh = timezone.now(), type(row).objects.get(pk=row.pk)
        names = [one.attname for one in fresh._meta.concrete_fields if one.name != "returned_at"]
        drawn = Expert.objects.filter(drawable(now, now + DAY, now=now))
        return {name: getattr(fresh, name) for name in names}, set(drawn.values_list("pk"))

    def step() -> str:
        return str(Approval.objects.get(subject_type=subject).step)

    first, second, third, fourth, fifth, sixth = deciders
    at_first = stands()
    assert decide(row, True, first) is Verdict.ADVANCED
    assert decide(row, True, second) is Verdict.ADVANCED
    assert decide(row, False, third) is Verdict.SENT_BACK
    assert step() == ("初审" if is_far else "复审")
    assert (told(), stands()) == ([], at_first)
    if is_far:
        assert decide(row, True, fourth) is Verdict.ADVANCED
    assert decide(row, True, fifth) is Verdict.ADVANCED
    assert (step(), told()) == ("终审", [])
    assert decide(row, True, sixth) is Verdict.APPROVED
    assert sorted(one.channel for one in told()) == sorted(ALL)


def _account_of(row: Any) -> str:
    if hasattr(row, "expert"):
        return str(row.expert.user.username)
    return User.objects.get(phone_index=contact_index("phone", PHONE)).username


@pytest.mark.shows("EXP-49")
def test_who_is_suspended_since_he_handed_in_nothing_is_told_by_all_ways() -> None:
    row = make_inspection(_expert())
    now = timezone.now() + 60 * DAY
    tell_suspended(now=now)
    found = Message.objects.filter(occasion="inspection.suspended")
    assert {one.channel for one in found} == ALL
    assert Inspection.objects.get(pk=row.pk).suspended_at == now
    # What a round asks of thousands costs no short message of whoever has a mail.
    asked = Message.objects.filter(occasion="inspection.opened")
    assert {one.channel for one in asked} == {"site", "email"}
