from __future__ import annotations

import io
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.demo import ensure_demo_accounts
from expertpool.audit.models import Entry
from expertpool.experts.models import Expert
from expertpool.workflow.queries.second_person import why_not_second
from expertpool.workflow.services.delegations import delegate
from expertpool.workflow.services.flows import StepData, save_flow
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_an_installation_in_use_is_left_alone(db: None) -> None:
    make_user("admin")
    output = run("seed_demo", "--if-empty")
    assert (User.objects.count(), Expert.objects.count()) == (1, 0)
    assert "operator" not in output


@pytest.mark.shows("OVW-06")
def test_what_two_persons_decide_can_be_tried_in_the_demonstration(db: None) -> None:
    now = timezone.now()
    users = {one.username: one for one in ensure_demo_accounts(now=now)}
    first, second = users["admin"], users["admin2"]
    steps = [StepData("初审"), StepData("复核")]
    for subject in ("joining.application", "inspections.inspection", "changes.changerequest"):
        assert save_flow(subject=subject, steps=steps, actor=first, now=now)
    week = now + timedelta(days=7)
    assert delegate(to=second, begins_at=now, ends_at=week, reason="休假", actor=first, now=now)
    assert why_not_second(second, {first.pk}, asked_at=now, now=now) == ""


def test_a_first_administrator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Ganz-geheim-1\n"))
    run("create_admin", "chef", "--name", "主管")
    user = User.objects.get(username="chef")
    assert user.check_password("Ganz-geheim-1")
    assert user.has_permission("accounts.roles")
    assert Entry.objects.get(action="user.create").actor is None


def test_an_administrator_with_a_one_time_password(db: None) -> None:
    output = run("create_admin", "chef", "--name", "主管", "--one-time")
    user = User.objects.get(username="chef")
    assert user.must_change_password
    assert user.check_password(output.split("一次性密码：")[1].strip())


@pytest.mark.parametrize("password", ["", "schwach"])
def test_an_administrator_needs_a_good_password(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    with pytest.raises(CommandError):
        run("create_admin", "chef", "--name", "主管")
    assert not User.objects.exists()
