"""The file for a machine without internet: what is in it, and that nothing else is asked for then.

That it installs and starts without a network is shown by `make bundle ARGS="--check"`.
"""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from tools import bundle, setup


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def download(folder: Path, machine: str, python: str) -> None:
        folder.mkdir(exist_ok=True)
        (folder / f"some-1.0-cp{python}-{machine}.whl").write_text("wheel")

    monkeypatch.setattr(bundle, "download", download)
    path = tmp_path / "bundle.tar.gz"
    bundle.make(path, "aarch64", ("3.11", "3.13"))
    return path


def test_it_holds_program_assets_and_wheels_and_nothing_of_this_machine(packed: Path) -> None:
    with tarfile.open(packed) as archive:
        members = archive.getmembers()
    (top,) = {member.name.partition("/")[0] for member in members}
    assert top == bundle.name_of("aarch64")
    names = {member.name.removeprefix(f"{top}/") for member in members}
    assert {
        "Makefile",
        "config/cli.py",
        "requirements/run.txt",
        "docs/operations/install.md",
    } <= names
    assert {"wheels/some-1.0-cp3.11-aarch64.whl", "wheels/some-1.0-cp3.13-aarch64.whl"} <= names
    assert {"build/.stamp", "build/icons.svg"} <= names  # so that no Node.js is needed
    secret = ("var/", ".venv/", ".env", ".git/", "tests/", "node_modules/", "test-results/")
    assert {name for name in names if name.startswith(secret)} == {".env.example"}
    assert {member.uid for member in members} == {0}


def test_the_same_checkout_gives_the_same_file(packed: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.tar.gz"
    bundle.make(again, "aarch64", ("3.11", "3.13"))
    assert again.read_bytes() == packed.read_bytes()


@pytest.mark.parametrize("machine", bundle.MACHINES)
def test_wheels_are_taken_by_hash_for_the_other_machine_alone(
    machine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: asked.append(command))
    bundle.download(tmp_path, machine, "3.11")
    for command in asked:
        assert {"--require-hashes", "--only-binary=:all:"} <= set(command)
        places = [word for word in command if word.startswith("manylinux")]
        assert places
        assert all(place.endswith(machine) for place in places)


def test_what_was_brought_along_is_installed_without_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example.cn/simple")
    monkeypatch.setattr(setup, "WHEELS", tmp_path / "wheels")
    assert setup._index()["UV_DEFAULT_INDEX"] == "https://mirror.example.cn/simple"
    assert "PIP_NO_INDEX" not in setup._brought()
    (tmp_path / "wheels").mkdir()
    offline = setup._index() | setup._brought()
    assert offline["UV_NO_INDEX"] == offline["PIP_NO_INDEX"] == "1"
    assert offline["UV_FIND_LINKS"] == offline["PIP_FIND_LINKS"] == str(tmp_path / "wheels")
