"""What the telephone is tried with comes from the packages of the machine."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

PACKAGES = {"sipp": "sip-tester", "espeak-ng": "espeak-ng"}
HANDSET = {"baresip": "baresip-core"}


@pytest.fixture(scope="session")
def programs() -> None:
    _install(PACKAGES)


@pytest.fixture(scope="session")
def handset_program() -> None:
    _install(HANDSET)


def _install(packages: dict[str, str]) -> None:
    """Install the programs where that is allowed; skip where it is not, but not silently where everything is to be tried."""
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=120", "-q", "-y"]
    names = packages.values()
    if not all(map(shutil.which, packages)) and os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["install", "--no-install-recommends", *names]
        for command in (install, ["update"], install):
            done = subprocess.run([*apt, *command], capture_output=True, check=False, timeout=240)
            if command is install and done.returncode == 0:
                break
    missing = [package for program, package in packages.items() if not shutil.which(program)]
    if missing:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"apt install {' '.join(missing)}")
