"""How the system is: checks that apps declare, looked at by `/health/`, by the page 运行状况, by its alerts and
by whoever collects figures.

CHECKS.add(Check("disk", "磁盘", SERVER, find_disk, probe="disk"))     # in apps.ready()

A check is cheap (it is made each minute, and while somebody looks at the page), asks nobody outside for
longer than a moment, and says nothing of persons or draws: its words leave the house.
"""

from expertpool.core.health.catalogue import (
    CHECK_GROUPS,
    CHECKS,
    Check,
    Checked,
    CheckGroup,
    Finding,
    Health,
    look,
)

__all__ = [
    "CHECKS", "CHECK_GROUPS", "Check", "CheckGroup", "Checked", "Finding", "Health", "look",
]  # fmt: skip
