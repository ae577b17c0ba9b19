"""What clerks hand over is understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from expertpool.experts.models import Expert
from expertpool.experts.services.importing import import_file
from tests.data.quirks.files import QUIRKS, Quirk
from tests.factories.experts import NOW


@pytest.mark.shows("EXP-07", "EXP-08")
@pytest.mark.parametrize("quirk", QUIRKS, ids=[quirk.name for quirk in QUIRKS])
def test_a_list_of_a_clerk(db: None, tmp_path: Path, quirk: Quirk) -> None:
    path = tmp_path / quirk.name
    quirk.write(path)
    outcome = import_file(path, now=NOW)
    assert {row["row"]: row["reason"] for row in outcome.refused} == quirk.refused
    assert outcome.accepted == Expert.objects.count() == quirk.accepted
    first = Expert.objects.order_by("number").first()
    assert {name: getattr(first, name) for name in quirk.first} == quirk.first
