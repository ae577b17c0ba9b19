"""etcd, HAProxy and Patroni: those of the machine, else fetched for this folder alone. Nothing is installed and
no service started: Debian's packages are unpacked, Patroni gets an environment of its own."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.environment import BASE_DIR
from config.programs import is_public, is_root, programs, public_folder

LOCK = BASE_DIR / "requirements" / "patroni.txt"
# HAProxy's libraries that a machine without it may lack, too.
PACKAGES = (
    *("etcd-server", "haproxy", "liblua5.4-0", "libopentracing-c-wrapper0t64"),
    *("libopentracing1", "libjemalloc2", "libpcre2-8-0"),
)
PATIENCE = 300  # seconds for all of them to come


class Missing(Exception):
    """They cannot be had here; the message says which and why."""


@dataclass(frozen=True)
class Programs:
    etcd: Path
    haproxy: Path
    patroni: Path
    postgres: Path  # the folder of PostgreSQL's
    libraries: str = ""  # where HAProxy's are, if it was unpacked


def find_programs(postgres: Path | None = None) -> Programs:
    """Return where they are; fetch what is missing (Missing). ``postgres`` instead of the embedded one."""
    if sys.platform != "linux":
        raise Missing("Patroni、etcd 和 HAProxy 的演练只在 Linux 上进行")
    folder = (public_folder() if is_root() else BASE_DIR / "var") / "ha"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one who fetches
        etcd, haproxy = _on_machine("etcd"), _on_machine("haproxy")
        libraries = ""
        if not (etcd and haproxy):
            unpacked = _unpacked(folder)
            found = sorted((unpacked / "usr/lib").glob("*-linux-*"))
            libraries = ":".join(str(one) for one in found)
            etcd, haproxy = unpacked / "usr/bin/etcd", unpacked / "usr/sbin/haproxy"
        patroni = _patroni(folder)
    return Programs(etcd, haproxy, patroni, postgres or programs(), libraries)


def _on_machine(name: str) -> Path | None:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    return Path(found) if found else None


def _unpacked(folder: Path) -> Path:
    unpacked = folder / "debian"
    if unpacked.exists():
        return unpacked
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise Missing("没有 etcd 和 haproxy，本机也没有 apt-get 可以取得它们")
    with tempfile.TemporaryDirectory(dir=folder) as part:
        Path(part).chmod(0o755)
        if is_root():  # an image comes without lists
            _run(["apt-get", "update", "-q"], "apt-get update")
        _run(["apt-get", "download", *PACKAGES], "apt-get download etcd-server haproxy", Path(part))
        for package in Path(part).glob("*.deb"):
            _run(["dpkg-deb", "-x", str(package), f"{part}/root"], f"dpkg-deb -x {package.name}")
        Path(part, "root").rename(unpacked)
    return unpacked


def _patroni(folder: Path) -> Path:
    """Return the folder of its commands, in an environment that holds what the lock says."""
    python = Path(sys.executable).resolve()
    if is_root() and not is_public(python.parent):
        raise Missing(f"{python} 只有 root 能用，而数据库不能以 root 运行")
    place = folder / f"patroni-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    stamp = place / "whole"
    if not stamp.exists():
        shutil.rmtree(place, ignore_errors=True)
        uv = [sys.executable, "-m", "uv"]
        _run([*uv, "venv", "--quiet", "--python", str(python), str(place)], "uv venv")
        install = ["pip", "install", "--quiet", "--require-hashes", "--python", str(place)]
        _run([*uv, *install, "-r", str(LOCK)], "pip install patroni")
        stamp.touch()
    return place / "bin"


def _run(command: Sequence[str], name: str, folder: Path = BASE_DIR) -> None:
    mirror = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.index-url"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    environment = os.environ | ({"UV_DEFAULT_INDEX": mirror} if mirror else {}) | {"LC_ALL": "C"}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment | {"UV_LINK_MODE": "copy"},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(f"{name}：{error}") from error
    if done.returncode:
        raise Missing(f"{name} 失败：{(done.stderr or done.stdout).strip()[-300:]}")
