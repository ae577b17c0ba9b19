"""What was on public notice goes with what it was made of, and never before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.fields import is_vouched
from expertpool.joining.models import Application
from expertpool.joining.queries.flow import FLOW
from expertpool.joining.services.cleaning import clean
from expertpool.joining.services.deciding import approve, reject
from expertpool.joining.settings import KEPT_DAYS
from expertpool.workflow.enums import StepKind
from expertpool.workflow.models import Objection, PublicNotice
from expertpool.workflow.services.flows import StepData, save_flow
from expertpool.workflow.services.forgetting import forget_notices
from expertpool.workflow.services.leading import end_notices
from expertpool.workflow.services.objections import file_objection
from tests.factories.accounts import make_user
from tests.factories.joining import make_application
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)


@pytest.fixture
def application(admin: User) -> Application:
    """One that was on notice, to which somebody objected."""
    make_user("admin")  # nobody decides two steps
    steps = [StepData("初审"), StepData("公示", kind=StepKind.NOTICE, days=3), StepData("终审")]
    save_flow(subject=FLOW.code, steps=steps, actor=admin, now=NOW)
    row = make_application()
    approve(application=row, actor=admin, now=NOW)
    said = {"name": "钱某", "contact": "13612340001", "text": "与事实不符", "address": "10.0.0.9"}
    file_objection(notice=PublicNotice.objects.get(), **said, now=NOW)
    end_notices(now=NOW + 30 * DAY)
    return row


def turn_down(row: Application) -> None:
    row.refresh_from_db()
    reject(application=row, note="异议属实", actor=make_user("admin"), now=NOW + 31 * DAY)


@pytest.mark.shows("OVW-06")
def test_with_the_contents_of_an_application_goes_what_was_told_of_it(
    application: Application, client: Client
) -> None:
    notice = PublicNotice.objects.get()
    assert application.name in notice.title
    turn_down(application)
    configure(KEPT_DAYS, 60)
    clean(now=NOW + 60 * DAY)
    assert PublicNotice.objects.get().lines
    clean(now=NOW + 92 * DAY)
    notice.refresh_from_db()
    assert (notice.title, notice.lines) == ("", [])
    assert is_vouched(notice)
    assert not Objection.objects.exists()
    address = reverse("workflow:notice", args=[notice.public_id])
    assert client.get(address).status_code == 410


def test_so_does_what_was_told_of_who_was_cleared_before_it_did(application: Application) -> None:
    turn_down(application)
    Application.objects.update(erased_at=NOW + 32 * DAY)
    clean(now=NOW + 33 * DAY)
    assert not Objection.objects.exists()
    assert PublicNotice.objects.get().title == ""


def test_while_it_is_decided_all_stays(application: Application) -> None:
    """By the database, too: whoever writes rows takes no objection from who decides."""
    assert forget_notices(FLOW.code, [application.pk]) == 0
    notice, objection = PublicNotice.objects.get(), Objection.objects.get()
    with pytest.raises(DatabaseError, match="不能修改"), transaction.atomic():
        PublicNotice.objects.update(title="", lines=[])
    with pytest.raises(DatabaseError, match="不能删除"), transaction.atomic():
        objection.delete()
    turn_down(application)
    for changes in ({"title": "另一个"}, {"lines": []}, {"title": "", "lines": [], "round": 7}):
        with pytest.raises(DatabaseError, match="不能修改"), transaction.atomic():
            PublicNotice.objects.update(**changes)
    assert PublicNotice.objects.get().lines == notice.lines
