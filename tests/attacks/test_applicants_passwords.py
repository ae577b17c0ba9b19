"""Whoever manages accounts does not apply, nor consent, for somebody else (docs/decisions/0192)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User, contact_index
from expertpool.accounts.services.users import edit_user
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.services.accounts import activate_account
from expertpool.experts.services.linking import link_account
from expertpool.joining.exceptions import JoiningRefused
from expertpool.joining.services.deciding import approve
from expertpool.joining.services.handing_in import withdraw
from expertpool.joining.services.registering import Applicant, register, send_code
from expertpool.notifications.models import Message
from expertpool.notifications.queries.subjects import readable_by
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.experts import make_expert
from tests.factories.joining import make_application, make_draft
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
HIS, MINE, NEW = "13812340001", "13899990001", "Another-horse-11"


def letters(occasion: str) -> list[Message]:
    return [one for one in Message.objects.all() if one.occasion == occasion]


def reset(user: User, by: User) -> str:
    client, url = login(Client(), by), reverse("accounts:user_reset", args=[user.pk])
    asked, answer = client.get(url), client.post(url)
    return asked.content.decode() + answer.content.decode() + str(dict(answer.headers))


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_no_password_is_shown_and_the_link_goes_to_the_applicant_alone(
    admin: User, state: str
) -> None:
    user = make_user("applicant", phone=HIS)
    application = make_draft(user)
    if state == "withdrawn":
        withdraw(application=application, actor=user, now=timezone.now())
    shown = reset(user, admin)
    assert not re.findall(r"[A-Za-z]{4}-[0-9]{4}-[A-Za-z]{4}", shown)
    assert "发送链接" in shown
    assert "/activate/" not in shown
    (letter,) = letters("joining.password")
    assert letter.address == HIS
    assert readable_by(admin, [letter]) == set()
    user.refresh_from_db()
    assert not user.check_password(PASSWORD)
    found = re.search(r"/activate/([^/\s]+)/", letter.body)
    assert found
    page = Client().get(reverse("experts:activate", args=[found[1]]))
    assert page.status_code == 200
    activate_account(token=found[1], password=NEW, now=timezone.now())
    user.refresh_from_db()
    assert user.check_password(NEW)


@pytest.mark.parametrize("field", ["phone", "email"])
def test_nor_does_he_write_his_own_number_into_the_account(admin: User, field: str) -> None:
    user = make_user("applicant", phone=HIS)
    make_draft(user)
    values = {"phone": HIS, "email": "", "name": user.name, "department": None}
    values[field] = MINE if field == "phone" else "sink@example.com"
    with pytest.raises(ValidationError, match="不能代改"):
        edit_user(user=user, **values, actor=admin, now=timezone.now())  # type: ignore[arg-type]
    form = login(Client(), admin).get(reverse("accounts:user_edit", args=[user.pk]))
    assert "不能代改" in form.content.decode()
    # What has nothing to do with them is saved as before.
    kept = {"phone": HIS, "email": "", "name": "李申请", "department": None}
    edit_user(user=User.objects.get(pk=user.pk), **kept, actor=admin, now=timezone.now())  # type: ignore[arg-type]


def test_nor_does_a_number_help_him_that_he_wrote_before(admin: User) -> None:
    """Before this was refused; neither the link nor the code of the page of registration goes there."""
    user = make_user("applicant", phone="")
    now = timezone.now()
    values = {"email": "", "name": user.name, "department": None, "actor": admin, "now": now}
    edit_user(user=user, phone=MINE, **values)  # type: ignore[arg-type]
    assert user.phone_index == contact_index("phone", MINE)
    applicant = Applicant("individual", "李申请", "phone", MINE, 1)
    row = send_code(applicant=applicant, code="123456", address="192.0.2.1", now=now)
    with pytest.raises(JoiningRefused):
        register(row=row, code="123456", password=NEW, now=now + timedelta(minutes=1))
    make_draft(user, now=now + timedelta(hours=2))
    assert "由他人改过" in reset(user, admin)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_nor_does_he_make_it_an_experts_account(admin: User) -> None:
    """By the expert's contact he would choose its password, and give it the role of applicants back."""
    application = make_draft()
    user = application.user
    kept = {"phone": user.phone, "email": "", "name": user.name, "department": None}
    edit_user(user=user, **kept, roles=[], actor=admin, now=timezone.now())
    expert = make_expert("王工", email="sink@example.com")
    with pytest.raises(ExpertRefused, match="入库申请人的账号"):
        link_account(
            expert=expert,
            username=user.username,
            reason="同一人",
            actor=admin,
            now=timezone.now(),
        )


def test_once_taken_in_he_is_an_expert_like_others(admin: User) -> None:
    application = make_application()
    approve(application=application, actor=admin, now=timezone.now())
    reset(application.user, admin)
    assert len(letters("expert.activation")) == 1
    assert not letters("joining.password")
