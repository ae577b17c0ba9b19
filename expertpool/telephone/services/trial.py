"""A call by which somebody hears whether the line works: made by the agent as all are, by what is saved."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from expertpool.core.configuration import Reader, Secret, Trial, TrialFailed, value_of
from expertpool.core.health import Health
from expertpool.core.validators import validate_mobile
from expertpool.notifications.channels.voice.settings import SETTINGS, SIP, TRUNK, VOICE
from expertpool.notifications.enums import ChannelCode, DeliveryState, Urgency
from expertpool.notifications.models import Message
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.services.sending import Recipient, send_message
from expertpool.telephone.services.health import find_agent

TRIED = Occasion(
    code="telephone.trial",
    urgency=Urgency.WAITED_FOR,
    label="测试电话",
    placeholders={},
    defaults={
        ChannelCode.VOICE: ("", "这是专家库系统的测试电话。听到这段话，说明电话线路可以使用。")
    },
)
IN_AN_HOUR = 10  # calls cost money, and ring at somebody's
UNDER_WAY = (DeliveryState.QUEUED, DeliveryState.SENDING)


def call_to_try(read: Reader, number: str) -> str:
    """Have ``number`` called; return what to tell. Raises TrialFailed."""
    now = timezone.now()
    if read(TRUNK) != SIP:
        raise TrialFailed(f"请先选用「{TRUNK.label}」并填写线路。")
    if any(read(one) != value_of(one) for one in SETTINGS if not isinstance(one.kind, Secret)):
        raise TrialFailed("请先保存：测试电话由电话程序按已保存的线路拨打。")
    try:
        validate_mobile(number)
    except ValidationError as error:
        raise TrialFailed("".join(error.messages)) from None
    if (found := find_agent(now)).state is Health.FAILED:
        raise TrialFailed(
            f"{found.sentence}没有拨打，请先启动它（expertpool voice-agent），一分钟后再试。"
        )
    earlier = Message.objects.filter(occasion=TRIED.code)
    if earlier.filter(state__in=UNDER_WAY).exists():
        raise TrialFailed(
            "上一个测试电话还没有打完，进展见「通知记录」；一直没有拨出的，请确认电话程序（expertpool voice-agent）在运行。"
        )
    if earlier.filter(created_at__gt=now - timedelta(hours=1)).count() >= IN_AN_HOUR:
        raise TrialFailed(f"一小时内最多拨打 {IN_AN_HOUR} 个测试电话，请稍后再试。")
    send_message(
        occasion=TRIED.code,
        recipient=Recipient(account="", name=TRIED.label, phone=number),
        channels=[ChannelCode.VOICE],
        context={},
        about=("siteconfig.group", VOICE.code),
        key=f"trial:{uuid.uuid4().hex}",
        now=now,
    )
    return f"电话程序正在拨打 {number}；接通、占线还是线路不通，见「通知记录」。"


TRIAL = Trial(
    VOICE,
    "拨打测试电话",
    "手机号",
    call_to_try,
    is_mail=False,
    how="由电话程序按已保存的线路拨打：改了线路的，先保存再试。",
)
