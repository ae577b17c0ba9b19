"""Keeping the sums of large topics up with their rows (docs/decisions/0415)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from expertpool.core.locks import lock_transaction
from expertpool.reports.models import ProjectTally, Tally, Tallying
from expertpool.reports.queries.statistics import (
    TOPICS,
    Asked,
    Dimension,
    Measure,
    Topic,
    parts_of,
    totals_of,
)
from expertpool.reports.queries.tallies import is_tallied

TALLYING = "reports.tallying"
DEPARTMENT = "department_id"


def tally_all(*, now: datetime) -> list[str]:
    """Count the sums of all topics that are large now, and drop those of others; return the codes of the former.
    Readers see the old sums of a topic or the new."""
    return [topic.code for topic in TOPICS if topic.large and tally(topic, now=now)]


@transaction.atomic
def tally(topic: Topic, *, now: datetime) -> bool:
    """Count the sums of ``topic`` anew; tell whether it has so many rows that they are kept."""
    # Two at once would write the same rows.
    lock_transaction(TALLYING)
    if topic.rows().count() <= topic.large:
        Tallying.objects.filter(topic=topic.code).delete()
        return False
    kept, _ = Tallying.objects.update_or_create(topic=topic.code, defaults={"counted_at": now})
    asked = Asked(None, now)
    if topic.tallies_rows:
        _tally_rows(topic, asked)
    else:
        counted = list(_tallies(kept, topic, asked))
        kept.tallies.all().delete()
        Tally.objects.bulk_create(counted, batch_size=2000)
    return True


def _tallies(kept: Tallying, topic: Topic, asked: Asked) -> Iterator[Tally]:
    measures = topic.measures_for(asked)
    for dimension in topic.dimensions:
        if is_tallied(topic, dimension):
            parts = parts_of(topic, topic.rows(), dimension, asked, DEPARTMENT)
            yield from _of_parts(kept, dimension, measures, parts)
    yield from _of_parts(kept, None, measures, totals_of(topic, topic.rows(), asked, DEPARTMENT))


def _of_parts(
    kept: Tallying,
    dimension: Dimension | None,
    measures: list[Measure],
    parts: Iterable[dict[str, Any]],
) -> Iterator[Tally]:
    """Yield the sums of each department, and of all: nobody is in two departments."""
    by = dimension.code if dimension else ""
    of_all: dict[str, Counter[str]] = defaultdict(Counter)
    for row in parts:
        part = dimension.text(row["part"]) if dimension else ""
        sums = {one.code: int(row[f"{one.code}_sum"] or 0) for one in measures}
        of_all[part].update(sums)
        department = row[DEPARTMENT]
        yield Tally(
            tallying=kept, by=by, whole=False, department_id=department, part=part, sums=sums
        )
    for part, added in of_all.items():
        yield Tally(tallying=kept, by=by, whole=True, part=part, sums=dict(added))


def _tally_rows(topic: Topic, asked: Asked) -> None:
    """Keep what each project comes to, where that is new."""
    codes = [one.column for one in topic.measures_for(asked) if one.column]
    known = dict(ProjectTally.objects.values_list("pk", "numbers"))
    rows = topic.prepare(topic.rows().order_by(), asked).values_list("pk", *codes)
    new = [
        ProjectTally(pk=pk, numbers=numbers)
        for pk, *values in rows.iterator(chunk_size=2000)
        if (numbers := {code: str(value) for code, value in zip(codes, values, strict=True)})
        != known.get(pk)
    ]
    ProjectTally.objects.bulk_create(
        new,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["project"],
        update_fields=["numbers"],
    )
