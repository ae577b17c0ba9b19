"""By which WeChat somebody is told."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.audit.services import is_ended_by_log
from expertpool.core.configuration import value_of
from expertpool.core.crypto import blind_index
from expertpool.core.fields import is_vouched, opens
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.channels.wechat.settings import APP, LOOPBACK, NONE, WAY
from expertpool.notifications.enums import AddressKind, ChannelCode
from expertpool.notifications.models import Message, WechatBinding

BOUND, ENDED = "notifications.wechat_bind", "notifications.wechat_end"


def is_offered() -> bool:
    """Tell whether somebody can bind his WeChat here: where messages go to a service account."""
    return value_of(WAY) != NONE and CHANNELS[ChannelCode.WECHAT].is_configured()


def is_loopback() -> bool:
    """Tell whether WeChat is only shown: nobody binds a real one, and what is sent stands in the outbox of development."""
    return bool(value_of(WAY) == LOOPBACK)


def binding_of(user: User) -> WechatBinding | None:
    """Return by which WeChat ``user`` is told now: of the service account that is set, bound by this system, and not
    ended since, whatever rows say (docs/decisions/0198)."""
    rows = WechatBinding.objects.filter(user=user, app=value_of(APP), ended_at__isnull=True)
    found = rows.select_related("user").first()
    if found is None or not is_vouched(found) or not opens(found, "openid"):
        return None
    if bytes(found.openid_index) != index_of(found.openid, found.app):
        return None
    ended = is_ended_by_log(found.user, ENDED, since=found.bound_at)
    return None if ended else found


def openid_of(user: User | None) -> str:
    """Return where ``user`` is told in WeChat; empty: nowhere. Asks nothing where no message goes there."""
    found = binding_of(user) if user is not None and is_offered() else None
    return found.openid if found else ""


def is_ended(openid: str, *, since: datetime) -> bool:
    """Tell whether ``openid`` was bound, and is of nobody any more who has bound it by the time ``since`` of a letter: it is
    neither sent there nor answered from there. Whoever bound his own to the account of another, who then ended it, holds
    letters to him."""
    rows = WechatBinding.objects.filter(openid_index=index_of(openid, value_of(APP)))
    standing = rows.filter(ended_at__isnull=True, bound_at__lte=since).select_related("user")
    if any(binding_of(one.user) == one for one in standing):
        return False
    return rows.exists()


def is_to_ended(message: Message) -> bool:
    """Tell whether ``message`` goes to a WeChat that its recipient has ended since it was written."""
    if CHANNELS[message.channel].lives_of != AddressKind.WECHAT:
        return False
    return is_ended(message.address, since=message.created_at)


def index_of(openid: str, app: str) -> bytes:
    return blind_index("notifications.wechat", f"{app}:{openid}")
