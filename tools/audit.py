"""Are there known vulnerabilities in what we ship? PyPI and npm are asked for every line of the lock files.

Where nobody answers (no network, a mirror without this service) a file is asked that is kept here
with its date (`config.advisories`): what OSV, or the Python Packaging Advisory Database (CC-BY 4.0),
said of these packages that day. A vulnerability fails either way; the age of the file is said.

    make advisories                        makes the file anew: OSV is asked for both lock files
    python -m tools.audit --keep FOLDER    the Python part of it, from a checkout of that database
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import yaml

from config import advisories
from config.advisories import PYTHON, SCRIPTS, known
from tools.assets import npm
from tools.sbom import scripts

ROOT = Path(__file__).resolve().parent.parent
LOCK = "requirements/voice.txt"  # holds run.txt and s3.txt, too
NPM_LOCK = "package-lock.json"
OSV = "https://api.osv.dev/v1/query"
LONGEST = 120  # seconds
UNKNOWN = "{} did not answer for {}: {}"
Said = dict[str, Any]


def main(arguments: list[str] | None = None) -> int:
    parser = ArgumentParser(prog="python -m tools.audit")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parser.add_argument("--renew", action="store_true")
    parsed = parser.parse_args(arguments)
    shipped = versions((ROOT / LOCK).read_text())
    sent = {
        one["name"]: one["version"] for one in scripts(json.loads((ROOT / NPM_LOCK).read_text()))
    }
    if parsed.keep:
        keep(parsed.keep, shipped)
        return 0
    if parsed.renew:
        return renew(shipped, sent)
    found, unknown = findings(_asked(), shipped)
    more, unsaid = script_findings(_asked_npm(), sent)
    found += more
    for ecosystem, names, all_of in ((PYTHON, unknown, shipped), (SCRIPTS, unsaid, sent)):
        if names:
            print(
                UNKNOWN.format(
                    ecosystem, len(names), age_of(ecosystem, today=datetime.now(UTC).date())
                )
            )
            found += known(
                advisories.kept(ecosystem)["packages"], {one: all_of[one] for one in names}
            )
    for line in found:
        print(line)
    return bool(found)


def age_of(ecosystem: str, *, today: date) -> str:
    """Return in words how old the kept file is."""
    days = advisories.days_old(ecosystem, today=today)
    if days is None:
        return "nothing is known, nobody was ever asked (make advisories)"
    since = f"known until {advisories.kept(ecosystem)['date']}, {days} days ago"
    return f"{since}: OLD, run make advisories" if days > advisories.OLD_AFTER else since


def renew(shipped: Mapping[str, str], sent: Mapping[str, str]) -> int:
    """Ask OSV for all that is shipped and sent, and write the kept file; where it does not answer for one of them nothing
    is written."""
    parts = {}
    try:
        with httpx.Client(timeout=30) as client:
            for ecosystem, names in ((PYTHON, shipped), (SCRIPTS, sent)):
                asked = {
                    name: list(_told_by_osv(client, ecosystem, name)) for name in sorted(names)
                }
                parts[ecosystem] = {
                    "date": datetime.now(UTC).date().isoformat(),
                    "packages": {name: said for name, said in asked.items() if said},
                }
    except (httpx.HTTPError, ValueError, KeyError) as error:
        print(f"OSV ({OSV}) did not answer, nothing was changed: {error or type(error).__name__}")
        return 1
    advisories.KEPT.write_text(json.dumps(parts, indent=1) + "\n")
    print(f"{len(shipped)} packages and {len(sent)} scripts asked; {advisories.KEPT.name}")
    return 0


def _told_by_osv(client: httpx.Client, ecosystem: str, name: str) -> Iterator[Said]:
    """Yield what OSV knows of all versions of a package, page by page."""
    question: Said = {"package": {"name": name, "ecosystem": ecosystem}}
    while True:
        answer = client.post(OSV, json=question).raise_for_status().json()
        for said in answer.get("vulns", ()):
            if not said.get("withdrawn") and (entry := _entry(said, ecosystem, name))["bad"]:
                yield entry
        if not (token := answer.get("next_page_token")):
            return
        question["page_token"] = token


def versions(lock: str) -> dict[str, str]:
    """Return the version of each package in a lock file."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE))


def keep(database: Path, shipped: Iterable[str]) -> None:
    """Write what a checkout of the advisory database says of the packages that are shipped."""
    packages: dict[str, list[Said]] = {}
    latest = ""
    for path in sorted(database.glob("vulns/*/*.yaml")):
        said, name = yaml.safe_load(path.read_text()), path.parent.name
        latest = max(latest, str(said["modified"])[:10])
        if name in shipped and not said.get("withdrawn"):
            packages.setdefault(name, []).append(_entry(said, PYTHON, name))
    content = json.loads(advisories.KEPT.read_text()) | {
        PYTHON: {"date": latest, "packages": packages}
    }
    advisories.KEPT.write_text(json.dumps(content, indent=1) + "\n")


def _entry(said: Said, ecosystem: str, name: str) -> Said:
    return {"id": said["id"], "bad": [list(one) for one in _ranges(said, ecosystem, name)]}


def _ranges(said: Said, ecosystem: str, name: str) -> Iterator[tuple[str, str, str]]:
    """Yield the first version that is vulnerable, the first that is not any more, and the last that is."""
    for affected in said["affected"]:
        # One says something of many packages at times.
        of = affected.get("package") or {"ecosystem": ecosystem, "name": name}
        if of["ecosystem"] != ecosystem or _plain(of["name"]) != _plain(name):
            continue
        found = [it for one in affected.get("ranges", ()) for it in _in_range(one)]
        yield from found or ((one, "", one) for one in affected.get("versions", ()))


def _in_range(said: Said) -> Iterator[tuple[str, str, str]]:
    since = ""
    for event in said["events"] if said["type"] in ("ECOSYSTEM", "SEMVER") else ():
        since = event.get("introduced", since)
        if "fixed" in event or "last_affected" in event:
            yield since, event.get("fixed", ""), event.get("last_affected", "")
            since = ""
    if since:
        yield since, "", ""


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


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


def script_findings(result: Said | None, sent: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the same of what npm said."""
    if result is None or "vulnerabilities" not in result:
        return [], list(sent)
    found = [
        f"{name}: {one['title']} ({one['url']}), in {one['range']}"
        for name, said in result["vulnerabilities"].items()
        for one in said["via"]
        if not isinstance(one, str)  # it stands there by itself
    ]
    return found, []


def _asked_npm() -> Said | None:
    try:
        command = [*npm(), "audit", "--omit=dev", "--package-lock-only", "--json"]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=LONGEST, check=False)
        result: Said = json.loads(told.stdout)
    except (subprocess.TimeoutExpired, OSError, ValueError):
        return None
    return result


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
