"""What the guides name is there: every path, and every name that stands behind a file."""

import re
from pathlib import Path

import pytest

from config.environment import BASE_DIR

GUIDES = [
    BASE_DIR / "docs/architecture/structure.md",
    BASE_DIR / "docs/security.md",
    *sorted((BASE_DIR / "docs/howto").glob("add-*.md")),
]
# `draws/services/names.py:release`, `expertpool/experts/validators/values.py`, `tests/siteconfig`
NAMED = re.compile(r"`((?:[a-z_]+/)+[\w.]*)(?::(\w+))?`")
ROOTS = ("config", "docs", "expertpool", "frontend", "tests", "tools", "vdraw")


def place_of(path: str) -> Path:
    """Paths of apps may be written without the folder that holds them all."""
    return (
        BASE_DIR / path
        if path.split("/", maxsplit=1)[0] in ROOTS
        else BASE_DIR / "expertpool" / path
    )


def names_of(guide: Path) -> list[tuple[str, str]]:
    found = NAMED.findall(guide.read_text())
    return [(path, name) for path, name in found if "NAME" not in path]


def test_the_guides_name_much_of_the_code() -> None:
    """The control: the pattern finds what stands in them."""
    assert len(names_of(GUIDES[0])) > 50
    assert len(GUIDES) > 9


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_what_a_guide_names_is_there(guide: Path) -> None:
    missing = []
    for path, name in names_of(guide):
        place = place_of(path)
        if not place.exists():
            missing.append(path)
        elif name and not re.search(
            rf"^ *(?:(?:async )?def |class )?{name}\b", place.read_text(), re.MULTILINE
        ):
            missing.append(f"{path}:{name}")
    assert missing == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_where_a_guide_leads_there_is_something(guide: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", guide.read_text())
    places = [link for link in links if "://" not in link]
    assert [link for link in places if not (guide.parent / link).exists()] == []


def test_each_promise_of_security_names_a_decision_and_a_test() -> None:
    lines = (BASE_DIR / "docs/security.md").read_text().splitlines()
    promises = [line for line in lines if line.startswith("| ") and "---" not in line]
    kept = [line for line in promises if "](decisions/" in line and "`tests/" in line]
    assert [line for line in promises if line not in kept] == (
        ["| promise | decision | test |"] * (len(promises) - len(kept))
    )
    assert len(kept) > 20
