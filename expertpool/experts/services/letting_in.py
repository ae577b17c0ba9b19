"""Somebody of the pool for whom something waits in his own area, a sheet, a letter to sign, a rating, and who has never
been there: he is let in when it begins to wait, and need not be thought of before (docs/decisions/0385)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime

from django.conf import settings

from expertpool.core.configuration import value_of
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import account_of
from expertpool.experts.services.accounts import check_invitable, queue_accounts, send_link_again
from expertpool.experts.services.contacts import CONTACTS, fresh_contacts, page_for
from expertpool.experts.settings import ACCOUNTS_WHEN_NEEDED, ACTIVATION_VALID


def let_in(experts: Iterable[Expert], *, now: datetime) -> set[int]:
    """Let those of ``experts`` into their own area for whom something waits there; return (ids) who has a link under
    way, which a letter says by `door_words`.

    Whoever has no account, or has not used the link to it in time, is sent one, where the office opens accounts so
    and he is reached by what was not changed lately: accounts are opened by one job for all of them.
    """
    under_way, new = set[int](), set[int]()
    people = {one.pk: one for one in experts}.values()
    fresh = fresh_contacts(people, now=now)
    for expert in people:
        user = account_of(expert)
        if user is not None and not user.must_change_password:
            continue
        if user is not None and _is_under_way(expert, now):
            under_way.add(expert.pk)
        elif value_of(ACCOUNTS_WHEN_NEEDED):
            # Who is refused asks the office, which has his right number, or enables him: `page_for` says so.
            with suppress(ExpertRefused):
                if user is None:
                    check_invitable(expert, now=now, known=fresh)
                    new.add(expert.pk)
                else:
                    send_link_again(expert=expert, actor=None, now=now)
                under_way.add(expert.pk)
    queue_accounts(sorted(new), actor=None, now=now)
    return under_way


def door_words(expert: Expert, page: str, *, under_way: Collection[int]) -> str:
    """Return what a letter to ``expert`` says of where he does what waits on ``page`` of his own area; ``under_way``:
    what `let_in` returned.

    The link comes in a letter of its own: this one goes to all that he is reached by, and others may read it.
    """
    if expert.pk not in under_way:
        return page_for(expert, page)
    return f"{settings.SITE_URL}{page} （首次登录：请先用另行发给您的激活链接设置密码）"


def _is_under_way(expert: Expert, now: datetime) -> bool:
    """Whether a link is on its way that is still good: with another phone or mail it is not (docs/decisions/0520)."""
    sent = expert.link_sent_at
    if sent is None or sent + value_of(ACTIVATION_VALID) <= now:
        return False
    since = expert.versions.filter(at__gte=sent).values_list("changed", flat=True)
    return not any(CONTACTS.keys() & set(names) for names in since)
