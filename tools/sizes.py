"""Report files longer than files here usually are; only the very long ones fail."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# suffix: (lines worth a look, lines where it ends)
LIMITS = {".py": (300, 400), ".html": (130, 200), ".js": (300, 500), ".css": (400, 800)}
FOLDERS = ("config", "expertpool", "tools", "tests", "frontend")


def main() -> int:
    too_long = 0
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in LIMITS or "migrations" in path.parts:
                continue
            look, end = LIMITS[path.suffix]
            lines = len(path.read_bytes().splitlines())
            if lines > look:
                print(f"  {lines:>5} lines  {path.relative_to(ROOT)}{' TOO LONG' * (lines > end)}")
                too_long += lines > end
    return bool(too_long)


if __name__ == "__main__":
    sys.exit(main())
