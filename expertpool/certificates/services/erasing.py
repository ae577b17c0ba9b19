"""What of certificates goes with the personal data of an expert."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.certificates.models import Certificate
from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import Eraser

ERASED = "已抹去"


def _count(expert: Expert) -> int:
    return Certificate.objects.filter(expert=expert).count()


def _erase(expert: Expert, actor: User | None, now: datetime) -> None:
    """That a number was issued stays, so that it is never given again; whose it was does not."""
    for row in Certificate.objects.filter(expert=expert).select_related("expert"):
        row.name, row.expert_type, row.printed = ERASED, "", {}
        row.reason = ERASED if row.reason else ""
        row.save(update_fields=["name", "name_index", "expert_type", "contents", "reason", "proof"])


ERASERS = (
    Eraser("certificates", "证书上的内容", 19, ("certificates.Certificate",), _count, _erase),
)
