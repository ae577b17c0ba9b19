"""Files are kept by one store (`core.storing`), and those of a subject are read by one door."""

import re
from collections.abc import Iterable
from pathlib import Path

from tests.architecture.app_order import APPS_DIR

# Scratch paper of one process (`folder_of_parts`), and how much of the disk is left.
KEEPERS = {"core/storing", "core/waiting.py", "core/health/program.py"}
BY_HAND = re.compile(r"\bMEDIA_ROOT\b|\bdefault_storage\b|\bFileSystemStorage\b")
# Only there it is known whether somebody may read it yet, and by what it is encrypted.
READER = {"files/queries", "files/services"}
READ_BY_HAND = re.compile(r"\.file\.(open|url|path)\b|queries\.content import .*\bcontent\b")


def found(pattern: re.Pattern[str], but: Iterable[str]) -> list[str]:
    def excepted(path: Path) -> bool:
        place = path.relative_to(APPS_DIR).as_posix()
        return any(place == one or place.startswith(f"{one}/") for one in but)

    return [
        f"{path.relative_to(APPS_DIR)}: {hit[0]}"
        for path in sorted(APPS_DIR.rglob("*.py"))
        if not excepted(path)
        for hit in pattern.finditer(path.read_text())
    ]


def test_nobody_keeps_files_past_the_store() -> None:
    assert found(BY_HAND, KEEPERS) == []


def test_files_of_subjects_are_read_by_one_door() -> None:
    assert found(READ_BY_HAND, READER) == []


def test_the_searches_find_the_doors_themselves() -> None:
    assert found(BY_HAND, ()) != []
    assert found(READ_BY_HAND, ()) != []
