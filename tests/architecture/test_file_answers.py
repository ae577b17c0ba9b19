"""Files leave by one door: `core.responses.file_answer`, which keeps them out of caches."""

import re
from pathlib import Path

from tests.architecture.app_order import APPS_DIR

DOOR = APPS_DIR / "core" / "responses"
BY_HAND = re.compile(
    r"\b(FileResponse|StreamingHttpResponse|content_disposition_header)\b|Content-Disposition",
    re.IGNORECASE,
)


def files_by_hand() -> list[str]:
    return [
        f"{path.relative_to(APPS_DIR)}: {found[0]}"
        for path in sorted(APPS_DIR.rglob("*.py"))
        if DOOR not in path.parents
        for found in BY_HAND.finditer(path.read_text())
    ]


def test_no_view_builds_the_answer_with_a_file_by_hand() -> None:
    assert files_by_hand() == []


def test_the_search_finds_the_door_itself() -> None:
    assert BY_HAND.search(Path(DOOR / "files.py").read_text())
