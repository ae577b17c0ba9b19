"""Whether the packs in which parts of encrypted values are found were all there, as this system wrote them."""

from __future__ import annotations

from datetime import datetime

from expertpool.audit.models import Entry
from expertpool.audit.services.health import LATELY, LOG
from expertpool.core.health import Check, Finding, Health

MEND = "已自动重新生成，不影响查找。没有人在维护数据库的，请停用可疑的数据库账号，并告诉审计员。"


def find_packs(now: datetime) -> Finding:
    """Say whether some were gone, or not ours, within a day: only whoever writes to the database himself does that."""
    count = Entry.objects.filter(action="expert.packs", at__gt=now - LATELY).count()
    if count:
        return Finding(
            Health.WARNING, "检索包被人在数据库中删除或改动过。", f"一天内 {count} 次", MEND
        )
    return Finding(Health.OK, "检索包齐全。")


PACKS = Check(
    "packs", "检索包", LOG, find_packs, url_name="audit:entry_list", readers=("audit.view",)
)
