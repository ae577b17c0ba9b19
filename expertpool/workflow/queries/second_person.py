"""Whether the second person is another one indeed: known for some time, himself, and not made or let
in by the first (docs/decisions/0082)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import NamedTuple

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import (
    Managed,
    managed_since,
    opened_by,
    outsiders_among,
    raised_by,
)
from expertpool.accounts.services.authenticators import shown_by_app
from expertpool.core.text import moment_text
from expertpool.notifications.queries.channels import reaches_phones
from expertpool.siteconfig.queries.counting import counted, counting_each
from expertpool.workflow.queries.first_days import opening_ends
from expertpool.workflow.queries.matters import MATTERS
from expertpool.workflow.settings import SECOND_DAYS, SECOND_PHONE

OUTSIDE = "专家账号只用于本人参加评审，不能提出或确认须由两人办理的事项，请使用工作账号。"
NOT_THE_SAME = "须由两人办理：申请人、提交人和最后修改的人不能自己确认。"


class Demand(NamedTuple):
    """What the office demands of a second person: of how many days his account is, and whether he has shown a phone."""

    days: int
    phone: bool


def demands_of(moments: Iterable[datetime]) -> dict[datetime, Demand]:
    """Return what is demanded of who decides what was asked at each of ``moments``: what the office demanded then, and
    the day before, still counts."""
    reads = counting_each(moments, SECOND_DAYS, SECOND_PHONE)
    return {at: Demand(read(SECOND_DAYS), read(SECOND_PHONE)) for at, read in reads.items()}


class Judge:
    """Says of ``users`` whether they can be the second person. What is known of them, and of who stands behind the
    first, is read once for all that is asked: of many persons and many cases (docs/decisions/0363)."""

    def __init__(self, users: Iterable[User], *, now: datetime) -> None:
        self._ids, self.now = {one.pk for one in users}, now
        self._opening_ends = cache(lambda days: opening_ends(days=days, now=now))
        self._hands_behind = cache(_hands_behind)
        self._managed = cache(lambda days: managed_since(self._ids, now - timedelta(days=days)))
        self._reaches_phones = cache(reaches_phones)

    @cached_property
    def outsiders(self) -> set[int]:
        """Those of them (ids) who do not work for the office."""
        return outsiders_among(self._ids)

    def why_not(
        self,
        user: User,
        firsts: frozenset[int],
        demand: Demand,
        *,
        at_first: bool = False,
        at: datetime | None = None,
    ) -> str:
        """Return `why_not_second`; ``at``: on a later day than now, if nobody does anything meanwhile."""
        at = at or self.now
        if user.pk in firsts:
            return NOT_THE_SAME
        if user.pk in self.outsiders:
            return OUTSIDE
        days, since = demand.days, at - timedelta(days=demand.days)
        why = _why_too_new(user, days, at)
        if why and not (at_first and self._is_of_opening(user, days)):
            return why
        # Without short messages nobody could show it.
        if not user.phone_shown_at and demand.phone and self._reaches_phones():
            return "确认前须先验证本人手机号：请在右上角「我的账号」发送验证短信；没有手机号的请联系管理员。"
        if days and _is_in_other_hands(user, self._acts_on(user, days, since, at_first=at_first)):
            return (
                f"您的账号 {days} 天内由他人启用、修改或重置过密码，暂不能作为第二人确认：请在右上角「我的账号」"
                f"用原来的手机号（{days} 天内没有改过的）或此前已设置的验证器重新验证本人，或由另一位有权限的人员确认。"
            )
        if days and user.pk in self._hands_behind(firsts, since):
            return (
                f"您 {days} 天内（直接或经他人）开通、修改过申请人的账号，重置过密码，或为其角色增加过权限，"
                "须由另一位有权限的人员确认。"
            )
        return ""

    def at_first_in_words(self, user: User, demand: Demand) -> str:
        """Return `at_first_in_words`."""
        if not _why_too_new(user, demand.days, self.now):
            return ""
        opened = opened_by(user)
        by = f"，由{opened}开通" if opened else ""
        return f"审核人账号不满 {demand.days} 天，是系统启用的头几天开通的：{moment_text(user.created_at)}{by}"

    def able_from(self, user: User, firsts: frozenset[int], demand: Demand) -> datetime | None:
        """Return from the beginning of which day ``user``, who cannot now, can agree to what ``firsts`` (ids) asked
        for, if nobody does anything to an account meanwhile; None: time alone does not do it."""
        today = timezone.localtime(self.now).replace(hour=0, minute=0, second=0, microsecond=0)
        days = range(1, demand.days + 2)

        def can(day: int) -> bool:
            return not self.why_not(user, firsts, demand, at=today + timedelta(days=day))

        # Who can on one day can on the next.
        first = bisect_left(days, True, key=can)
        return today + timedelta(days=days[first]) if first < len(days) else None

    def first_days_end(self, days: int) -> datetime | None:
        """Return when the first days end; None where they are over."""
        ends = self._opening_ends(days)
        return ends if ends and self.now < ends else None

    def _is_of_opening(self, user: User, days: int) -> bool:
        """Tell whether the account of ``user`` is new because everything was when it was opened."""
        ends = self._opening_ends(days) if user.is_of_known_age else None
        return ends is not None and user.created_at < ends

    def _acts_on(self, user: User, days: int, since: datetime, *, at_first: bool) -> list[Managed]:
        acts = [act for act in self._managed(days) if act.user == user.pk and act.at > since]
        # In the first days all accounts are opened by somebody else, and seen to. Whose was not need not ask for them.
        ends = self._opening_ends(days) if at_first and _by_others(user, acts) else None
        return [act for act in acts if act.at >= ends] if ends else acts


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

    What the office demanded when it was asked (``asked_at``), and the day before, still counts. ``at_first``: an
    account of the first days of an installation need not be older than it could be, nor does it count who opened it; the
    caller writes down that it was so (`at_first_in_words`, docs/decisions/0363, 0796)."""
    firsts = frozenset(firsts)
    if user.pk in firsts:
        return NOT_THE_SAME
    demand = demands_of([asked_at])[asked_at]
    return Judge([user], now=now).why_not(user, firsts, demand, at_first=at_first)


def first_able(users: Collection[User], firsts: Iterable[int], *, now: datetime) -> datetime | None:
    """Return from when one of ``users`` can agree to what ``firsts`` (ids) ask for ``now``, if nobody does anything to an
    account meanwhile: now, or the beginning of a day; None: time alone does not do it."""
    firsts = frozenset(firsts)
    judge, demand = Judge(users, now=now), demands_of([now])[now]
    if any(not judge.why_not(one, firsts, demand) for one in users):
        return now
    later = (judge.able_from(one, firsts, demand) for one in users)
    return min(filter(None, later), default=None)


def why_too_new(user: User, *, asked_at: datetime, now: datetime) -> str:
    """Return why the account of ``user`` is not known for long enough to decide what was asked then; empty when it is."""
    return _why_too_new(user, counted(SECOND_DAYS, asked_at), now)


def at_first_in_words(user: User, *, asked_at: datetime, now: datetime) -> str:
    """Say, for the record, that ``user`` agreed with an account that was too new, of the first days; empty where it
    was old enough."""
    return Judge([user], now=now).at_first_in_words(user, demands_of([asked_at])[asked_at])


def _why_too_new(user: User, days: int, now: datetime) -> str:
    if days and not user.is_of_known_age:
        return "您账号的开通时间不是本系统写入的，不能作为第二人确认，请联系管理员另开账号。"
    if days and user.created_at > now - timedelta(days=days):
        begins = moment_text(user.created_at + timedelta(days=days))
        return (
            f"您的账号开通不满 {days} 天，{begins} 起才能作为第二人确认；"
            "在此之前请由另一位有权限的人员确认。"
        )
    return ""


def behind(user: User, firsts: Iterable[int], *, asked_at: datetime, now: datetime) -> set[int]:
    """Return of ``firsts`` (ids) those in whose accounts ``user`` has lately had his hands, directly or through
    others: to what they ask for he does not agree."""
    firsts, days = frozenset(firsts), counted(SECOND_DAYS, asked_at)
    since = now - timedelta(days=days)
    if not days or user.pk not in _hands_behind(firsts, since):
        return set()
    # Seldom, and of few persons: which of them.
    return {one for one in firsts if user.pk in _hands_behind(frozenset([one]), since)}


def phone_does_not_count_yet(user: User, *, now: datetime) -> str:
    """Say from when ``user``, whose account somebody else has managed, can show by his phone that he is himself
    again: not by a number that is new; empty where it counts, or he decides nothing."""
    days = counted(SECOND_DAYS, now)
    acts = managed_since({user.pk}, now - timedelta(days=days)) if days else []
    changes = [act.at for act in acts if act.changes_phone]
    taken = _by_others(user, acts)
    if not (changes and taken and any(user.has_permission(one.decides) for one in MATTERS)):
        return ""
    begins = moment_text(max(changes) + timedelta(days=days))
    return (
        f"手机号 {days} 天内设置或改过，用它验证暂不算数，{begins} 起才能再作为第二人确认；"
        "在此之前请用早已设置的验证器验证本人，或由另一位有权限的人员确认。"
    )


def _by_others(user: User, acts: Iterable[Managed]) -> list[datetime]:
    """Return when ``acts`` on the account of ``user`` were done by somebody else."""
    return [act.at for act in acts if act.actor not in (None, user.pk)]


def _is_in_other_hands(user: User, acts: Collection[Managed]) -> bool:
    """Tell whether by ``acts`` somebody else got hold of the account, and its owner has not shown
    since then that he is back: by the phone, unless that was changed meanwhile by whomever, or by an
    authenticator that he had before."""
    taken = _by_others(user, acts)
    if not taken:
        return False
    by_phone = None if any(act.changes_phone for act in acts) else user.phone_shown_at
    shown = (by_phone, shown_by_app(user, before=min(taken)))
    return not any(at is not None and at > max(taken) for at in shown)


def _hands_behind(users: frozenset[int], since: datetime) -> set[int]:
    """Return who got hold of any of the accounts ``users`` after ``since``, or gave it more by its role, or
    did so to the account by which that was done, and so on: one person may be all of them."""
    hands: set[int] = set()
    new: Collection[int] = users
    while new:
        actors = {act.actor for act in managed_since(new, since) if act.actor is not None}
        actors |= raised_by(new, since)
        new = actors - hands - users
        hands |= new
    return hands
