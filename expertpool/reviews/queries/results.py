"""What reviews came to: worked out of what was submitted, and read from what was sealed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.text import moment_text
from expertpool.draws.enums import INVALID
from expertpool.draws.models import Draw
from expertpool.draws.queries.panel import filled_of, seats_words
from expertpool.reviews.calculation import Item, Kind, Result, Row, RuleTree, plain
from expertpool.reviews.calculation.record import Reviewed, record_of, reviewed_in
from expertpool.reviews.models import (
    Review,
    Reviewer,
    ReviewItem,
    ReviewResult,
    ScoreSheet,
    Submission,
)
from expertpool.reviews.permissions import RESULTS
from expertpool.reviews.queries.hands import assigned_words, hand_kinds
from expertpool.reviews.queries.reviews import STANDING, counting, reviews_visible_to
from expertpool.reviews.queries.sheets import items_of, rule_of, submitted_sheets

LEADER = "组长"
COLUMNS = 12  # experts side by side, at most


def results_visible_to(user: User, code: str = RESULTS) -> QuerySet[ReviewResult]:
    """Return the results of reviews in the scope of ``user`` for ``code``; there is none before a review has ended."""
    rows = ReviewResult.objects.filter(review__in=reviews_visible_to(user, code).values("pk"))
    return rows.select_related(
        "review__project__department", "review__project__purchaser", "review__rule", "sealed_by"
    )


def reviewed_of(review: Review) -> Reviewed:
    """Return what the result of ``review`` is worked out from: of who left, what was submitted and counts."""
    people = counting_in(review)
    asked: dict[str, list[str]] = {one.key: [] for one in people}
    keys = {one.pk: one.key for one in people}
    sheets = ScoreSheet.objects.filter(reviewer__in=people).order_by("item__place")
    for reviewer, number in sheets.values_list("reviewer", "item__number"):
        asked[keys[reviewer]].append(number)
    return Reviewed(
        rule=rule_of(review),
        items=[Item(one.number, one.price) for one in items_of(review)],
        # Of people who are counted alone: a sheet of another would weigh.
        sheets={key: one for key, one in submitted_sheets(review).items() if key in asked},
        roles={one.key: roles_of(one) for one in people},
        asked=asked,
    )


def counting_in(review: Review) -> list[Reviewer]:
    """Return whose sheets make the result of ``review``: who scores, and who left and had submitted what counts."""
    rows = counting(review).select_related("invitation__draw", "expert__employer")
    return list(rows.order_by("place"))


def roles_of(reviewer: Reviewer) -> list[str]:
    """Return the words by which a rule may give the scores of ``reviewer`` a weight: that he leads, and the group of
    conditions whose seat is his."""
    line = reviewer.invitation
    # As it was sealed: the plan may call it otherwise by now.
    group = line.draw.rule.group_names.get(line.group, "")
    return sorted(filter(None, {LEADER if reviewer.is_leader else "", group}))


def about(review: Review) -> dict[str, Any]:
    """Return what a record tells of ``review`` besides what it is worked out from."""
    rule = review.rule
    return {
        "review": review.uid.hex,
        "project": review.project.number,
        "name": review.project.name,
        "rule": [rule.name, rule.version] if rule else [],
        "items": [[one.number, one.name] for one in items_of(review)],
        "items_hash": review.items_hash,
        "panel": _panel_in(review),
    }


def _panel_in(review: Review) -> dict[str, Any]:
    """Return what a record tells of who left and came in, by places, and of hands. Nothing of whether somebody who left had
    submitted, which may be told tomorrow only."""
    people = list(Reviewer.objects.filter(review=review).order_by("place"))
    return {
        "left": [{"expert": one.key, "counts": one.counts} for one in people if one.left_at],
        "joined": [one.key for one in people if one.joined_at != review.opened_at],
        "hands": [[kind, count] for kind, count in hand_kinds(review).items()],
    } | _seats_in(review)


def _seats_in(review: Review) -> dict[str, Any]:
    """Return what a record tells of a panel some of whose seats nobody has; nothing where each has somebody."""
    filled = filled_of(review.project)
    if filled is None or not filled.short:
        return {}
    lacking = [[name, count] for name, count in filled.lacking.items()]
    return {"seats": filled.seats, "agreed": filled.agreed, "lacking": lacking}


@dataclass(frozen=True)
class Line:
    """An item of the summary: ``cells`` are the experts' totals, each with whether it is left out."""

    item: ReviewItem
    row: Row
    cells: list[tuple[str, bool]]
    price: str
    fallen: str  # the stage that it did not pass
    is_unscored: bool = False  # nobody scored it: it did not fail

    @property
    def notes(self) -> list[str]:
        tied = f"与 {'、'.join(self.row.tied)} 同分" if self.row.tied else ""
        fell = f"{self.fallen}未通过" if self.fallen else ""
        return list(filter(None, ("没有专家评，没有结论" if self.is_unscored else fell, tied)))


class Summary:
    """A sealed result as it is read. ``names``: what experts are called, by key."""

    def __init__(self, sealed: ReviewResult, names: Mapping[str, str] | None = None) -> None:
        self.sealed, self.review = sealed, sealed.review
        # From the record, not from rows: what is shown is what anybody can work out from it.
        self.reviewed = reviewed_in(sealed.content)
        self.found: Result = self.reviewed.result()
        self.experts = list(self.reviewed.asked)
        self.names = {one: (names or {}).get(one, f"专家 {one}") for one in self.experts}

    @property
    def rule(self) -> RuleTree:
        return self.reviewed.rule

    @cached_property
    def agrees(self) -> bool:
        """Whether what was sealed is what follows from its scores."""
        again = record_of(self.reviewed, self.found, about=self.sealed.content["about"])
        return again == self.sealed.content and not self.sealed.is_altered

    @property
    def assigned_words(self) -> str:
        """How its items were given to its experts, and how often a hand went into it, as the record has it."""
        panel = self.sealed.content["about"].get("panel")
        return assigned_words(self.review, panel and panel["hands"])

    @property
    def seats_words(self) -> str:
        """Which seats of its panel nobody had as it was sealed; empty where each had somebody, and of results of before."""
        panel = self.sealed.content["about"].get("panel", {})
        if "lacking" not in panel:
            return ""
        return seats_words(panel["seats"], panel["agreed"], dict(panel["lacking"]))

    @cached_property
    def void_words(self) -> str:
        """That a draw which found any of its experts was voided since, and when; empty where all stand."""
        return void_words(self.review, self.experts)

    @cached_property
    def of_void(self) -> set[str]:
        """Whom (keys) of its experts a draw found that is void by now."""
        rows = Reviewer.objects.filter(review=self.review, invitation__draw__status__in=INVALID)
        return {one.key for one in rows} & set(self.experts)

    @property
    def is_priced(self) -> bool:
        return any(one.kind is Kind.PRICE for one in self.rule.indicators())

    @property
    def is_wide(self) -> bool:
        """Whether each expert has a column of his own: of so many a page has room for."""
        return len(self.experts) <= COLUMNS

    def told(self, line: Line) -> str:
        """Return the experts' totals of ``line`` in words."""
        told = zip(self.names.values(), line.cells, strict=True)
        return "、".join(
            f"{name} {text}{'（去掉）' if left_out else ''}"
            for name, (text, left_out) in told
            if text
        )

    def cells_named(self, line: Line) -> list[tuple[str, str, bool]]:
        """Return the same as (name, total, whether it is left out), for a page without columns."""
        told = zip(self.names.values(), line.cells, strict=True)
        return [(name, text, left_out) for name, (text, left_out) in told]

    @cached_property
    def lines(self) -> list[Line]:
        """The items by rank, those that fell last."""
        items = {one.number: one for one in items_of(self.review)}
        return [self._line(items[row.item], row) for row in self.found.ranked]

    @cached_property
    def _scored(self) -> set[str]:
        """The items of which somebody is asked."""
        return {item for items in self.reviewed.asked.values() for item in items}

    def _line(self, item: ReviewItem, row: Row) -> Line:
        stages = self.rule.stages
        silent = bool(self.rule.filled_in()) and row.item not in self._scored
        priced = [
            row.means[one.code]
            for one in self.rule.indicators()
            if one.kind is Kind.PRICE and one.code in row.means
        ]
        return Line(
            item=item,
            row=row,
            cells=[
                (plain(row.totals[one]) if one in row.totals else "", one in row.left_out)
                for one in self.experts
            ],
            price=f"{self.rule.round(sum(priced, Fraction(0)))}" if priced else "",
            fallen="" if row.fallen is None or silent else stages[row.fallen].name,
            is_unscored=silent,
        )


def void_words(review: Review, experts: Collection[str]) -> str:
    """Say that a draw which found any of ``experts`` (keys) of ``review`` was voided, and when; empty where all stand."""
    lines = Reviewer.objects.filter(review=review, place__in=[int(one) for one in experts])
    draws = Draw.objects.filter(pk__in=lines.values("invitation__draw"), status__in=INVALID)
    named = "、".join(
        f"{one.number}（{moment_text(one.ended_at)} 作废）" if one.ended_at else one.number
        for one in draws.order_by("number")
    )
    if not named:
        return ""
    found = lines.filter(invitation__draw__in=draws).order_by("place")
    whose = "、".join(f"专家 {one.key}" for one in found) if len(found) < len(lines) else ""
    part = f"（{whose}由它抽中，评分已计入；其余专家的抽取有效）" if whose else ""
    return f"所依据的抽取已经作废：{named}{part}，本结果不能采用"


def void_words_of(review: Review) -> str:
    """Say the same of the sealed result of ``review``; empty where there is none."""
    sealed = ReviewResult.objects.filter(review=review).values_list("content__experts", flat=True)
    return void_words(review, [one["key"] for experts in sealed for one in experts])


def sealed_totals(sealed: ReviewResult) -> dict[str, dict[str, Decimal]]:
    """Return the experts' totals by item and key, as they were sealed, of the items that have any (`figures.totals_in`);
    nothing of a result that was altered."""
    rows = [] if sealed.is_altered else sealed.content["result"]["rows"]
    return {
        row["item"]: {key: Decimal(total) for key, total in row["totals"]}
        for row in rows
        if row["totals"]
    }


def leavers_of(review: Review) -> list[Reviewer]:
    """Return who left ``review``; they are called by their places."""
    rows = Reviewer.objects.filter(review=review, left_at__isnull=False)
    return list(rows.select_related("review", "expert").order_by("place"))


def why_left(reviewer: Reviewer) -> str:
    """Return why ``reviewer`` left, as it was written here."""
    return "数据被改动过" if reviewer.is_altered else reviewer.left_why


def names_in(review: Review) -> dict[str, str]:
    """Return the names of the experts of ``review`` by their keys: only for who may read them."""
    return {one.key: one.expert.name for one in counting_in(review)}


def counted_submissions(review: Review) -> QuerySet[Submission]:
    """Return the sheets that make the result of ``review``."""
    rows = Submission.objects.filter(
        STANDING, reviewer__review=review, reviewer__in=counting_in(review)
    )
    return rows.select_related("reviewer__review__rule", "reviewer__expert").order_by(
        "reviewer__place"
    )
