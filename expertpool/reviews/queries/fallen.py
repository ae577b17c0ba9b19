"""What did not pass a stage that is over, so that nobody scores it in the next (docs/decisions/0345)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from expertpool.reviews.calculation import RuleTree
from expertpool.reviews.calculation.result import fallen_at
from expertpool.reviews.models import Review, ScoreSheet
from expertpool.reviews.queries.reviews import counting, held_since


def fallen_in(
    review: Review, rule: RuleTree, *, items: Collection[int] | None = None
) -> dict[int, int]:
    """Return the items (ids; of all, or of ``items``) that did not pass by the votes of all who score them, each with the stage, counted from 1. A
    stage counts once the next was opened: before, everybody may still change his vote, and is told of no other's. Where what
    experts do today is told tomorrow, what falls by a vote of today falls tomorrow: that it did would say that somebody was at
    his account."""
    over = review.stages - 1 if review.by_stage else 0
    if not any(not one.is_scored for one in rule.stages[:over]):
        return {}
    said: dict[int, dict[str, dict[str, tuple[str, str]]]] = defaultdict(dict)
    sheets = ScoreSheet.objects.filter(reviewer__in=counting(review))
    if items is not None:
        sheets = sheets.filter(item__in=items)
    if since := held_since(review):
        today = sheets.filter(saved_at__gte=since)
        sheets = sheets.exclude(item__in=today.values("item"))
    for item, reviewer, scores in sheets.values_list("item", "reviewer", "scores"):
        said[item][str(reviewer)] = {code: (both[0], both[1]) for code, both in scores.items()}
    found = {item: fallen_at(rule, of, over) for item, of in said.items()}
    return {item: place + 1 for item, place in found.items() if place is not None}
