"""What an expert who may not sign in is told, and what the office sees of his account."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.queries.experts import why_signed_out
from expertpool.experts.services.status import freeze_expert
from expertpool.experts.settings import OFFICE_CONTACT
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-52")]


def test_who_is_frozen_reads_whom_to_call_and_what_he_still_can(admin: User) -> None:
    expert, user = make_expert("王立新"), make_user("expert", name="王立新")
    give_account(expert, user)
    assert why_signed_out(user) == ""
    freeze_expert(expert=expert, reason="核查", actor=admin, now=timezone.now())
    posted = {"identifier": user.username, "password": PASSWORD}
    page = Client().post(reverse("accounts:login"), posted).content.decode()
    assert "凭邀请短信、邮件中的链接" in page
    assert "管理部门电话" not in page
    configure(OFFICE_CONTACT, "0731-84110000")
    page = Client().post(reverse("accounts:login"), posted).content.decode()
    assert "管理部门电话：0731-84110000。" in page
    wrong = Client().post(reverse("accounts:login"), posted | {"password": "another-2026"})
    assert "0731-84110000" not in wrong.content.decode()  # nobody learns by it that he is frozen


def test_the_list_of_users_says_who_is_frozen(admin: User) -> None:
    """It said 启用 of an account that lets nobody in."""
    expert, user = make_expert("王立新"), make_user("expert", name="王立新")
    give_account(expert, user)
    office, address = login(Client(), admin), reverse("accounts:user_list")
    assert "专家冻结" not in office.get(address, {"q": "王立新"}).content.decode()
    freeze_expert(expert=expert, reason="核查", actor=admin, now=timezone.now())
    assert "专家冻结" in office.get(address).content.decode()
