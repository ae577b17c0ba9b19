"""What other apps announce, as it matters to messages."""

from __future__ import annotations

from django.utils import timezone

from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.services.waiting import deal_anew
from expertpool.siteconfig.events import SettingChanged
from expertpool.siteconfig.models import SettingChange


def setting_changed(event: SettingChanged) -> None:
    """Let what waits for its turn go by the pace that was set."""
    code = SettingChange.objects.values_list("code", flat=True).get(pk=event.change_id)
    for channel in CHANNELS:
        limits = (channel.per_minute, channel.per_recipient)
        if any(limit is not None and limit.code == code for limit in limits):
            deal_anew(channel=channel, now=timezone.now())
