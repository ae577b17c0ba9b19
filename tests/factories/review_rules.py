"""Rules of reviews, and what came of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.reviews.models import ReviewResult, ReviewRule
from expertpool.reviews.queries.rules import latest_rule
from expertpool.reviews.rules.presets import PRESETS
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.organising import Thing
from expertpool.reviews.services.rules import save_rule
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import GOOD, THINGS, fill_in, make_open, reviewer_of, submit


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


def make_result(
    operator: User,
    *,
    now: datetime | None = None,
    pool: Sequence[Expert] = (),
    values: Sequence[str] = ("50", "45"),
    seats: int = 2,
    things: Sequence[Thing] = THINGS,
) -> ReviewResult:
    """A review that has ended: items alike, two unless told, by experts who gave ``values`` of 60 and 15 of 20."""
    now = now or timezone.now()
    panel = list(pool) or [make_expert("王立新"), make_expert("李建国")]
    for expert in panel:
        if expert.user is None:
            give_account(expert, make_user("expert"))
    review = make_open(operator, now=now, pool=panel, seats=seats, things=things)
    later = now + timedelta(minutes=1)
    for expert, value in zip(panel, values, strict=True):
        reviewer = reviewer_of(review, expert)
        fill_in(reviewer, now=later, scores=GOOD | {"2.1.1": [value, "方案完整"]})
        submit(reviewer, now=later)
    end_review(review=review, actor=operator, now=later + timedelta(minutes=1))
    return ReviewResult.objects.select_related("review__project").get(review=review)
