"""Calls by a cloud: `IvrCall` of Aliyun's voice service (2017-05-25), signed as its short messages are. What became of a
call, and which key was pressed, it pushes (VoiceReport, VoiceCallReport)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError

from expertpool.core.configuration import Reader, Trial, TrialFailed
from expertpool.core.crypto import blind_index
from expertpool.core.validators import validate_mobile
from expertpool.notifications.channels.base import (
    Callback,
    DeliveryReport,
    Outbound,
    Pressed,
    ReportUnreadable,
    SendResult,
    SendStatus,
    Told,
)
from expertpool.notifications.channels.sms.aliyun import call, result_of
from expertpool.notifications.channels.sms.posting import NotHandedIn, is_unanswered
from expertpool.notifications.channels.sms.pushed import moment, rows_of, words
from expertpool.notifications.channels.sms.settings import registered_in
from expertpool.notifications.channels.trial import sent_evenly, sent_in_time
from expertpool.notifications.channels.voice.settings import (
    CLOUD,
    CLOUD_ENDPOINT,
    CLOUD_KEY,
    CLOUD_NO,
    CLOUD_NUMBER,
    CLOUD_SECRET,
    CLOUD_TEST,
    CLOUD_YES,
    missing_of_cloud,
)
from expertpool.notifications.enums import Decision, DeliveryEventKind

WHO = "阿里云语音服务"
MOST_OF_OURS = 15  # bytes that it keeps of our number
KEYS = {"1": Decision.YES, "2": Decision.NO}
ANSWERED, RUNNING = "200000", "300000"
UNREGISTERED = SendResult(
    SendStatus.REJECTED, detail="这条通知生成时没有语音模板，电话没有拨出，请重新通知。"
)
UNANSWERED = "阿里云语音服务没有答复，请核对接口地址和网络，不知道测试电话是否已拨出。"


@dataclass(frozen=True)
class AliyunVoice:
    """Calls by an account of Aliyun from ``number``; ``yes`` and ``no`` are said to who has pressed 1 and 2."""

    endpoint: str
    key: str
    secret: str
    number: str
    yes: str
    no: str

    def send(self, outbound: Outbound) -> SendResult:
        if outbound.registered is None:
            return UNREGISTERED
        values = dict(outbound.registered.values)
        query = {
            "CalledNumber": outbound.address,
            "CalledShowNumber": self.number,
            "StartCode": outbound.registered.code,
            "StartTtsParams": json.dumps(values, ensure_ascii=False),
            "OutId": mark(outbound.reference),
            "PlayTimes": "2",
        }
        for at, (pressed, said) in enumerate((("1", self.yes), ("2", self.no)), 1):
            query |= {f"MenuKeyMap.{at}.Key": pressed, f"MenuKeyMap.{at}.Code": said}
        try:
            answer = call(
                "IvrCall",
                query,
                endpoint=self.endpoint,
                key=self.key,
                secret=self.secret,
                who=WHO,
            )
        except NotHandedIn as error:
            return error.result
        return result_of(str(answer.get("Code", "")), str(answer.get("CallId", "")), name=WHO)


def mark(reference: str) -> str:
    """Return by what the cloud names a call to us: who reads only rows, or the records of messages, cannot say it."""
    return blind_index("notifications.cloud_call", reference).hex()[:MOST_OF_OURS]


def of_settings(read: Reader) -> AliyunVoice:
    given = (CLOUD_ENDPOINT, CLOUD_KEY, CLOUD_SECRET, CLOUD_NUMBER, CLOUD_YES, CLOUD_NO)
    return AliyunVoice(*map(read, given))


def read(body: bytes, _content_type: str) -> Sequence[Told]:
    """Return what a push says: of each call which key was pressed, and how it ended."""
    found = [one for row in rows_of(body) for one in _of_row(row)]
    if not found:
        raise ReportUnreadable
    return found


def _of_row(row: dict[str, Any]) -> Iterator[Told]:
    number, ours, code = words(row, "call_id"), words(row, "out_id"), words(row, "status_code")
    if not number:
        return
    # He may have pressed others before: the first that says something is his answer, as he was told.
    said = next((KEYS[key] for key in words(row, "dtmf") if key in KEYS), None)
    if said is not None:
        yield Pressed(said, number, ours)
    if not code or code == RUNNING:
        return
    arrived = code == ANSWERED
    yield DeliveryReport(
        DeliveryEventKind.DELIVERED if arrived else DeliveryEventKind.UNDELIVERED,
        provider_id=number,
        reference=ours,
        code="" if arrived else f"{code} {words(row, 'status_msg')}".strip()[:64],
        at=moment(words(row, "end_time", "start_time", "originate_time")),
    )


CALLBACK = Callback(lambda: b'{"code":0,"msg":"OK"}', read, mark=mark)


def _call_to_try(settings: Reader, number: str) -> str:
    if lacks := missing_of_cloud(settings):
        raise TrialFailed(lacks)
    registered = registered_in(settings, CLOUD_TEST)
    try:
        validate_mobile(number)
    except ValidationError as error:
        raise TrialFailed("".join(error.messages)) from None
    outbound = Outbound(uuid.uuid4().hex, number, "", "", registered=registered)
    send = partial(
        sent_evenly,
        of_settings(settings).send,
        is_unanswered=partial(is_unanswered, who=WHO),
        words=UNANSWERED,
    )
    sent_in_time(send, outbound, mend="接口地址和网络")
    return f"服务商已受理，正在拨打 {number}；没有接到的，到服务商的控制台查呼叫记录。"


TRIAL = Trial(CLOUD, "拨打测试电话", "手机号", _call_to_try, is_mail=False)
