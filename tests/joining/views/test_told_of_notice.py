"""Whom a public notice names has agreed to it before he hands in, and whoever draws up the flow reads what it shows."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.joining.models import Application
from expertpool.workflow.enums import StepKind
from expertpool.workflow.registry import FLOW_SUBJECTS
from expertpool.workflow.services.flows import StepData, save_flow
from tests.factories.accounts import make_user
from tests.factories.joining import fill, make_draft
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
SUBJECT = "joining.application"


@pytest.mark.shows("PORT-05", "EXP-13")
def test_an_applicant_agrees_to_be_named_before_he_hands_in(client: Client, admin: User) -> None:
    """He was named to everybody, and nothing had told him."""
    draft = fill(make_draft())
    login(client, draft.user)
    confirm = reverse("joining:step", args=["confirm"])
    assert "审批中有公示" not in client.get(confirm).content.decode()
    make_user("admin")  # nobody decides two steps
    steps = [StepData("初审"), StepData("公示", kind=StepKind.NOTICE, days=3), StepData("终审")]
    save_flow(subject=SUBJECT, steps=steps, actor=admin, now=timezone.now())
    # He opened the page before the flow had it.
    given = {"version": draft.version, "consents": "on", "read": "1"}
    answer = client.post(confirm, given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "勾选同意后再提交" in page
    assert "公示 3 个工作日" in page
    assert "任何人不用登录就能看到" in page
    assert page.count(" checked") == 1  # what he has ticked stays
    assert Application.objects.get(pk=draft.pk).state == "draft"
    assert client.post(confirm, given | {"knows_notice": "on", "days": "3"}).status_code == 302
    assert Application.objects.get(pk=draft.pk).state == "pending"
    entry = Entry.objects.get(action="joining.hand_in")
    assert "本人已同意，3 个工作日" in str(entry.after)


def test_whoever_draws_up_a_flow_reads_what_a_notice_shows(client: Client, admin: User) -> None:
    login(client, admin)
    for subject in FLOW_SUBJECTS:
        page = client.get(reverse("workflow:flow", args=[subject.code])).content.decode()
        assert ("公示：任何人不用登录就能看到" in page) is (subject.public is not None)
        assert subject.public_says in page
