"""The channels by code: a new one is a file here and a line below."""

from __future__ import annotations

from expertpool.core.catalogue import Catalogue
from expertpool.notifications.channels.base import Channel
from expertpool.notifications.channels.email import EmailChannel
from expertpool.notifications.channels.site import SiteChannel
from expertpool.notifications.channels.sms import SmsChannel
from expertpool.notifications.channels.voice import VoiceChannel
from expertpool.notifications.channels.wechat import WechatChannel

CHANNELS: Catalogue[Channel] = Catalogue("channel")
CHANNELS.add(EmailChannel(), SmsChannel(), SiteChannel(), VoiceChannel(), WechatChannel())
