"""What is left to an expert who is frozen or on the blacklist, and what the office sees of his account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.models import Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.replies import answer
from expertpool.experts.models import Expert
from expertpool.experts.services.blacklist import add_to_blacklist, remove_from_blacklist
from expertpool.experts.services.status import freeze_expert
from expertpool.experts.settings import OFFICE_CONTACT
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-52")]


@pytest.fixture
def out() -> tuple[Expert, User]:
    expert, user = make_expert("王立新"), make_user("expert", name="王立新")
    give_account(expert, user)
    return expert, user


def signed_in(user: User, **also: Any) -> Client:
    """Whoever gave ``user``'s name and password on the page."""
    client = Client()
    posted = {"identifier": user.username, "password": PASSWORD} | also
    client.post(reverse("accounts:login"), posted)
    return client


def test_who_is_frozen_reads_why_and_whom_to_call(out: tuple[Expert, User], admin: User) -> None:
    expert, user = out
    freeze_expert(expert=expert, reason="资格核查", actor=admin, now=timezone.now())
    client = signed_in(user)
    page = client.get("/").content.decode()
    assert "现已冻结" in page
    assert "资格核查" in page
    assert "管理部门电话" not in page
    # No way to what is closed.
    assert 'href="/my/file/"' not in page
    assert reverse("core:search") not in page
    configure(OFFICE_CONTACT, "0731-84110000")
    assert "管理部门电话：0731-84110000。" in client.get("/").content.decode()
    own = client.get(reverse("changes:own_data"))
    assert own.status_code == 200
    assert own.getvalue()  # read to the end, its temporary file is closed
    assert client.get(reverse("changes:file")).status_code == 403
    nobody = signed_in(user, password="another-2026")
    assert nobody.get("/").status_code == 302


def test_who_is_on_the_blacklist_appeals_from_his_page(
    out: tuple[Expert, User], admin: User
) -> None:
    expert, user = out
    entry = add_to_blacklist(
        expert=expert,
        reason="缺席两次",
        evidence="通报〔2026〕3 号",
        actor=admin,
        now=timezone.now(),
    )
    page = (client := signed_in(user)).get("/")
    assert "缺席两次" in page.content.decode()
    assert "通报〔2026〕3 号" in page.content.decode()
    address = reverse("experts:appeal", args=[page.context["appeal_token"]])
    assert address in page.content.decode()
    assert client.post(address, {"reason": "两次都请过假"}).status_code == 302
    assert entry.appeals.count() == 1
    remove_from_blacklist(expert=expert, reason="核实", actor=admin, now=timezone.now())
    # What he signed in to is his whole area again, without signing in anew.
    assert client.get(reverse("changes:file")).status_code == 200


def test_who_is_frozen_gives_up_a_review_that_he_had_confirmed(admin: User) -> None:
    now = timezone.now()
    for _ in range(5):
        make_expert()
    line = make_draw(now=now, seats=2).invitations.order_by("pk")[0]
    expert = Expert.objects.get(pk=expert_id_of(line))
    give_account(expert, user := make_user("expert", name=expert.name))
    given = {"invitation": line, "reason": "", "via": ReplyVia.LINK, "entropy": SeededEntropy("e")}
    answer(**given, accept=True, now=now)
    freeze_expert(expert=expert, reason="核查", actor=admin, now=now)
    with time_machine.travel(now + timedelta(minutes=1), tick=False):
        client = signed_in(user)
        page = reverse("selfservice:review", args=[line.pk])
        assert page in client.get("/").content.decode()
        assert client.get(page).status_code == 200
        client.post(reverse("selfservice:review_leave", args=[line.pk]), {"reason": "不能参加"})
        others = Invitation.objects.exclude(pk=line.pk)[0]
        assert client.get(reverse("selfservice:review", args=[others.pk])).status_code == 404
    assert Invitation.objects.get(pk=line.pk).state == InvitationState.LEAVE


def test_the_list_of_users_says_who_is_frozen(out: tuple[Expert, User], admin: User) -> None:
    """It said 启用 of an account that lets nobody in."""
    office, address = login(Client(), admin), reverse("accounts:user_list")
    assert "专家冻结" not in office.get(address, {"q": "王立新"}).content.decode()
    freeze_expert(expert=out[0], reason="核查", actor=admin, now=timezone.now())
    assert "专家冻结" in office.get(address).content.decode()
