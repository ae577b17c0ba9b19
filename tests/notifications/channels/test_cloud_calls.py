"""Calls by a cloud: as the vendor's SDK would ask for them, what they say of keys, and the answer that follows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from alibabacloud_dyvmsapi20170525 import models
from alibabacloud_dyvmsapi20170525.client import Client as VoiceClient
from alibabacloud_tea_openapi.models import Config
from django.test import Client
from django.utils import timezone

from expertpool.core.configuration import TrialFailed
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.channels.base import (
    DeliveryReport,
    Outbound,
    Pressed,
    ReportUnreadable,
    SendResult,
    SendStatus,
)
from expertpool.notifications.channels.voice import cloud
from expertpool.notifications.channels.voice import settings as voice
from expertpool.notifications.channels.voice.cloud import AliyunVoice
from expertpool.notifications.enums import AttemptState, Decision, DeliveryEventKind, DeliveryState
from expertpool.notifications.models import Attempt, DeliveryEvent, Message, Reply
from expertpool.notifications.occasions import OCCASIONS, Registered, Text
from expertpool.notifications.queries.attempts import callback_token
from expertpool.notifications.services.delivery import claim, dead_after, deliver, reap_stuck
from expertpool.notifications.services.references import reference
from expertpool.notifications.services.templates import save_template
from tests.factories.accounts import make_user
from tests.factories.siteconfig import configure
from tests.notifications.conftest import INVITATION, NOON, send
from tests.notifications.sms_platform import KEY, SECRET, Platform

UID = "0123456789abcdef0123456789abcdef"
OUTBOUND = Outbound(
    f"20261129120000.{UID}",
    "13800000001",
    "",
    "",
    registered=Registered("TTS_1", (("name", '王"建&国'),)),
)
# As that of a call which was taken.
TAKEN = b'{"Code": "OK", "CallId": "116012354148^102806213148"}'


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as found:
        found.answer = TAKEN
        yield found


def of(platform: Platform) -> AliyunVoice:
    return AliyunVoice(platform.url, KEY, SECRET, "02788886666", "TTS_2", "TTS_3")


@pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning")
@pytest.mark.shows("OVW-08")
def test_it_gets_what_its_sdk_would_send(platform: Platform) -> None:
    result = of(platform).send(OUTBOUND)
    assert result == SendResult(SendStatus.ACCEPTED, provider_id="116012354148^102806213148")
    sdk = VoiceClient(
        Config(access_key_id=KEY, access_key_secret=SECRET, endpoint=platform.host, protocol="http")
    )
    keys = [
        models.IvrCallRequestMenuKeyMap(key="1", code="TTS_2"),
        models.IvrCallRequestMenuKeyMap(key="2", code="TTS_3"),
    ]
    sdk.ivr_call(
        models.IvrCallRequest(
            called_number="13800000001",
            called_show_number="02788886666",
            start_code="TTS_1",
            start_tts_params=json.dumps({"name": '王"建&国'}, ensure_ascii=False),
            menu_key_map=keys,
            out_id=cloud.mark(OUTBOUND.reference),
            play_times=2,
        )
    )
    ours, theirs = platform.taken  # only what is signed right is taken
    assert ours == theirs
    assert platform.headers[0]["x-acs-action"] == platform.headers[1]["x-acs-action"] == "IvrCall"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", SendStatus.RETRY),
        ("isv.OUT_OF_SERVICE", SendStatus.DOWN),
        ("isv.TTS_TEMPLATE_ILLEGAL", SendStatus.REJECTED),
        ("", SendStatus.REJECTED),
    ],
)
def test_what_its_answers_mean(platform: Platform, code: str, status: SendStatus) -> None:
    platform.answer = json.dumps({"Code": code}).encode()
    result = of(platform).send(OUTBOUND)
    assert result.status is status
    assert result.detail.startswith("阿里云语音服务")


def test_half_a_character_of_an_answer_is_left_out(platform: Platform) -> None:
    """No row and no page took it: the test of the settings failed, and the call was lost."""
    platform.answer = rb'{"Code": "\ud83d", "CallId": "1"}'
    assert of(platform).send(OUTBOUND).detail == "阿里云语音服务：没有发出（）。"
    platform.answer = rb'{"Code": "OK", "CallId": "1\ud83d\u0000"}'
    assert of(platform).send(OUTBOUND) == SendResult(SendStatus.ACCEPTED, provider_id="1")


def test_without_a_registered_text_or_a_connection_nobody_is_called(platform: Platform) -> None:
    assert of(platform).send(replace(OUTBOUND, registered=None)).status is SendStatus.REJECTED
    gone = replace(of(platform), endpoint="http://127.0.0.1:9").send(OUTBOUND)
    assert gone.detail == "连接阿里云语音服务失败，请核对接口地址和网络。"
    assert not platform.taken


def test_what_a_push_says() -> None:
    rows = [
        {"call_id": "1", "out_id": "a", "dtmf": "#2", "status_code": "300000"},
        {
            "call_id": "1",
            "out_id": "a",
            "dtmf": "2",
            "status_code": "200000",
            "end_time": "2026-12-01 09:00:00",
        },
        {
            "call_id": "2",
            "out_id": "b",
            "dtmf": "",
            "status_code": "200002",
            "status_msg": "用户占线",
        },
        {"status_code": "200000"},
    ]
    pressed, again, heard, busy = cloud.read(json.dumps(rows).encode(), "")
    assert pressed == again == Pressed(Decision.NO, "1", "a")
    assert isinstance(heard, DeliveryReport)
    assert heard.kind == DeliveryEventKind.DELIVERED
    assert isinstance(busy, DeliveryReport)
    assert (busy.kind, busy.code) == (DeliveryEventKind.UNDELIVERED, "200002 用户占线")
    for nothing in (b"[]", b"x", b'[{"status_code": "200000"}]'):
        with pytest.raises(ReportUnreadable):
            cloud.read(nothing, "")


def test_settings_that_cannot_work_are_refused(platform: Platform) -> None:
    typed: dict[object, object] = {one: one.default for one in voice.SETTINGS}

    def broken() -> list[str]:
        found = (one.broken(lambda setting: typed[setting]) for one in voice.CONSTRAINTS)  # type: ignore[arg-type]
        return [one for one in found if one]

    assert broken() == []
    typed[voice.TRUNK] = voice.ALIYUN
    assert broken() == [
        "请先填写「阿里云语音」的AccessKey ID、AccessKey Secret、外呼显示号码、按 1 后播放的模板、按 2 后播放的模板。"
    ]
    for one in (voice.CLOUD_KEY, voice.CLOUD_NUMBER, voice.CLOUD_YES, voice.CLOUD_NO):
        typed[one] = KEY
    typed[voice.CLOUD_SECRET] = SECRET
    assert broken() == []

    def trial(number: str = "13800000001") -> str:
        return cloud.TRIAL.run(lambda setting: typed[setting], number)  # type: ignore[arg-type]

    with pytest.raises(TrialFailed, match="测试用的模板"):
        trial()
    typed[voice.CLOUD_TEST] = "TTS_9 name=测试"
    with pytest.raises(TrialFailed, match="手机号"):
        trial("12")
    typed[voice.CLOUD_ENDPOINT] = platform.url
    assert "正在拨打" in trial()
    assert platform.taken[0]["StartTtsParams"] == '{"name": "测试"}'
    typed[voice.CLOUD_ENDPOINT] = "http://voice.example.cn"
    assert len(broken()) == 1


@pytest.fixture
def called(platform: Platform, db: None) -> Iterator[Message]:
    """An invitation that the cloud calls."""
    for one, value in (
        (voice.CLOUD_ENDPOINT, platform.url),
        (voice.CLOUD_KEY, KEY),
        (voice.CLOUD_SECRET, SECRET),
        (voice.CLOUD_NUMBER, "02788886666"),
        (voice.CLOUD_YES, "TTS_2"),
        (voice.CLOUD_NO, "TTS_3"),
        (voice.TRUNK, voice.ALIYUN),
    ):
        configure(one, value)
    told = replace(
        INVITATION, defaults={"voice": ("", "请答复")}, required=("答复链接",), keyed=("voice",)
    )
    with OCCASIONS.holding(told, alone=True):
        save_template(
            occasion=told.code,
            channel="voice",
            text=Text(
                "", "请答复", "TTS_1", "name={{专家姓名}}"
            ),  # he answers by a key, not by the link
            actor=make_user("admin"),
            now=NOON,
        )
        (message,) = send("voice")
        yield message


def push(client: Client, **row: str) -> int:
    address = f"/messages/callbacks/aliyun_voice/{callback_token('aliyun_voice')}/"
    return client.post(address, [row], content_type="application/json").status_code


@pytest.mark.shows("DRAW-40")
def test_a_key_is_an_answer_once(called: Message, client: Client) -> None:
    deliver(message_id=called.pk, now=NOON)
    called.refresh_from_db()
    assert (called.state, called.provider_id) == (DeliveryState.SENT, "116012354148^102806213148")
    call = {"call_id": called.provider_id, "out_id": cloud.mark(reference(called))}
    assert push(client, **call, dtmf="2", status_code="300000") == 200
    assert push(client, **call, dtmf="2", status_code="200000") == 200
    assert push(client, **call, dtmf="1", status_code="200000") == 200
    (reply,) = Reply.objects.all()
    assert (reply.decision, reply.message_id) == (Decision.NO, called.pk)
    called.refresh_from_db()
    assert called.state == DeliveryState.DELIVERED
    # Nobody answers for a call that this system did not ask for.
    assert push(client, call_id="another", out_id="f" * 15, dtmf="1", status_code="200000") == 200
    assert push(client, call_id="another", out_id="0", dtmf="1", status_code="200000") == 200
    assert Reply.objects.count() == 1


def test_a_call_of_which_nobody_knows_is_found_by_our_number(
    called: Message, client: Client
) -> None:
    """Whoever asked for it died before the answer came: it is not made again, and its key counts."""
    assert not CHANNELS["voice"].resendable
    now = timezone.now()  # as the platform, which tells of the call within a week
    assert claim(message_id=called.pk, now=now)
    assert reap_stuck(now=now + 2 * dead_after(CHANNELS["voice"])) == 1
    called.refresh_from_db()
    assert called.state == DeliveryState.UNKNOWN
    call = {"call_id": "7^7", "out_id": cloud.mark(reference(called))}
    assert push(client, **call, dtmf="1", status_code="200000") == 200
    called.refresh_from_db()
    assert called.state == DeliveryState.DELIVERED
    attempt = Attempt.objects.get()
    assert (attempt.state, attempt.provider_id) == (AttemptState.DELIVERED, "7^7")
    assert Reply.objects.get().decision == Decision.YES


@pytest.mark.parametrize("is_over", [True, False])
def test_nobody_answers_by_what_rows_and_records_tell(
    called: Message, client: Client, *, is_over: bool
) -> None:
    """He has the address of the callback, reads the record of the message and every row, and writes of the call before and
    after its number is known: as it was named before, by nothing, and by the mark of another call."""
    if is_over:
        deliver(message_id=called.pk, now=NOON)
    else:
        assert claim(message_id=called.pk, now=NOON)
    called.refresh_from_db()
    before, known = called.state, called.provider_id or "8^8"
    for said in (
        called.uid.hex[:15],
        called.uid.hex,
        reference(called),
        "",
        cloud.mark("x.y"),
        "é",
    ):
        for number in (known, "another", "116012354148^102806213148"):
            row = {"call_id": number, "out_id": said}
            assert push(client, **row, dtmf="1", status_code="200000") == 200
            assert push(client, **row, status_code="200002") == 200
    assert not Reply.objects.exists()
    assert not DeliveryEvent.objects.exists()  # nor does any wait for the number to be known
    called.refresh_from_db()
    assert called.state == before


def test_who_was_busy_is_told_another_way(called: Message, client: Client) -> None:
    deliver(message_id=called.pk, now=NOON)
    call = {"call_id": "116012354148^102806213148", "out_id": cloud.mark(reference(called))}
    push(client, **call, status_code="200002", status_msg="用户占线")
    called.refresh_from_db()
    assert called.state == DeliveryState.FAILED
    assert "用户占线" in called.detail
