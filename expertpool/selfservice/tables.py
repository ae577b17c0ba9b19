"""An expert's reviews as a table of what is kept of him, for himself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from expertpool.changes.registry import OwnData
from expertpool.core.text import moment_text
from expertpool.experts.models import Expert
from expertpool.selfservice.queries.letters import letters_of


def review_rows(expert: Expert, now: datetime) -> Iterator[tuple[str, ...]]:
    letters = letters_of(expert, now=now)
    for one in (*letters.open, *letters.coming, *letters.past):
        asked = moment_text(one.invitation.invited_at)
        yield (
            one.title,
            moment_text(one.opening_at),
            one.state_label,
            asked,
            moment_text(one.invitation.replied_at),
        )


REVIEWS = OwnData(
    "reviews", "我的评审", 35, ("评审", "时间", "状态", "邀请时间", "答复时间"), review_rows
)
