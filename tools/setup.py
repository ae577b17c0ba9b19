"""Make .venv hold exactly what the lock says: `python3 tools/setup.py run|s3|voice|dev`.

Runs on any Python 3.11 with its standard library. Does nothing when the lock is unchanged since
the last time; an environment that holds more (`SERVED_BY`) serves, too. Where the folder wheels/ is
(`make bundle`), everything comes from there and no network is asked.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "expertpool-stamp.json"
WHEELS = ROOT / "wheels"
SERVED_BY = {
    "run": ("run", "s3", "voice", "dev"),
    "s3": ("s3", "voice", "dev"),
    "voice": ("voice", "dev"),
    "dev": ("dev",),
}


def main(kind: str) -> None:
    wanted = {name: _stamp(name) for name in SERVED_BY}
    made = json.loads(STAMP.read_text()) if STAMP.exists() and PYTHON.exists() else {}
    in_place = made.get("place", str(VENV)) == str(VENV)  # a moved .venv is made anew
    if in_place and any(wanted[name] == made.get(name) for name in SERVED_BY[kind]):
        return
    print(f"正在准备 Python 环境（{kind}）……", flush=True)
    if not (PYTHON.exists() and in_place):
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    STAMP.unlink(missing_ok=True)
    pip: list[str | Path] = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    _call(
        *pip,
        "install",
        "--require-hashes",
        "-r",
        ROOT / "requirements" / "bootstrap.txt",
        env=_brought(),
    )
    uv: list[str | Path] = [PYTHON, "-m", "uv", "pip"]
    lock = ROOT / "requirements" / f"{kind}.txt"
    _call(*uv, "sync", "--quiet", "--require-hashes", lock, env=_index())
    _call(*uv, "install", "--quiet", "--offline", "--no-deps", "--no-build-isolation", "-e", ROOT)
    STAMP.write_text(json.dumps({"place": str(VENV), kind: wanted[kind]}))


def _stamp(kind: str) -> str:
    """Hash what the environment is made from."""
    files = [ROOT / "pyproject.toml", ROOT / "requirements" / "bootstrap.txt"]
    files.append(ROOT / "requirements" / f"{kind}.txt")
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _index() -> dict[str, str]:
    """Let uv use the package mirror that pip is set up with, or the wheels that were brought along."""
    if WHEELS.is_dir():
        return _brought() | {"UV_NO_INDEX": "1", "UV_FIND_LINKS": str(WHEELS), "UV_OFFLINE": "1"}
    command = [str(PYTHON), "-m", "pip", "config", "get", "global.index-url"]
    mirror = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    mirror = os.environ.get("PIP_INDEX_URL", mirror)
    return {"UV_DEFAULT_INDEX": mirror} | dict(os.environ) if mirror else dict(os.environ)


def _brought() -> dict[str, str]:
    """For pip, which brings uv."""
    wheels = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(WHEELS)}
    return dict(os.environ) | (wheels if WHEELS.is_dir() else {})


def _call(*command: str | Path, env: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=ROOT, check=True, env=env)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except subprocess.CalledProcessError as error:
        sys.exit(f"准备 Python 环境失败：{error}")
