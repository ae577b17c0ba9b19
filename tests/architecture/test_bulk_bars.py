"""Every list with a bulk bar says by which conditions its rows were found, and its buttons go through one door."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path("expertpool")
BAR = re.compile(r"{% bulk_bar ([^%]*)%}")
# Files of one record: no filter finds them, all that there are stand on the page.
WITHOUT_CONDITIONS = {"files/templates/files/_attachments.html"}


def bars() -> dict[str, list[str]]:
    """What each template gives its bulk bars."""
    found = {
        path.relative_to(ROOT).as_posix(): BAR.findall(path.read_text())
        for path in ROOT.rglob("templates/**/*.html")
    }
    return {path: given for path, given in found.items() if given}


@pytest.mark.shows("EXP-19")
def test_each_names_the_conditions_of_its_list() -> None:
    found = bars()
    assert len(found) > 10
    assert found.keys() >= WITHOUT_CONDITIONS
    without = {
        path
        for path, given in found.items()
        if any("conditions=conditions" not in one for one in given)
    }
    assert without == WITHOUT_CONDITIONS
    assert not [path for path, given in found.items() if any("total=" not in one for one in given)]
