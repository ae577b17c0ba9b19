"""Whoever does not wait is approved by no way, and stays as he is: neither let off the blacklist, nor restored."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core import tasks
from expertpool.core.models import BulkRun
from expertpool.core.views import bulk as views
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import BlacklistEntry, Expert
from expertpool.experts.services.admission import approve_admissions
from expertpool.workflow.services.approvals import start_approval
from tests.api.caller import Caller, assert_problem
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-13", "EXP-34")]


@pytest.fixture(params=sorted(frozenset(ExpertStatus) - {ExpertStatus.PENDING}))
def expert(request: Any) -> Expert:
    return make_expert("甲", status=request.param)


def ask(client: Client, name: str, *args: Any, query: str = "", **data: Any) -> HttpResponse:
    address = reverse(f"experts:{name}", args=args) + query
    return client.post(address, data, headers={"HX-Request": "true"})


def assert_stays(expert: Expert) -> None:
    assert Expert.objects.get(pk=expert.pk).status == expert.status
    is_listed = BlacklistEntry.objects.filter(expert=expert, removed_at=None).exists()
    assert is_listed == (expert.status == ExpertStatus.BLACKLISTED)


def told(expert: Expert) -> str:
    return f"甲现为“{expert.get_status_display()}”，“待审核”的专家才能审核通过"


def test_alone_he_is_refused(client: Client, admin: User, expert: Expert) -> None:
    answer = ask(login(client, admin), "approve", expert.pk)
    assert answer.status_code == 409
    assert told(expert) in answer.headers["HX-Trigger"].encode().decode("unicode_escape")
    answer = Caller(admin).post(f"/experts/{expert.pk}/approve")
    if expert.status == ExpertStatus.DELETED:
        assert_problem(answer, 404, "not-found")
    else:
        assert told(expert) in assert_problem(answer, 409, "expert-refused")["detail"]
    assert_stays(expert)


def test_of_many_he_is_left_out_and_told(client: Client, admin: User, expert: Expert) -> None:
    waiting = make_expert("乙", status="pending")
    answer = ask(login(client, admin), "approve_many", pk=[expert.pk, waiting.pk], count=2)
    assert (answer.status_code, answer["HX-Retarget"]) == (200, "#drawer")
    assert told(expert) in answer.content.decode()
    assert Expert.objects.get(pk=waiting.pk).status == ExpertStatus.FORMAL
    assert_stays(expert)


def test_all_of_his_tab_means_nobody(client: Client, admin: User, expert: Expert) -> None:
    """On 黑名单 it made all of them formal, and on 已删除 it ended in an error."""
    asked = {"all": "1", "count": "1", "at": timezone.now().isoformat()}
    tab = f"?tab={expert.status}"
    assert ask(login(client, admin), "approve_many", query=tab, **asked).status_code == 409
    assert_stays(expert)


def test_a_run_leaves_him_out(
    client: Client, admin: User, expert: Expert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST_AT_ONCE", 1)
    waiting = make_expert("乙", status="pending")
    answer = ask(login(client, admin), "approve_many", pk=[expert.pk, waiting.pk], count=2)
    run = BulkRun.objects.get()
    assert answer["HX-Redirect"] == reverse("core:bulk_run", args=[run.pk])
    tasks.run_bulk(run_id=run.pk)
    assert told(expert) in client.get(answer["HX-Redirect"]).content.decode()
    assert Expert.objects.get(pk=waiting.pk).status == ExpertStatus.FORMAL
    assert_stays(expert)


def test_an_approval_beside_another_status_lets_nobody_in(
    client: Client, admin: User, expert: Expert
) -> None:
    """No service leaves one: a status that was written past them all would."""
    start_approval(subject=expert, now=timezone.now())
    login(client, admin)
    assert ask(client, "approve", expert.pk).status_code == 409
    said = approve_admissions(experts=[expert], actor=admin, now=timezone.now())
    assert told(expert) in str(said[expert.pk])
    waiting = make_expert("乙", status="pending")
    for more in ({}, {"told": "1"}):  # the drawer that says whom he leaves out, and its button
        rows = [expert.pk, waiting.pk]
        assert ask(client, "approve_many", pk=rows, count=2, **more).status_code < 300
    assert Expert.objects.get(pk=waiting.pk).status == ExpertStatus.FORMAL
    asked = {"all": "1", "count": "1", "at": timezone.now().isoformat()}
    assert ask(client, "approve_many", query=f"?tab={expert.status}", **asked).status_code < 500
    assert_stays(expert)
