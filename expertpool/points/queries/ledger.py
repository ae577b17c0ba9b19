"""What experts have, and the entries behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from expertpool.accounts.models import User
from expertpool.core.fields import is_vouched
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Invitation
from expertpool.draws.services.names import readable_draws
from expertpool.evaluations.queries.ratings import quarter_start
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.points.models import PointAccount, PointEntry
from expertpool.points.permissions import VIEW


def balance_of(expert: Expert | int) -> int:
    """Return how many points somebody has."""
    pk = expert if isinstance(expert, int) else expert.pk
    rows = PointAccount.objects.filter(expert=pk).values_list("balance", flat=True)
    return rows.first() or 0


def accounts_visible_to(user: User, code: str = VIEW, *, now: datetime) -> QuerySet[PointAccount]:
    """Return what the experts in the scope of ``user`` have, without deleted ones; ``told`` is the balance that he may
    read: reviews whose names he may not read come to it by quarters. One who has nothing else is not in it yet."""
    seen = experts_visible_to(user, code).exclude(status=ExpertStatus.DELETED)
    return _told(user, PointAccount.objects.filter(expert__in=seen), now=now)


def _told(user: User, accounts: QuerySet[PointAccount], *, now: datetime) -> QuerySet[PointAccount]:
    rows = accounts.filter(n__gt=0).select_related("expert__employer")
    untold = _unread(user, now=now).filter(at__gte=quarter_start(now))
    if not untold.exists():
        # The usual case without subqueries.
        return rows.annotate(told=F("balance"))
    of_each = untold.filter(expert=OuterRef("expert")).order_by().values("expert")
    number = Subquery(of_each.annotate(number=Count("pk")).values("number"))
    return rows.annotate(told=F("balance") - _sum_of(of_each)).filter(n__gt=Coalesce(number, 0))


def balance_told(user: User, expert: Expert, *, now: datetime) -> int:
    """Return how many points ``expert`` has, or had as he was deleted, as far as ``user`` may read it."""
    seen = experts_visible_to(user, VIEW).filter(pk=expert.pk)
    account: Any = _told(user, PointAccount.objects.filter(expert__in=seen), now=now).first()
    return account.told if account else 0


def entries_visible_to(user: User, code: str = VIEW, *, now: datetime) -> QuerySet[PointEntry]:
    """Return the entries of the experts in the scope of ``user``, but those for reviews whose names he may not read:
    by their day he would know who sat in the review that was over then. ``told`` is the balance without those."""
    rows = PointEntry.objects.filter(expert__in=experts_visible_to(user, code))
    readable = readable_draws(user, now=now).order_by().values("pk")
    rows = rows.filter(Q(invitation__isnull=True) | Q(invitation__draw__in=readable))
    before = _unread(user, now=now).filter(expert=OuterRef("expert"), n__lt=OuterRef("n"))
    rows = rows.annotate(told=F("balance") - _sum_of(before.order_by().values("expert")))
    return rows.select_related("expert", "actor", "invitation__draw__project", "countered_by")


def entries_of(expert: Expert) -> QuerySet[PointEntry]:
    """Return all entries of ``expert``, the latest first; whoever asks has checked that they may be seen."""
    rows = PointEntry.objects.filter(expert=expert).annotate(told=F("balance")).order_by("-n")
    return rows.select_related("expert", "actor", "invitation__draw__project", "countered_by")


def _unread(user: User, *, now: datetime) -> QuerySet[PointEntry]:
    """Return the entries for reviews whose names ``user`` may not read."""
    readable = readable_draws(user, now=now).order_by().values("pk")
    rows = PointEntry.objects.filter(invitation__isnull=False)
    return rows.filter(~Q(invitation__draw__in=readable))


def _sum_of(by_expert: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(by_expert.annotate(sum=Sum("points")).values("sum")), 0)


@dataclass(frozen=True)
class Line:
    """An entry as a page shows it: ``review`` names the project it is about, where the reader may know."""

    entry: PointEntry
    review: str
    is_sound: bool


def lines_for(user: User, entries: Iterable[PointEntry], *, now: datetime) -> list[Line]:
    """Return ``entries`` as ``user``, of the office, may read them: with the project where he may read its
    names."""
    rows = list(entries)
    draws = {one.invitation.draw_id for one in rows if one.invitation is not None}
    seen = _readable(user, draws, now=now) if draws else set()
    return [
        Line(one, _review(one.invitation) if _draw_of(one) in seen else "", is_vouched(one))
        for one in rows
    ]


def own_lines(entries: Iterable[PointEntry]) -> list[Line]:
    """Return ``entries`` as their expert reads them: a letter names the project only to whoever agreed."""
    return [
        Line(
            one,
            _review(one.invitation)
            if one.invitation and one.invitation.state == InvitationState.ACCEPTED
            else "",
            is_vouched(one),
        )
        for one in entries
    ]


def _draw_of(entry: PointEntry) -> int | None:
    return entry.invitation.draw_id if entry.invitation else None


def _readable(user: User, draws: Collection[int], *, now: datetime) -> set[int]:
    if not user.has_permission("draws.names"):
        return set()
    found = readable_draws(user, now=now).filter(pk__in=draws)
    return set(found.order_by().values_list("pk", flat=True))


def _review(invitation: Invitation | None) -> str:
    return invitation.draw.project.name if invitation else ""


@dataclass(frozen=True)
class Totals:
    """Of the experts that somebody sees: how many have points, and what was given and taken since a day."""

    experts: int
    given: int
    taken: int


def totals_for(user: User, *, since: datetime, now: datetime) -> Totals:
    """Return these of the entries that ``user`` may read."""
    rows = entries_visible_to(user, now=now).filter(at__gte=since)
    sums = rows.aggregate(
        given=Sum(Case(When(points__gt=0, then=F("points")), default=Value(0))),
        taken=Sum(Case(When(points__lt=0, then=F("points")), default=Value(0))),
    )
    experts = accounts_visible_to(user, now=now).count()
    return Totals(experts, sums["given"] or 0, abs(sums["taken"] or 0))
