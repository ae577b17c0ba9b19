"""What has one mechanism is not made a second time: workbooks, and what the log says stood before."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.app_order import APPS_DIR

# Whatever writes a workbook asks it of this file: it escapes formulas and keeps memory flat.
BOOKS = "core/workbooks.py"
WRITER = re.compile(r"\b(?:xlsxwriter|openpyxl)\.Workbook\(|(?<![\w.])Workbook\(")
# Who says himself what stood before, without `audit.services.snapshot` (docs/decisions/0049).
SAID = {
    # the two states of a door
    "draws/services/replies.py": 1,
    "projects/services/state.py": 2,
    # a time as its step found it, that one of two steps has set meanwhile
    "draws/services/presence.py": 1,
    "draws/services/releasing.py": 1,
    # a place among others, or what stood there: of several rows, told of one
    "automation/services/rules.py": 1,
    "directory/services/specialties.py": 1,
    "projects/services/batches.py": 1,
    "reviews/services/choosing.py": 1,
    "reviews/services/organising.py": 2,
    # told as sentences: a flow's steps, a page that applicants fill in, the menu
    "accounts/services/menus.py": 1,
    "joining/services/setup.py": 1,
    "workflow/services/flows.py": 1,
    # of values beside the row, that its form reads: only what differs
    "fees/services/lines.py": 1,
    # by the name of another row, or of one that is gone
    "certificates/services/issuing.py": 1,
    "files/services/attaching.py": 1,
    "inspections/services/rounds.py": 1,
    "notifications/services/deletion.py": 1,
    # in the words of its kind
    "siteconfig/services.py": 1,
}


def sources() -> Iterator[tuple[str, str]]:
    for path in sorted(APPS_DIR.rglob("*.py")):
        if "migrations" not in path.parts:  # they know nothing of what stands today
            yield str(path.relative_to(APPS_DIR)), path.read_text()


def said_by_hand(text: str) -> int:
    """Count the calls that hand on a dictionary, written there, as what stood before."""
    if "before=" not in text:
        return 0
    return sum(
        _is_written(keyword.value)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "before"
    )


def _is_written(value: ast.expr) -> bool:
    return any(isinstance(node, ast.Dict | ast.DictComp) for node in ast.walk(value))


def test_one_file_makes_workbooks() -> None:
    assert [name for name, text in sources() if WRITER.search(text)] == [BOOKS]


def test_what_stood_before_comes_from_the_snapshot_but_where_it_says_why_not() -> None:
    found = {name: said_by_hand(text) for name, text in sources()}
    assert {name: count for name, count in found.items() if count} == SAID


def test_each_way_of_writing_it_is_found() -> None:
    assert said_by_hand("record(before={'a': row.a}, after=snapshot(row, 'a'))") == 1
    assert said_by_hand("record(before={n: getattr(row, n) for n in names} if row else None)") == 1
    assert said_by_hand("record(before=snapshot(row, 'a'))\nset_state(row, before=old)") == 0
    assert WRITER.search("book = Workbook(path)")
    assert not WRITER.search("def fill(book: xlsxwriter.Workbook) -> None:")
    assert Path(APPS_DIR / BOOKS).is_file()
