"""The bill of materials: what is shipped, in which version, under which licence (CycloneDX).

Written from the environment, since licences stand with the installed packages; what only developers
use is left out. A licence that would bind the product (GPL, AGPL) fails.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "build" / "sbom.json"
LOCK = ROOT / "requirements" / "voice.txt"  # holds run.txt and s3.txt, too
BINDING = re.compile(r"(?<!L)A?GPL|(?<!Lesser )General Public License", re.IGNORECASE)


def main() -> int:
    OUTPUT.parent.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
    command += ["--pyproject", "pyproject.toml", "--output-file", str(OUTPUT), sys.executable]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    bill = only(json.loads(OUTPUT.read_text()), shipped(LOCK.read_text()))
    OUTPUT.write_text(json.dumps(bill, ensure_ascii=False, indent=1))
    bound = False
    for component in bill["components"]:
        licence = licence_of(component)
        bound |= bool(BINDING.search(licence))
        print(f"{component['name']:<28}{component['version']:<12}{licence}")
    print(OUTPUT.relative_to(ROOT))
    return bound


def shipped(lock: str) -> set[str]:
    """Return the names of the packages in a lock file."""
    return {_plain(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}


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
    return "; ".join(line.splitlines()[0] for line in said if line) or "?"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
