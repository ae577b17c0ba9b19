"""Nothing but its door writes the status of an expert who is there (docs/decisions/0626)."""

from __future__ import annotations

from pathlib import Path

from tests.architecture.test_draw_status import ELSEWHERE, writes_of_status

ROOT = Path("expertpool")
DOOR = ROOT / "experts/services/status.py"
# Where experts begin: by hand, and in the pool that is made up to look at the product.
BEGINNINGS = {ROOT / "experts/services/profile.py", ROOT / "experts/services/demo.py"}


def knows_experts(source: str) -> bool:
    return "expertpool.experts.models" in source


def found_in(path: Path) -> list[str]:
    source = path.read_text()
    if not knows_experts(source):
        return []
    return [f"{path}:{line}" for line in writes_of_status(source, "Expert")]


def test_only_the_door_writes_the_status_of_an_expert() -> None:
    others = (path for path in ROOT.rglob("*.py") if not ELSEWHERE.intersection(path.parts))
    written = {path: lines for path in others if path != DOOR and (lines := found_in(path))}
    assert written.keys() == BEGINNINGS, written
    assert all(len(lines) == 1 for lines in written.values()), written


def test_the_door_is_found() -> None:
    """Negative control: it imports what the search goes by."""
    assert knows_experts(DOOR.read_text())
    assert [*writes_of_status("Expert(status=new)", "Expert")] == [1]
