"""Write requirements/*.txt anew: everything that pyproject.toml brings, by exact hash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header"]
# The others hold what the developers' one does: tested is what runs.
AS_TESTED = ["--constraint", "requirements/dev.txt"]
LOCKS = {
    "bootstrap.txt": ["requirements/bootstrap.in"],
    "node.txt": ["requirements/node.in"],
    "dev.txt": [
        "pyproject.toml",
        "requirements/bootstrap.in",
        "--extra",
        "s3",
        "--extra",
        "voice",
        "--extra",
        "dev",
    ],
    "s3.txt": ["pyproject.toml", "requirements/bootstrap.in", "--extra", "s3", *AS_TESTED],
    "voice.txt": [
        "pyproject.toml",
        "requirements/bootstrap.in",
        "--extra",
        "s3",
        "--extra",
        "voice",
        *AS_TESTED,
    ],
    "run.txt": ["pyproject.toml", "requirements/bootstrap.in", *AS_TESTED],
    "patroni.txt": ["requirements/patroni.in", *AS_TESTED],
}


def main() -> None:
    for name, sources in LOCKS.items():
        compile_lock = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", *OPTIONS]
        output = ["--no-annotate", "--output-file", f"requirements/{name}"]
        subprocess.run([*compile_lock, *sources, *output], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
