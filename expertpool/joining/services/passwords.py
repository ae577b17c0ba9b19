"""An applicant's password is his own: whoever resets it lets him be sent a link, and learns nothing."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.exceptions import NotAllowed
from expertpool.accounts.models import User
from expertpool.core.fields import opens
from expertpool.experts.services.accounts import send_with_link
from expertpool.joining.occasions import PASSWORD, PASSWORDS
from expertpool.joining.queries.public import was_given
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.services.sending import Recipient

NOT_OURS = "申请人的手机号和邮箱由他本人验证，不能代改；换了号码的，请申请人用新号码重新申请。"


def send_password_link(user: User, now: datetime, by_himself: bool) -> None:
    """Send the applicant ``user`` a link to choose a password by.

    Refuses (NotAllowed) an account that is disabled, one whose phone or mail somebody else wrote, and who is
    reached by neither.
    """
    if not user.is_active:
        raise NotAllowed("账号已停用，请先启用。")
    if was_given(user, "phone", "email"):
        raise NotAllowed(
            "这位申请人的手机号或邮箱由他人改过，链接可能发不到本人，不能重置密码；请申请人用本人号码重新申请。"
        )
    phone, email = (getattr(user, name) if opens(user, name) else "" for name in ("phone", "email"))
    ways = ways_outside(PASSWORD, phone=phone, email=email)
    if not ways:
        raise NotAllowed(
            "申请人的密码只由本人用链接设置，本站现在不能向他的手机或邮箱发送，请稍后再试。"
        )
    send_with_link(
        user,
        {"姓名": user.name, "账号": user.username},
        occasion=PASSWORD.code,
        recipient=Recipient(None, user.name, phone, email),
        # One way alone: a link that lies in two places can be found in either.
        channels=ways[:1],
        about=(PASSWORDS, user.pk),
        # Another each time: he may ask again within the day.
        key=f"joining-password:{user.pk}:{now:%Y%m%d%H%M%S%f}",
        now=now,
    )
