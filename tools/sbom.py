"""The bill of materials: what is shipped, in which version, under which licence (CycloneDX).

Written from the environment, since licences stand with the installed packages, and for what browsers
run from the lock file of npm; what only developers use, or the build alone, is left out. Fonts come as packages
(`pylopdf-fonts-zh-cn`). A licence that would bind the product (GPL, AGPL), or none, fails.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "build" / "sbom.json"
UNKNOWN = "?"
LOCK = ROOT / "requirements" / "voice.txt"  # holds run.txt and s3.txt, too
NPM_LOCK = ROOT / "package-lock.json"
BUILDS = {
    "esbuild"
}  # and what comes with it for one kind of machine: nothing of it reaches a browser
# What only the text of a licence says.
OPEN_FONT = "SIL Open Font License"
SAID_IN_TEXT = {"pyrage": "MIT"}
BINDING = re.compile(r"(?<!L)A?GPL|(?<!Lesser )General Public License", re.IGNORECASE)


def main() -> int:
    OUTPUT.parent.mkdir(exist_ok=True)
    bill = made()
    OUTPUT.write_text(json.dumps(bill, ensure_ascii=False, indent=1))
    bound = told(bill)
    print(OUTPUT.relative_to(ROOT))
    return bound


def made() -> dict[str, Any]:
    """Return the bill of this environment and of the lock file of npm."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
    command += ["--pyproject", "pyproject.toml", "--output-file", str(OUTPUT), sys.executable]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    bill = only(json.loads(OUTPUT.read_text()), shipped(LOCK.read_text()))
    bill["components"] += scripts(json.loads(NPM_LOCK.read_text()))
    return bill


def told(bill: dict[str, Any]) -> bool:
    """Say what is in the bill under which licence; tell whether one binds the product, or is unknown."""
    bound = False
    for component in bill["components"]:
        licence = licence_of(component)
        bound |= licence == UNKNOWN or bool(BINDING.search(licence))
        print(f"{component['name']:<28}{component['version']:<12}{licence}")
    return bound


def shipped(lock: str) -> set[str]:
    """Return the names of the packages in a lock file."""
    return {_plain(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}


def scripts(lock: dict[str, Any]) -> list[dict[str, Any]]:
    """Return as components what a lock file of npm says that browsers are sent."""
    found = []
    for path, said in lock["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if name and name not in BUILDS and not (said.get("dev") or said.get("optional")):
            url = f"pkg:npm/{quote(name, safe='/')}@{said['version']}"
            component = {"type": "library", "bom-ref": url, "purl": url, "name": name}
            found.append(
                component
                | {"version": said["version"], "licenses": [{"expression": said["license"]}]}
            )
    return found


def only(bill: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Return the bill with the components ``names`` alone."""
    kept = [one for one in bill["components"] if _plain(one["name"]) in names]
    references = {one["bom-ref"] for one in kept} | {bill["metadata"]["component"]["bom-ref"]}
    links = [
        link | {"dependsOn": [ref for ref in link.get("dependsOn", ()) if ref in references]}
        for link in bill["dependencies"]
        if link["ref"] in references
    ]
    return bill | {"components": kept, "dependencies": links}


def licence_of(component: dict[str, Any]) -> str:
    """Return what a component says of its licence, in a line."""
    said = [
        one.get("expression") or one["license"].get("id") or one["license"].get("name", "")
        for one in component.get("licenses", ())
    ]
    told = "; ".join(_short(line) for line in said if line)
    return told or SAID_IN_TEXT.get(component["name"], UNKNOWN)


def _short(text: str) -> str:
    return "OFL-1.1" if OPEN_FONT in text else text.splitlines()[0]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
