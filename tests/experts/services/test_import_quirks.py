"""What clerks hand over is understood."""

from __future__ import annotations

from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from expertpool.experts.models import Expert
from expertpool.experts.services.importing import import_file
from tests.data.quirks.cells import CELLS
from tests.data.quirks.clerks import CLERKS
from tests.data.quirks.contexts import CONTEXTS
from tests.data.quirks.files import QUIRKS, Quirk
from tests.data.quirks.groups import APART, GROUPS
from tests.data.quirks.headers import HEADERS
from tests.data.quirks.offices import OFFICES
from tests.data.quirks.pairs import PAIRS
from tests.data.quirks.persons import PERSONS
from tests.data.quirks.ranks import RANKS
from tests.data.quirks.rosters import ROSTERS
from tests.data.quirks.shapes import SHAPES
from tests.data.quirks.slips import SLIPS
from tests.data.quirks.strays import STRAYS
from tests.factories.experts import NOW

LISTS = (
    *QUIRKS,
    *OFFICES,
    *CLERKS,
    *GROUPS,
    *APART,
    *PAIRS,
    *CELLS,
    *SHAPES,
    *PERSONS,
    *STRAYS,
    *HEADERS,
    *SLIPS,
    *ROSTERS,
    *RANKS,
    *CONTEXTS,
)


@pytest.mark.shows("EXP-07", "EXP-08")
@pytest.mark.parametrize("quirk", LISTS, ids=[quirk.name for quirk in LISTS])
def test_a_list_of_a_clerk(db: None, tmp_path: Path, quirk: Quirk) -> None:
    path = tmp_path / quirk.name
    quirk.write(path)
    outcome = import_file(path, now=NOW)
    assert {row["row"]: row["reason"] for row in outcome.refused} == quirk.refused
    assert outcome.accepted == Expert.objects.count() == quirk.accepted
    experts = list(Expert.objects.order_by("number"))
    assert {name: getattr(experts[0], name) for name in quirk.first} == quirk.first
    assert {name: [_held(one, name) for one in experts] for name in quirk.each} == quirk.each


def _held(expert: Expert, path: str) -> Any:
    """Return what a record holds; None where there is nothing on the way."""
    if path == "specialty_codes":
        return sorted(one.code for one in expert.specialties.all())
    found = reduce(lambda found, name: getattr(found, name, None), path.split("."), expert)
    return found() if callable(found) else found
