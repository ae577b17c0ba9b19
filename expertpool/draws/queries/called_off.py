"""Who sat and does not know yet that he need not come: quiet hours hold back what says so (docs/decisions/0486)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from expertpool.draws.models import Draw, Invitation
from expertpool.draws.occasions import CANCELLING
from expertpool.draws.queries.clock import letters_wait_until, quiet_until
from expertpool.draws.queries.setting_out import cancelled_by
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Message
from expertpool.projects.enums import Regime

ABOUT = "draws.invitation"


def untold() -> QuerySet[Message]:
    """Return what says to somebody that he need not come, and has not gone out."""
    return Message.objects.filter(
        about_type=ABOUT, occasion__in=CANCELLING, state=DeliveryState.QUEUED
    )


def untold_to(lines: Iterable[Invitation]) -> QuerySet[Message]:
    """Return what of it is for ``lines``."""
    return untold().filter(about_id__in=[str(line.pk) for line in lines])


def untold_of(
    draw: Draw,
    lines: Sequence[Invitation],
    *,
    now: datetime,
    by_night: Callable[[], bool] | None = None,
) -> tuple[int, datetime | None]:
    """Return to how many of ``lines``, all of ``draw``, quiet hours hold it back, and until when; (0, None) where they
    do not. By the hours alone: of whom it reaches, and by what, nothing is told."""
    until = _waits_until(draw, now=now, by_night=by_night)
    count = until and untold_to(lines).order_by().values("about_id").distinct().count()
    return (count, until) if count else (0, None)


def draws_with_untold(draws: QuerySet[Draw], *, now: datetime) -> Iterator[tuple[Draw, datetime]]:
    """Yield those of ``draws``, the latest first, of which somebody is not told until quiet hours are over, and until
    when."""
    if not any(quiet_until(now, regime) for regime in Regime.values):
        return
    lines = [int(pk) for pk in untold().order_by().values_list("about_id", flat=True).distinct()]
    among = Exists(Invitation.objects.filter(draw=OuterRef("pk"), pk__in=lines))
    found = draws.filter(among).select_related("project").prefetch_related("projects")
    for draw in found.order_by("-pk"):
        if until := _waits_until(draw, now=now):
            yield draw, until


def _waits_until(
    draw: Draw, *, now: datetime, by_night: Callable[[], bool] | None = None
) -> datetime | None:
    latest = cancelled_by(draw, now=now)
    return letters_wait_until(draw, now=now, closing=latest, by_night=by_night)
