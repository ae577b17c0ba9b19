"""Make a file with everything for a machine without internet: `python -m tools.bundle`.

One `.tar.gz` for each kind of machine, in dist/: the tracked files of the checkout without tests, the built
assets, and the wheels of the locks, whose hashes are checked here when they come and there again when
they are installed (tools/setup.py finds them by itself). `--check` unpacks the one for this machine
where there is no network at all, and starts what is in it.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import platform
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
MACHINES = ("x86_64", "aarch64")
PYTHONS = ("3.11", "3.12", "3.13")
# glibc 2.28 is of 2018: openEuler 20.03, Kylin V10, UOS 20 and all that came later have it or a newer one.
GLIBC = (28, 27, 26, 24, 17)
LOCKS = ("bootstrap.txt", "voice.txt")  # that of `run`, what goes with an S3 server, and what calls
LEFT_OUT = ("tests/", ".ci/", "node_modules/")
NOBODYS_TIME = 0  # the same checkout gives the same file


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bundle", description=__doc__.partition("\n")[0])
    parser.add_argument("--machine", choices=MACHINES, action="append", help="默认两种都做")
    parser.add_argument("--python", choices=PYTHONS, action="append", help="默认三种版本都放入")
    parser.add_argument(
        "--check", action="store_true", help="在没有网络的环境里安装、启动本机的那一个"
    )
    given = parser.parse_args()
    DIST.mkdir(exist_ok=True)
    for machine in given.machine or MACHINES:
        path = DIST / f"{name_of(machine)}.tar.gz"
        make(path, machine, tuple(given.python or PYTHONS))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        path.with_suffix(".gz.sha256").write_text(f"{digest}  {path.name}\n")
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 2**20:.0f} MB  SHA-256 {digest}")
    if given.check:
        check(DIST / f"{name_of(platform.machine())}.tar.gz")
    return 0


def name_of(machine: str) -> str:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return f"expertpool-{version}-linux-{machine}"


def make(path: Path, machine: str, pythons: tuple[str, ...]) -> None:
    """Write the bundle for ``machine`` to ``path``, whole or not at all."""
    with TemporaryDirectory(prefix="expertpool-bundle-") as folder:
        wheels = Path(folder, "wheels")
        for version in pythons:
            download(wheels, machine, version)
        part = path.with_suffix(".part")
        with (
            part.open("wb") as raw,
            gzip.GzipFile("", "wb", 6, raw, NOBODYS_TIME) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            for file, name in contents(wheels):
                _add(archive, file, f"{name_of(machine)}/{name}")
        part.replace(path)


def contents(wheels: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file and its name in the bundle."""
    for name in tracked():
        yield ROOT / name, name
    for folder, inside in ((ROOT / "build", "build"), (wheels, "wheels")):
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            yield file, f"{inside}/{file.relative_to(folder)}"


def tracked() -> Iterator[str]:
    """Yield the files of the checkout that an installation has: what is not tracked is nobody's business."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in sorted(os.fsdecode(listed.stdout).split("\0")):
        if name and not name.startswith(LEFT_OUT):
            yield name


def download(folder: Path, machine: str, python: str) -> None:
    """Put the wheels of the locks that fit ``machine`` and ``python`` into ``folder``; refuse others."""
    places = [word for minor in GLIBC for word in ("--platform", f"manylinux_2_{minor}_{machine}")]
    places += ["--platform", f"manylinux2014_{machine}", "--platform", "any"]
    for lock in LOCKS:
        command = [sys.executable, "-m", "pip", "--quiet", "download", "--dest", str(folder)]
        command += [
            "--no-deps",
            "--require-hashes",
            "--only-binary=:all:",
            "--python-version",
            python,
        ]
        command += ["--implementation", "cp", "--abi", f"cp{python.replace('.', '')}"]
        command += ["--abi", "abi3", "--abi", "none", *places]
        subprocess.run([*command, "-r", f"requirements/{lock}"], cwd=ROOT, check=True)


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    info = archive.gettarinfo(path, name)
    info.uid = info.gid = info.mtime = NOBODYS_TIME
    info.uname = info.gname = "root"
    info.mode = 0o755 if info.mode & 0o100 else 0o644
    with path.open("rb") as content:
        archive.addfile(info, content)


# --- The try ---------------------------------------------------------------------------------


def check(path: Path) -> None:
    """Install and start the bundle in a place of its own, where no other machine can be reached."""
    here = [sys.executable, "-m", "tools.bundle_check", str(path)]
    alone = ["unshare", "--net", "--map-root-user"] if os.geteuid() else ["unshare", "--net"]
    subprocess.run([*alone, *here], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
