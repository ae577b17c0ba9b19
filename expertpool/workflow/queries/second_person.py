"""Whether the second person is another one indeed: known for some time, himself, and not made or let
in by the first (docs/decisions/0082)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from expertpool.accounts.models import User
from expertpool.accounts.queries import managed_since
from expertpool.notifications.queries.channels import reaches_phones
from expertpool.siteconfig.queries import most_since
from expertpool.workflow.settings import LOWERED_AFTER, SECOND_DAYS, SECOND_PHONE

NOT_THE_SAME = "须由两人办理：申请人、提交人和最后修改的人不能自己确认。"


def why_not_second(user: User, firsts: Iterable[int], *, asked_at: datetime, now: datetime) -> str:
    """Return why ``user`` cannot agree to what the persons ``firsts`` (ids) asked for, handed in or
    changed last, as a sentence for him; empty when he can.

    What the office demanded when it was asked (``asked_at``), and the day before, still counts."""
    firsts = set(firsts)
    if user.pk in firsts:
        return NOT_THE_SAME
    demanded = asked_at - LOWERED_AFTER
    days = most_since(SECOND_DAYS, demanded)
    since = now - timedelta(days=days)
    if days and user.created_at > since:
        return f"您的账号开通不满 {days} 天，还不能作为第二人确认，请由另一位有权限的人员确认。"
    # Without short messages nobody could show it.
    if not user.phone_verified_at and most_since(SECOND_PHONE, demanded) and reaches_phones():
        return "确认前须先验证本人手机号：请在右上角「我的账号」发送验证短信；没有手机号的请联系管理员。"
    acts = managed_since({user.pk, *firsts}, since) if days else []
    if any(act.user == user.pk and act.actor in firsts for act in acts):
        return f"申请人 {days} 天内开通、修改过您的账号或重置过密码，须由另一位有权限的人员确认。"
    if any(act.user in firsts and act.actor == user.pk for act in acts):
        return f"您 {days} 天内开通、修改过申请人的账号或重置过密码，须由另一位有权限的人员确认。"
    # Whoever gave both their passwords could be both.
    own, theirs = (
        {act.actor for act in acts if act.is_reset and act.actor and act.user in users}
        for users in ({user.pk}, firsts)
    )
    if own & theirs:
        return f"您和申请人的密码 {days} 天内由同一人重置，须由另一位有权限的人员确认。"
    return ""
