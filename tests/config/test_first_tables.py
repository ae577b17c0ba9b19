"""An empty database begins with the tables that its migrations would have made; that they are the same is shown by
`test_upgrade.py`, which goes through all migrations anyway."""

from __future__ import annotations

import re

from config.environment import BASE_DIR
from tools.tables import TARGET

MOST_AFTER = 40  # migrations that a first start goes through besides, a tenth of a second each


def test_few_migrations_come_after_them() -> None:
    known = {(path.parts[-3], path.stem) for path in BASE_DIR.glob("expertpool/*/migrations/0*.py")}
    within = set(
        re.findall(r"^    \('(\w+)', '(\w+)', now\(\)\)", TARGET.read_text(), re.MULTILINE)
    )
    assert len(known - within) <= MOST_AFTER, "run `make tables`: a first start takes long without"
