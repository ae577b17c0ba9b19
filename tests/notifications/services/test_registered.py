"""Texts that a provider keeps: it gets their number and the values, and nothing that it did not approve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.notifications.channels.sms import settings as sms
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.exceptions import TemplateRefused, UnknownPlaceholders
from expertpool.notifications.models import Message, MessageTemplate
from expertpool.notifications.occasions import Registered, Text, check_text
from expertpool.notifications.queries.templates import NOT_REGISTERED, WRITTEN, template_state
from expertpool.notifications.services.delivery import deliver
from expertpool.notifications.services.templates import save_template
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.notifications.conftest import INVITATION, NOON, WANG, send
from tests.notifications.sms_platform import KEY, SECRET, Platform

pytestmark = pytest.mark.django_db

TEXT = Text(
    "",
    "{{专家姓名}}：请答复 {{答复链接}} 。",
    "SMS_123456",
    "name={{专家姓名}}\r\n link = {{答复链接}}\n\ntitle={{项目名称}}评审",
)


@pytest.fixture
def platform(db: None, settings: Any) -> Iterator[Platform]:
    settings.SITE_URL = "https://pool.example.cn"
    with Platform() as found:
        for setting, value in (
            (sms.PROVIDER, "aliyun"),
            (sms.ALIYUN_ENDPOINT, found.url),
            (sms.ALIYUN_KEY, KEY),
            (sms.ALIYUN_SECRET, SECRET),
            (sms.ALIYUN_SIGN, "省采购中心"),
        ):
            configure(setting, value)
        yield found


def save(text: Text, admin: User) -> MessageTemplate:
    return save_template(occasion=INVITATION.code, channel="sms", text=text, actor=admin, now=NOON)


def sent() -> Message:
    (message,) = send("sms", to=WANG)
    deliver(message_id=message.pk, now=NOON)
    message.refresh_from_db()
    return message


@pytest.mark.shows("OVW-08")
def test_number_and_values_go_out_links_without_their_beginning(
    platform: Platform, admin: User
) -> None:
    save(TEXT, admin)
    message = sent()
    assert (message.state, message.provider_id) == (DeliveryState.SENT, "9006^0")
    (taken,) = platform.taken
    assert taken["TemplateCode"] == "SMS_123456"
    assert taken["TemplateParam"] == (
        '{"name": "王建国", "link": "r/AbC123", "title": "城南污水处理厂扩建工程评审"}'
    )
    assert message.body == "王建国：请答复 https://pool.example.cn/r/AbC123 。"
    assert message.stored_registered == Registered(
        "SMS_123456",
        (
            ("name", "王建国"),
            ("link", "r/AbC123"),
            ("title", "城南污水处理厂扩建工程评审"),
        ),
    )


def test_without_a_number_the_message_fails_where_somebody_sees_it(
    platform: Platform, admin: User, client: Client
) -> None:
    message = sent()
    assert (message.state, message.detail) == (DeliveryState.FAILED, NOT_REGISTERED)
    assert not platform.taken
    lacking = {"state": "lacking"}
    page = login(client, admin).get(reverse("notifications:templates"), lacking).content.decode()
    assert "个模板" in page
    assert "没有符合条件的模板" not in page
    configure(sms.PROVIDER, "gateway")
    page = client.get(reverse("notifications:templates"), lacking).content.decode()
    assert "没有符合条件的模板" in page


def test_what_the_provider_keeps_is_logged_and_proved(platform: Platform, admin: User) -> None:
    template = save(TEXT, admin)
    entry = Entry.objects.get(action="notifications.template_save")
    assert entry.after["服务商模板编号"] == "SMS_123456"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notifications_messagetemplate SET registered = 'SMS_666'")
    assert template_state(INVITATION, "sms").why_not == WRITTEN
    assert template_state(INVITATION, "sms").text.registered == ""
    assert template.values.splitlines() == [
        "name={{专家姓名}}",
        "link = {{答复链接}}",
        "title={{项目名称}}评审",
    ]


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ("name={{姓名}}", UnknownPlaceholders),
        ("name={{专家姓名", TemplateRefused),
        ("link=http://evil.example.com/{{答复链接}}", TemplateRefused),
    ],
)
def test_values_are_checked_like_texts(
    admin: User, values: str, refusal: type[TemplateRefused]
) -> None:
    with pytest.raises(refusal):
        save(TEXT._replace(values=values), admin)


def test_what_a_text_needs_its_values_need_too() -> None:
    """Else whoever writes templates empties the messages that tell of him."""
    texts = {"sms": INVITATION.defaults["sms"]}
    needs = replace(INVITATION, required=("答复链接",), defaults=texts)
    check_text(needs, TEXT)
    with pytest.raises(TemplateRefused, match="服务商模板变量里缺少"):
        check_text(needs, TEXT._replace(values="name={{专家姓名}}"))


def test_values_in_the_order_of_the_provider(platform: Platform, admin: User) -> None:
    configure(sms.PROVIDER, "tencent")
    for setting, value in (
        (sms.TENCENT_ENDPOINT, platform.url),
        (sms.TENCENT_KEY, KEY),
        (sms.TENCENT_SECRET, SECRET),
        (sms.TENCENT_APP, "1400"),
        (sms.TENCENT_SIGN, "省采购中心"),
    ):
        configure(setting, value)
    save(TEXT._replace(values="{{项目名称}}\n{{专家姓名}}"), admin)
    assert sent().state == DeliveryState.SENT
    (taken,) = platform.taken
    assert taken["TemplateParamSet"] == ["城南污水处理厂扩建工程", "王建国"]


def test_the_form_keeps_what_was_typed(admin: User, client: Client) -> None:
    page = reverse("notifications:template", args=["tests.invitation", "sms"])
    answer = login(client, admin).post(
        page,
        {
            "body": TEXT.body,
            "registered": "SMS_1",
            "values": "name={{名}}",
            "active": "on",
            "version": "0",
        },
    )
    content = answer.content.decode()
    assert answer.status_code == 422
    assert "SMS_1" in content
    assert "name={{名}}" in content
    assert "服务商报备的模板" not in client.get(page.replace("sms", "email")).content.decode()


def test_a_later_attempt_sends_the_same(platform: Platform, admin: User) -> None:
    save(TEXT, admin)
    platform.status = 503
    message = sent()
    assert message.state == DeliveryState.QUEUED
    save(TEXT._replace(registered="SMS_2"), admin)
    platform.status = 200
    deliver(message_id=message.pk, now=NOON + timedelta(minutes=2))
    assert platform.taken[-1]["TemplateCode"] == "SMS_123456"
