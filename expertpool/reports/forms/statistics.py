"""What somebody asks of a statistic: topic, by what, which number in the chart, of which rows.

Page, file and print are made from the same `Reading` of an address.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.segments import Chosen, segment_text
from expertpool.core.text import moment_text
from expertpool.core.views.declared import DeclaredFilter
from expertpool.core.views.listing import FilterForm
from expertpool.reports.queries.statistics import (
    TOPICS,
    Asked,
    Dimension,
    Line,
    Measure,
    Statistic,
    Topic,
    statistic_of,
    topic_of,
)
from expertpool.reports.queries.tallies import tallied, tallied_at

FRESH = "fresh"  # counted now, though sums are kept
SAID = ("统计对象", "统计方式", "图中数字")  # by the title, and by the chart
OWN = ("topic", "by", "measure", FRESH)  # what of an address the list behind does not know


class Choosing(FilterForm):
    """By what rows of a topic are split, and which number is drawn."""

    dimensions: dict[str, Dimension]
    measures: dict[str, Measure]

    def offer(self, topic: Topic, asked: Asked, viewer: User) -> None:
        """Add the two choices in front of what narrows the rows."""
        dimensions, measures = topic.dimensions_for(viewer), topic.measures_for(asked)
        self.fields["by"] = _choice("统计方式", [(one.code, one.label) for one in dimensions])
        self.fields["measure"] = _choice("图中数字", [(one.code, one.label) for one in measures])
        self.dimensions = {one.code: one for one in dimensions}
        self.measures = {one.code: one for one in measures}

    @property
    def dimension(self) -> Dimension:
        """By what is counted; by the first where the address says nothing."""
        return self.dimensions.get(self._said("by")) or next(iter(self.dimensions.values()))

    @property
    def measure(self) -> Measure:
        return self.measures.get(self._said("measure")) or next(iter(self.measures.values()))

    @property
    def segments(self) -> list[Chosen]:
        return self.value("segment") or []

    def _said(self, name: str) -> str:
        return str(self.data.get(name, ""))


class TopicFilter(Choosing, DeclaredFilter):
    """By what is counted, and the filters of the list for those who have it: whoever sees only numbers cannot narrow
    them down to one person."""

    topic: Topic

    def __init__(self, data: Any, *, asked: Asked, viewer: User) -> None:
        super().__init__(data, viewer=viewer)
        if not self.topic.has_list(viewer):
            self.declared = {}
            self.fields.clear()
        self.fields["topic"] = forms.CharField(
            label="统计对象", widget=forms.HiddenInput, required=False
        )
        self.offer(self.topic, asked, viewer)
        self.order_fields(["by", "measure", *self.declared])

    def value(self, name: str) -> Any:
        """Return the cleaned value of a field; the topic by its name, not by its code."""
        found = super().value(name)
        return self.topic.label if name == "topic" and found else found

    def narrow(self, rows: Any) -> Any:
        return super().narrow(rows) if "segment" in self.fields else rows


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False)


@cache
def _form_of(topic: Topic) -> type[TopicFilter]:
    return type("Filter", (TopicFilter,), {"subject": topic.subject, "topic": topic})


@dataclass
class Reading:
    """A statistic as an address asks for it, counted once it is looked at."""

    topic: Topic
    form: Choosing
    user: User
    asked: Asked
    params: QueryDict

    @property
    def dimension(self) -> Dimension:
        return self.form.dimension

    @property
    def measure(self) -> Measure:
        return self.form.measure

    @cached_property
    def found(self) -> Statistic:
        rows = self.topic.rows_for(self.user)
        narrowed = self.form.filter(rows)
        if narrowed is rows and self.asked.tallied_at:
            kept = tallied(self.topic, self.user, self.dimension, self.asked)
            if kept is not None:
                return kept
        return statistic_of(self.topic, narrowed, self.dimension, self.asked)

    @cached_property
    def has_list(self) -> bool:
        return self.topic.has_list(self.user)

    @property
    def title(self) -> str:
        return f"{self.topic.label}统计：按{self.dimension.label}"

    @property
    def narrowed_by(self) -> list[str]:
        """What the rows are narrowed by, in words."""
        if not self.form.is_valid():
            return []
        words = self.form.words
        return [one for one in words if not one.startswith(SAID)]

    @property
    def conditions(self) -> list[str]:
        """What is said beside the numbers: by what they are narrowed, and when they were counted."""
        at = self.found.counted_at if self.form.is_valid() else None
        return [*self.narrowed_by, f"数字截至 {moment_text(at)}"] if at else self.narrowed_by

    @property
    def fresh_url(self) -> str:
        """Return the address of the same, counted now."""
        query = self.params.copy()
        query[FRESH] = "1"
        return f"?{query.urlencode()}"

    @property
    def segments(self) -> list[Chosen]:
        return self.form.segments if "segment" in self.form.fields else []

    def behind(self, line: Line, measure: Measure) -> str:
        """Return the address of the list of the rows that ``line`` counts; nothing for who has no such list, nor where
        no tab of it shows just these, as many as the number says."""
        if not (self.has_list and measure.counts_rows) or (measure.condition and not measure.tab):
            return ""
        query = self.params.copy()
        for name in (*OWN, "page", "columns", "tab"):
            query.pop(name, None)
        if line is not self.found.total:
            own = segment_text((self.dimension.code, line.key))
            query["segment"] = ",".join(filter(None, (query.get("segment", ""), own)))
        for name, value in self.topic.behind:
            query[name] = value
        if measure.tab:
            query["tab"] = measure.tab
        return f"{reverse(self.topic.url)}?{query.urlencode()}"


def topics_for(user: User) -> list[Topic]:
    """Return the topics of which ``user`` has something to count."""
    return list(TOPICS) if user.has_permission("reports.statistics") else []


def read_statistic(params: QueryDict, *, user: User, now: datetime) -> Reading:
    """Return what an address asks, in the scope of ``user``. Names that are none fall back to the first."""
    topic = topic_of(params)
    at = None if params.get(FRESH) else tallied_at(topic, now=now)
    asked = Asked(user, now, at)
    return Reading(topic, _form_of(topic)(params, asked=asked, viewer=user), user, asked, params)


def read_number(code: str, by: str, measure: str, *, user: User, now: datetime) -> Reading:
    """Return one number of the topic ``code`` alone, of all rows in the scope of ``user``: others are not counted."""
    params = QueryDict(mutable=True)
    params.update({"topic": code, "by": by, "measure": measure})
    reading = read_statistic(params, user=user, now=now)
    reading.topic = replace(reading.topic, measures=(reading.measure,), more=tuple)
    return reading
