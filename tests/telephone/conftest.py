"""What the telephone is tried with comes from the packages of the machine."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

PACKAGES = {"sipp": "sip-tester", "espeak-ng": "espeak-ng"}


@pytest.fixture(scope="session")
def programs() -> None:
    """Install the programs where that is allowed; skip where it is not, but not silently where everything is to be tried."""
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=120", "-q", "-y"]
    if not all(map(shutil.which, PACKAGES)) and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (
            ["install", *PACKAGES.values()],
            ["update"],
            ["install", *PACKAGES.values()],
        ):
            done = subprocess.run([*apt, *command], capture_output=True, check=False, timeout=240)
            if command[0] == "install" and done.returncode == 0:
                break
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if missing:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"apt install {' '.join(missing)}")
