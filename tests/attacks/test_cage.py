"""Whoever takes over the converter of Office files by a file takes neither processes nor disk nor memory without end
(docs/decisions/0361)."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import Any

import pytest

from expertpool.core.documents import office
from expertpool.core.documents.watching import Bounds, OutOfBounds, run_within
from expertpool.core.reading.messages import Refused
from expertpool.core.sizes import MEGABYTE
from tests.files.converting import MADE


@pytest.mark.parametrize(
    "attack",
    [
        "for i in $(seq 60); do sleep 5 & done",
        'for i in $(seq 3000); do : > "$room/f$i"; done',
    ],
    ids=["processes", "files"],
)
def test_a_converter_that_was_taken_over_is_ended(converter: Any, attack: str) -> None:
    converter("{ " + attack + "; " + MADE + "; sleep 2; }")
    with pytest.raises(Refused) as refused:
        office.office_pdf(io.BytesIO(b"x"), "docx")
    assert refused.value.problems == (office.FAILED,)


def test_nothing_that_it_started_goes_on(tmp_path: Path) -> None:
    mark = tmp_path / "late"
    run = f"for i in 1 2 3; do (sleep 2; touch {mark}) & done; wait"
    with pytest.raises(OutOfBounds, match="processes"):
        run_within(["sh", "-c", run], room=tmp_path, bounds=Bounds(20, processes=3))
    late = subprocess.run(["pgrep", "-f", str(mark)], capture_output=True, check=False)
    assert late.stdout == b""


@pytest.mark.parametrize(
    ("run", "bounds", "said"),
    [
        ("head -c 9000000 /dev/zero > f; sleep 5", {"size": 4 * MEGABYTE}, "1 files|2 files"),
        ("sleep 5", {"memory": 1}, "of memory"),
        ("sleep 5", {"spare_disk": 2**62}, "disk"),
        ("sleep 5", {"spare_memory": 2**62}, "memory"),
        ("sleep 5", {"seconds": 0.1}, "more than 0.1 seconds"),
    ],
)
def test_whatever_it_takes_is_bounded(
    tmp_path: Path, run: str, bounds: dict[str, Any], said: str
) -> None:
    within = Bounds(**{"seconds": 20, **bounds})
    with pytest.raises(OutOfBounds, match=said):
        run_within(["sh", "-c", f"cd {tmp_path}; {run}"], room=tmp_path, bounds=within)


def test_in_the_cage_nothing_is_written_but_its_folder(settings: Any, tmp_path: Path) -> None:
    """What lies in memory behind a file system is no file of its folder, and no process holds it."""
    settings.OFFICE_PREVIEW = True
    office._is_found.cache_clear()
    if not office.is_installed():
        pytest.skip("LibreOffice or bubblewrap is not installed")
    run = "for at in / /dev /dev/shm /usr; do touch $at/x && exit 9; done; touch /tmp/x && exit 3"
    ended = run_within([*office._cage(tmp_path), "sh", "-c", run], room=tmp_path, bounds=Bounds(20))
    assert ended == 3
    assert (tmp_path / "tmp" / "x").exists()
