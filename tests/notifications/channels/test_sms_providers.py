"""Short messages as the vendors' own SDKs would send them, and what their answers mean."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from alibabacloud_dysmsapi20170525 import models as aliyun_models
from alibabacloud_dysmsapi20170525.client import Client as AliyunClient
from alibabacloud_tea_openapi.models import Config
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111 import models as tencent_models
from tencentcloud.sms.v20210111.sms_client import SmsClient

from expertpool.core import posting
from expertpool.core.configuration import Setting, TrialFailed
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.channels import trial as trials
from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus, Transport
from expertpool.notifications.channels.sms import aliyun, tencent
from expertpool.notifications.channels.sms import settings as sms
from expertpool.notifications.channels.sms import trial as sms_trial
from expertpool.notifications.channels.sms.aliyun import AliyunSms, canonical_query, signed_headers
from expertpool.notifications.channels.sms.encoding import AUTO, GBK, UTF8, read_text
from expertpool.notifications.channels.sms.tencent import TencentSms
from expertpool.notifications.channels.sms.trial import TRIALS
from expertpool.notifications.occasions import Registered
from tests.factories.siteconfig import configure
from tests.notifications.sms_platform import (
    KEY,
    SECRET,
    Platform,
    aliyun_authorization,
    tencent_signature,
)
from tests.ports import free_port

# What a signature could stumble over: blanks, signs of addresses, quotes, other scripts, an emoji.
HOSTILE = '王 建国*~+/=&?#%"\\{}😀'
OUTBOUND = Outbound(
    "20261129.ab",
    "13800000001",
    "",
    "王建国：请答复。",
    registered=Registered("SMS_1", (("name", HOSTILE),)),
)


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as found:
        yield found


def of_aliyun(url: str, secret: str = SECRET) -> AliyunSms:
    return AliyunSms(url, KEY, secret, "省采购中心")


def of_tencent(url: str, secret: str = SECRET) -> TencentSms:
    return TencentSms(url, KEY, secret, "1400006666", "省采购中心", "ap-guangzhou")


# Theirs ask for the time as Python will not tell it for ever.
SDK = pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning")
Make = Callable[..., Transport]
CLOUDS = pytest.mark.parametrize("make", [of_aliyun, of_tencent], ids=["aliyun", "tencent"])


# --- As the vendors send it ----------------------------------------------------------------------


@SDK
@pytest.mark.shows("OVW-08")
def test_aliyun_gets_what_its_sdk_would_send(platform: Platform) -> None:
    result = of_aliyun(platform.url).send(OUTBOUND)
    assert result == SendResult(SendStatus.ACCEPTED, provider_id="9006^0")
    sdk = AliyunClient(
        Config(access_key_id=KEY, access_key_secret=SECRET, endpoint=platform.host, protocol="http")
    )
    sdk.send_sms(
        aliyun_models.SendSmsRequest(
            phone_numbers="13800000001",
            sign_name="省采购中心",
            template_code="SMS_1",
            template_param=json.dumps({"name": HOSTILE}, ensure_ascii=False),
            out_id="20261129.ab",
        )
    )
    ours, theirs = platform.taken
    assert ours == theirs
    by_sdk = platform.headers[1]
    for name in ("x-acs-action", "x-acs-version", "x-acs-content-sha256"):
        assert platform.headers[0][name] == by_sdk[name]


@SDK
@pytest.mark.shows("OVW-08")
def test_tencent_gets_what_its_sdk_would_send(platform: Platform) -> None:
    result = of_tencent(platform.url).send(OUTBOUND)
    assert result == SendResult(SendStatus.ACCEPTED, provider_id="5000:1")
    profile = ClientProfile(httpProfile=HttpProfile(endpoint=platform.host, protocol="http"))
    sdk = SmsClient(Credential(KEY, SECRET), "ap-guangzhou", profile)
    request = tencent_models.SendSmsRequest()
    request.from_json_string(
        json.dumps(
            {
                "PhoneNumberSet": ["+8613800000001"],
                "SmsSdkAppId": "1400006666",
                "SignName": "省采购中心",
                "TemplateId": "SMS_1",
                "TemplateParamSet": [HOSTILE],
                "SessionContext": "20261129.ab",
            }
        )
    )
    sdk.SendSms(request)
    ours, theirs = platform.taken
    assert ours == theirs
    for name in ("x-tc-action", "x-tc-version", "x-tc-region"):
        assert platform.headers[0][name] == platform.headers[1][name]


@given(st.text(max_size=40), st.text(max_size=40))
@hypothesis_settings(max_examples=200)
def test_signatures_are_those_of_the_sdks(first: str, second: str) -> None:
    try:
        f"{first}{second}".encode()
    except UnicodeEncodeError:  # half a character: refused long before
        return
    now = datetime(2026, 11, 29, 1, 2, 3, tzinfo=UTC)
    query = {"SignName": first, "TemplateParam": second}
    ours = signed_headers("SendSms", query, host="h:1", key=KEY, secret=SECRET, now=now, nonce="n")
    headers = {"host": "h:1", **{name.lower(): value for name, value in ours.items()}}
    assert ours["Authorization"] == aliyun_authorization(f"/?{canonical_query(query)}", headers)
    body = json.dumps([first, second]).encode()
    signed = tencent.signed_headers(body, host="h:1", key=KEY, secret=SECRET, now=now)
    headers = {"host": "h:1", **{name.lower(): value for name, value in signed.items()}}
    assert signed["Authorization"].endswith(f"={tencent_signature(headers, body)}")


# --- What came of it -----------------------------------------------------------------------------


@CLOUDS
def test_a_wrong_secret_is_the_administrators_to_mend(platform: Platform, make: Make) -> None:
    result = make(platform.url, "wrong").send(OUTBOUND)
    assert result.status is SendStatus.DOWN
    assert "Secret" in result.detail
    assert not platform.taken


@CLOUDS
def test_nothing_was_sent_where_nobody_answers(make: Make) -> None:
    result = make(f"http://127.0.0.1:{free_port()}").send(OUTBOUND)
    assert (result.status, result.detail) == (
        SendStatus.DOWN,
        "连接短信服务商失败，请核对接口地址和网络。",
    )


@CLOUDS
def test_without_an_answer_in_time_nobody_knows(
    platform: Platform, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "LONGEST", 0.5)
    platform.hanging.clear()
    assert make(platform.url).send(OUTBOUND).status is SendStatus.UNKNOWN
    assert len(platform.taken) == 1, "it was taken"


@CLOUDS
@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (503, b"", SendStatus.RETRY),
        (504, b"", SendStatus.UNKNOWN),
        (200, b"<html>", SendStatus.UNKNOWN),
        (200, b"[]", SendStatus.UNKNOWN),
        (200, b"[" * 50_000, SendStatus.UNKNOWN),
        (200, b"{}", SendStatus.UNKNOWN),
        # A proxy, a firewall or another service: each letter was lost, since nobody knew whether it had gone out.
        (302, b"<html>", SendStatus.DOWN),
        (403, b"<html>", SendStatus.DOWN),
        (404, b"<html>", SendStatus.DOWN),
        (414, b"", SendStatus.REJECTED),
        (429, b'{"message": "too many"}', SendStatus.RETRY),
    ],
)
def test_what_is_no_answer(
    platform: Platform, make: Make, status: int, answer: bytes, expected: SendStatus
) -> None:
    platform.status, platform.answer = status, answer
    assert make(platform.url).send(OUTBOUND).status is expected


@pytest.mark.parametrize(
    ("code", "expected", "words"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", SendStatus.RETRY, "暂时不收"),
        ("isp.SYSTEM_ERROR", SendStatus.RETRY, "暂时不收"),
        ("Throttling.User", SendStatus.RETRY, "暂时不收"),
        ("isv.AMOUNT_NOT_ENOUGH", SendStatus.DOWN, "余额不足"),
        ("isp.RAM_PERMISSION_DENY", SendStatus.DOWN, "没有这项权限"),
        ("isv.SMS_SIGNATURE_ILLEGAL", SendStatus.DOWN, "签名"),
        ("isv.DENY_IP_RANGE", SendStatus.DOWN, "IP"),
        ("isv.MONTH_LIMIT_CONTROL", SendStatus.DOWN, "本月"),
        ("Forbidden.RAM", SendStatus.DOWN, "没有这项权限"),
        ("isv.MOBILE_NUMBER_ILLEGAL", SendStatus.REJECTED, "手机号无效"),
        ("isv.SMS_TEMPLATE_ILLEGAL", SendStatus.REJECTED, "模板编号"),
        ("isv.SOMETHING_NEW", SendStatus.REJECTED, "isv.SOMETHING_NEW"),
        ("", SendStatus.REJECTED, "没有错误码"),
    ],
)
def test_codes_of_aliyun(code: str, expected: SendStatus, words: str) -> None:
    result = aliyun.result_of(code, "")
    assert result.status is expected
    assert words in result.detail


@pytest.mark.parametrize(
    ("code", "expected", "words"),
    [
        ("LimitExceeded.PhoneNumberThirtySecondLimit", SendStatus.RETRY, "暂时不收"),
        ("LimitExceeded.PhoneNumberDailyLimit", SendStatus.REJECTED, "今天"),
        ("InternalError.Timeout", SendStatus.RETRY, "暂时不收"),
        ("FailedOperation.InsufficientBalanceInSmsPackage", SendStatus.DOWN, "余量不足"),
        ("FailedOperation.SignatureIncorrectOrUnapproved", SendStatus.DOWN, "签名"),
        ("AuthFailure.SecretIdNotFound", SendStatus.DOWN, "SecretId"),
        ("UnauthorizedOperation.RequestIpNotInWhitelist", SendStatus.DOWN, "白名单"),
        ("UnauthorizedOperation.SomethingNew", SendStatus.DOWN, "没有这项权限"),
        ("LimitExceeded.DeliveryFrequencyLimit", SendStatus.RETRY, "暂时不收"),
        ("InvalidParameterValue.IncorrectPhoneNumber", SendStatus.REJECTED, "手机号无效"),
        ("FailedOperation.TemplateIncorrectOrUnapproved", SendStatus.REJECTED, "模板编号"),
        ("FailedOperation.SomethingNew", SendStatus.REJECTED, "SomethingNew"),
    ],
)
def test_codes_of_tencent(code: str, expected: SendStatus, words: str) -> None:
    result = tencent.result_of(code, "")
    assert result.status is expected
    assert words in result.detail


@CLOUDS
def test_what_was_written_for_another_provider_is_refused(platform: Platform, make: Make) -> None:
    result = make(platform.url).send(replace(OUTBOUND, registered=None))
    assert (result.status, platform.headers) == (SendStatus.REJECTED, [])


# --- The platform of an operator -------------------------------------------------------------------


def configure_all(values: dict[Setting[Any], Any]) -> None:
    for setting, value in values.items():
        configure(setting, value)


@pytest.fixture
def gateway(db: None, platform: Platform) -> Platform:
    configure_all({sms.PROVIDER: "gateway", sms.GATEWAY_URL: f"{platform.url}/send"})
    return platform


def sent() -> SendResult:
    return CHANNELS["sms"].send(OUTBOUND)


@pytest.mark.shows("OVW-08")
def test_a_gateway_gets_its_own_fields(gateway: Platform) -> None:
    configure_all(
        {
            sms.GATEWAY_REFERENCE: "custid",
            sms.GATEWAY_FIELDS: "account=zjk ext=01",
            sms.GATEWAY_SECRET_NAME: "pwd",
            sms.GATEWAY_SECRET: "geheim",
            sms.GATEWAY_SUCCESS: '"code": 0',
            sms.GATEWAY_ID: "data.msgid",
        }
    )
    assert sent() == SendResult(SendStatus.ACCEPTED, provider_id="778")
    expected = {
        "account": "zjk",
        "ext": "01",
        "pwd": "geheim",
        "mobile": "13800000001",
        "content": "王建国：请答复。",
        "custid": "20261129.ab",
    }
    assert gateway.taken == [expected]
    configure_all({sms.GATEWAY_FORMAT: "form", sms.GATEWAY_SECRET_NAME: "header:X-Token"})
    assert sent().status is SendStatus.ACCEPTED
    del expected["pwd"]
    assert gateway.taken[1] == expected
    assert gateway.headers[1]["x-token"] == "geheim"


@pytest.mark.parametrize(
    ("status", "answer", "expected", "words"),
    [
        (200, b'{"code": 7, "msg": "no credit"}', SendStatus.REJECTED, "no credit"),
        (401, b"", SendStatus.DOWN, "拒绝登录"),
        (404, b"", SendStatus.DOWN, "核对接口地址"),
        (413, b"", SendStatus.REJECTED, "413"),
        (429, b"", SendStatus.RETRY, "暂时不收"),
        (502, b"", SendStatus.RETRY, "502"),
        (504, b"", SendStatus.UNKNOWN, "不知道是否已发出"),
        (200, b'{"code": 0}', SendStatus.ACCEPTED, ""),
        (200, b'"code": 0 [', SendStatus.ACCEPTED, ""),
    ],
)
def test_answers_of_a_gateway(
    gateway: Platform, status: int, answer: bytes, expected: SendStatus, words: str
) -> None:
    configure_all({sms.GATEWAY_SUCCESS: '"code": 0', sms.GATEWAY_ID: "data.msgid"})
    gateway.status, gateway.answer = status, answer
    result = sent()
    assert (result.status, result.provider_id) == (expected, "")
    assert words in result.detail


def test_a_page_for_people_has_taken_no_message(gateway: Platform) -> None:
    """A sign-in page, answered with 200, was a message that had gone out."""
    gateway.answer = "\ufeff\n<!DOCTYPE HTML><title>登录</title>".encode()
    assert sent().status is SendStatus.DOWN
    gateway.answer = b"<html>OK</html>"
    assert "是网页" in sent().detail
    configure_all({sms.GATEWAY_SUCCESS: "OK"})  # the office knows what it says
    assert sent().status is SendStatus.ACCEPTED


@pytest.mark.parametrize(
    ("kind", "chosen"),
    [
        ("application/json; charset=GBK", "auto"),
        ('text/html;charset="gb2312"', "auto"),
        ("application/json", "auto"),
        ("application/json; charset=utf-8", "auto"),
        ("application/json; charset=utf-8", "gbk"),
        ("application/json", "gbk"),
        ("application/json", "utf-8"),
    ],
)
def test_a_platform_may_answer_in_gbk(gateway: Platform, kind: str, chosen: str) -> None:
    """A message that it took was recorded as refused, the reason of a refusal as signs that nobody reads."""
    configure_all({sms.GATEWAY_SUCCESS: "提交成功", sms.GATEWAY_ENCODING: chosen})
    gateway.kind = kind
    gateway.answer = '{"msg": "提交成功"}'.encode("gbk")
    assert sent().status is SendStatus.ACCEPTED
    gateway.answer = '{"code": 9, "msg": "余额不足"}'.encode("gbk")
    assert "余额不足" in sent().detail
    gateway.answer = "余额不足，请充值".encode("gbk")
    assert "余额不足，请充值" in sent().detail


@pytest.mark.parametrize("form", [True, False], ids=["form", "json"])
def test_a_platform_may_be_written_to_in_gbk(gateway: Platform, form: bool) -> None:
    configure_all({sms.GATEWAY_FORMAT: "form" if form else "json", sms.GATEWAY_ENCODING: "gbk"})
    assert sent().status is SendStatus.ACCEPTED
    assert gateway.taken[0]["content"] == OUTBOUND.body
    assert gateway.headers[0]["content-type"].endswith("; charset=gbk")
    CHANNELS["sms"].send(replace(OUTBOUND, body="😀好"))
    assert gateway.taken[1]["content"] == ("?好" if form else "😀好")


@pytest.mark.parametrize("text", ["同意", "去", "一", "同", "Y·483100", "é", "参加 Café"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_an_encoding_is_known_by_its_bytes(text: str, encoding: str) -> None:
    content = text.encode(encoding)
    assert read_text(content, f"x/y; charset={encoding}", AUTO) == text
    assert read_text(content, "x/y", UTF8 if encoding == "utf-8" else GBK) == text
    if encoding == "utf-8" or text not in ("Y·483100", "é"):
        assert read_text(content, "x/y", AUTO) == text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@given(st.binary(max_size=20))
@hypothesis_settings(max_examples=100)
def test_any_bytes_are_read(encoding: str, content: bytes) -> None:
    for kind in ("", "x/y; charset=gbk", "x/y; charset=nonsense", f"; charset={encoding}"):
        for chosen in (AUTO, UTF8, GBK):
            assert isinstance(read_text(content, kind, chosen), str)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_what_is_cut_within_a_character_is_read_up_to_there(encoding: str) -> None:
    assert read_text("余额不足".encode(encoding)[:-1], "", AUTO) == "余额不"
    assert read_text(b'"' + "余额".encode(encoding)[:-1] + b'"', "", AUTO).startswith('"余')


@pytest.mark.parametrize(
    ("mark", "answer", "taken"),
    [
        ('"code":0', '{"code": 0}', True),
        ('"code" : 0', '{"code":0}', True),
        ('{"code": 0}', '{"msg":"x",\n "code":0}', True),
        ('"code":0', '{"data": [{"x": 1}, {"code": 0}]}', True),
        ('"code":0,"ok":true', '{"ok": true, "n": 1, "code": 0}', True),
        ('"data":{"a":1,"b":2}', '{"data":{"b":2,"a":1}}', True),
        ('"code":1', '{"code":100}', False),
        ('"code":0', '{"code":"0"}', False),
        ('"code":0', '{"code":false}', False),
        ('"code":0', '{"code": 7}', False),
        ("提交成功", r'{"msg": "\u63d0\u4ea4\u6210\u529f"}', True),
        ("result = 0", "result=0&id=7", True),
        ("<code>0</code>", "<r> <code> 0 </code></r>", True),
        ("0,", "1,balance", False),
    ],
)
def test_a_mark_of_success_is_compared_without_blanks(
    gateway: Platform, mark: str, answer: str, taken: bool
) -> None:
    """`"code":0`, as the help has it, was not found in `"code": 0`: what was taken was recorded as refused."""
    configure(sms.GATEWAY_SUCCESS, mark)
    gateway.answer = answer.encode()
    assert (sent().status is SendStatus.ACCEPTED) is taken


def test_a_reason_is_told_as_characters(gateway: Platform) -> None:
    configure(sms.GATEWAY_SUCCESS, '"code":0')
    gateway.answer = json.dumps({"code": 9, "msg": "余额不足\x00"}).encode()
    assert sent().detail == '短信网关没有收下：{"code": 9, "msg": "余额不足\\u0000"}'


def test_no_answer_keeps_what_was_sent(gateway: Platform) -> None:
    """A platform that refuses and repeats the letter put number, text, living link and our key into the record of the
    message, in clear, and onto its page."""
    configure_all({sms.GATEWAY_SECRET_NAME: "pwd", sms.GATEWAY_SECRET: "geheimnis"})
    configure(sms.GATEWAY_SUCCESS, '"code":0')
    link = "https://pool.example.cn/r/Ab3dEf6hIj9kLmNo"
    body = f"王建国专家：请于今天答复 {link} ，或回复 同意 402913。"
    answers = (
        {
            "code": 9,
            "msg": "号码无效",
            "mobile": "8613800000001",
            "content": body,
            "pwd": "geheimnis",
        },
        {"msg": f"号码无效 138 0000 0001 {link[-14:]}", "cut": body[: body.index("6h")]},
        {"msg": "号码无效", "again": json.dumps(body).replace("/", "\\/"), "code": "402913"},
    )
    for answer in answers:
        gateway.answer = json.dumps(answer, ensure_ascii=False).encode()
        said = CHANNELS["sms"].send(replace(OUTBOUND, body=body)).detail
        assert "号码无效" in said
        shown = said.replace(" ", "")
        for told in ("13800000001", "王建国", "Ab3dE", "f6hIj9", "402913", "geheimnis", "738b"):
            assert told not in shown, said


# --- Before it is saved ----------------------------------------------------------------------------


def typed(**values: Any) -> Callable[[Any], Any]:
    return lambda setting: values.get(
        setting.code.removeprefix("notifications.sms_"), setting.default
    )


ALIYUN_TRIAL, TENCENT_TRIAL, GATEWAY_TRIAL, _ = TRIALS


@pytest.mark.shows("OVW-08")
def test_a_test_message_goes_out_by_what_is_typed(platform: Platform) -> None:
    read = typed(
        aliyun_endpoint=platform.url,
        aliyun_key=KEY,
        aliyun_secret=SECRET,
        aliyun_sign="签",
        aliyun_test="SMS_9 code=1234",
        tencent_endpoint=platform.url,
        tencent_key=KEY,
        tencent_secret=SECRET,
        tencent_app="14",
        tencent_sign="签",
        tencent_test="77 1234 5",
        gateway_url=platform.url,
    )
    for trial in (ALIYUN_TRIAL, TENCENT_TRIAL, GATEWAY_TRIAL):
        assert "服务商已收下" in trial.run(read, "13800000001")
    of_aliyun_, of_tencent_, of_gateway = platform.taken
    assert (of_aliyun_["TemplateCode"], of_aliyun_["TemplateParam"]) == (
        "SMS_9",
        '{"code": "1234"}',
    )
    assert (of_tencent_["TemplateId"], of_tencent_["TemplateParamSet"]) == ("77", ["1234", "5"])
    assert of_gateway["content"].startswith("测试短信")


def test_a_test_message_says_what_is_missing(platform: Platform) -> None:
    with pytest.raises(TrialFailed, match="AccessKey ID、AccessKey Secret、短信签名"):
        ALIYUN_TRIAL.run(typed(), "13800000001")
    read = typed(aliyun_endpoint=platform.url, aliyun_key=KEY, aliyun_secret="x", aliyun_sign="签")
    with pytest.raises(TrialFailed, match="测试模板"):
        ALIYUN_TRIAL.run(read, "13800000001")
    with pytest.raises(TrialFailed, match="手机号格式不对"):
        GATEWAY_TRIAL.run(typed(gateway_url=platform.url), "123")
    platform.status, platform.answer = 401, b""
    with pytest.raises(TrialFailed, match="拒绝登录"):
        GATEWAY_TRIAL.run(typed(gateway_url=platform.url), "13800000001")


@pytest.mark.parametrize(
    "address",
    [
        *("http://sms.example.cn", "https://", "https://u:p@sms.example.cn", "sms.example.cn"),
        *("ftp://sms.example.cn", "https://[", "https://sms.example.cn:x"),
    ],
)
def test_numbers_and_texts_leave_the_house_encrypted_only(address: str) -> None:
    assert "https://" in sms.unsafe_address("网址", address)


@pytest.mark.parametrize("address", ["", "https://sms.example.cn/x", "http://127.0.0.1:8080/x"])
def test_addresses_that_may_be_used(address: str, settings: Any) -> None:
    settings.TRIAL = True
    assert sms.unsafe_address("网址", address) == ""


# --- Whoever sets it reads nothing -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (sms.GATEWAY_SECRET_NAME, "Mobile"),
        (sms.GATEWAY_REFERENCE, "mobile"),
        (sms.GATEWAY_FIELDS, "a=1 mobile=13900000009"),
    ],
)
def test_one_field_is_used_once(gateway: Platform, setting: Setting[Any], value: str) -> None:
    """The secret stood where the number of the recipient does: all letters went to whoever set it."""
    (apart,) = (one for one in sms.CONSTRAINTS if one.code.endswith("apart"))
    read = typed(**{setting.code.removeprefix("notifications.sms_"): value})
    assert "mobile" in apart.broken(read)
    assert not apart.broken(typed())
    configure(setting, value)
    configure(sms.GATEWAY_SECRET, "13900000009")
    sent()
    assert gateway.taken[0]["mobile"] == "13800000001"


LEADING = ("Host", "host", "Content-Length", "Transfer-Encoding", "X-Forwarded-Host", "Forwarded")


@pytest.mark.parametrize("name", [*LEADING, "Cookie", "Accept-Encoding", "a b", ""])
def test_a_secret_stands_in_no_header_by_which_requests_are_led(
    gateway: Platform, name: str
) -> None:
    """`header:Host` chose the site that got all letters, `header:Content-Length` cut them off."""
    (own,) = (one for one in sms.CONSTRAINTS if one.code.endswith("header"))
    assert "header:Authorization" in own.broken(typed(gateway_secret_name=f"header:{name}"))
    for fit in ("X-Token", "apikey", "X-API-KEY", "access_token"):
        assert not own.broken(typed(gateway_secret_name=f"header:{fit}"))
    if name and name != "a b":  # stored before
        configure_all({sms.GATEWAY_SECRET_NAME: f"header:{name}", sms.GATEWAY_SECRET: "3"})
        assert sent().status is SendStatus.ACCEPTED
        assert gateway.headers[0]["host"] == gateway.host
        assert "3" not in gateway.headers[0].values()
        assert gateway.taken[0]["mobile"] == "13800000001"


def test_a_secret_that_no_header_can_hold_is_named(gateway: Platform) -> None:
    name, secret = "header:X-Token", "密钥"
    (own,) = (one for one in sms.CONSTRAINTS if one.code.endswith("header"))
    assert "密钥" in own.broken(typed(gateway_secret_name=name, gateway_secret=secret))
    configure_all({sms.GATEWAY_SECRET_NAME: name, sms.GATEWAY_SECRET: secret})
    assert sent().status is SendStatus.DOWN


def test_a_test_message_tells_no_ports_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port where nobody listens, and one where somebody listens who says nothing: the same words, after the same time."""
    monkeypatch.setattr(posting, "LONGEST", 0.4)
    monkeypatch.setattr(trials, "MORE", 0.2)
    said, took = [], []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for port in (free_port(), silent.getsockname()[1]):
            began = time.monotonic()
            with pytest.raises(TrialFailed) as failed:
                GATEWAY_TRIAL.run(typed(gateway_url=f"http://127.0.0.1:{port}"), "13800000001")
            said.append(str(failed.value))
            took.append(time.monotonic() - began)
    assert said == [sms_trial.UNANSWERED] * 2
    assert min(took) >= 0.6


def test_whatever_may_name_a_recipient_is_the_route() -> None:
    apart = {
        sms.GATEWAY_FORMAT,
        sms.GATEWAY_ENCODING,
        sms.GATEWAY_SUCCESS,
        sms.GATEWAY_ID,
        sms.PRICES["gateway"],
    }
    gateway = {one for one in sms.SETTINGS if one.group == sms.GATEWAY_SMS}
    assert gateway - apart <= set(sms.ROUTE)


def test_a_real_site_sends_nothing_to_its_own_machine(settings: Any) -> None:
    settings.TRIAL = False
    assert "https://" in sms.unsafe_address("网址", "http://127.0.0.1:8080/x")
