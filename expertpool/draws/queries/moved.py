"""Who sits, and may not by the unit for which he works since the seal (docs/decisions/0165)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

from expertpool.draws.enums import SEATED_STATES
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.draws import panel_of
from expertpool.draws.queries.identity import experts_behind
from expertpool.draws.queries.reveal import is_released
from expertpool.draws.queries.ties import reasons
from expertpool.experts.models import Expert
from expertpool.experts.queries.records import has_new_ties_since, works_elsewhere_since

MOVED = "工作单位变动后应回避，应更换"
OVER_CAP = "工作单位变动后同一单位超过人数上限，应更换"


def has_moved(since: datetime) -> Exists:
    """Whether the expert of an outer line, or the record that stays of him, has other ties since then."""
    stays = Coalesce(OuterRef("expert__merged_into"), OuterRef("expert"))
    return Exists(Expert.objects.filter(has_new_ties_since(since), pk=stays))


def moved_marks(draw: Draw, expert_ids: Collection[int], *, openly: bool = True) -> dict[int, str]:
    """Say of which experts, who sit in ``draw``, employer or relations changed since the seal so that they
    have to stay away, or are one too many of their unit. ``openly``: by the seats whose names are public."""
    since = draw.sealed_at
    asked = Expert.objects.filter(pk__in=expert_ids).order_by()
    tied = set(asked.filter(has_new_ties_since(since)).values_list("pk", flat=True))
    if not tied:
        return {}
    elsewhere = set(asked.filter(works_elsewhere_since(since)).values_list("pk", flat=True))
    marks = dict.fromkeys(_over_cap(draw, elsewhere, openly=openly), OVER_CAP)
    return marks | dict.fromkeys(reasons(draw.project, tied), MOVED)


def _over_cap(draw: Draw, expert_ids: Collection[int], *, openly: bool) -> Iterable[int]:
    """Return those of the experts of whose unit more sit in the panel than it may have."""
    panel = panel_of(draw)
    cap = panel[0].rule.unit_cap
    if cap is None or not expert_ids:
        return
    shown = [one for one in panel if not openly or is_released(one)]
    seats = Invitation.objects.filter(draw__in=shown, state__in=SEATED_STATES)
    sitting = Expert.objects.filter(pk__in=set(experts_behind(seats).values()))
    employers = sitting.order_by().values_list(
        Coalesce("merged_into", "pk"), Coalesce("merged_into__employer", "employer")
    )
    units = dict(employers)
    counts = Counter(units.values())
    yield from (pk for pk in expert_ids if (unit := units.get(pk)) and counts[unit] > cap)
