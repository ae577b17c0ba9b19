"""How long 1,000 letters of fees take as one PDF: `--only letters`. Without a pool."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from expertpool.accounts.models import Department
from expertpool.core.strokes import signature_svg
from expertpool.experts.models import Expert
from expertpool.fees.enums import FeeOutcome
from expertpool.fees.models import FeeLine, FeeRate
from expertpool.fees.rules.pay import fee_for
from expertpool.fees.rules.presets import PRESETS
from expertpool.fees.services.letters import letters_pdf
from expertpool.projects.models import Project
from tools.bench.reporting import Reporter

COUNT = 1000
AIM = 10  # seconds


def measure_letters(reporter: Reporter, *, now: datetime) -> None:
    """Letters of a thousand experts, each signed by another hand."""
    lines = [_line(at, now) for at in range(COUNT)]
    started = time.perf_counter()
    content = letters_pdf(lines, at=now)
    seconds = time.perf_counter() - started
    reporter.report("fee_letters", [seconds], aim=AIM, letters=COUNT, pdf_bytes=len(content))


def _line(at: int, now: datetime) -> FeeLine:
    random = Random(at)  # noqa: S311 (examples)
    terms = PRESETS[at % len(PRESETS)].terms
    department = Department(name="采购中心")
    line = FeeLine(
        project=Project(
            name=f"第 {at // 5} 次评审", number=f"ZC-{at // 5:05}", department=department
        ),
        expert=Expert(name=f"专家{at}", number=f"ZJ{at:010}"),
        rate=FeeRate(name="示例", version=1),
        outcome=FeeOutcome.COMPLETED,
        started_at=now,
        ended_at=now + timedelta(minutes=60 + at % 500),
        entered_at=now,
        sent_at=now,
        signed_at=now,
        signature=signature_svg(str([_stroke(random) for _ in range(6)])),
    )
    fee = fee_for(terms, line.labour)
    line.steps = [[one.text, f"{one.amount:.2f}"] for one in fee.steps]
    line.gross, line.tax = fee.total, Decimal(0)
    return line


def _stroke(random: Random) -> list[list[int]]:
    return [[random.randrange(10, 300), random.randrange(10, 100)] for _ in range(20)]
