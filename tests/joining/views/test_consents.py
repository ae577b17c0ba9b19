"""A tick is of what stood beside it: of that version of the text, and of so many days of a notice."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.joining.models import Application, Registration
from expertpool.joining.services.setup import ANEW, publish_consent
from expertpool.notifications.models import Message
from expertpool.workflow.enums import StepKind
from expertpool.workflow.services.flows import StepData, save_flow
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.joining import fill, make_draft, make_recommendation
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
ANOTHER = "您提交的全部信息也提供给合作单位。"


def ticked(page: str, **typed: str) -> dict[str, str]:
    """What is sent by whoever ticks all that ``page`` asks him to."""
    hidden = dict(re.findall(r'type="hidden" name="(read|days|version)" value="(\d+)"', page))
    return hidden | typed | {"consents": "on", "knows_notice": "on"}


def publish() -> None:
    publish_consent(text=ANOTHER, actor=None, now=timezone.now())


@pytest.mark.shows("PORT-05")
def test_what_is_handed_in_is_agreed_to_as_it_was_read(client: Client) -> None:
    draft = fill(make_draft())
    login(client, draft.user)
    confirm = reverse("joining:step", args=["confirm"])
    read = ticked(client.get(confirm).content.decode())
    publish()
    answer = client.post(confirm, read)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert ANEW in page
    assert ANOTHER in page
    assert " checked" not in page
    draft.refresh_from_db()
    assert (draft.state, draft.consent.number) == ("draft", 1)
    assert not Entry.objects.filter(action="joining.hand_in").exists()
    # A tick of no version is none.
    assert client.post(confirm, read | {"read": ""}).status_code == 422
    assert client.post(confirm, ticked(page)).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.consent.number) == ("pending", 2)


@pytest.mark.shows("PORT-02", "PORT-09")
@pytest.mark.parametrize("recommended", [False, True])
def test_whoever_registers_agrees_to_what_he_has_read(client: Client, *, recommended: bool) -> None:
    path, contact = reverse("joining:register"), "13812340001"
    if recommended:
        link = make_recommendation(make_expert("王推荐"), make_user("expert"))
        found = re.search(r"/join/by/[^/\s]+/", Message.objects.latest("id").body)
        assert found
        path, contact = found[0], link.phone
    typed = {"kind": "individual", "name": "赵同行", "contact": contact}
    read = ticked(client.get(path).content.decode(), **typed)
    publish()
    for stale in (read, read | {"read": "x"}, read | {"name": ""}):
        answer = client.post(path, stale)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert ANEW in page
        assert ANOTHER in page
        assert contact in page  # nothing typed is lost
        assert not re.search(r'name="consents"[^>]* checked', page)
    assert not Registration.objects.exists()
    assert client.post(path, ticked(page, **typed)).status_code == 302
    assert Registration.objects.get().consent.number == 2


@pytest.mark.shows("PORT-05", "EXP-13")
def test_a_notice_is_agreed_to_for_so_many_days(client: Client, admin: User) -> None:
    make_user("admin")  # nobody decides two steps

    def announce(days: int) -> None:
        notice = StepData("公示", kind=StepKind.NOTICE, days=days)
        steps = [StepData("初审"), notice, StepData("终审")]
        save_flow(subject="joining.application", steps=steps, actor=admin, now=timezone.now())

    announce(3)
    draft = fill(make_draft())
    login(client, draft.user)
    confirm = reverse("joining:step", args=["confirm"])
    read = ticked(client.get(confirm).content.decode())
    announce(15)
    answer = client.post(confirm, read)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "公示几个工作日" in page
    assert "公示 15 个工作日" in page
    assert page.count(" checked") == 1  # what he has ticked of the text stays
    assert Application.objects.get(pk=draft.pk).state == "draft"
    assert client.post(confirm, ticked(page)).status_code == 302
    assert "本人已同意，15 个工作日" in str(Entry.objects.get(action="joining.hand_in").after)
