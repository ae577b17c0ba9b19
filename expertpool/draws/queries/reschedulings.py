from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, prefetch_related_objects

from expertpool.draws.models import Draw, Invitation, Rescheduling
from expertpool.draws.queries.reach import last_letters


def reschedulings_of(draw: Draw) -> list[Rescheduling]:
    """Return each change of time or place of ``draw`` with who made and who confirmed it, the first one first;
    ``draw`` keeps them, since each of its lines asks when that was last."""
    rows = Rescheduling.objects.select_related("moved_by", "confirmed_by")
    prefetch_related_objects([draw], Prefetch("reschedulings", rows))
    return list(draw.reschedulings.all())


@dataclass(frozen=True)
class Unheard:
    """What is another than an expert was told last: moved by ``first``, and perhaps again, by ``last`` at the latest."""

    first: Rescheduling
    last: Rescheduling

    @property
    def before(self) -> dict[str, str]:
        """The time and place of which he knows, in words."""
        before: dict[str, str] = self.first.before
        return before

    @property
    def is_back(self) -> bool:
        """Whether it was moved back to that."""
        return bool(self.before == self.last.after)


def unheard_since(
    rows: Sequence[Invitation], answered: Mapping[int, datetime | None] | None = None
) -> dict[int, Unheard]:
    """Return for each of ``rows`` (ids), all of one draw and asked anew, of what he has not heard before that: of the last
    move, and of earlier ones whose letters the next has stopped. ``answered`` says when each had answered till then, which
    the row tells no more."""
    if not rows:
        return {}
    moves = list(Rescheduling.objects.filter(draw=rows[0].draw_id).order_by("pk"))
    letters = last_letters(rows)

    def unheard(row: Invitation) -> Unheard:
        known = max(
            letters.get(row.pk, row.invited_at), (answered or {}).get(row.pk) or row.invited_at
        )
        return Unheard(next((one for one in moves if one.moved_at > known), moves[-1]), moves[-1])

    return {row.pk: unheard(row) for row in rows}
