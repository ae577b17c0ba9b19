"""What a review is judged by: stages, each a tree of indicators, and how the scores become one result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

ONE, NOTHING = Decimal(1), Decimal(0)
PASSED, FAILED = "通过", "不通过"


class Kind(StrEnum):
    """What is said of an indicator; a group has others below it."""

    GROUP = "group"
    SCORE = "score"
    GRADE = "grade"
    CHECK = "check"
    TEXT = "text"
    PRICE = "price"


class Passing(StrEnum):
    """How many of the experts let an item pass; empty: the stage is scored."""

    SCORED = ""
    MAJORITY = "majority"
    TWO_THIRDS = "two_thirds"
    ALL = "all"

    def is_met(self, yes: int, of: int) -> bool:
        """Tell whether ``yes`` of ``of`` votes are enough; without a vote nothing passes."""
        if of == 0:
            return False
        if self is Passing.MAJORITY:
            return 2 * yes > of
        # In whole numbers: two thirds of seven votes is no decimal.
        return 3 * yes >= 2 * of if self is Passing.TWO_THIRDS else yes == of


class How(StrEnum):
    """How the experts' scores become one."""

    MEAN = "mean"
    WEIGHTED = "weighted"
    TRIMMED = "trimmed"


class Rounding(StrEnum):
    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"


class Base(StrEnum):
    """The price that gets all points."""

    LOWEST = "lowest"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Formula:
    """How a price becomes points. Without ``up`` and ``down`` they are base / price; with them each per cent above or
    below the base costs so many points, parts of a per cent their part. ``low`` and ``high``: of the plain
    mean, in per cent, between which prices count for the base; ``less``: by which per cent the base is lowered."""

    base: Base = Base.LOWEST
    up: Decimal | None = None
    down: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    less: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Indicator:
    """A thing that is judged. ``low`` to ``high`` in steps of ``step`` (0: any) for a score and a price; ``grades``:
    label and points; ``points``: what passing is worth. The value counts ``weight`` times. A reason is asked at both
    ``ends``, ``below`` and ``above``; whoever lets an item fail always gives one."""

    code: str
    name: str
    kind: Kind
    weight: Decimal = ONE
    low: Decimal = NOTHING
    high: Decimal = NOTHING
    step: Decimal = NOTHING
    grades: tuple[tuple[str, Decimal], ...] = ()
    points: Decimal = NOTHING
    formula: Formula | None = None
    mandatory: bool = True
    ends: bool = False
    below: Decimal | None = None
    above: Decimal | None = None
    note: str = ""
    children: tuple[Indicator, ...] = ()

    @property
    def number(self) -> str:
        """Its number within the stage."""
        return self.code.partition(".")[2]

    @property
    def depth(self) -> int:
        return self.number.count(".")

    @property
    def is_filled_in(self) -> bool:
        """Whether experts say something of it; the price is worked out."""
        return self.kind not in (Kind.GROUP, Kind.PRICE)

    @property
    def most(self) -> Decimal:
        """The most points it can bring."""
        match self.kind:
            case Kind.GROUP:
                own = sum((one.most for one in self.children), NOTHING)
            case Kind.GRADE:
                own = max(points for _, points in self.grades)
            case Kind.CHECK:
                # Passing may also cost: its points can be below nought.
                own = max(self.points, NOTHING)
            case _:
                own = self.high
        return own * self.weight

    @property
    def most_text(self) -> str:
        return plain(self.most)

    def walk(self) -> Iterator[Indicator]:
        """Yield it and all below it, in their order."""
        yield self
        for one in self.children:
            yield from one.walk()

    def leaves(self, weight: Decimal = ONE) -> Iterator[tuple[Indicator, Decimal]]:
        """Yield what is judged, each with the product of the weights from here down to it."""
        weight *= self.weight
        # A group is not judged itself, whatever was left in it.
        if self.kind is not Kind.GROUP:
            yield self, weight
        for one in self.children:
            yield from one.leaves(weight)


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the review. Where it has a ``passing`` an item passes each of its mandatory indicators or falls."""

    name: str
    indicators: tuple[Indicator, ...]
    passing: Passing = Passing.SCORED

    @property
    def is_scored(self) -> bool:
        return self.passing is Passing.SCORED

    def walk(self) -> Iterator[Indicator]:
        for one in self.indicators:
            yield from one.walk()

    def leaves(self) -> Iterator[tuple[Indicator, Decimal]]:
        for one in self.indicators:
            yield from one.leaves()

    @property
    def most(self) -> Decimal:
        return sum((one.most for one in self.indicators), NOTHING)


@dataclass(frozen=True, slots=True)
class RuleTree:
    """All that decides a result. Of ``weights`` (a role or group of the panel, and how often its scores count) the
    largest that fits an expert counts; ``drop``: how many of the highest and of the lowest are left out,
    ``by_indicator`` of each indicator rather than of the totals. ``each``: every expert's total is rounded, too.
    ``ties``: by which codes, or by the price, items with the same total are told apart. ``far``: per cent of all
    points by which an expert's total may differ from the others' mean before he is asked why."""

    stages: tuple[Stage, ...]
    how: How = How.MEAN
    drop: int = 1
    by_indicator: bool = False
    weights: tuple[tuple[str, Decimal], ...] = ()
    decimals: int = 2
    rounding: Rounding = Rounding.HALF_UP
    each: bool = False
    ties: tuple[str, ...] = ()
    far: Decimal | None = None

    def indicators(self) -> Iterator[Indicator]:
        """Yield all indicators, groups among them."""
        for stage in self.stages:
            yield from stage.walk()

    def indicator(self, code: str) -> Indicator | None:
        return next((one for one in self.indicators() if one.code == code), None)

    def filled_in(self) -> list[Indicator]:
        """Return what experts say something of, in its order."""
        return [one for one in self.indicators() if one.is_filled_in]

    @property
    def most(self) -> Decimal:
        """The most points an item can have."""
        return sum((one.most for one in self.stages if one.is_scored), NOTHING)

    @property
    def most_text(self) -> str:
        return plain(self.most)

    def round(self, number: Fraction) -> Decimal:
        """Return ``number`` with the rule's decimals."""
        return rounded(number, self.decimals, self.rounding)

    def as_json(self) -> dict[str, Any]:
        """Return it as stored and published: numbers as texts, since JSON keeps no decimals."""
        said: dict[str, Any] = _plain(self)
        return said

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> RuleTree:
        """Return what `as_json` stored."""
        return cls(
            **{
                **said,
                "stages": tuple(_stage(one) for one in said["stages"]),
                "how": How(said["how"]),
                "weights": _pairs(said["weights"]),
                "rounding": Rounding(said["rounding"]),
                "ties": tuple(said["ties"]),
                "far": _number(said["far"]),
            }
        )


def rounded(number: Fraction, decimals: int, rounding: Rounding) -> Decimal:
    """Return ``number`` with ``decimals``, exactly rounded; halves away from nought, to the even one, or all cut off."""
    scale = 10**decimals
    whole, rest = divmod(abs(number) * scale, 1)
    half = Fraction(1, 2)
    # Of exactly a half the rule decides; Python's own rounding knows one way alone.
    up = rest > half or (rest == half and (rounding is Rounding.HALF_UP or whole % 2 == 1))
    if up and rounding is not Rounding.DOWN:
        whole += 1
    digits = Decimal(int(whole) if number >= 0 else -int(whole))
    return digits.scaleb(-decimals)


def plain(number: Decimal | Fraction) -> str:
    """Return ``number`` without noughts behind the point; what has no end is told with 10 digits and an ellipsis."""
    if isinstance(number, Fraction):
        shown = rounded(number, 10, Rounding.DOWN)
        return plain(shown) + ("" if Fraction(shown) == number else "…")
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _plain(said: Any) -> Any:
    if isinstance(said, Decimal):
        return plain(said)
    if isinstance(said, tuple):
        return [_plain(one) for one in said]
    if isinstance(said, StrEnum):
        return said.value
    if isinstance(said, RuleTree | Stage | Indicator | Formula):
        return {one.name: _plain(getattr(said, one.name)) for one in fields(said)}
    return said


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _pairs(said: list[list[str]]) -> tuple[tuple[str, Decimal], ...]:
    return tuple((word, Decimal(number)) for word, number in said)


def _stage(said: dict[str, Any]) -> Stage:
    indicators = tuple(_indicator(one) for one in said["indicators"])
    return Stage(name=said["name"], indicators=indicators, passing=Passing(said["passing"]))


def _indicator(said: dict[str, Any]) -> Indicator:
    numbers = {
        name: _number(said[name])
        for name in ("weight", "low", "high", "step", "points", "below", "above")
    }
    formula = said["formula"]
    return Indicator(
        **{
            **said,
            **numbers,
            "kind": Kind(said["kind"]),
            "grades": _pairs(said["grades"]),
            "formula": _formula(formula) if formula else None,
            "children": tuple(_indicator(one) for one in said["children"]),
        }
    )


def _formula(said: dict[str, Any]) -> Formula:
    numbers: dict[str, Any] = {
        name: _number(said[name]) for name in ("up", "down", "low", "high", "less")
    }
    return Formula(base=Base(said["base"]), **numbers)
