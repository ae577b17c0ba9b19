"""Every static check, all of them even when one fails: `make lint`."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
# A deployment as strict as it gets; nothing of this machine's state takes part.
PRODUCTION = {
    "DEBUG": "0",
    "HTTPS": "1",
    "SITE_URL": "https://pool.example.cn",
    "ALLOWED_HOSTS": "pool.example.cn",
    **{
        name: secrets.token_hex(32) for name in ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY", "SEAL_KEY")
    },
}
TESTING = {"DJANGO_SETTINGS_MODULE": "config.settings_test"}


def main() -> int:
    checks: dict[str, tuple[list[str], dict[str, str]]] = {
        "types": (["mypy"], {}),
        "ruff": (["ruff", "check", "--quiet", "."], {}),
        "format": (["ruff", "format", "--quiet", "--check", "."], {}),
        "templates, js": ([sys.executable, "-m", "tools.format", "--check"], {}),
        "inline": ([sys.executable, "-m", "tools.check_templates"], {}),
        "imports": (["lint-imports", "--no-logo"], {}),
        "migrations": ([*MANAGE, "makemigrations", "--check", "--dry-run"], TESTING),
        "deploy": ([*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
        "audit": ([sys.executable, "-m", "tools.audit"], {}),
        "sizes": ([sys.executable, "-m", "tools.sizes"], {}),
    }
    # The types, which take as long as all others, beside them.
    with ThreadPoolExecutor(max_workers=2) as at_once:
        passes = at_once.map(lambda name: _passes(name, *checks[name]), checks)
        failed = [name for name, passed in zip(checks, passes, strict=True) if not passed]
    if failed:
        print(f"lint: {', '.join(failed)} failed", flush=True)
    return bool(failed)


def _passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    began = time.monotonic()
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    verdict = "FAILED" if result.returncode else "ok"
    told = f"{name:<14}{verdict:<8}{time.monotonic() - began:5.1f} s\n"
    if result.returncode or name in {"audit", "sizes"}:
        told += result.stdout + result.stderr + "\n"
    print(told, end="", flush=True)  # in one: another ends at the same moment
    return not result.returncode


if __name__ == "__main__":
    sys.exit(main())
