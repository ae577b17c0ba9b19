"""Two devices at one inspection, and two who decide it at once. With their controls."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.inspections.enums import State
from expertpool.inspections.exceptions import ChangedElsewhere, InspectionRefused
from expertpool.inspections.models import Inspection
from expertpool.inspections.services import deciding, submitting
from expertpool.inspections.services.deciding import decide_inspection
from expertpool.inspections.services.submitting import save_draft
from expertpool.workflow.enums import ApprovalState, Verdict
from expertpool.workflow.models import Approval
from expertpool.workflow.services import approvals
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.inspections import hand_in_inspection, make_inspection

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.race,
    pytest.mark.usefixtures("media"),
]


def meet_at(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, *, locked: bool) -> None:
    """Both have read the inspection before either writes, as far as the lock lets them."""
    barrier, goes_on = threading.Barrier(2), getattr(module, name)

    def meet(*args: Any, **kwargs: Any) -> Any:
        try:
            barrier.wait(timeout=1 if locked else 20)
        except threading.BrokenBarrierError:
            pass
        return goes_on(*args, **kwargs)

    monkeypatch.setattr(module, name, meet)


def unlocked(row: Inspection) -> Inspection:
    return Inspection.objects.select_related("round", "expert__user").get(pk=row.pk)


def running_of(subjects: Sequence[Model]) -> dict[int, Approval]:
    rows = Approval.objects.select_related("version", "step__role")
    of = [subject.pk for subject in subjects]
    found = rows.filter(subject_id__in=of, state=ApprovalState.RUNNING)
    return {one.subject_id: one for one in found}


@pytest.mark.parametrize("locked", [True, False])
def test_of_two_devices_one_is_told_that_the_other_wrote(
    monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    expert, user = make_expert(), make_user("expert")
    give_account(expert, user)
    row = make_inspection(expert)
    if not locked:
        monkeypatch.setattr(submitting, "locked", unlocked)
    meet_at(monkeypatch, submitting, "_keep", locked=locked)

    def write(text: str) -> Any:
        return lambda: save_draft(
            row=row, contents=text, declared=False, version=0, actor=user, now=timezone.now()
        )

    results = run_at_once(write("电脑上写的"), write("手机上写的"))
    refused = [one for one in results if isinstance(one, ChangedElsewhere)]
    assert len(refused) == (1 if locked else 0)  # without the lock one text is lost, unsaid
    row.refresh_from_db()
    assert row.version == 1


@pytest.mark.parametrize("locked", [True, False])
def test_of_two_who_decide_at_once_one_decides(
    monkeypatch: pytest.MonkeyPatch, admin: User, locked: bool
) -> None:
    row = hand_in_inspection(make_inspection(), now=timezone.now() - timedelta(days=2))
    if not locked:
        monkeypatch.setattr(deciding, "locked", unlocked)
        monkeypatch.setattr(approvals, "_running_of", running_of)
    meet_at(monkeypatch, approvals, "parts_taken", locked=locked)

    def decided(outcome: State, by: User) -> Any:
        return lambda: decide_inspection(
            row=row, outcome=outcome, note="已核对原件", actor=by, now=timezone.now()
        )

    results = run_at_once(decided(State.PASSED, admin), decided(State.FAILED, make_user("admin")))
    refused = [one for one in results if isinstance(one, InspectionRefused)]
    assert len(refused) == (1 if locked else 0), results
    done = {one for one in results if isinstance(one, Verdict)}
    assert len(done) == 2 - len(refused)
    assert Entry.objects.filter(action="inspection.decide").count() == 2 - len(refused)
