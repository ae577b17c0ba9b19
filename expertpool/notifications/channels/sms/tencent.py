"""Tencent Cloud SMS: `SendSms` of 2021-01-11, signed by TC3-HMAC-SHA256
(https://cloud.tencent.com/document/api/382/52072)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from django.utils import timezone

from expertpool.core.configuration import Reader
from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus
from expertpool.notifications.channels.sms.posting import (
    BROKEN,
    UNREGISTERED,
    NotHandedIn,
    handed_in,
    read_json,
)
from expertpool.notifications.channels.sms.settings import (
    TENCENT_APP,
    TENCENT_ENDPOINT,
    TENCENT_KEY,
    TENCENT_REGION,
    TENCENT_SECRET,
    TENCENT_SIGN,
)

ALGORITHM = "TC3-HMAC-SHA256"
VERSION = "2021-01-11"
SERVICE = "sms"
CONTENT_TYPE = "application/json; charset=utf-8"
SIGNED = "content-type;host"

_ACCOUNT = {
    "FailedOperation.InsufficientBalanceInSmsPackage": "套餐包余量不足，请购买",
    "FailedOperation.SignatureIncorrectOrUnapproved": "短信签名不对或没有通过审核",
    "InvalidParameterValue.SdkAppIdNotExist": "SdkAppId 不存在",
    "UnauthorizedOperation.SdkAppIdIsDisabled": "SdkAppId 已停用",
    "UnauthorizedOperation.SmsSdkAppIdVerifyFail": "SdkAppId 不属于这个账号",
    "UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny": "账号没有权限",
    "UnauthorizedOperation.RequestIpNotInWhitelist": "本机的出口 IP 不在白名单中",
    "UnauthorizedOperation.ServiceSuspendDueToArrears": "账号欠费停机，请充值",
    "LimitExceeded.AppCountryOrRegionDailyLimit": "已达到本日发送总量的上限",
    "LimitExceeded.AppDailyLimit": "已达到本日发送总量的上限",
}
_MESSAGE = {
    "InvalidParameterValue.IncorrectPhoneNumber": "手机号无效",
    "InvalidParameterValue.TemplateParameterFormatError": "模板变量的内容不符合规定",
    "InvalidParameterValue.TemplateParameterLengthLimit": "模板变量太长",
    "InvalidParameterValue.ContentLengthLimit": "内容太长",
    "FailedOperation.TemplateIncorrectOrUnapproved": "模板编号不对或没有通过审核",
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": "模板变量与报备的模板对不上",
    "FailedOperation.ContainSensitiveWord": "内容含有受限的词",
    "FailedOperation.PhoneNumberInBlacklist": "号码在服务商的黑名单中",
    "LimitExceeded.PhoneNumberDailyLimit": "这个号码今天收到的短信已达上限",
    "LimitExceeded.PhoneNumberSameContentDailyLimit": "这个号码今天收到的相同短信已达上限",
}
_LATER = (
    "RequestLimitExceeded",
    "InternalError",
    "LimitExceeded.PhoneNumber",
    "LimitExceeded.DeliveryFrequencyLimit",
    "FailedOperation.Fail",
)


@dataclass(frozen=True)
class TencentSms:
    """Sends by an application of Tencent Cloud; ``sign`` stands before each text."""

    endpoint: str
    key: str
    secret: str
    app: str
    sign: str
    region: str

    def send(self, outbound: Outbound) -> SendResult:
        if outbound.registered is None:
            return UNREGISTERED
        body = {
            "PhoneNumberSet": [f"+86{outbound.address}"],
            "SmsSdkAppId": self.app,
            "SignName": self.sign,
            "TemplateId": outbound.registered.code,
            "TemplateParamSet": [value for _, value in outbound.registered.values],
            "SessionContext": outbound.reference,
        } | ({"ExtendCode": outbound.extension} if outbound.extension else {})
        try:
            answer = self.call("SendSms", body)
        except NotHandedIn as error:
            return error.result
        return _read_answer(answer)

    def call(self, action: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return what Tencent Cloud answers to ``action``; raises NotHandedIn."""
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = signed_headers(
            content,
            host=httpx.URL(self.endpoint).netloc.decode("ascii"),
            key=self.key,
            secret=self.secret,
            now=timezone.now(),
        )
        about = {"X-TC-Action": action, "X-TC-Version": VERSION, "X-TC-Region": self.region}
        answer = handed_in(f"{self.endpoint.rstrip('/')}/", content, headers | about)
        return read_json(answer, marks=("Response",))


def of_settings(read: Reader) -> TencentSms:
    return TencentSms(
        read(TENCENT_ENDPOINT),
        read(TENCENT_KEY),
        read(TENCENT_SECRET),
        read(TENCENT_APP),
        read(TENCENT_SIGN),
        read(TENCENT_REGION),
    )


def _read_answer(answer: dict[str, Any]) -> SendResult:
    """Return what an answer means: its own error, or that of the one number."""
    match answer.get("Response"):
        case {"Error": {"Code": str(code)}}:
            return result_of(code, "")
        case {"SendStatusSet": [{"Code": str(code), **more}]}:
            return result_of(code, str(more.get("SerialNo", "")))
        case _:
            return SendResult(SendStatus.UNKNOWN, detail=BROKEN)


def result_of(code: str, serial: str) -> SendResult:
    """Return what a code of an answer means for the message."""
    if code == "Ok":
        return SendResult(SendStatus.ACCEPTED, provider_id=serial)
    if code in _ACCOUNT or code.startswith(("AuthFailure", "UnauthorizedOperation")):
        is_key = code.startswith("AuthFailure")
        unknown = "SecretId 或 SecretKey 不对，或本机时间不准" if is_key else "账号没有这项权限"
        why = _ACCOUNT.get(code, unknown)
        return SendResult(SendStatus.DOWN, detail=f"腾讯云短信：{why}（{code}）。")
    if code not in _MESSAGE and code.startswith(_LATER):
        return SendResult(SendStatus.RETRY, detail=f"腾讯云短信暂时不收（{code}）。")
    why = _MESSAGE.get(code, "没有发出")
    return SendResult(SendStatus.REJECTED, detail=f"腾讯云短信：{why}（{code}）。")


def signed_headers(
    content: bytes, *, host: str, key: str, secret: str, now: datetime
) -> dict[str, str]:
    """Return the headers that sign a POST of ``content`` to ``host``."""
    moment = str(int(now.timestamp()))
    day = f"{now.astimezone(UTC):%Y-%m-%d}"
    lines = f"content-type:{CONTENT_TYPE}\nhost:{host}\n"
    digest = hashlib.sha256(content).hexdigest()
    request = f"POST\n/\n\n{lines}\n{SIGNED}\n{digest}"
    scope = f"{day}/{SERVICE}/tc3_request"
    hashed = hashlib.sha256(request.encode()).hexdigest()
    text = f"{ALGORITHM}\n{moment}\n{scope}\n{hashed}"
    signing = f"TC3{secret}".encode()
    for part in (day, SERVICE, "tc3_request"):
        signing = hmac.new(signing, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(signing, text.encode(), hashlib.sha256).hexdigest()
    credential = f"Credential={key}/{scope}, SignedHeaders={SIGNED}, Signature={signature}"
    return {
        "Authorization": f"{ALGORITHM} {credential}",
        "Content-Type": CONTENT_TYPE,
        "X-TC-Timestamp": moment,
    }
