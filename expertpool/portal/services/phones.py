"""That a phone number is in the hands of the account that names it: shown by a link sent to it.

Somebody who opens an account for a person who is not there can give it a number, not answer for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.configuration import value_of
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.queries.subjects import private_subject
from expertpool.notifications.services.sending import Recipient, send_message
from expertpool.portal.exceptions import PhoneRefused
from expertpool.portal.occasions import PHONE
from expertpool.portal.settings import PHONE_LINK_VALID

SUBJECT = "portal.phone"
SALT = "portal.phone"


def send_phone_link(*, user: User, now: datetime) -> None:
    """Send ``user`` a short message with a link that shows that his number is his.

    At most one a minute. Refuses an account without a number (PhoneRefused).
    """
    if not user.phone:
        raise PhoneRefused("账号没有手机号，请联系管理员在「用户管理」中补充。")
    send_message(
        occasion=PHONE.code,
        recipient=Recipient(user.username, user.name, user.phone),
        # By no other way: it is this number that is to be shown.
        channels=[ChannelCode.SMS],
        context={
            "姓名": user.name,
            "有效分钟": str(value_of(PHONE_LINK_VALID) // timedelta(minutes=1)),
        },
        about=(SUBJECT, user.pk),
        # The minute in the key is what keeps it to one a minute.
        key=f"phone:{user.pk}:{now:%Y%m%d%H%M}",
        now=now,
    )


def link_of(pk: str, now: datetime) -> Mapping[str, str]:
    """Return the link as it goes out: nowhere stored, it is read by whoever holds the phone only."""
    user = User.objects.get(pk=pk)
    # The number is part of it: a link to a former one says nothing of the present.
    token = signing.dumps([user.pk, _number(user)], salt=SALT, compress=True)
    return {"验证链接": settings.SITE_URL + reverse("portal:phone_confirm", args=[token])}


# The link goes out by the message alone; a list of messages shows a mark in its place.
MESSAGES = private_subject(SUBJECT, late=link_of)


def check_link(token: str, user: User) -> None:
    """Refuse (PhoneRefused) a link that is forged, old, another's or about a former number."""
    try:
        pk, number = signing.loads(token, salt=SALT, max_age=value_of(PHONE_LINK_VALID))
    except (signing.BadSignature, ValueError, TypeError):
        raise PhoneRefused("链接无效或已过期，请在「我的账号」重新发送。") from None
    # A link that was passed on, or opened in another's browser, confirms nothing.
    if (pk, number) != (user.pk, _number(user)):
        raise PhoneRefused("链接不是发给这个账号现在的手机号的，请用本人账号登录后重新发送。")


@transaction.atomic
def confirm_phone(*, token: str, user: User, now: datetime) -> None:
    """Keep that the number of ``user`` is his, as the link that he opened shows; logs it.

    Refuses what `check_link` refuses.
    """
    # Read again under a lock: the number may be changed at this moment.
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    check_link(token, user)
    user.phone_verified_at = now
    user.save(update_fields=["phone_verified_at", "phone_proof"])
    record("user.verify_phone", actor=user, subject=user, now=now)


def _number(user: User) -> str:
    """By its blind index: an address of this site shall not carry the number itself."""
    return bytes(user.phone_index or b"").hex()[:32]
