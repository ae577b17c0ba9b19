"""Rules of reviews."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.reviews.models import ReviewRule
from expertpool.reviews.queries.rules import latest_rule
from expertpool.reviews.rules.presets import PRESETS
from expertpool.reviews.services.rules import save_rule


def make_review_rule(
    name: str = "综合评分",
    *,
    code: str = "goods",
    kind: str = "",
    actor: User | None = None,
    now: datetime | None = None,
) -> ReviewRule:
    """A rule of an example, saved once."""
    preset = next(one for one in PRESETS if one.code == code)
    return latest_rule(name) or save_rule(
        name=name,
        tree=preset.tree,
        project_kind=kind,
        anonymous=preset.anonymous,
        source="",
        active=True,
        base=0,
        actor=actor,
        now=now or timezone.now(),
    )
