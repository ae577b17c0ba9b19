"""What was on public notice about somebody goes with what the notice was made of (docs/decisions/0751)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from expertpool.workflow.models import Objection
from expertpool.workflow.queries.notices import telling


@transaction.atomic
def forget_notices(subject: str, ids: Collection[int]) -> int:
    """Take from the notices about the rows ``ids`` of ``subject`` (its code) what they told the public, and remove what
    the public said of them; return how many notices that were. Of an approval that still runs nothing goes."""
    rows = telling(subject).filter(approval__subject_id__in=ids, approval__ended_at__isnull=False)
    forgotten = list(rows.select_related("approval"))
    for notice in forgotten:
        notice.title, notice.lines = "", []
        notice.save(update_fields=["title", "lines", "proof"])
    # The database lets them go once the notice says nothing.
    Objection.objects.filter(notice__in=forgotten).delete()
    return len(forgotten)
