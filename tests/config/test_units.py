"""The units of systemd start again whatever ended, and may do little else."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from config.environment import BASE_DIR

OURS = sorted((BASE_DIR / "deploy/systemd").glob("*.service"))
UNITS = [*OURS, *(BASE_DIR / "deploy/ha/systemd").glob("*.service")]
ADDED = sorted((BASE_DIR / "deploy/ha/systemd").glob("*.service.d/*.conf"))
MOST = 25  # tenths of the exposure that systemd counts


@pytest.mark.parametrize("unit", [*UNITS, *ADDED], ids=lambda unit: unit.parent.name + unit.name)
def test_a_unit_is_started_again_however_often_it_ends(unit: Path) -> None:
    lines = unit.read_text().splitlines()
    assert {"Restart=always", "StartLimitIntervalSec=0"} <= set(lines)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_hardened(unit: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=yes", f"--threshold={MOST}", str(unit)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_units_start_what_there_is() -> None:
    started = [
        re.findall(r"^ExecStart=.*/expertpool ([\w-]+)$", unit.read_text(), re.MULTILINE)
        for unit in OURS
    ]
    assert started == [["voice-agent"], ["serve"], ["worker"]]
