"""The sheets of one expert: what he is asked of each item, what he has said, and what still is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from expertpool.core.crypto import blind_index
from expertpool.core.fields import is_vouched
from expertpool.reviews.calculation import (
    FAILED,
    PASSED,
    Indicator,
    Kind,
    Passing,
    RuleTree,
    plain,
)
from expertpool.reviews.calculation.scores import check_score, points_of
from expertpool.reviews.models import Review, Reviewer, ReviewItem, ScoreSheet, Submission
from expertpool.reviews.models.reviews import Scores, hash_of
from expertpool.reviews.queries.fallen import fallen_in
from expertpool.reviews.queries.materials import materials_for, materials_of
from expertpool.reviews.queries.reviews import STANDING

NOTHING = ["", ""]


@dataclass(frozen=True)
class Asked:
    """An indicator that is filled in: ``stage`` counts from 1, ``path`` are the groups in which it stands, ``weight`` is
    how often its points count."""

    indicator: Indicator
    stage: int
    path: tuple[str, ...]
    weight: Decimal


def rule_of(review: Review) -> RuleTree:
    """Return by what rule ``review`` is scored: an empty one while none is chosen."""
    return review.rule.tree() if review.rule else RuleTree(())


def asked_in(rule: RuleTree) -> list[Asked]:
    """Return what is filled in by ``rule``, in its order; what follows from a price is not."""
    return [
        Asked(leaf, at, path, weight)
        for at, stage in enumerate(rule.stages, start=1)
        for top in stage.indicators
        for path, leaf, weight in _leaves(top, (), Decimal(1))
        if leaf.is_filled_in
    ]


def _leaves(
    node: Indicator, path: tuple[str, ...], weight: Decimal
) -> Iterator[tuple[tuple[str, ...], Indicator, Decimal]]:
    # Down the tree: a group's weight is that of all that stands in it.
    weight *= node.weight
    if not node.children:
        yield path, node, weight
    for child in node.children:
        yield from _leaves(child, (*path, node.name), weight)


def asked_codes(rule: RuleTree, fallen: int | None = None) -> list[str]:
    """Return the codes of what must be filled in, of an item that has ``fallen`` up to that stage."""
    last = fallen or len(rule.stages)
    return [
        one.indicator.code
        for one in asked_in(rule)
        if one.indicator.mandatory and one.stage <= last
    ]


def sheets_of(reviewer: Reviewer) -> list[ScoreSheet]:
    """Return the sheets of ``reviewer``, each with its item, in the order in which he sees them."""
    rows = ScoreSheet.objects.filter(reviewer=reviewer).select_related("item")
    # By what he is told: the place would say in which order an anonymous one came.
    return sorted(rows, key=lambda one: (one.item.alias, one.item.place))


def standing(reviewer: Reviewer) -> Submission | None:
    """Return what ``reviewer`` has submitted, unless it was handed back."""
    return Submission.objects.filter(STANDING, reviewer=reviewer).first()


def last_submission(reviewer: Reviewer) -> Submission | None:
    """Return what ``reviewer`` has submitted last, handed back or not."""
    return Submission.objects.filter(reviewer=reviewer).order_by("-version").first()


def content_of(sheets: list[ScoreSheet]) -> dict[str, Scores]:
    """Return what ``sheets`` say, as it is submitted."""
    return {one.item.number: one.scores for one in sheets}


def seen_mark(sheets: list[ScoreSheet]) -> str:
    """Return what names the content of ``sheets``: whoever signs says which he has read. Keyed: the numbers of an anonymous
    review could be tried out."""
    return blind_index("reviews.seen", hash_of(content_of(sheets))).hex()


def problems_in(
    rule: RuleTree, scores: Mapping[str, list[str]], fallen: int | None = None
) -> dict[str, str]:
    """Return why ``scores`` of one item cannot be submitted, by the code of the indicator. What comes after the stage at
    which they let it fall by themselves, or at which it has ``fallen`` by all votes, is not needed."""
    found, asked = {}, asked_in(rule)
    last = fallen or next(
        (one.stage for one in asked if _falls_by(rule, one, scores)), len(rule.stages)
    )
    for one in asked:
        # What comes after a fall is scored by nobody.
        if one.stage > last:
            break
        value, reason = scores.get(one.indicator.code, NOTHING)
        problem = check_score(rule, one.indicator.code, value, reason)
        if problem is not None:
            found[one.indicator.code] = problem.text
    return found


def fell(rule: RuleTree, stage: int) -> str:
    """Say that an item did not pass ``stage``."""
    return f"未通过{rule.stages[stage - 1].name}，不用再评"


def falls_alone(rule: RuleTree, one: Asked) -> bool:
    """Tell whether an item falls as soon as a single expert says no to ``one``, whatever the others say."""
    passing = rule.stages[one.stage - 1].passing
    return passing is Passing.ALL and one.indicator.kind is Kind.CHECK and one.indicator.mandatory


def _falls_by(rule: RuleTree, one: Asked, scores: Mapping[str, list[str]]) -> bool:
    said = scores.get(one.indicator.code, NOTHING)[0]
    return said == FAILED and falls_alone(rule, one)


def submitted_sheets(review: Review) -> dict[str, dict[str, dict[str, tuple[str, str]]]]:
    """Return what counts of what the experts of ``review`` submitted: expert key → item number → code → (value,
    reason), as the calculation takes it. Of who left, what counts; what somebody else has written is none."""
    rows = Submission.objects.filter(STANDING, reviewer__review=review, reviewer__counts=True)
    rows = rows.select_related("reviewer__review", "reviewer__expert").order_by("reviewer__place")
    return {
        row.reviewer.key: {
            number: {code: (value, reason) for code, (value, reason) in scores.items()}
            for number, scores in row.content.items()
        }
        for row in rows
        # One that somebody wrote counts for nobody, and is missing from the result.
        if is_vouched(row)
    }


def items_of(review: Review) -> list[ReviewItem]:
    return list(ReviewItem.objects.filter(review=review).order_by("place"))


def are_fixed(review: Review, items: list[ReviewItem]) -> bool:
    """Tell whether ``items`` of ``review`` are what they were when it was opened."""
    return hash_of([one.content for one in items]) == review.items_hash


def page_data(review: Review, reviewer: Reviewer, sheets: list[ScoreSheet]) -> dict[str, Any]:
    """Return what the page of scoring is filled from."""
    rule, files = rule_of(review), materials_of([one.item for one in sheets])
    fallen = fallen_in(review, rule)
    return {
        "stages": [one.name for one in rule.stages[: review.stages]],
        "asked": [
            _told(one) | {"falls": falls_alone(rule, one)}
            for one in asked_in(rule)
            if one.stage <= review.stages
        ],
        "items": [
            _item(one, review)
            | _state(one, rule, fallen.get(one.item_id))
            | {
                "files": [
                    asdict(file)
                    for file in materials_for(reviewer, one.item, files.get(one.item_id, []))
                ]
            }
            for one in sheets
        ],
        "priced": _is_priced(rule),
        "key": reviewer.pk,
    }


def _state(sheet: ScoreSheet, rule: RuleTree, fallen: int | None) -> dict[str, Any]:
    """What he has said of an item so far, what is wrong with it, and at which stage it has ``fallen``."""
    found = problems_in(rule, sheet.scores, fallen)
    said = {code: text for code, text in found.items() if code in sheet.scores}
    return {
        "scores": sheet.scores,
        "revision": sheet.revision,
        "problems": said,
        "unsaid": list(said),
        "fallen": {"stage": fallen, "text": fell(rule, fallen)} if fallen else None,
    }


def _told(one: Asked) -> dict[str, Any]:
    it = one.indicator
    points = dict(it.grades) if it.kind is Kind.GRADE else {PASSED: it.points}
    return {
        "code": it.code,
        "name": it.name,
        "kind": it.kind.value,
        "stage": one.stage,
        "path": list(one.path),
        "mandatory": it.mandatory,
        "range": _range(it),
        "note": it.note,
        "weight": plain(one.weight),
        "points": {label: plain(number) for label, number in points.items()},
    }


def _range(it: Indicator) -> str:
    """Return between what its value lies, in words."""
    if it.kind is not Kind.SCORE:
        return ""
    step = f"，每 {plain(it.step)} 分一档" if it.step else ""
    return f"{plain(it.low)} 至 {plain(it.high)} 分{step}"


def label_of(item: ReviewItem, review: Review, *, as_expert: bool = True) -> str:
    """Return what ``item`` is called before who scores it: of an anonymous review by nothing but its alias."""
    return item.alias if as_expert and review.is_anonymous else f"{item.number} {item.name}"


def _item(sheet: ScoreSheet, review: Review, *, as_expert: bool = True) -> dict[str, Any]:
    item, is_hidden = sheet.item, as_expert and review.is_anonymous
    return {
        # No number of a row: it says in which order the office added them.
        "id": item.alias,
        "name": label_of(item, review, as_expert=as_expert),
        "note": "" if is_hidden else item.unit,
        "category": "" if is_hidden else item.category,
        "price": "" if is_hidden or item.price is None else f"{item.price:,.2f}",
    }


@dataclass(frozen=True)
class Line:
    """One indicator of one item, as it is read: what was said, and what keeps it from being submitted."""

    name: str
    group: str
    value: str
    reason: str
    problem: str


@dataclass(frozen=True)
class Part:
    """One item of a sheet, as it is read. ``is_far``: its total is far from the others'; ``remark``: why he keeps to it."""

    alias: str
    name: str
    note: str
    lines: list[Line]
    total: str = ""
    priced: bool = False
    is_far: bool = False
    remark: str = ""
    fallen: str = ""  # that it did not pass, in words

    @property
    def is_complete(self) -> bool:
        return not any(one.problem for one in self.lines)


def read_table(
    review: Review,
    sheets: list[ScoreSheet],
    content: dict[str, Scores] | None,
    remarks: Mapping[str, str] | None = None,
    *,
    as_expert: bool = True,
) -> list[Part]:
    """Return what ``sheets`` say, or the ``content`` that was submitted of them, with what is missing in it, and the
    ``remarks`` by the number of the item. ``as_expert``: what an anonymous review does not tell him is left out."""
    rule = rule_of(review)
    asked, parts = asked_in(rule), []
    priced = _is_priced(rule)
    # Of what was submitted nothing is judged any more.
    all_fallen = fallen_in(review, rule) if content is None else {}
    for sheet in sheets:
        scores = sheet.scores if content is None else content.get(sheet.item.number, {})
        fallen = all_fallen.get(sheet.item_id)
        problems = problems_in(rule, scores, fallen) if content is None else {}
        shown = _item(sheet, review, as_expert=as_expert)
        lines = []
        for one in asked:
            value, reason = scores.get(one.indicator.code, NOTHING)
            group = " / ".join((rule.stages[one.stage - 1].name, *one.path))
            problem = problems.get(one.indicator.code, "")
            lines.append(Line(one.indicator.name, group, value, reason, problem))
        total = plain(_total(asked, scores)) if any(one.value for one in lines) else ""
        parts.append(
            Part(
                alias=sheet.item.alias,
                name=shown["name"],
                note=shown["note"],
                lines=lines,
                total=total,
                priced=priced,
                is_far=bool(sheet.is_far),
                remark=(remarks or {}).get(sheet.item.number, ""),
                fallen=fell(rule, fallen) if fallen else "",
            )
        )
    return parts


def _is_priced(rule: RuleTree) -> bool:
    return any(one.kind is Kind.PRICE for one in rule.indicators())


def _total(asked: list[Asked], scores: Scores) -> Decimal:
    """Return what ``scores`` come to, weights in it, without what follows from the price."""
    points = (
        points_of(one.indicator, scores.get(one.indicator.code, NOTHING)[0]) * one.weight
        for one in asked
    )
    return sum(points, Decimal(0))
