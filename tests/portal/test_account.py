"""我的账号: a phone number is shown to be one's own by the link that was sent to it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User, contact_index
from expertpool.audit.models import Entry
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import notices
from expertpool.portal.services.phones import link_of
from expertpool.workflow.settings import SECOND_PHONE
from tests.factories.accounts import make_user
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return make_user("supervisor", phone="13812340001", phone_verified_at=None)


def link(user: User) -> str:
    """The address in the message as it goes out."""
    return "/account/phone/" + link_of(str(user.pk), timezone.now())["验证链接"].split("/phone/")[1]


def is_verified(user: User) -> bool:
    return User.objects.get(pk=user.pk).phone_verified_at is not None


def test_whoever_opens_the_link_as_himself_has_shown_his_phone(client: Client, user: User) -> None:
    login(client, user)
    assert "未验证" in client.get("/account/").content.decode()
    for _ in range(2):  # at once: one message
        client.post("/account/phone/")
    letter = Message.objects.get()
    (shown,) = notices([letter], viewer=user)
    assert (shown.recipient, shown.body) == ("仅收件人可见", "")
    assert letter.address == "13812340001"
    assert "/account/phone/" not in letter.body, "it is filled in when it goes out"
    assert client.get(link(user)).status_code == 200
    assert not is_verified(user), "programs open links by themselves"
    assert client.post(link(user)).status_code == 302
    assert is_verified(user)
    assert Entry.objects.filter(action="user.verify_phone", actor=user).count() == 1


def test_the_link_is_nothing_for_another_nor_for_another_number(
    client: Client, admin: User, user: User
) -> None:
    address = link(user)
    login(client, admin).post(address)
    login(client, user).post("/account/phone/forged/")
    User.objects.filter(pk=user.pk).update(phone_index=contact_index("phone", "13912340002"))
    login(client, user).post(address)
    assert not is_verified(user)


def test_nobody_is_told_to_verify_what_the_office_does_not_ask_for(
    client: Client, user: User
) -> None:
    asked = "须先验证本人手机号"
    assert asked in login(client, user).get("/account/").content.decode()
    configure(SECOND_PHONE, value=False)
    page = client.get("/account/").content.decode()
    assert asked not in page
    assert "发送验证短信" in page
