"""Statistics: a topic has rows, dimensions by which they are split, and measures that are counted of each part.

Each is defined once. A number, its bar in the chart, its cell in a file and the list behind it come from the same
expressions: the list is narrowed by the key that its line was grouped by (`segments_of`; docs/decisions/0349).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Avg, Case, Count, F, Q, QuerySet, Sum, When
from django.http import QueryDict
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import scope_q
from expertpool.core.catalogue import Catalogue
from expertpool.core.permissions import undeclared
from expertpool.core.segments import NOBODY, Segment
from expertpool.core.subjects import Subject
from expertpool.core.visibility import Level, level_for
from expertpool.reports.permissions import STATISTICS

Word = Mapping[Any, str]
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Asked:
    """Who asks, and when; None: the system, of everything. ``tallied_at``: when sums of the topic were kept that may
    stand for counting (`queries.tallies`)."""

    user: User | None
    now: datetime
    tallied_at: datetime | None = None

    def may(self, permission: str) -> bool:
        return self.user is None or not permission or self.user.has_permission(permission)


@dataclass(frozen=True)
class Dimension:
    """By what rows are split: ``key`` makes the expression whose value says to which part a row belongs, ``words``
    what parts are called; one of which it does not know is none. ``read`` makes a key of what an address says, or
    raises ValueError. Parts come by ``place`` of their keys, or, without one, the largest first. ``several``: a row
    may belong to many parts, so that these are more than all. ``of`` names the field of which it tells,
    ``permission`` whose it is. ``narrow`` leaves the rows of a part where comparing the key takes too long. ``said``
    makes of a key what an address says, where that is more than a day or the key itself. ``apart``: a row of ``several``
    comes once in each of its parts, so that these are counted as they are. ``on_map``: its keys are provinces, which the page draws as a map."""

    code: str
    label: str
    key: Callable[[Asked], Any]
    words: Callable[[Sequence[Any]], Word]
    none: str = "未填写"
    place: Callable[[Any], Any] | None = None
    read: Callable[[str], Any] = str
    several: bool = False
    over_time: bool = False
    of: str = ""
    permission: str = ""
    narrow: Callable[[QuerySet[Any], Any], QuerySet[Any]] | None = None
    said: Callable[[Any], str] | None = None
    apart: bool = False
    on_map: bool = False

    def is_open_to(self, user: User) -> bool:
        may = not self.permission or user.has_permission(self.permission)
        return may and (not self.of or level_for(user, self.of) is Level.PLAIN)

    def text(self, key: Any) -> str:
        """Return what an address says of ``key``."""
        if self.said is not None and key is not None:
            return self.said(key)
        if isinstance(key, datetime):
            return timezone.localtime(key).date().isoformat()
        return NOBODY if key is None else str(key)

    def key_of(self, text: str) -> Any:
        return None if text == NOBODY else self.read(text)

    def word(self, text: str) -> str:
        """Return what the part is called that an address names."""
        key = self.key_of(text)
        return self.none if key is None else self.words([key])[key]

    def part(self, rows: QuerySet[Any], text: str, asked: Asked) -> QuerySet[Any]:
        """Return those of ``rows`` that belong to a part."""
        key = self.key_of(text)
        # By the quicker way, where there is one: the same rows.
        if key is not None and self.narrow is not None:
            return self.narrow(rows, key)
        if self.several:  # joined, a row would come once for each part that it belongs to
            everybody = rows.model._default_manager.order_by()
            return rows.filter(pk__in=self._keyed(everybody, key, asked).values("pk"))
        return self._keyed(rows, key, asked)

    def _keyed(self, rows: QuerySet[Any], key: Any, asked: Asked) -> QuerySet[Any]:
        keyed = rows.alias(part=self.key(asked))
        found: QuerySet[Any] = (
            keyed.filter(part__isnull=True) if key is None else keyed.filter(part=key)
        )
        return found


@dataclass(frozen=True)
class Measure:
    """A number of each part. ``condition``: how many of its rows fulfil it, which the list shows in its ``tab`` (none: the number leads to no list);
    ``column``: the sum of this annotation (`Topic.prepare`); ``mean``: the mean of this column; ``once``: how many different values of this column they
    have, of which parts may share some. ``share_of`` names another number of which it is a
    part, or, where it is money, for each of which it is. ``permission``: whose it is; ``is_money``: yuan."""

    code: str
    label: str
    condition: Q | None = None
    tab: str = ""
    column: str = ""
    mean: str = ""
    once: str = ""
    share_of: str = ""
    share_label: str = ""
    permission: str = ""
    is_money: bool = False

    @property
    def counts_rows(self) -> bool:
        """Whether the list of its rows is as long as the number says: no sum, of which one row may hold many, and no
        number of people."""
        return not (self.column or self.once)

    def aggregate(self) -> Any:
        if self.column:
            return Sum(self.column)
        if self.mean:
            return Avg(self.mean)
        if self.once:
            return Count(self.once, filter=self.condition, distinct=True)
        return Count("pk", filter=self.condition) if self.condition else Count("pk")


@dataclass(frozen=True)
class Topic:
    """What is counted: ``rows(user)`` in the scope of his statistics, as ``model`` of ``subject``; those who hold
    ``permission`` have the list at ``url``, which is asked what ``behind`` says besides (names and values of its filters). ``prepare`` annotates what measures add up. Of a topic with more rows than
    ``large`` sums are kept: of each part, or, with ``tallies_rows``, of each row what ``prepare`` would add up."""

    code: str
    label: str
    noun: str
    subject: Subject | None  # None: its rows are no records of declared fields
    rows: Callable[[], QuerySet[Any]]
    permission: str
    url: str
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    prepare: Callable[[QuerySet[Any], Asked], QuerySet[Any]] = lambda rows, asked: rows
    more: Callable[[], tuple[Measure, ...]] = field(default=tuple)
    note: str = ""
    behind: tuple[tuple[str, str], ...] = ()
    large: int = 0
    tallies_rows: bool = False

    @property
    def of(self) -> str:
        """By what its list is named in the catalogue of segments."""
        return self.subject.code if self.subject else self.code

    def counts_for(self, user: User) -> bool:
        """Whether ``user`` may count its rows."""
        return user.has_permission(STATISTICS)

    def rows_for(self, user: User) -> QuerySet[Any]:
        return self.rows().filter(scope_q(user, STATISTICS))

    def has_list(self, user: User) -> bool:
        """Whether ``user`` has the list behind the numbers: of the same rows, else they would differ."""
        may = user.has_permission(self.permission)
        return may and scope_q(user, self.permission) == scope_q(user, STATISTICS)

    def dimension(self, code: str) -> Dimension:
        """Return the dimension that is declared as ``code``."""
        return next(one for one in self.dimensions if one.code == code)

    def dimensions_for(self, user: User) -> list[Dimension]:
        return [one for one in self.dimensions if one.is_open_to(user)]

    def measures_for(self, asked: Asked) -> list[Measure]:
        return [one for one in (*self.measures, *self.more()) if asked.may(one.permission)]


TOPICS: Catalogue[Topic] = Catalogue(
    "topic of statistics", faults=lambda topic: undeclared(topic.permission)
)


def topic_of(params: QueryDict) -> Topic:
    """Return the topic that an address names; the first where it names none."""
    return TOPICS.get(params.get("topic", "")) or next(iter(TOPICS))


@dataclass(frozen=True)
class Line:
    """One part: its key as an address says it, what it is called, its numbers by the codes of measures."""

    key: str
    label: str
    sums: dict[str, int | Decimal]


@dataclass(frozen=True)
class Statistic:
    """The parts in order, and all rows; these may be fewer than the parts together (`Dimension.several`).
    ``counted_at``: when, where that was not now."""

    dimension: Dimension
    measures: list[Measure]
    lines: list[Line]
    total: Line
    counted_at: datetime | None = None


def statistic_of(
    topic: Topic, rows: QuerySet[Any], dimension: Dimension, asked: Asked
) -> Statistic:
    """Split ``rows``, which the caller has narrowed to what may be counted, by ``dimension``."""
    measures = topic.measures_for(asked)
    found = parts_of(topic, rows, dimension, asked)
    total = None
    # Counted apart: the parts together hold some rows, or values, more than once, and means are no sums.
    if dimension.several or any(one.once or one.mean for one in measures):
        total = totals_of(topic, rows, asked)[0]
    at = asked.tallied_at if topic.tallies_rows else None
    return lined_up(dimension, measures, found, total, counted_at=at)


def parts_of(
    topic: Topic, rows: QuerySet[Any], dimension: Dimension, asked: Asked, *beside: str
) -> list[dict[str, Any]]:
    """Return the ``part`` of each group of ``rows`` with its sums, ``…_sum``; those that differ in ``beside`` (columns)
    are groups of their own."""
    measures = topic.measures_for(asked)
    prepared = topic.prepare(rows.order_by(), asked)
    keyed = prepared.annotate(part=dimension.key(asked))
    if dimension.several and not dimension.apart:
        return _once_each(keyed, measures, beside)
    return list(keyed.values("part", *beside).annotate(**_aggregates(measures)))


def totals_of(
    topic: Topic, rows: QuerySet[Any], asked: Asked, *beside: str
) -> list[dict[str, Any]]:
    """Return the sums, ``…_sum``, of all ``rows``, or of those that differ in ``beside``."""
    prepared = topic.prepare(rows.order_by(), asked)
    sums = _aggregates(topic.measures_for(asked))
    return (
        list(prepared.values(*beside).annotate(**sums)) if beside else [prepared.aggregate(**sums)]
    )


def _aggregates(measures: Sequence[Measure]) -> dict[str, Any]:
    return {f"{one.code}_sum": one.aggregate() for one in measures}


def lined_up(
    dimension: Dimension,
    measures: list[Measure],
    found: list[dict[str, Any]],
    total: Mapping[str, Any] | None,
    *,
    counted_at: datetime | None = None,
) -> Statistic:
    """Return parts in their order with what they are called; ``total``: their sum where it is None. Raises ValueError
    for a part that there no longer is."""
    # All at once: one statement for the names of any number of parts.
    words = dimension.words([row["part"] for row in found if row["part"] is not None])
    lines = [
        Line(
            dimension.text(row["part"]),
            dimension.none if row["part"] is None else words[row["part"]],
            _sums(measures, row),
        )
        for row in _ordered(found, dimension, measures[0])
    ]
    if total is None:
        sums = {one.code: sum((line.sums[one.code] for line in lines), 0) for one in measures}
    else:
        sums = _sums(measures, total)
    return Statistic(dimension, measures, lines, Line(NOBODY, "合计", sums), counted_at)


def _once_each(
    keyed: QuerySet[Any], measures: Sequence[Measure], beside: Sequence[str]
) -> list[dict[str, Any]]:
    """Count the rows of each part, a row once in each that it belongs to. Told apart by hashing them once: counting
    each number's own distinct rows sorts them all for each number."""
    holds = {
        one.code: F(one.mean)
        if one.mean
        else Case(When(one.condition or Q(pk__isnull=False), then=1), default=0)
        for one in measures
    }
    means = {one.code for one in measures if one.mean}
    inner = keyed.annotate(**holds).values("pk", "part", *beside, *holds).distinct()
    try:
        sql, values = inner.query.sql_with_params()
    except EmptyResultSet:
        return []
    by = ", ".join(f'"{name}"' for name in ("part", *beside))
    names = ", ".join(f'{"avg" if code in means else "sum"}("{code}")' for code in holds)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {by}, {names} FROM ({sql}) AS held GROUP BY {by}", values)  # noqa: S608 (Django wrote it)
        rows = cursor.fetchall()
    keys = ("part", *beside, *(f"{code}_sum" for code in holds))
    return [dict(zip(keys, row, strict=True)) for row in rows]


def _sums(measures: Iterable[Measure], row: Mapping[str, Any]) -> dict[str, int | Decimal]:
    return {one.code: _number(one, row[f"{one.code}_sum"]) for one in measures}


def _number(measure: Measure, found: Any) -> int | Decimal:
    if measure.mean:
        return Decimal(found or 0).quantize(CENT, ROUND_HALF_UP)
    number: int | Decimal = found or 0
    return number


def _ordered(
    rows: list[dict[str, Any]], dimension: Dimension, first: Measure
) -> list[dict[str, Any]]:
    """Return ``rows`` in the order of their parts; those of which it is not known come last."""
    place = dimension.place

    def order(row: dict[str, Any]) -> tuple[Any, ...]:
        key = row["part"]
        if key is None:
            return (True,)
        if place is not None:
            return False, place(key)
        return False, -row[f"{first.code}_sum"], str(key)

    return sorted(rows, key=order)


def share_of(line: Line, measure: Measure) -> str:
    """Return which part of another number a measure is, 87.5%; of money, how much there is of it for each, 1,000.00;
    nothing of nought."""
    whole = line.sums.get(measure.share_of)
    if not whole:
        return ""
    if measure.is_money:
        mean = Decimal(line.sums[measure.code]) / whole
        return f"{mean.quantize(CENT, ROUND_HALF_UP):,}"
    return f"{line.sums[measure.code] / whole:.1%}"


def segments_of(topic: Topic) -> list[Segment]:
    """Return what the lists behind the numbers of ``topic`` are narrowed by."""
    return [_segment(topic, one) for one in topic.dimensions]


def _segment(topic: Topic, dimension: Dimension) -> Segment:
    def narrow(rows: QuerySet[Any], key: str, user: Any) -> QuerySet[Any]:
        return dimension.part(rows, key, Asked(user, timezone.now()))

    return Segment(
        f"{topic.of}.{dimension.code}",
        topic.of,
        dimension.label,
        narrow,
        dimension.word,
        lambda user: topic.counts_for(user) and dimension.is_open_to(user),
    )


def plain(path: str) -> Callable[[Asked], Any]:
    """Return the key of a column that is never empty."""
    return lambda asked: F(path)


def of_choices(choices: Iterable[tuple[Any, str]]) -> Callable[[Sequence[Any]], Word]:
    """Return the words of a list that is written down."""
    known = dict(choices)
    return lambda keys: {key: known.get(key, str(key)) for key in keys}


def as_written(keys: Sequence[Any]) -> Word:
    """Return the words of keys that are words."""
    return {key: str(key) for key in keys}


def day_of(key: datetime | date) -> date:
    """Return the first day of a period as rows are grouped by."""
    return timezone.localtime(key).date() if isinstance(key, datetime) else key
