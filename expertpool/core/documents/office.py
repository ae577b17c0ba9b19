"""Office files as PDF, by LibreOffice where it is installed, as strangers' files are read: it runs in a cage (bubblewrap)
without network, our files and our keys, without macros (docs/decisions/0344), and bounded in time, memory, processes
and files (0361).

Where either program is missing, or the kernel lets nobody build such a cage, there is no converter: `is_installed`.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from django.conf import settings

from expertpool.core.documents.watching import Bounds, OutOfBounds, own_threads, run_within
from expertpool.core.reading.messages import Refused
from expertpool.core.reading.turns import TURNS
from expertpool.core.sizes import GIGABYTE, MEGABYTE

logger = logging.getLogger(__name__)
SECONDS = 60  # of the clock for one file
MEMORY = 4 * GIGABYTE  # of addresses of one process: it asks for more than it uses
LARGEST = 256 * MEGABYTE  # bytes of a file that it writes
THREADS = 256
FAILED = "这个文件不能按版式显示，请下载后查看。"
# Its own settings: nothing of a document runs, nothing that a document names is fetched, be it a file or an address.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
{}</oor:items>
"""
_SETTING = (
    '<item oor:path="/org.openoffice.Office.{}"><prop oor:name="{}" oor:op="fuse">'
    "<value>{}</value></prop></item>\n"
)
_CHOSEN = (
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Calc/Content/Update", "Link", "1"),
    ("Writer/Content/Update", "Link", "0"),
)
PLACES = 1  # in each of our processes: it takes some hundred megabytes
PATIENCE = 10  # seconds that are waited for it


def is_installed() -> bool:
    """Tell whether there is a converter, and a cage for it that holds on this machine."""
    return settings.OFFICE_PREVIEW and _is_found()


@cache  # once in a process
def _is_found() -> bool:
    if not all(map(shutil.which, ("soffice", "bwrap", "prlimit"))):
        return False
    try:
        with TemporaryDirectory() as room:
            tried = subprocess.run(
                [*_cage(Path(room)), "true"], capture_output=True, timeout=SECONDS, check=False
            )
    except (OSError, subprocess.TimeoutExpired):
        return False
    if tried.returncode:
        logger.warning("no cage for LibreOffice: %s", tried.stderr.decode(errors="replace")[:300])
    return tried.returncode == 0


def office_pdf(file: IO[bytes], ending: str) -> bytes:
    """Return ``file``, whose kind ``ending`` says (docx), as PDF. Raises Refused where it cannot be laid out in time, Busy where
    too many wait."""
    turn = TURNS.turn("office", places=PLACES, seconds=PATIENCE)
    with turn, TemporaryDirectory(ignore_cleanup_errors=True) as room:
        return _laid_out(Path(room), file, ending)


def _laid_out(room: Path, file: IO[bytes], ending: str) -> bytes:
    profile = room / "profile" / "user"
    profile.mkdir(parents=True)
    settings = "".join(_SETTING.format(*one) for one in _CHOSEN)
    (profile / "registrymodifications.xcu").write_text(_SETTINGS.format(settings))
    source, made = room / f"in.{ending}", room / "in.pdf"
    with source.open("wb") as copy:
        shutil.copyfileobj(file, copy)
    asked = [
        *("soffice", "-env:UserInstallation=file:///work/profile", "--headless", "--norestore"),
        *("--convert-to", "pdf", "--outdir", "/work", f"/work/{source.name}"),
    ]
    try:
        ended = run_within([*_cage(room), *asked], room=room, bounds=Bounds(SECONDS))
    except OutOfBounds as error:
        logger.warning("LibreOffice %s", error)
        raise Refused(FAILED) from None
    # What it made may be a link to anything: it is ours only as a plain file.
    if (
        made.is_symlink()
        or not made.is_file()
        or not (content := made.read_bytes()).startswith(b"%PDF-")
    ):
        logger.warning("LibreOffice made nothing, it ended with %s", ended)
        raise Refused(FAILED)
    return content


def _cage(room: Path) -> list[str]:
    """Return the beginning of a command that sees programs and fonts, and of all else ``room`` alone, as /work: nothing else
    may be written, memory behind a file system least of all."""
    (room / "tmp").mkdir(exist_ok=True)
    program = Path(shutil.which("soffice") or "").resolve().parents[1]
    beside = [] if program.is_relative_to("/usr") else ["--ro-bind", str(program), str(program)]
    shared = ("/etc/fonts", "/etc/libreoffice", "/var/lib/libreoffice", "/var/cache/fontconfig")
    return [
        *("bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"),
        *("--setenv", "HOME", "/work", "--setenv", "LC_ALL", "C.UTF-8"),
        *("--setenv", "PATH", os.defpath if not beside else f"{program / 'program'}:{os.defpath}"),
        *("--ro-bind", "/usr", "/usr"),
        *(
            part
            for name in ("bin", "lib", "lib64")
            for part in ("--symlink", f"usr/{name}", f"/{name}")
        ),
        *(part for path in shared for part in ("--ro-bind-try", path, path)),
        *beside,
        *("--proc", "/proc", "--dev", "/dev"),
        *("--bind", str(room), "/work", "--bind", str(room / "tmp"), "/tmp"),  # noqa: S108 - its own
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/work", "--"),
        *("prlimit", f"--as={MEMORY}", f"--cpu={SECONDS}", f"--fsize={LARGEST}"),
        *(f"--nproc={own_threads() + THREADS}", "--nofile=512", "--core=0", "--"),
    ]
