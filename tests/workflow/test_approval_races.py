"""Two who decide one step at once, and the end of a notice that comes twice. With their controls."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db.models import Model
from django.utils import timezone

from expertpool.accounts.models import Role, User
from expertpool.audit.models import Entry
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.workflow.enums import Agreement, ApprovalState, StepKind, Verdict
from expertpool.workflow.exceptions import DecisionRefused
from expertpool.workflow.models import Approval, PublicNotice
from expertpool.workflow.services import approvals, leading
from expertpool.workflow.services.approvals import decide
from expertpool.workflow.services.flows import StepData, save_flow
from expertpool.workflow.services.leading import end_notice
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.projects import make_project

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
NOW = timezone.now()
SUBJECT = "projects.project"


def meeting(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, *, locked: bool) -> None:
    """Both have read where the approval stands before either writes, as far as the lock lets them."""
    barrier, goes_on = threading.Barrier(2), getattr(module, name)

    def meet(*args: Any, **kwargs: Any) -> Any:
        read = goes_on(*args, **kwargs)
        try:
            barrier.wait(timeout=1 if locked else 20)
        except threading.BrokenBarrierError:
            pass
        return read

    monkeypatch.setattr(module, name, meet)


def unlocked(subjects: Sequence[Model]) -> dict[int, Approval]:
    rows = Approval.objects.select_related("version", "step__role")
    keys = [one.pk for one in subjects]
    found = rows.filter(subject_id__in=keys, state=ApprovalState.RUNNING)
    return {one.subject_id: one for one in found}


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    def run(step: StepData, *, locked: bool) -> list[Any]:
        save_flow(subject=SUBJECT, steps=[step], actor=make_user("admin"), now=NOW)
        project = make_project(ProjectStatus.PENDING)
        if not locked:
            monkeypatch.setattr(approvals, "_running_of", unlocked)
        meeting(monkeypatch, approvals, "_suffices", locked=locked)

        def agree(user: User) -> Callable[[], Any]:
            one = Project.objects.get(pk=project.pk)
            return lambda: decide(subject=one, agree=True, note="", actor=user, now=NOW)

        return run_at_once(*(agree(user) for user in (make_user("supervisor"), make_user("admin"))))

    return run


ANY = StepData("审核")
TWO = StepData("会签", agreement=Agreement.SOME, persons=2)


def test_one_of_two_who_agree_at_once_decides(both: Callable[..., list[Any]]) -> None:
    make_user("supervisor")
    one, other = sorted(both(ANY, locked=True), key=lambda result: isinstance(result, Exception))
    assert one == Verdict.APPROVED
    assert isinstance(other, DecisionRefused)


def test_without_the_lock_both_would(both: Callable[..., list[Any]]) -> None:
    assert both(ANY, locked=False) == [Verdict.APPROVED] * 2


def test_the_second_of_two_who_agree_at_once_completes(both: Callable[..., list[Any]]) -> None:
    make_user("supervisor")
    assert set(both(TWO, locked=True)) == {Verdict.COUNTED, Verdict.APPROVED}


def test_without_the_lock_neither_would(both: Callable[..., list[Any]]) -> None:
    make_user("supervisor")
    assert both(TWO, locked=False) == [Verdict.COUNTED] * 2


@pytest.mark.parametrize("locked", [True, False])
def test_a_notice_ends_once(monkeypatch: pytest.MonkeyPatch, locked: bool) -> None:
    supervisor = make_user("supervisor")
    notice = StepData("公示", kind=StepKind.NOTICE, days=1)
    then = StepData("终审", Role.objects.get(code="supervisor"))
    save_flow(subject=SUBJECT, steps=[notice, then], actor=make_user("admin"), now=NOW)
    assert supervisor.holds(Role.objects.get(code="supervisor"))
    make_project(ProjectStatus.PENDING)
    stands = PublicNotice.objects.get()
    if not locked:
        monkeypatch.setattr(leading, "_locked", lambda pk: Approval.objects.get(pk=pk))
    meeting(monkeypatch, leading, "next_step", locked=locked)

    def end() -> bool:
        return end_notice(approval_id=stands.approval_id, moves=0, now=stands.ends_at)

    ended = run_at_once(end, end)
    assert sorted(ended) == ([False, True] if locked else [True, True])
    assert Entry.objects.filter(action="workflow.notice_end").count() == (1 if locked else 2)
