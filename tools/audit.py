"""Are there known vulnerabilities in what we ship? Asked of PyPI for every line of the lock file.

A vulnerability fails; that nobody could be asked (no network, a mirror without this service) is said
and passes: it is no fault of the change that is checked.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = "requirements/run.txt"
LONGEST = 120  # seconds


def main() -> int:
    found, unknown = findings(_asked())
    for line in found:
        print(line)
    if unknown:
        print(f"NOT CHECKED, nobody could be asked: {', '.join(unknown)}")
    return bool(found)


def findings(result: dict[str, Any] | None) -> tuple[list[str], list[str]]:
    """Return what pip-audit found, a line each, and the packages it could not ask about."""
    if result is None:
        return [], ["all"]
    found, unknown = [], []
    for package in result["dependencies"]:
        if "skip_reason" in package:
            unknown.append(package["name"])
        for one in package.get("vulns", ()):
            mend = ", ".join(one["fix_versions"]) or "no version yet"
            found.append(f"{package['name']} {package['version']}: {one['id']}, mended in {mend}")
    return found, unknown


def _asked() -> dict[str, Any] | None:
    with TemporaryDirectory() as folder:
        output = Path(folder, "audit.json")
        command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"]
        command += ["-r", LOCK, "--format", "json", "--output", str(output)]
        command += ["--progress-spinner", "off", "--timeout", "15"]
        try:
            subprocess.run(command, cwd=ROOT, capture_output=True, timeout=LONGEST, check=False)
            result: dict[str, Any] = json.loads(output.read_text())
        except (subprocess.TimeoutExpired, OSError, ValueError):
            return None
    return result


if __name__ == "__main__":
    sys.exit(main())
