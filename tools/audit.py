"""Are there known vulnerabilities in what we ship? Asked of PyPI for every line of the lock file.

Where nobody answers (no network, a mirror without this service) a file is asked that is kept here
with its date: `requirements/advisories.json`, what the Python Packaging Advisory Database (CC-BY 4.0)
said of these packages that day. A vulnerability fails either way.

    python -m tools.audit --keep FOLDER    makes the file anew from a checkout of that database
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
LOCK = "requirements/voice.txt"  # holds run.txt and s3.txt, too
KEPT = ROOT / "requirements" / "advisories.json"
LONGEST = 120  # seconds


def main(arguments: list[str] | None = None) -> int:
    parser = ArgumentParser(prog="python -m tools.audit")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parsed = parser.parse_args(arguments)
    shipped = versions((ROOT / LOCK).read_text())
    if parsed.keep:
        keep(parsed.keep, shipped)
        return 0
    found, unknown = findings(_asked(), shipped)
    if unknown:
        kept = json.loads(KEPT.read_text())
        print(f"PyPI did not answer for {len(unknown)}: known until {kept['date']}")
        found += known(kept["packages"], {name: shipped[name] for name in unknown})
    for line in found:
        print(line)
    return bool(found)


def versions(lock: str) -> dict[str, str]:
    """Return the version of each package in a lock file."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE))


def keep(database: Path, shipped: Iterable[str]) -> None:
    """Write what a checkout of the advisory database says of the packages that are shipped."""
    packages: dict[str, list[dict[str, Any]]] = {}
    latest = ""
    for path in sorted(database.glob("vulns/*/*.yaml")):
        said = yaml.safe_load(path.read_text())
        latest = max(latest, str(said["modified"])[:10])
        if path.parent.name in shipped and not said.get("withdrawn"):
            ranges = [list(one) for one in _ranges(said)]
            packages.setdefault(path.parent.name, []).append({"id": said["id"], "bad": ranges})
    content = {"date": latest, "packages": packages}
    KEPT.write_text(json.dumps(content, indent=1) + "\n")


def _ranges(said: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the first version that is vulnerable and the first that is not any more."""
    for affected in said["affected"]:
        for one in affected.get("ranges", ()):
            since = ""
            for event in one["events"] if one["type"] == "ECOSYSTEM" else ():
                since = event.get("introduced", since)
                if "fixed" in event:
                    yield since, event["fixed"]
                    since = ""
            if since:
                yield since, ""


def known(packages: dict[str, Any], shipped: dict[str, str]) -> list[str]:
    """Return what the kept file knows of these versions, a line each."""
    return [
        f"{name} {version}: {one['id']}, mended in {mended or 'no version yet'}"
        for name, version in shipped.items()
        for one in packages.get(name, ())
        for since, mended in one["bad"]
        if Version(since) <= Version(version)
        and not (mended and Version(mended) <= Version(version))
    ]


def findings(result: dict[str, Any] | None, shipped: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return what pip-audit found, a line each, and the packages it could not ask about."""
    if result is None:
        return [], list(shipped)
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
