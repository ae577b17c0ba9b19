"""Somebody of the pool for whom something waits in his own area, a sheet, a letter to sign, a rating, and who has never
been there: he is let in when it begins to wait, and need not be thought of before (docs/decisions/0385)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from expertpool.core.configuration import value_of
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import account_of
from expertpool.experts.services.accounts import invite_to_account
from expertpool.experts.services.contacts import page_for
from expertpool.experts.settings import ACCOUNTS_WHEN_NEEDED, ACTIVATION_VALID


def door_to(expert: Expert, page: str, *, now: datetime) -> str:
    """Return what a letter to ``expert`` says of where he does what waits on ``page`` of his own area.

    Whoever has no account, or has not used the link to it in time, is sent one, where the office opens accounts so
    and he is reached by what was not changed lately. The link comes in a letter of its own: this one goes to all
    that he is reached by, and others may read it.
    """
    user = account_of(expert)
    if user is not None and not user.must_change_password:
        return page_for(expert, page)
    if user is not None and _is_under_way(expert, now):
        return _with_link(page)
    if not value_of(ACCOUNTS_WHEN_NEEDED):
        return page_for(expert, page)
    try:
        invite_to_account(expert=expert, actor=None, now=now)
    except ExpertRefused:
        # Whom he asks: the office has his right number, or enables him.
        return page_for(expert, page)
    return _with_link(page)


def _is_under_way(expert: Expert, now: datetime) -> bool:
    sent = expert.link_sent_at
    return sent is not None and sent + value_of(ACTIVATION_VALID) > now


def _with_link(page: str) -> str:
    return f"{settings.SITE_URL}{page} （首次登录：请先用另行发给您的激活链接设置密码）"
