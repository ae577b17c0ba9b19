"""The public record of a result: all that decides it, and what it is. Texts and reasons, which decide nothing, are not in it,
nor are experts' names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from expertpool.reviews.calculation.result import Item, Result, Roles, Row, Sheets, result
from expertpool.reviews.calculation.tree import Kind, RuleTree, plain

# Of the first, an item that nobody scored did not pass; results that were sealed so still hold (docs/decisions/0437).
FIRST, FORMAT = "expertpool-review/1", "expertpool-review/2"


@dataclass(frozen=True)
class Reviewed:
    """What a result is worked out from; ``asked``: of which items which expert is asked; ``format`` of its record."""

    rule: RuleTree
    items: Sequence[Item]
    sheets: Sheets
    roles: Roles
    asked: Mapping[str, Sequence[str]]
    format: str = FORMAT

    def result(self) -> Result:
        return result(
            self.rule,
            self.items,
            self.sheets,
            roles=self.roles,
            asked=self.asked,
            silence_fails=self.format == FIRST,
        )


def record_of(reviewed: Reviewed, found: Result, *, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of ``found``; ``about``: what review it is, told and not calculated with."""
    codes = [one.code for one in reviewed.rule.filled_in() if one.kind is not Kind.TEXT]
    return {
        "format": reviewed.format,
        "about": dict(about),
        "rule": reviewed.rule.as_json(),
        "items": [
            {"key": one.key, "price": None if one.price is None else plain(one.price)}
            for one in reviewed.items
        ],
        "experts": [
            {"key": key, "roles": sorted(reviewed.roles.get(key, ())), "asked": list(items)}
            for key, items in reviewed.asked.items()
        ],
        "sheets": [
            {"expert": expert, "item": item, "scores": _counting(scores, codes)}
            for expert, items in reviewed.sheets.items()
            for item, scores in items.items()
        ],
        "result": result_json(found, first=reviewed.format == FIRST),
    }


def _counting(scores: Mapping[str, Sequence[str]], codes: Sequence[str]) -> dict[str, str]:
    return {code: scores[code][0] for code in codes if code in scores and scores[code][0]}


def result_json(found: Result, *, first: bool = False) -> dict[str, Any]:
    """Return ``found`` as the record has it; ``first``: one of the first format."""
    return {
        "rows": [_row(one) for one in found.rows],
        "missing": [list(one) for one in found.missing],
        "unpriced": list(found.unpriced),
        **({} if first else {"unscored": list(found.unscored)}),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "item": row.item,
        "fallen": row.fallen,
        "votes": {code: [one.yes, one.of, one.passed] for code, one in row.votes.items()},
        "totals": [[expert, plain(total)] for expert, total in row.totals.items()],
        "left_out": list(row.left_out),
        "means": {code: _fraction(mean) for code, mean in row.means.items()},
        "exact": None if row.exact is None else _fraction(row.exact),
        "total": None if row.total is None else f"{row.total:f}",
        "rank": row.rank,
    }


def _fraction(number: Fraction) -> str:
    return f"{number.numerator}/{number.denominator}"


def reviewed_in(record: Mapping[str, Any]) -> Reviewed:
    """Return what the result of ``record`` is worked out from."""
    sheets: dict[str, dict[str, dict[str, list[str]]]] = {
        one["key"]: {} for one in record["experts"]
    }
    rule = RuleTree.from_json(record["rule"])
    # Texts decide nothing: where one must be there, that there was one is enough.
    texts = {one.code: ["—", ""] for one in rule.filled_in() if one.kind is Kind.TEXT}
    for one in record["sheets"]:
        said = {code: [value, ""] for code, value in one["scores"].items()}
        sheets[one["expert"]][one["item"]] = texts | said
    return Reviewed(
        rule=rule,
        items=[
            Item(one["key"], None if one["price"] is None else Decimal(one["price"]))
            for one in record["items"]
        ],
        sheets=sheets,
        roles={one["key"]: one["roles"] for one in record["experts"]},
        asked={one["key"]: one["asked"] for one in record["experts"]},
        format=record["format"],
    )
