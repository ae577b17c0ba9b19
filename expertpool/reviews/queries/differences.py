"""Which of an expert's scores are far from the others': asked about before he signs, and no more told than that."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from expertpool.reviews.calculation import FAILED, RuleTree
from expertpool.reviews.calculation.figures import far_limit
from expertpool.reviews.calculation.scores import points_of
from expertpool.reviews.models import Review, Reviewer, ScoreSheet, Submission
from expertpool.reviews.models.reviews import Scores
from expertpool.reviews.queries.reviews import SCORES, STANDING
from expertpool.reviews.queries.sheets import NOTHING, Asked, asked_in

LEAST_OTHERS = 2  # of one alone, that a score is far from his would tell it


def compared(rule: RuleTree, row: Reviewer, sheets: Sequence[ScoreSheet]) -> dict[int, bool]:
    """Return of those ``sheets`` of ``row`` that can be compared whether their total is farther from the mean of the
    others' than ``rule`` lets pass unasked. Others are those who score the same item and have filled it in."""
    limit = far_limit(rule)
    if limit is None:
        return {}
    asked = [one for one in asked_in(rule) if rule.stages[one.stage - 1].is_scored]
    others = ScoreSheet.objects.filter(
        item__in=[one.item_id for one in sheets],
        reviewer__in=Reviewer.objects.filter(SCORES, review=row.review_id).exclude(pk=row.pk),
    )
    totals: dict[int, list[Decimal]] = {}
    for item, scores in others.values_list("item", "scores"):
        if (total := _total(asked, scores)) is not None:
            totals.setdefault(item, []).append(total)
    found = {}
    for sheet in sheets:
        rest, own = totals.get(sheet.item_id, []), _total(asked, sheet.scores)
        if own is not None and len(rest) >= LEAST_OTHERS:
            mean = sum(map(Fraction, rest), Fraction(0)) / len(rest)
            found[sheet.pk] = abs(Fraction(own) - mean) > limit
    return found


def _total(asked: Sequence[Asked], scores: Scores) -> Decimal | None:
    """Return what ``scores`` come to; None while something is missing, and where the item is turned down."""
    said = [(one, scores.get(one.indicator.code, NOTHING)[0]) for one in asked]
    if any(value == FAILED for value, _ in scores.values()):
        return None
    if any(one.indicator.mandatory and not value for one, value in said):
        return None
    return sum((points_of(one.indicator, value) * one.weight for one, value in said), Decimal(0))


def remarks_in(review: Review) -> dict[tuple[str, str], str]:
    """Return what experts said of scores that are far from the others', by the expert's key and the item's number."""
    rows = Submission.objects.filter(STANDING, reviewer__review=review, reviewer__counts=True)
    return {
        (row.reviewer.key, number): text
        for row in rows.select_related("reviewer__review", "reviewer__expert")
        for number, text in row.remarks.items()
        if not row.is_altered
    }
