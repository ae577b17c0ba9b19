"""Bring code, templates and scripts into their one form; `--check` leaves the code to ruff."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.assets import node_with_packages

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    if not arguments:
        subprocess.run(["ruff", "check", "--fix", "--exit-zero", "--quiet", "."], check=True)
        subprocess.run(["ruff", "format", "--quiet", "."], check=True)
    return max(_templates(arguments), _scripts(arguments))


def _templates(arguments: list[str]) -> int:
    templates = sorted(map(str, (ROOT / "expertpool").glob("**/templates/**/*.html")))
    if not templates:
        return 0
    djade = ["djade", "--target-version", "5.2", *arguments, *templates]
    # Without --check djade answers 1 when it changed something.
    code = subprocess.run(djade, check=False).returncode
    return code if arguments else 0


def _scripts(arguments: list[str]) -> int:
    """Check the scripts of the pages, or mend what can be mended (biome.jsonc)."""
    node = node_with_packages(dev=True)
    biome = [node, "node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings"]
    biome += [] if arguments else ["--write"]
    return subprocess.run([*biome, "frontend"], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
