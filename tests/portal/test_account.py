"""我的账号: a phone number is shown to be one's own by the link that was sent to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from time_machine import Traveller

from expertpool.accounts.models import User, contact_index
from expertpool.accounts.services.users import edit_user
from expertpool.audit.models import Entry
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import notices
from expertpool.portal.services.phones import link_of
from expertpool.workflow.settings import SECOND_DAYS, SECOND_PHONE
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


def test_a_number_that_is_new_does_not_count_yet_and_says_so(
    client: Client, admin: User, user: User, time_machine: Traveller
) -> None:
    configure(SECOND_DAYS, 7)
    begins = timezone.now() + timedelta(days=7)
    edit_user(
        user=user,
        name=user.name,
        phone="13912340002",
        email="",
        department=user.department,
        actor=admin,
        now=timezone.now(),
    )
    user.refresh_from_db()
    login(client, user)
    answer = client.post(link(user), follow=True)
    page = answer.content.decode()
    assert is_verified(user)
    assert page.count("用它验证暂不算数") == 2  # when it is verified, and beside the button
    assert f"{timezone.localtime(begins):%Y-%m-%d %H:%M} 起才能再作为第二人确认" in page
    time_machine.move_to(begins + timedelta(minutes=1), tick=False)
    assert "暂不算数" not in login(client, user).get("/account/").content.decode()


def test_the_link_is_said_to_be_a_link(client: Client, user: User) -> None:
    page = login(client, user).get("/account/").content.decode()
    assert "验证短信里是一个链接" in page
