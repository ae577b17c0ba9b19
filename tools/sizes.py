"""Report files that have outgrown what one reads at a sitting, and how many lines say why; nothing fails for it."""

from __future__ import annotations

import tokenize
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMITS = {".py": 400, ".html": 130, ".js": 400, ".css": 500}
FOLDERS = ("config", "expertpool", "tools", "tests", "frontend")
PRODUCT = ("config", "expertpool", "vdraw")


def main() -> None:
    for folder in FOLDERS:
        for path in _written(folder):
            lines = len(path.read_bytes().splitlines())
            if lines > LIMITS[path.suffix]:
                print(f"  {lines:>5} lines  {path.relative_to(ROOT)}")
    print(f"  {_share_of_comments():.1f} of 100 lines of the product's Python have a comment")


def _written(folder: str) -> list[Path]:
    """The files of ``folder`` that somebody wrote by hand."""
    paths = sorted((ROOT / folder).rglob("*"))
    return [one for one in paths if one.suffix in LIMITS and "migrations" not in one.parts]


def _share_of_comments() -> float:
    lines = commented = 0
    for path in (one for folder in PRODUCT for one in _written(folder) if one.suffix == ".py"):
        with tokenize.open(path) as file:
            found = list(tokenize.generate_tokens(file.readline))
        at = {one.start[0] for one in found if one.type == tokenize.COMMENT and _says_why(one)}
        lines += len({one.start[0] for one in found if one.string.strip()})
        commented += len(at)
    return 100 * commented / lines


def _says_why(comment: tokenize.TokenInfo) -> bool:
    """Not what is there for a checker, or a rule between parts of a file."""
    return not comment.string.startswith(("# noqa", "# type:", "# ---"))


if __name__ == "__main__":
    main()
