"""Any platform that takes a short message by one POST: fields and success as the office sets them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from expertpool.core.configuration import Reader
from expertpool.core.posting import Answer
from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus
from expertpool.notifications.channels.sms.posting import NotHandedIn, handed_in
from expertpool.notifications.channels.sms.settings import (
    GATEWAY_EXTENSION,
    GATEWAY_FIELDS,
    GATEWAY_FORMAT,
    GATEWAY_ID,
    GATEWAY_PHONE,
    GATEWAY_REFERENCE,
    GATEWAY_SECRET,
    GATEWAY_SECRET_NAME,
    GATEWAY_SUCCESS,
    GATEWAY_TEXT,
    GATEWAY_URL,
    IN_HEADER,
    NOT_PLAIN,
    is_secret_header,
    pairs,
)

REFUSED_LOGIN = (401, 403)


@dataclass(frozen=True)
class Gateway:
    """Hands a message to ``read``'s platform. ``read`` gives the settings, stored or just typed."""

    read: Reader

    def send(self, outbound: Outbound) -> SendResult:
        fields, headers = self._parts(outbound)
        if self.read(GATEWAY_FORMAT) == "json":
            body = json.dumps(fields, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json; charset=utf-8"
        else:
            body = urlencode(fields).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
        try:
            return self._result(handed_in(self.read(GATEWAY_URL), body, headers))
        except NotHandedIn as error:
            return error.result
        except UnicodeEncodeError:  # a header holds ASCII alone
            return SendResult(SendStatus.DOWN, detail=NOT_PLAIN)

    def _parts(self, outbound: Outbound) -> tuple[dict[str, str], dict[str, str]]:
        read = self.read
        headers: dict[str, str] = {}
        fields = dict(pairs(read(GATEWAY_FIELDS)))
        if name := read(GATEWAY_REFERENCE):
            fields[name] = outbound.reference
        name = read(GATEWAY_SECRET_NAME)
        if not name.startswith(IN_HEADER):
            fields |= {name: read(GATEWAY_SECRET)} if name else {}
        elif is_secret_header(name := name.removeprefix(IN_HEADER)):  # stored long ago, else
            headers[name] = read(GATEWAY_SECRET)
        if (name := read(GATEWAY_EXTENSION)) and outbound.extension:
            fields[name] = outbound.extension
        # Last: nothing else stands in their place, whatever it is called.
        fields[read(GATEWAY_TEXT)] = outbound.body
        fields[read(GATEWAY_PHONE)] = outbound.address
        return fields, headers

    def _result(self, answer: Answer) -> SendResult:
        text = answer.content.decode("utf-8", "replace")
        if answer.status in REFUSED_LOGIN:
            detail = f"短信网关拒绝登录（HTTP {answer.status}），请核对账号和密钥。"
            return SendResult(SendStatus.DOWN, detail=detail)
        if not 200 <= answer.status < 300:
            detail = f"短信网关没有收下（HTTP {answer.status}）。"
            return SendResult(SendStatus.REJECTED, detail=detail)
        if self.read(GATEWAY_SUCCESS) not in text:
            detail = f"短信网关没有收下：{' '.join(text.split())[:120]}"
            return SendResult(SendStatus.REJECTED, detail=detail)
        return SendResult(SendStatus.ACCEPTED, provider_id=_found(text, self.read(GATEWAY_ID)))


def _found(text: str, path: str) -> str:
    """Return what stands at ``path`` (``data.msgid``) of a JSON answer; empty where there is nothing."""
    if not path:
        return ""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return str(value) if isinstance(value, str | int) else ""
