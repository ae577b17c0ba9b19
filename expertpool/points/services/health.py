"""Whether the ledger says what this system wrote."""

from __future__ import annotations

from datetime import datetime

from expertpool.audit.services.health import LOG
from expertpool.core.fields import is_vouched
from expertpool.core.health import Check, Finding, Health
from expertpool.points.models import PointEntry, PointRule
from expertpool.points.permissions import CORRECT, MANAGE
from expertpool.points.services.standing import standing

LATEST = 500  # entries that are looked at: older ones are marked where they are shown
MEND = "请在「积分明细」中找到标明“被改动过”的，由两人冲正；规则请重新保存。停用可疑的数据库账号，并告诉审计员。"


def find_ledger(_now: datetime) -> Finding:
    """Look at the proofs of the latest entries, and of the rules."""
    # The latest: each minute all of them would be too much.
    rows = PointEntry.objects.select_related("expert").order_by("-pk")[:LATEST]
    forged = sum(not is_vouched(row) for row in rows)
    kept = list(PointRule.objects.all())
    rules = len(kept) - len(standing(kept))
    if forged or rules:
        figure = f"明细 {forged} 笔，规则 {rules} 条"
        return Finding(Health.FAILED, "有积分不是本系统所写。", figure, MEND)
    return Finding(Health.OK, "最近的积分明细和规则都是本系统所写。")


LEDGER = Check(
    "points", "积分明细", LOG, find_ledger, url_name="points:entries", readers=(CORRECT, MANAGE)
)
