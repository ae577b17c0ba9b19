"""Whether the second person is another one indeed: known for some time, himself, and not made or let
in by the first (docs/decisions/0082)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider, managed_since, opened_by, raised_by
from expertpool.accounts.services.authenticators import shown_by_app
from expertpool.core.text import moment_text
from expertpool.notifications.queries.channels import reaches_phones
from expertpool.siteconfig.queries.counting import counted
from expertpool.workflow.queries.first_days import first_days_end
from expertpool.workflow.queries.matters import MATTERS
from expertpool.workflow.settings import SECOND_DAYS, SECOND_PHONE

OUTSIDE = "专家账号只用于本人参加评审，不能提出或确认须由两人办理的事项，请使用工作账号。"
NOT_THE_SAME = "须由两人办理：申请人、提交人和最后修改的人不能自己确认。"


def why_not_second(
    user: User,
    firsts: Iterable[int],
    *,
    asked_at: datetime,
    now: datetime,
    at_first: bool = False,
) -> str:
    """Return why ``user`` cannot agree to what the persons ``firsts`` (ids) asked for, handed in or
    changed last, as a sentence for him; empty when he can.

    What the office demanded when it was asked (``asked_at``), and the day before, still counts. ``at_first``: in the
    first days of an installation an account need not be older than it can be, nor does it count who opened it; the
    caller writes down that it was so (`at_first_in_words`, docs/decisions/0363)."""
    firsts = set(firsts)
    if user.pk in firsts:
        return NOT_THE_SAME
    if is_outsider(user):
        return OUTSIDE
    why = why_too_new(user, asked_at=asked_at, now=now)
    is_first = bool(why and at_first and _agrees_at_first(user, asked_at=asked_at, now=now))
    if why and not is_first:
        return why
    days = counted(SECOND_DAYS, asked_at)
    since = now - timedelta(days=days)
    # Without short messages nobody could show it.
    if not user.phone_shown_at and counted(SECOND_PHONE, asked_at) and reaches_phones():
        return "确认前须先验证本人手机号：请在右上角「我的账号」发送验证短信；没有手机号的请联系管理员。"
    if days and not is_first and _is_in_other_hands(user, since):
        return (
            f"您的账号 {days} 天内由他人启用、修改或重置过密码，暂不能作为第二人确认：请在右上角「我的账号」"
            f"用原来的手机号（{days} 天内没有改过的）或此前已设置的验证器重新验证本人，或由另一位有权限的人员确认。"
        )
    if days and user.pk in _hands_behind(firsts, since):
        return (
            f"您 {days} 天内（直接或经他人）开通、修改过申请人的账号，重置过密码，或为其角色增加过权限，"
            "须由另一位有权限的人员确认。"
        )
    return ""


def why_too_new(user: User, *, asked_at: datetime, now: datetime) -> str:
    """Return why the account of ``user`` is not known for long enough to decide what was asked then; empty when it is."""
    days = counted(SECOND_DAYS, asked_at)
    if days and not user.is_of_known_age:
        return "您账号的开通时间不是本系统写入的，不能作为第二人确认，请联系管理员另开账号。"
    if days and user.created_at > now - timedelta(days=days):
        begins = moment_text(user.created_at + timedelta(days=days))
        return (
            f"您的账号开通不满 {days} 天，{begins} 起才能作为第二人确认；"
            "在此之前请由另一位有权限的人员确认。"
        )
    return ""


def _agrees_at_first(user: User, *, asked_at: datetime, now: datetime) -> bool:
    """Tell whether the account of ``user`` is new because everything is."""
    return user.is_of_known_age and first_days_end(asked_at=asked_at, now=now) is not None


def at_first_in_words(user: User, *, asked_at: datetime, now: datetime) -> str:
    """Say, for the record, that ``user`` agreed with an account that was too new, in the first days; empty where it
    was old enough."""
    if not why_too_new(user, asked_at=asked_at, now=now):
        return ""
    days, opened = counted(SECOND_DAYS, asked_at), opened_by(user)
    by = f"，由{opened}开通" if opened else ""
    return f"系统启用不满 {days} 天，审核人账号开通于 {moment_text(user.created_at)}{by}"


def second_from(
    user: User, firsts: Iterable[int], *, asked_at: datetime, now: datetime
) -> datetime | None:
    """Return from the beginning of which day ``user``, who cannot now, can agree to what ``firsts`` (ids) asked for,
    if nobody does anything to an account meanwhile; None: time alone does not do it."""
    firsts = set(firsts)
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    days = range(1, counted(SECOND_DAYS, asked_at) + 2)

    def can(day: int) -> bool:
        at = today + timedelta(days=day)
        return not why_not_second(user, firsts, asked_at=asked_at, now=at)

    # Who can on one day can on the next.
    first = bisect_left(days, True, key=can)
    return today + timedelta(days=days[first]) if first < len(days) else None


def behind(user: User, firsts: Iterable[int], *, asked_at: datetime, now: datetime) -> set[int]:
    """Return of ``firsts`` (ids) those in whose accounts ``user`` has lately had his hands, directly or through
    others: to what they ask for he does not agree."""
    firsts, days = set(firsts), counted(SECOND_DAYS, asked_at)
    since = now - timedelta(days=days)
    if not days or user.pk not in _hands_behind(firsts, since):
        return set()
    # Seldom, and of few persons: which of them.
    return {one for one in firsts if user.pk in _hands_behind({one}, since)}


def phone_does_not_count_yet(user: User, *, now: datetime) -> str:
    """Say from when ``user``, whose account somebody else has managed, can show by his phone that he is himself
    again: not by a number that is new; empty where it counts, or he decides nothing."""
    days = counted(SECOND_DAYS, now)
    acts = managed_since({user.pk}, now - timedelta(days=days)) if days else []
    changes = [act.at for act in acts if act.changes_phone]
    taken = any(act.actor not in (None, user.pk) for act in acts)
    if not (changes and taken and any(user.has_permission(one.decides) for one in MATTERS)):
        return ""
    begins = moment_text(max(changes) + timedelta(days=days))
    return (
        f"手机号 {days} 天内设置或改过，用它验证暂不算数，{begins} 起才能再作为第二人确认；"
        "在此之前请用早已设置的验证器验证本人，或由另一位有权限的人员确认。"
    )


def _is_in_other_hands(user: User, since: datetime) -> bool:
    """Tell whether somebody else got hold of the account after ``since``, and its owner has not shown
    since then that he is back: by the phone, unless that was changed meanwhile by whomever, or by an
    authenticator that he had before."""
    acts = managed_since({user.pk}, since)
    taken = [act.at for act in acts if act.actor not in (None, user.pk)]
    if not taken:
        return False
    by_phone = None if any(act.changes_phone for act in acts) else user.phone_shown_at
    shown = (by_phone, shown_by_app(user, before=min(taken)))
    return not any(at is not None and at > max(taken) for at in shown)


def _hands_behind(users: set[int], since: datetime) -> set[int]:
    """Return who got hold of any of the accounts ``users`` after ``since``, or gave it more by its role, or
    did so to the account by which that was done, and so on: one person may be all of them."""
    hands: set[int] = set()
    new = users
    while new:
        actors = {act.actor for act in managed_since(new, since) if act.actor is not None}
        actors |= raised_by(new, since)
        new = actors - hands - users
        hands |= new
    return hands
