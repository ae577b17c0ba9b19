"""The buttons that try a way before it is saved, pressed on the page of its settings (SYS-04)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.configuration import Setting
from expertpool.notifications.channels.sms import settings as sms
from expertpool.notifications.channels.voice import settings as voice
from expertpool.notifications.channels.wechat import settings as wechat
from expertpool.notifications.models import Message
from expertpool.siteconfig.models import SettingChange
from tests.fixtures import login
from tests.notifications.sms_platform import KEY, SECRET, Platform
from tests.notifications.smsc import PASSWORD, Smsc
from tests.notifications.wechat_platform import APP, Wechat
from tests.notifications.wechat_platform import SECRET as APP_SECRET

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-04", "OVW-08")]
PHONE = "13800000001"
Typed = dict[Setting[str], str]


@pytest.fixture(autouse=True)
def on_this_machine(settings: Any) -> None:
    settings.TRIAL = True


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as found:
        yield found


@pytest.fixture
def office(admin: User) -> Client:
    return login(Client(), admin)


def press(office: Client, typed: Typed, address: str) -> str:
    """Press the button beside the form as it is shown, with ``typed`` in its fields; see that nothing stays of it but that it was
    pressed, and no secret in that."""
    (group,) = {one.group.code for one in typed}
    page = f"/settings/groups/{group}/"
    form = office.get(page).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value is not None and value is not False}
    sent |= {one.code.replace(".", "-"): value for one, value in typed.items()}
    answer = office.post(f"{page}try/", sent | {"address": address})
    assert answer.status_code == 200
    assert not SettingChange.objects.exists()
    assert not Message.objects.exists()
    entry = Entry.objects.filter(action="setting.trial").order_by("pk").last()
    assert entry, answer.content.decode()
    assert address in str(entry.after)
    page_and_log = answer.content.decode() + str(entry.before) + str(entry.after) + entry.note
    for secret in (SECRET, APP_SECRET, PASSWORD):
        assert secret not in page_and_log
    return answer.content.decode()


def of_aliyun(platform: Platform) -> Typed:
    return {
        sms.ALIYUN_ENDPOINT: platform.url,
        sms.ALIYUN_KEY: KEY,
        sms.ALIYUN_SECRET: SECRET,
        sms.ALIYUN_SIGN: "签",
        sms.ALIYUN_TEST: "SMS_9 code=1234",
    }


def test_aliyun_short_messages(office: Client, platform: Platform) -> None:
    assert "服务商已收下" in press(office, of_aliyun(platform), PHONE)
    (taken,) = platform.taken
    assert (taken["PhoneNumbers"], taken["TemplateCode"]) == (PHONE, "SMS_9")
    wrong = of_aliyun(platform) | {sms.ALIYUN_SECRET: "another"}
    assert "服务商已收下" not in press(office, wrong, PHONE)
    assert len(platform.taken) == 1


def test_tencent_short_messages(office: Client, platform: Platform) -> None:
    typed: Typed = {
        sms.TENCENT_ENDPOINT: platform.url,
        sms.TENCENT_KEY: KEY,
        sms.TENCENT_SECRET: SECRET,
        sms.TENCENT_APP: "14",
        sms.TENCENT_SIGN: "签",
        sms.TENCENT_TEST: "77 1234 5",
    }
    assert "服务商已收下" in press(office, typed, PHONE)
    assert platform.taken[0]["TemplateParamSet"] == ["1234", "5"]
    lacking = press(office, typed | {sms.TENCENT_APP: ""}, PHONE)
    assert "请先填写" in lacking


def test_the_gateway_of_an_office(office: Client, platform: Platform) -> None:
    typed: Typed = {sms.GATEWAY_URL: f"{platform.url}/send"}
    assert "服务商已收下" in press(office, typed, PHONE)
    assert platform.taken[0]["content"].startswith("测试短信")
    assert "手机号格式不对" in press(office, typed, "12")


def test_a_line_to_a_message_centre(office: Client) -> None:
    with Smsc() as centre:
        typed: Typed = {
            sms.SMPP_HOST: "127.0.0.1",
            sms.SMPP_PORT: str(centre.port),
            sms.SMPP_TLS: "false",
            sms.SMPP_ID: "zjk",
            sms.SMPP_PASSWORD: PASSWORD,
            sms.SMPP_SOURCE: "106912345",
        }
        assert "服务商已收下" in press(office, typed, PHONE)
        (taken,) = [one for one in centre.seen if "text" in one]
    assert (taken["from"], taken["text"][:4]) == ("106912345", "测试短信")


def test_wechat(office: Client) -> None:
    with Wechat() as account:
        typed: Typed = {
            wechat.ENDPOINT: account.url,
            wechat.APP: APP,
            wechat.SECRET: APP_SECRET,
            wechat.WAY: wechat.TEMPLATE,
            wechat.TEST: "tpl-1 thing1=测试",
        }
        assert "微信已收下" in press(office, typed, "oXYZ")
        assert account.taken[0]["data"] == {"thing1": {"value": "测试"}}
        assert "AppSecret 不对" in press(office, typed | {wechat.SECRET: "another"}, "oXYZ")
        assert len(account.taken) == 1


def test_calls_of_a_cloud(office: Client, platform: Platform) -> None:
    platform.answer = b'{"Code": "OK", "CallId": "1^2"}'
    typed: Typed = {
        voice.CLOUD_ENDPOINT: platform.url,
        voice.CLOUD_KEY: KEY,
        voice.CLOUD_SECRET: SECRET,
        voice.CLOUD_NUMBER: "02788886666",
        voice.CLOUD_YES: "TTS_2",
        voice.CLOUD_NO: "TTS_3",
        voice.CLOUD_TEST: "TTS_9 name=测试",
    }
    assert "正在拨打" in press(office, typed, PHONE)
    assert platform.taken[0]["StartCode"] == "TTS_9"
    assert "测试用的模板" in press(office, typed | {voice.CLOUD_TEST: ""}, PHONE)
