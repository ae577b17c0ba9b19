"""The address at which an expert's own calendar reads his reviews and leaves."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.services import is_ended_by_log, record
from expertpool.core.configuration import value_of
from expertpool.core.fields import is_vouched
from expertpool.core.validators import is_writable
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import expert_for
from expertpool.selfservice.models import CalendarFeed
from expertpool.selfservice.settings import CALENDAR_FEEDS

SALT = "selfservice.feed"
OPENED, CLOSED = "expert.open_feed", "expert.close_feed"


@transaction.atomic
def open_feed(*, expert: Expert, mark: UUID, now: datetime) -> CalendarFeed:
    """Give ``expert`` an address; one that he had works no more."""
    # Two devices at once: one address is left.
    Expert.objects.select_for_update(of=("self",), no_key=True).get(pk=expert.pk)
    _open_of(expert).update(ended_at=now)
    feed = CalendarFeed(expert=expert, mark=mark, opened_at=now)
    feed.save(force_insert=True)
    record(OPENED, actor=expert.user, now=now, subject=expert)
    return feed


@transaction.atomic
def close_feed(*, expert: Expert, actor: User | None, now: datetime) -> bool:
    """End the address of ``expert``; tell whether there was one."""
    gone = _open_of(expert).update(ended_at=now)
    if gone:
        record(CLOSED, actor=actor, now=now, subject=expert)
    return bool(gone)


def feed_of(expert: Expert) -> CalendarFeed | None:
    """Return the address that ``expert`` has now, if any."""
    found = _open_of(expert).select_related("expert").first()
    return found if found is not None and _is_open(found) else None


def _open_of(expert: Expert) -> QuerySet[CalendarFeed]:
    return CalendarFeed.objects.filter(expert=expert, ended_at__isnull=True)


def _is_open(feed: CalendarFeed) -> bool:
    """Tell whether this system opened ``feed``, and nothing came after it: a row of before that somebody writes
    back opens nothing (docs/decisions/0198)."""
    return is_vouched(feed) and not is_ended_by_log(
        feed.expert, OPENED, CLOSED, since=feed.opened_at
    )


def address_of(feed: CalendarFeed, expert: Expert) -> str:
    """Return the whole address. It names whose it is by the signature alone: a row that is given to
    another opens nothing."""
    token = f"{feed.mark.hex}-{_sign(feed.mark, expert)}"
    return settings.SITE_URL + reverse("selfservice:feed", args=[token])


def expert_by_feed(token: str) -> Expert | None:
    """Return whose calendar the address with ``token`` reads; None for a wrong or ended one, and for who
    cannot sign in at present."""
    mark, _, signature = token.partition("-")
    if not value_of(CALENDAR_FEEDS) or not is_writable(token):
        return None
    try:
        wanted = UUID(mark)
    except ValueError:
        return None
    rows = CalendarFeed.objects.filter(mark=wanted, ended_at__isnull=True)
    feed = rows.select_related("expert__user").first()
    if feed is None or not _is_signed(wanted, feed.expert, signature) or not _is_open(feed):
        return None
    user = feed.expert.user
    # Whoever may not sign in reads nothing by an address either.
    if user is None or not user.is_active or not user.has_permission("experts.self"):
        return None
    expert = expert_for(user)
    # His account may have been bound to another record since.
    return expert if expert and expert.pk == feed.expert_id else None


def _value(mark: UUID, expert: Expert) -> str:
    return f"{mark.hex}.{expert.pk}.{expert.number}"


def _sign(mark: UUID, expert: Expert) -> str:
    return Signer(salt=SALT).signature(_value(mark, expert))


def _is_signed(mark: UUID, expert: Expert, signature: str) -> bool:
    try:
        Signer(salt=SALT).unsign(f"{_value(mark, expert)}:{signature}")
    except BadSignature:
        return False
    return True
