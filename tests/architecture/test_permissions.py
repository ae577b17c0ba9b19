"""The table of permissions in the documents is the declared one."""

from __future__ import annotations

import re

from config.environment import BASE_DIR
from expertpool.core.permissions import PERMISSIONS

TABLE = BASE_DIR / "docs/architecture/concepts.md"
# | draws | `draws.view`* `draws.publish` … |
ROW = re.compile(r"^\| \w+ \|((?: `\w+\.\w+`\*?)+)", re.MULTILINE)


def test_the_table_names_each_permission_and_which_are_scoped() -> None:
    cells = " ".join(ROW.findall(TABLE.read_text()))
    told = re.findall(r"`([\w.]+)`(\*?)", cells)
    declared = [(one.code, "*" if one.scoped else "") for one in PERMISSIONS]
    assert sorted(told) == sorted(declared)
