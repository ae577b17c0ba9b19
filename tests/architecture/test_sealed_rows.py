"""While experts are drawn, no row, no file and no line of output tells who they are: beside `test_sealed_names.py`,
in a database that holds nothing else."""

from __future__ import annotations

import logging

import pytest

from tests.architecture.sealed import (
    draw_sealed,
    leaks_of_files,
    leaks_of_rows,
    make_candidates,
    rows,
)
from tests.architecture.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def rows_about_experts() -> list[tuple[str, str]]:
    return sorted(row for row in rows() if row[0].startswith("experts_"))


@pytest.mark.shows("DRAW-14")
def test_no_row_no_file_and_no_line_of_output_tells_before_the_time(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    world, specialty = make_world(), make_candidates()
    before = rows_about_experts()
    sealed = draw_sealed(world, specialty)
    assert rows_about_experts() == before
    assert sorted(set(leaks_of_rows(sealed))) == []
    assert sorted(set(leaks_of_files(sealed))) == []
    printed = capfd.readouterr()
    written = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("django.db")
    )
    for mark, kind in sealed.marks.items():
        assert mark not in written + printed.out + printed.err, kind
