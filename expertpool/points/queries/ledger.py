"""What experts have, and the entries behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, F, Q, QuerySet, Sum, Value, When

from expertpool.accounts.models import User
from expertpool.core.fields import is_vouched
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Invitation
from expertpool.draws.services.names import readable_draws
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


def accounts_visible_to(user: User, code: str = VIEW) -> QuerySet[PointAccount]:
    """Return what the experts in the scope of ``user`` have, without deleted ones."""
    seen = experts_visible_to(user, code).exclude(status=ExpertStatus.DELETED)
    return PointAccount.objects.filter(expert__in=seen, n__gt=0).select_related("expert__employer")


def entries_visible_to(user: User, code: str = VIEW, *, now: datetime) -> QuerySet[PointEntry]:
    """Return the entries of the experts in the scope of ``user``, but those for reviews whose names he may not read:
    by their day he would know who sat in the review that was over then."""
    rows = PointEntry.objects.filter(expert__in=experts_visible_to(user, code))
    readable = readable_draws(user, now=now).order_by().values("pk")
    rows = rows.filter(Q(invitation__isnull=True) | Q(invitation__draw__in=readable))
    return rows.select_related("expert", "actor", "invitation__draw__project", "countered_by")


def entries_of(expert: Expert) -> QuerySet[PointEntry]:
    """Return all entries of ``expert``, the latest first; whoever asks has checked that they may be seen."""
    rows = PointEntry.objects.filter(expert=expert).order_by("-n")
    return rows.select_related("expert", "actor", "invitation__draw__project", "countered_by")


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


def totals_for(user: User, *, since: datetime) -> Totals:
    rows = PointEntry.objects.filter(expert__in=experts_visible_to(user, VIEW), at__gte=since)
    sums = rows.aggregate(
        given=Sum(Case(When(points__gt=0, then=F("points")), default=Value(0))),
        taken=Sum(Case(When(points__lt=0, then=F("points")), default=Value(0))),
    )
    return Totals(accounts_visible_to(user).count(), sums["given"] or 0, abs(sums["taken"] or 0))
