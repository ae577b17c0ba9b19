"""Whoever may edit the pool does not become an expert by his mail: its owner is told where he was
reached before, and no link that lets somebody in goes to what was changed lately."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.accounts.settings import SIGN_IN
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.services.accounts import open_account, open_accounts, send_link_again
from expertpool.experts.services.profile import update_expert
from expertpool.experts.settings import CONTACT_DAYS
from expertpool.notifications.models import Message
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from tests.factories.accounts import make_user
from tests.factories.experts import NOW, make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
OLD = {"phone": "13812340001", "email": "wang@example.cn"}
MINE = "sink@example.com"


@pytest.fixture
def expert() -> Expert:
    ensure_demo_roles()
    return make_expert("王小明", **OLD)


def edit(expert: Expert, by: User, **values: Any) -> Expert:
    return update_expert(expert=expert, values=values, actor=by, now=NOW)


def told(occasion: str) -> set[tuple[str, str]]:
    letters = [one for one in Message.objects.all() if one.occasion == occasion]
    return {(one.channel, one.address) for one in letters}


@pytest.mark.parametrize("changed", [{"email": MINE}, {"phone": "13899990001"}, {"email": ""}])
def test_he_is_told_where_he_was_reached_before(
    expert: Expert, admin: User, changed: dict[str, str]
) -> None:
    edit(expert, admin, **changed)
    assert told("expert.contact_changed") == {("sms", OLD["phone"]), ("email", OLD["email"])}
    body = Message.objects.first().body  # type: ignore[union-attr]
    assert MINE not in body
    assert "联系专家库管理单位" in body


def test_nothing_is_told_of_what_did_not_change(expert: Expert, admin: User) -> None:
    edit(expert, admin, position="主任", email=OLD["email"])
    assert not told("expert.contact_changed")


def test_the_link_goes_to_what_was_not_changed(expert: Expert, admin: User) -> None:
    edit(expert, admin, email=MINE)
    open_account(expert=expert, actor=admin, now=NOW + timedelta(days=1))
    assert told("expert.activation") == {("sms", OLD["phone"])}
    expert.refresh_from_db()
    send_link_again(expert=expert, actor=admin, now=NOW + timedelta(days=8))
    assert ("email", MINE) in told("expert.activation"), "a week later it is his"


def test_none_goes_out_when_both_were_changed(expert: Expert, admin: User) -> None:
    open_account(expert=expert, actor=admin, now=NOW - timedelta(days=1))
    expert.refresh_from_db()
    edit(expert, admin, email=MINE)
    edit(expert, admin, phone="13899990001")
    with pytest.raises(ExpertRefused, match="7 天内改过"):
        send_link_again(expert=expert, actor=admin, now=NOW)
    values, version = {CONTACT_DAYS.code: 0}, version_of(SIGN_IN)
    save_settings(group=SIGN_IN, values=values, version=version, actor=admin, now=NOW)
    with pytest.raises(ExpertRefused, match="7 天内改过"):
        send_link_again(expert=expert, actor=admin, now=NOW + timedelta(hours=23))
    assert told("expert.activation") == {("email", OLD["email"])}


def test_the_page_says_so(client: Client, expert: Expert, admin: User) -> None:
    login(client, admin)
    for values in ({"email": MINE}, {"phone": "13899990001"}):
        update_expert(expert=expert, values=values, actor=admin, now=timezone.now())
    answer = client.post(reverse("experts:open_account", args=[expert.pk]))
    assert "没有改过的手机号或邮箱" in answer.content.decode()
    expert.refresh_from_db()
    assert expert.user is None


def test_security_administrators_are_told_of_accounts_of_experts(
    expert: Expert, admin: User
) -> None:
    other = make_user("admin", name="安全管理员")
    open_account(expert=expert, actor=admin, now=NOW)
    open_accounts(expert_ids=[make_expert().pk, make_expert().pk], actor=admin, now=NOW)
    letters = [one for one in Message.objects.all() if one.occasion == "account.acted"]
    assert {one.recipient for one in letters} == {other.name}
    assert len(letters) == 2, "one for the expert, one for the many"
