"""《劳务费对账单》: what an expert was paid in a year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from expertpool.core.documents import render_pdf
from expertpool.core.text import moment_text
from expertpool.experts.models import Expert
from expertpool.fees.enums import FeeState
from expertpool.fees.models import FeeLine
from expertpool.fees.queries.void_draws import held_among
from expertpool.fees.services.letters import said_of

PAUSED = "抽取已作废，暂停付款"


def statement_pdf(expert: Expert, lines: Iterable[FeeLine], *, year: int, at: datetime) -> bytes:
    """Return for A4 what ``lines``, those of ``year``, come to: each with who pays, and what of it was paid."""
    rows, sums = [], [Decimal(0)] * 4
    lines = list(lines)
    held = held_among(lines)
    for one in lines:
        is_held = one.pk in held
        found = one.gross, one.withheld, one.travel, Decimal(0) if is_held else one.payable
        sums = [total + part for total, part in zip(sums, found, strict=True)]
        rows.append(
            [
                f"{timezone.localdate(one.sent_at):%Y-%m-%d}" if one.sent_at else "",
                # As it was told him then, whatever was renamed since.
                f"{said_of(one)['project']}（{said_of(one)['payer']}）",
                *(f"{part:,.2f}" for part in found),
                _when(one, is_held=is_held),
            ]
        )
    data = {
        "title": f"{year} 年评审劳务费对账单",
        "head": [
            ["专家姓名", expert.name],
            ["专家编号", expert.number],
            ["份数", str(len(rows))],
            ["打印时间", moment_text(at)],
        ],
        "rows": rows,
        "sums": [["合计", "", *(f"{one:,.2f}" for one in sums), ""]],
        "footer": f"{expert.number}　{year} 年",
    }
    return render_pdf("fees/statement.typ", data, at=at)


def _when(line: FeeLine, *, is_held: bool) -> str:
    """When it was paid, or has come back."""
    if line.received_at:
        return f"{timezone.localdate(line.received_at):%Y-%m-%d} 收回"
    if line.payment and line.payment.paid_at:
        return f"{timezone.localdate(line.payment.paid_at):%Y-%m-%d}"
    if is_held:
        return PAUSED
    return str(FeeState.TO_RECEIVE.label) if line.gross < 0 else "未付款"
