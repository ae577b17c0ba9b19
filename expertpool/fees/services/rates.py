"""What reviews are paid: each save is a version."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from expertpool.accounts.models import Department, User
from expertpool.audit.services import save_version
from expertpool.core.locks import lock_transaction
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import FeeRate
from expertpool.fees.queries.rates import latest_rate
from expertpool.fees.rules.pay import Terms

LOCK = "fees.rates"
MEANWHILE = "这个标准刚刚由别人保存过，请重新打开后再改。"


@transaction.atomic
def save_rate(
    *,
    name: str,
    terms: Terms,
    project_kind: str,
    effective_on: date,
    source: str,
    active: bool,
    base: int,
    actor: User | None,
    now: datetime,
    regime: str = "",
    department: Department | None = None,
    pays: str = "",
) -> FeeRate:
    """Save the next version of the rate ``name``; without a difference the one that stands is returned. ``base`` is
    the version that was read, 0 for a new rate. Fees that are entered stay. Logged.

    Refuses (FeeRefused, ValidationError) a name that is taken, sums and days out of bounds, and what others saved since.
    """
    # Of a new name there is no row to hold.
    lock_transaction(LOCK)
    known = latest_rate(name)
    # Else a new rate would be saved as the next version of another with its name.
    if known is not None and base == 0:
        raise FeeRefused("已有同名的标准，请修改那一个或换个名称。", field="name")
    row = FeeRate(
        name=name,
        version=base + 1,
        active=active,
        project_kind=project_kind,
        effective_on=effective_on,
        stages=[one.as_json() for one in terms.stages],
        holiday=terms.holiday,
        leader=terms.leader,
        not_reviewed=terms.not_reviewed,
        recused=terms.recused,
        aborted_cap=terms.aborted_cap,
        travel_cap=terms.travel_cap,
        each=terms.each,
        source=source,
        regime=regime,
        department=department,
        pays=pays,
        at=now,
        by=actor,
    )
    return save_version(
        row,
        known=known,
        said=_said,
        words=_words,
        action="fee.rate",
        meanwhile=FeeRefused(MEANWHILE),
        actor=actor,
        now=now,
    )


def _said(rate: FeeRate) -> tuple[object, ...]:
    held = rate.project_kind, rate.regime, rate.department_id, rate.pays
    return rate.active, *held, rate.effective_on, rate.terms, rate.source


def _words(rate: FeeRate) -> dict[str, str]:
    return {
        "版本": f"第 {rate.version} 版",
        "报酬": "；".join([*rate.stages_text.splitlines(), *rate.more_words]),
        "适用于": rate.holds_for,
        "施行日期": rate.day_text,
        "依据": rate.source,
        "启用": "是" if rate.active else "否",
    }
