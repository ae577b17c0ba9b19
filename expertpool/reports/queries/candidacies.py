"""In which draws an expert could have been drawn, and what came of it (EXP-28): those alone whose names are public
and whose reviews have begun, so that nobody learns who may still be asked (docs/decisions/0211)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from expertpool.draws.enums import UNKNOWN, InvitationState, Origin
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.panel_state import read_states
from expertpool.draws.queries.sitting import state_of
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import merged_records
from expertpool.reports.queries.written import draws_listing

NOT_DRAWN = "未抽中"
RESULTS: dict[str, str] = {
    Origin.DRAWN: "首次抽中",
    Origin.SUPPLEMENT: "补抽抽中",
}  # of a random draw there are no others


@dataclass(frozen=True)
class Candidacy:
    """One draw in which somebody was a candidate; ``line`` is his, where his turn came."""

    draw: Draw
    line: Invitation | None

    @property
    def result(self) -> str:
        if self.line is None:
            return NOT_DRAWN
        return RESULTS.get(self.line.origin, UNKNOWN)

    @property
    def answer(self) -> str:
        """What he said, of a batch counted once; nothing where he was not asked."""
        if self.line is None:
            return ""
        return str(InvitationState(state_of(self.line, self.draw.covered)).label)


def candidacies_of(expert: Expert, draws: QuerySet[Draw] | None = None) -> list[Candidacy]:
    """Return them, the latest review first; of all draws, or of those ``draws``. What a record was a candidate for
    that was merged into his is his."""
    people = [expert.pk, *merged_records(into=[expert.pk])]
    rows = (Draw.objects.all() if draws is None else draws).filter(pk__in=draws_listing(people))
    found = list(
        rows.select_related("project__batch")
        .prefetch_related("projects")
        .order_by("-project__opening_at", "-pk")
    )
    read_states(found)
    lines = Invitation.objects.filter(expert__in=people, draw__in=[one.pk for one in found])
    by_draw = {line.draw_id: line for line in lines.order_by("-pk")}
    return [Candidacy(draw, by_draw.get(draw.pk)) for draw in found]


def summary_of(rows: Sequence[Candidacy]) -> str:
    """Return how often he was a candidate, and what came of it: the parts make the sum."""
    if not rows:
        return ""
    counts = Counter(one.result for one in rows)
    parts = "，".join(f"{result} {count} 次" for result, count in counts.most_common())
    return f"候选 {len(rows)} 次：{parts}"
