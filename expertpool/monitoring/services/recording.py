"""Writing down what was seen, many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.accounts.services.devices import describe_device
from expertpool.audit.models import Entry
from expertpool.audit.services import acting_from, record
from expertpool.core.client import network_of
from expertpool.core.configuration import value_of
from expertpool.core.lookups import within_days
from expertpool.core.text import hour_of
from expertpool.core.visibility import told_later
from expertpool.monitoring.models import Heartbeat, LastBeat, PublicVisit, Visit
from expertpool.monitoring.queries.origins import origin_of, regions
from expertpool.monitoring.queries.pages import page_of
from expertpool.monitoring.settings import BEAT_SECONDS

PRESENT = """
    INSERT INTO monitoring_lastbeat (user_id, at)
    SELECT * FROM unnest(%s::bigint[], %s::timestamptz[])
    ON CONFLICT (user_id) DO UPDATE SET at = greatest(monitoring_lastbeat.at, excluded.at)
"""
AT_ONCE = 1000
# Of one person, or one address, in each batch (`services.buffer`): whoever asks for pages by a program fills no table.
MOST_OF_ONE = 20
T = TypeVar("T")


class Seen(NamedTuple):
    """That ``user`` (id) opened a page of the view ``view``."""

    user: int
    at: datetime
    view: str


class Beat(NamedTuple):
    """That a page of ``user`` (id) was open."""

    user: int
    at: datetime


class PublicSeen(NamedTuple):
    """That somebody opened the public page of the view ``view``. ``address`` is looked up and forgotten."""

    at: datetime
    view: str
    address: str
    referrer: str
    user_agent: str


class Looked(NamedTuple):
    """That ``user`` (id), from ``address``, was shown the record ``key`` of ``model`` with ``what`` of it in clear: for
    the log, which calls it ``action``."""

    user: int
    at: datetime
    address: str
    action: str
    model: type[Model]
    key: int
    what: str


Noted = Seen | Beat | PublicSeen | Looked


@transaction.atomic
def write_seen(seen: Iterable[Noted]) -> None:
    """Write down visits, heartbeats and visits of public pages, a statement each, and log who looked at which record.

    Of who does not work for the office neither page nor minute is kept: where an expert was, and when, would tell
    of a draw whose names are sealed. Accounts that are gone since are left out, and what one alone sends beyond all
    measure.
    """
    visits, beats, public, looks = _sorted(seen)
    visits = _few(visits, by=lambda one: one.user)
    public = _few(public, by=lambda one: network_of(one.address))
    beats = _due(beats)
    outside = _outsiders({one.user for one in visits} | {one.user for one in beats})

    def moment(one: Seen | Beat) -> datetime:
        return hour_of(one.at) if outside[one.user] else one.at

    visits = [one for one in visits if one.user in outside]
    beats = [one for one in beats if one.user in outside]
    pages = [
        Visit(user_id=one.user, at=moment(one), page="" if outside[one.user] else page_of(one.view))
        for one in visits
    ]
    Visit.objects.bulk_create(pages, batch_size=AT_ONCE)
    rows = [Heartbeat(user_id=one.user, at=moment(one)) for one in beats]
    Heartbeat.objects.bulk_create(rows, batch_size=AT_ONCE)
    _note_present(beats)
    if public:
        known = regions()
        opened = [_public(one, known) for one in public]
        PublicVisit.objects.bulk_create(opened, batch_size=AT_ONCE)
    _log(looks)


def _log(looks: Iterable[Looked]) -> None:
    """Log each of ``looks``, of one person at one record the first of a day; without who or what is gone since."""
    for one in looks:
        day = timezone.localdate(one.at)
        by_him = Entry.objects.filter(
            within_days("at", (day, day)), actor=one.user, action=one.action
        )
        if by_him.filter(subject_id=str(one.key)).exists():
            continue
        user = User.objects.filter(pk=one.user).first()
        subject = one.model._default_manager.filter(pk=one.key).first()
        if user is None or subject is None:
            continue
        after = {"内容": one.what}
        with acting_from(one.address):
            record(one.action, actor=user, now=one.at, subject=subject, after=after)


def _few(rows: Iterable[T], *, by: Callable[[T], Hashable]) -> list[T]:
    """Return ``rows`` without what is more of one than `MOST_OF_ONE`."""
    counts: Counter[Hashable] = Counter()
    kept = []
    for row in rows:
        counts[by(row)] += 1
        if counts[by(row)] <= MOST_OF_ONE:
            kept.append(row)
    return kept


def _due(beats: Iterable[Beat]) -> list[Beat]:
    """Return of ``beats`` those that no other one of the same person has just come before."""
    beats = sorted(beats, key=lambda one: one.at)
    soon = timedelta(seconds=value_of(BEAT_SECONDS)) / 2
    users = {one.user for one in beats}
    last = dict(LastBeat.objects.filter(user__in=users).values_list("user", "at")) if users else {}
    due = []
    for one in beats:
        before = last.get(one.user)
        if before is not None and abs(one.at - before) < soon:
            continue
        last[one.user] = one.at
        due.append(one)
    return due


def _sorted(
    seen: Iterable[Any],
) -> tuple[list[Seen], list[Beat], list[PublicSeen], list[Looked]]:
    parts: dict[type, list[Any]] = {Seen: [], Beat: [], PublicSeen: [], Looked: []}
    for one in seen:
        parts[type(one)].append(one)
    return parts[Seen], parts[Beat], parts[PublicSeen], parts[Looked]


def _outsiders(users: set[int]) -> dict[int, bool]:
    """Return, of those of ``users`` that there are, which do not work for the office."""
    return {user.pk: is_outsider(user) for user in User.objects.filter(pk__in=users)}


def _note_present(beats: Sequence[Beat]) -> None:
    last: dict[int, datetime] = {}
    for one in beats:
        last[one.user] = max(one.at, last.get(one.user, one.at))
    # Of whom nobody is told that he is online no row says it, to the second.
    for user in User.objects.filter(told_later(User), pk__in=last).values_list("pk", flat=True):
        del last[user]
    if not last:
        return
    # In one order, or two processes that write the same people wait for each other.
    rows = sorted(last.items())
    with connection.cursor() as cursor:
        cursor.execute(PRESENT, [[user for user, _ in rows], [at for _, at in rows]])


def _public(one: PublicSeen, known: Mapping[str, str]) -> PublicVisit:
    origin = origin_of(one.address, one.referrer, known)
    return PublicVisit(
        at=one.at.replace(minute=0, second=0, microsecond=0),
        page=one.view,
        device=describe_device(one.user_agent)[:40],
        **origin._asdict(),
    )
