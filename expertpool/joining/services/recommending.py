"""An expert recommends a colleague, who is sent a link to apply by."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from expertpool.accounts.models import User, contact_index
from expertpool.audit.services import record
from expertpool.core.configuration import value_of
from expertpool.core.crypto import blind_index
from expertpool.core.text import moment_text
from expertpool.experts.models import Expert
from expertpool.joining.exceptions import JoiningRefused, LinkInvalid
from expertpool.joining.models import Recommendation
from expertpool.joining.occasions import LINKS, RECOMMENDED
from expertpool.joining.queries.public import is_open
from expertpool.joining.queries.recommendations import recommendations_of
from expertpool.joining.services.registering import CLOSED, TAKEN_LINK, locked
from expertpool.joining.settings import RECOMMENDATION_DAYS, RECOMMENDATIONS_PER_DAY
from expertpool.notifications.models import Message
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.services.deletion import delete_messages
from expertpool.notifications.services.sending import Recipient, send_message

TOKEN_BYTES = 18  # 24 characters: fits a short message, cannot be guessed
DAY = timedelta(days=1)
GONE, WHY = "已清除", "清除推荐所填内容"
FORGOTTEN = ("name", "phone", "email", "reason", "contact_index")


@dataclass(frozen=True)
class Colleague:
    """Whom somebody recommends."""

    name: str
    phone: str
    email: str
    reason: str = ""


@transaction.atomic
def recommend(
    *, expert: Expert, colleague: Colleague, actor: User, now: datetime
) -> Recommendation:
    """Recommend ``colleague`` as ``expert``; send him the link by phone and mail, and log it.

    The same whether he is in the pool already, which a recommender does not learn. Refuses (JoiningRefused)
    while nobody may apply, himself by his phone or mail, somebody whom no way reaches, the same person twice while the first link is
    good, and more in a day than the office allows.
    """
    if not is_open():
        raise JoiningRefused(CLOSED)
    # Two clicks at once: the second one finds the first.
    Expert.objects.select_for_update(of=("self",)).get(pk=expert.pk)
    # What he did not recommend here takes no place of his.
    own = recommendations_of(expert)
    if sum(one.sent_at > now - DAY for one in own) >= (most := value_of(RECOMMENDATIONS_PER_DAY)):
        raise JoiningRefused(f"每天最多推荐 {most} 人，请明天再试。")
    index = contact_index("phone", colleague.phone)
    by_mail = contact_index("email", colleague.email) if colleague.email else None
    for field, given, his in (
        ("phone", index, expert.phone_index),
        ("email", by_mail, expert.email_index),
    ):
        if given is not None and given == his:
            raise JoiningRefused(
                "这是您本人的联系方式，不能推荐自己；请填被推荐人的。", field=field
            )
    if any(one.is_live_at(now) and bytes(one.contact_index) == index for one in own):
        raise JoiningRefused("已经推荐过这个手机号，链接还有效；要重发请先撤回。", field="phone")
    ways = ways_outside(RECOMMENDED, phone=colleague.phone, email=colleague.email)
    if not ways:
        raise JoiningRefused("本站现在不能发送短信和邮件，请联系管理单位。")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = Recommendation(
        recommender=expert,
        name=colleague.name,
        phone=colleague.phone,
        email=colleague.email,
        contact_index=index,
        reason=colleague.reason,
        digest=_key(token),
        sent_at=now,
        expires_at=now + timedelta(days=value_of(RECOMMENDATION_DAYS)),
        created_by=actor,
    )
    row.full_clean(exclude=["digest", "used_at", "revoked_at"])
    row.save()
    send_message(
        occasion=RECOMMENDED.code,
        recipient=Recipient(None, colleague.name, colleague.phone, colleague.email),
        channels=ways,
        context={
            "姓名": colleague.name,
            "推荐人": expert.name,
            "有效期至": moment_text(row.expires_at),
            "申请链接": settings.SITE_URL + reverse("joining:by_link", args=[token]),
        },
        about=(LINKS, row.pk),
        key=f"joining-link:{row.uid}",
        now=now,
    )
    record("joining.recommend", actor=actor, now=now, subject=expert)
    return row


@transaction.atomic
def revoke(*, row: Recommendation, actor: User, now: datetime) -> None:
    """Take a link back that nobody has used; it leads nowhere from now on. Refuses a used one, and one that was not sent
    here."""
    # Read under the lock: of who uses it and who takes it back one comes first.
    row = locked(row)
    if not row.is_sound or row.used_at or row.revoked_at:
        raise JoiningRefused("链接已经使用或撤回，请刷新页面。")
    row.revoked_at = now
    row.save(update_fields=["revoked_at", "proof"])
    record("joining.revoke", actor=actor, now=now, subject=row.recommender)


def forget(row: Recommendation, *, now: datetime) -> None:
    """Take from ``row`` whom it names and how he is reached, with the letters about it: that somebody was recommended,
    by whom, and when, stays. A link that is good leads nowhere from now on."""
    row = locked(row)
    # What somebody else has written is not vouched for by what becomes of it.
    proof = ["proof"] if row.is_sound else []
    row.name, row.phone, row.email, row.reason, row.contact_index = GONE, "", "", "", None
    if not row.used_at and not row.revoked_at:
        row.revoked_at = now
    row.save(update_fields=[*FORGOTTEN, "revoked_at", *proof])
    letters = Message.objects.filter(about_type=LINKS, about_id=str(row.pk))
    delete_messages(
        messages=letters.filter(deleted_at__isnull=True), reason=WHY, actor=None, now=now
    )


def recommendation_for(token: str, *, now: datetime) -> Recommendation:
    """Return what the link leads to; LinkInvalid for another text, one that is used or over, and one that nobody sent
    here."""
    rows = Recommendation.objects.select_related("recommender", "created_by")
    row = rows.filter(digest=_key(token)).first()
    if row is None or not row.is_live_at(now) or not row.is_sound:
        raise LinkInvalid(TAKEN_LINK)
    return row


def _key(token: str) -> bytes:
    return blind_index("joining-link", token)
