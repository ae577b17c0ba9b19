"""Aliyun SMS: `SendSms` of 2017-05-25, signed by ACS3-HMAC-SHA256
(https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature)."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
from django.utils import timezone

from expertpool.core.configuration import Reader
from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus
from expertpool.notifications.channels.sms.posting import (
    SMS_PROVIDER,
    UNREGISTERED,
    NotHandedIn,
    handed_in,
    read_json,
)
from expertpool.notifications.channels.sms.settings import (
    ALIYUN_ENDPOINT,
    ALIYUN_KEY,
    ALIYUN_SECRET,
    ALIYUN_SIGN,
)

ALGORITHM = "ACS3-HMAC-SHA256"
VERSION = "2017-05-25"
NO_BODY = hashlib.sha256(b"").hexdigest()

# What the administrator has to mend: no other message would go out either.
_ACCOUNT = {
    "isv.OUT_OF_SERVICE": "账户已停机，请充值",
    "isv.AMOUNT_NOT_ENOUGH": "账户余额不足，请充值",
    "isv.ACCOUNT_NOT_EXISTS": "账户不存在",
    "isv.ACCOUNT_ABNORMAL": "账户状态异常",
    "isv.PRODUCT_UN_SUBSCRIPT": "没有开通这项服务",
    "isp.RAM_PERMISSION_DENY": "子账号没有这项权限",
    "isv.DISPLAY_NUMBER_ILLEGAL": "外呼显示号码不可用",
    "isv.SMS_SIGNATURE_ILLEGAL": "短信签名不存在或没有通过审核",
    "isv.SMS_SIGN_ILLEGAL": "短信签名不可用",
    "isv.DAY_LIMIT_CONTROL": "已达到本日发送总量的上限",
    "isv.MONTH_LIMIT_CONTROL": "已达到本月发送总量的上限",
    "isv.DENY_IP_RANGE": "本机的 IP 所在地区不能发送",
    "isv.SECURITY_FROZEN_ACCOUNT": "账户被安全冻结",
    "Forbidden.RAM": "子账号没有这项权限",
    "NoPermission": "子账号没有这项权限",
    "InvalidAccessKeyId.NotFound": "AccessKey ID 不存在",
    "InvalidAccessKeyId.Inactive": "AccessKey 已停用",
    "SignatureDoesNotMatch": "AccessKey Secret 不对",
    "InvalidTimeStamp.Expired": "本机时间不准",
}
_MESSAGE = {
    "isv.MOBILE_NUMBER_ILLEGAL": "手机号无效",
    "isv.SMS_TEMPLATE_ILLEGAL": "模板编号不存在或没有通过审核",
    "isv.TTS_TEMPLATE_ILLEGAL": "语音模板不存在或没有通过审核",
    "isv.TEMPLATE_MISSING_PARAMETERS": "模板变量没有给全",
    "isv.TEMPLATE_PARAMS_ILLEGAL": "模板变量的内容不符合规定",
    "isv.PARAM_LENGTH_LIMIT": "模板变量太长",
    "isv.INVALID_PARAMETERS": "参数无效",
    "isv.BLACK_KEY_CONTROL_LIMIT": "内容含有受限的词",
    "isv.MOBILE_BLACK_LIST": "号码在服务商的黑名单中",
}
_LATER = ("isv.BUSINESS_LIMIT_CONTROL", "isp.", "Throttling", "ServiceUnavailable")


@dataclass(frozen=True)
class AliyunSms:
    """Sends by an account of Aliyun; ``sign`` stands before each text."""

    endpoint: str
    key: str
    secret: str
    sign: str

    def send(self, outbound: Outbound) -> SendResult:
        if outbound.registered is None:
            return UNREGISTERED
        values = dict(outbound.registered.values)
        query = {
            "PhoneNumbers": outbound.address,
            "SignName": self.sign,
            "TemplateCode": outbound.registered.code,
            "TemplateParam": json.dumps(values, ensure_ascii=False),
            "OutId": outbound.reference,
        } | ({"SmsUpExtendCode": outbound.extension} if outbound.extension else {})
        try:
            answer = self.call("SendSms", query)
        except NotHandedIn as error:
            return error.result
        return result_of(str(answer.get("Code", "")), str(answer.get("BizId", "")))

    def call(self, action: str, query: Mapping[str, str]) -> dict[str, Any]:
        """Return what Aliyun answers to ``action``; raises NotHandedIn."""
        return call(
            action,
            query,
            endpoint=self.endpoint,
            key=self.key,
            secret=self.secret,
            who=SMS_PROVIDER,
        )


def call(
    action: str, query: Mapping[str, str], *, endpoint: str, key: str, secret: str, who: str
) -> dict[str, Any]:
    """Return what a service of Aliyun answers to ``action``; raises NotHandedIn, in which it is called ``who``."""
    headers = signed_headers(
        action,
        query,
        host=httpx.URL(endpoint).netloc.decode("ascii"),
        key=key,
        secret=secret,
        now=timezone.now(),
        nonce=uuid.uuid4().hex,
    )
    address = f"{endpoint.rstrip('/')}/?{canonical_query(query)}"
    return read_json(handed_in(address, b"", headers, who=who), marks=("Code",), who=who)


def of_settings(read: Reader) -> AliyunSms:
    return AliyunSms(
        read(ALIYUN_ENDPOINT), read(ALIYUN_KEY), read(ALIYUN_SECRET), read(ALIYUN_SIGN)
    )


def result_of(code: str, number: str, *, name: str = "阿里云短信") -> SendResult:
    """Return what the ``Code`` of an answer of the service ``name`` means for the message; ``number`` is its own."""
    if code == "OK":
        return SendResult(SendStatus.ACCEPTED, provider_id=number)
    if code in _ACCOUNT:
        return SendResult(SendStatus.DOWN, detail=f"{name}：{_ACCOUNT[code]}（{code}）。")
    if code.startswith(_LATER):
        return SendResult(SendStatus.RETRY, detail=f"{name}暂时不收（{code}）。")
    why = _MESSAGE.get(code, "没有发出")
    return SendResult(SendStatus.REJECTED, detail=f"{name}：{why}（{code or '没有错误码'}）。")


def signed_headers(
    action: str,
    query: Mapping[str, str],
    *,
    host: str,
    key: str,
    secret: str,
    now: datetime,
    nonce: str,
) -> dict[str, str]:
    """Return the headers of a request whose parameters all stand in ``query``."""
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": NO_BODY,
        "x-acs-date": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": nonce,
        "x-acs-version": VERSION,
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = "\n".join(["POST", "/", canonical_query(query), lines, names, NO_BODY])
    text = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    del headers["host"]  # whoever posts writes it
    credential = f"{ALGORITHM} Credential={key},SignedHeaders={names},Signature={signature}"
    return {**headers, "Authorization": credential}


def canonical_query(query: Mapping[str, str]) -> str:
    """Return ``query`` in the order and the escapes that are signed (RFC 3986)."""
    pairs = sorted((_escaped(name), _escaped(value)) for name, value in query.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def _escaped(text: str) -> str:
    return quote(text, safe="-_.~")
