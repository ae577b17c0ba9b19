"""A run of pytest inside a test, with nothing of ours but what is tried."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from config.environment import BASE_DIR


def run_tests(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run what ``folder`` has, without plugins but those that ``arguments`` name."""
    alone = ["--rootdir", str(folder), "-c/dev/null", "-omarkers=race"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, *alone, str(folder)],
        cwd=BASE_DIR,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
