"""Who decides on an application reads what the same person applied before, and what came of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.roles import Grant, save_role
from expertpool.joining.exceptions import JoiningRefused
from expertpool.joining.models import Application
from expertpool.joining.queries.earlier import earlier_of
from expertpool.joining.services.deciding import approve, approve_among_many, reject
from expertpool.joining.services.handing_in import hand_in, withdraw
from expertpool.joining.services.renewing import apply_again
from expertpool.workflow.enums import StepKind
from expertpool.workflow.queries.notices import open_notices
from expertpool.workflow.services.flows import StepData, save_flow
from expertpool.workflow.services.objections import file_objection
from tests.factories.accounts import make_user
from tests.factories.joining import id_number, make_application
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = timezone.now()


def again(application: Application) -> Application:
    return Application.objects.select_related("user").get(pk=application.pk)


def anew(before: Application) -> Application:
    row = apply_again(before=again(before), actor=before.user, now=NOW)
    agreed = {"consents": 1, "knows_notice": 1}
    hand_in(application=row, version=row.version, **agreed, actor=row.user, now=NOW)
    return again(row)


def page_of(application: Application, reader: User) -> str:
    address = reverse("joining:detail", args=[application.pk])
    return login(Client(), reader).get(address).content.decode()


@pytest.mark.shows("EXP-13", "EXP-14")
def test_an_objection_is_not_got_rid_of_by_applying_again(admin: User) -> None:
    """Taken back during its notice, an application came again without what the public had said of it."""
    other = make_user("admin")
    notice_step = StepData("公示", kind=StepKind.NOTICE, days=1)
    steps = [StepData("初审"), notice_step, StepData("终审")]
    save_flow(subject="joining.application", steps=steps, actor=admin, now=NOW)
    first = make_application()
    approve(application=again(first), actor=admin, now=NOW)
    notice = open_notices(NOW + timedelta(minutes=1)).get()
    file_objection(
        notice=notice,
        name="刘某",
        contact="13800000000",
        text="职称证书系伪造",
        address="192.0.2.9",
        now=NOW + timedelta(minutes=1),
    )
    withdraw(application=again(first), actor=first.user, now=NOW)
    second = anew(first)
    page = page_of(second, other)
    assert "此前的申请" in page
    assert first.number in page
    assert "职称证书系伪造" in page
    window = reverse("joining:approve", args=[second.pk])
    drawer = login(Client(), other).get(window).content.decode()
    assert f"{first.number} 已撤回，收到异议 1 条" in drawer
    with pytest.raises(JoiningRefused, match="此前的申请"):
        approve_among_many(application=second, actor=other, now=NOW)
    # Those who apply, or do not decide, read nothing of it.
    assert "伪造" not in login(Client(), first.user).get(reverse("joining:mine")).content.decode()
    # Nor is a reason to turn him down forgotten with the application that it was said of.
    reject(application=second, actor=admin, note="公示异议属实", now=NOW)
    page = page_of(third := anew(second), other)
    assert "公示异议属实" in page
    assert "职称证书系伪造" in page
    assert [one.row for one in earlier_of(third, other)] == [second, first]
    assert earlier_of(again(first), other) == []


@pytest.mark.shows("EXP-13")
def test_the_same_number_from_another_account_is_the_same_person(admin: User) -> None:
    number = [id_number(401)]
    first = make_application(id_number=number)
    reject(application=first, actor=admin, note="职称不够", now=NOW)
    second, stranger = make_application(id_number=number), make_application()
    assert "职称不够" in page_of(second, admin)
    assert "此前的申请" not in page_of(stranger, admin)
    # Of another name: who does not see numbers plain would learn by an application of his own whose one is.
    third = make_application(id_number=number, name=["李改名"])
    role = save_role(
        role=None, name="审核", grants=[Grant("joining.review")], levels={}, actor=admin, now=NOW
    )
    page = page_of(third, make_user(roles=(role,)))
    assert "李申请" not in page
    assert "不显示是谁" in page
