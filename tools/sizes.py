"""Report files that have outgrown what one reads at a sitting; nothing fails for it."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMITS = {".py": 400, ".html": 130, ".js": 400, ".css": 500}
FOLDERS = ("config", "expertpool", "tools", "tests", "frontend")


def main() -> None:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in LIMITS and "migrations" not in path.parts:
                lines = len(path.read_bytes().splitlines())
                if lines > LIMITS[path.suffix]:
                    print(f"  {lines:>5} lines  {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
