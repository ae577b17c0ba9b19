"""Whose site this is: set on the page of settings, read at once where anybody looks."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from expertpool.accounts.models import User
from expertpool.core.office import office_details
from expertpool.core.settings import OFFICE, SERVICE_PHONE
from expertpool.core.validators import validate_icp_number, validate_post_code
from expertpool.experts.queries.experts import how_to_call
from expertpool.experts.settings import OFFICE_CONTACT
from expertpool.notifications.channels.base import Outbound
from expertpool.notifications.channels.email.smtp import MailServer, compose
from expertpool.siteconfig.queries.page import version_of
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db

EDIT = "/settings/groups/office/"
TYPED = {
    "core-copyright": "某某市公共资源交易中心",
    "core-office_address": "长沙市三一大道 1 号",
    "core-post_code": "410000",
    "core-office_phone": "0731-84110000、0731-84110001转8",
    "core-service_phone": "400-000-0000",
    "core-office_mail": "pool@example.cn",
    "core-icp_number": "湘ICP备12345678号-1",
}
SERVER = MailServer("mail", 25, "", "", "none", 1, "post@example.cn", "专家库")


def save(client: Client, **changes: str) -> Any:
    typed = TYPED | {f"core-{name}": value for name, value in changes.items()}
    return client.post(EDIT, typed | {"version": str(version_of(OFFICE))})


@pytest.mark.shows("SYS-02")
def test_what_the_office_says_of_itself_is_read_at_once(client: Client, admin: User) -> None:
    visitor, signed_in = Client(), login(client, admin)
    assert "版权所有" not in visitor.get("/login/").content.decode()
    assert save(signed_in).status_code == 204
    for address in ("/login/", "/join/", "/join/register/", "/verify/", "/nothing/"):
        page = visitor.get(address).content.decode()
        for text in TYPED.values():
            assert all(part in page for part in text.split("、")), (address, text)
        assert '<a href="https://beian.miit.gov.cn/" target="_blank" rel="noopener' in page
        assert 'href="tel:4000000000"' in page
        # What follows the number of a switchboard is no part of what is dialled.
        assert 'href="tel:073184110001"' in page
    save(signed_in, service_phone="400-111-1111", icp_number="")
    page = visitor.get("/login/").content.decode()
    assert ("400-111-1111" in page, "400-000-0000" in page, "beian" in page) == (True, False, False)


@pytest.mark.shows("SYS-02")
def test_letters_say_whose_they_are(client: Client, admin: User) -> None:
    outbound = Outbound("1", "a@example.cn", "题", "正文")
    assert compose(outbound, SERVER).body == "正文"
    save(login(client, admin))
    mail = compose(outbound, SERVER)
    html = str(mail.alternatives[0][0])
    assert str(mail.body).startswith("正文\n\n-- \n版权所有 © ")
    for text in TYPED.values():
        assert text in str(mail.body)
        assert text in html


def test_what_is_none_comes_back_with_how_to_write_it(client: Client, admin: User) -> None:
    answer = save(
        login(client, admin),
        post_code="4100",
        office_phone="电话",
        service_phone="12",
        office_mail="无",
        icp_number="备案中",
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    for text in (
        "应为 6 位数字",
        "11 位手机号",
        "应像 name@example.cn",
        "应像「湘ICP备12345678号-1」",
    ):
        assert text in page
    assert TYPED["core-copyright"] in page  # nothing that was typed is lost
    assert office_details() == []


@pytest.mark.parametrize(
    "number", ["湘ICP备12345678号", "京ICP证030173号", "粤ICP备2021000001号-12"]
)
def test_numbers_of_filings(number: str) -> None:
    validate_icp_number(number)
    validate_post_code("410000")
    for wrong in (number.lower(), f"{number}-", number.replace("号", ""), f"<b>{number}"):
        with pytest.raises(ValidationError):
            validate_icp_number(wrong)


def test_who_cannot_sign_in_is_told_the_service_phone_where_there_is_no_other() -> None:
    configure(SERVICE_PHONE, "400-000-0000")
    assert how_to_call() == "管理部门电话：400-000-0000。"
    configure(OFFICE_CONTACT, "0731-84110000")
    assert how_to_call() == "管理部门电话：0731-84110000。"
