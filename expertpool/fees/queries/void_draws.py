"""Which fees are of a draw that is void by now, and of which somebody has said that they are paid all the same."""

from __future__ import annotations

from collections.abc import Iterable

from expertpool.audit.models import Entry
from expertpool.audit.queries import entries_for
from expertpool.audit.services import proven
from expertpool.draws.enums import INVALID
from expertpool.fees.models import FeeLine, PaymentBatch
from expertpool.fees.queries.lines import OF_VOID_DRAW

PAID_ANYWAY = "fee.pay_void"
HELD = "抽取已作废，须先在这笔劳务费的页面决定照付或冲销"


def paid_anyway(lines: Iterable[int]) -> dict[int, Entry]:
    """Return the decision to pay each of ``lines`` (ids) though its draw is void, where there is one: as the log has it, of which
    what somebody else wrote is none."""
    logged = entries_for((FeeLine, [str(one) for one in lines], (PAID_ANYWAY,)))
    return {int(one.subject_id): one for one in proven(logged)}


def held_back(lines: Iterable[int]) -> set[int]:
    """Return those of ``lines`` (ids) that are not paid as long as nobody has said so: their draw is void."""
    void = FeeLine.objects.filter(OF_VOID_DRAW, pk__in=list(lines))
    found = set(void.values_list("pk", flat=True))
    return found - paid_anyway(found).keys() if found else found


def decided_words(line: FeeLine) -> str:
    """Say who has decided that ``line`` is paid though its draw is void, and why; empty: nobody, or it is valid."""
    entry = paid_anyway([line.pk]).get(line.pk) if line.is_of_void_draw else None
    return _words(entry) if entry else ""


def void_words(batch: PaymentBatch) -> list[str]:
    """Say of each fee of ``batch`` whose draw is void who has decided that it is paid: whoever agrees to the batch reads why."""
    rows = batch.payments.filter(line__invitation__draw__status__in=INVALID)
    names = dict(rows.order_by("reference").values_list("line", "line__expert__name"))
    found = paid_anyway(names) if names else {}
    return [
        f"{name}：{_words(found[pk]) if pk in found else '还没有人决定照付'}"
        for pk, name in names.items()
    ]


def _words(entry: Entry) -> str:
    return f"{entry.actor_name} 决定照付：{entry.note}"
