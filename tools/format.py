"""Bring code and templates into their one form; `--check` only tells about templates."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    if not arguments:
        subprocess.run(["ruff", "check", "--fix", "--exit-zero", "--quiet", "."], check=True)
        subprocess.run(["ruff", "format", "--quiet", "."], check=True)
    templates = sorted(map(str, (ROOT / "expertpool").glob("**/templates/**/*.html")))
    if not templates:
        return 0
    djade = ["djade", "--target-version", "5.2", *arguments, *templates]
    # Without --check djade answers 1 when it changed something.
    code = subprocess.run(djade, check=False).returncode
    return code if arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
