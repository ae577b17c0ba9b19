"""What is known of vulnerabilities in what is shipped: a file that is kept with its date, `data/advisories.json`.

Of each ecosystem the packages that have any, each with the versions that are bad: from, the first that is mended, the last
that is not. `tools.audit` writes it and asks it where nobody else answers; `expertpool check` tells its age (docs/decisions/0625).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

KEPT = Path(__file__).parent / "data" / "advisories.json"
OLD_AFTER = 90  # days
PYTHON, SCRIPTS = "PyPI", "npm"  # as OSV calls them


def kept(ecosystem: str) -> dict[str, Any]:
    """Return what is kept of ``ecosystem``: ``date`` (empty: nobody was ever asked) and ``packages``."""
    found: dict[str, Any] = json.loads(KEPT.read_text())[ecosystem]
    return found


def days_old(ecosystem: str, *, today: date) -> int | None:
    """Return of how many days before ``today`` that is; None where nobody was asked."""
    asked = kept(ecosystem)["date"]
    return (today - date.fromisoformat(asked)).days if asked else None


def known(packages: Mapping[str, Any], shipped: Mapping[str, str]) -> list[str]:
    """Return what ``packages`` tells of these versions, a line each."""
    return [
        f"{name} {version}: {one['id']}, mended in {mended or 'no version yet'}"
        for name, version in shipped.items()
        for one in packages.get(name, ())
        for since, mended, last in one["bad"]
        if _is_in(version, since, mended, last)
    ]


def _is_in(version: str, since: str, mended: str, last: str) -> bool:
    here = _ordered(version)
    if here < _ordered(since) or (mended and _ordered(mended) <= here):
        return False
    return not last or here <= _ordered(last)


def _ordered(version: str) -> Version:
    try:
        return Version(version)
    except InvalidVersion:  # a word of npm behind the numbers: of these no order is known
        return Version(re.match(r"[\d.]*\d|", version)[0] or "0")  # type: ignore[index]
