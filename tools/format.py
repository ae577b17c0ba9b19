"""Bring code and templates into their one form."""

from __future__ import annotations

import subprocess
import sys

from tools.lint import templates


def main() -> None:
    subprocess.run(["ruff", "check", "--fix", "--exit-zero", "--quiet", "."], check=True)
    subprocess.run(["ruff", "format", "--quiet", "."], check=True)
    # djade answers 1 when it changed something.
    subprocess.run(["djade", "--target-version", "5.2", *templates()], check=False)


if __name__ == "__main__":
    sys.exit(main())
