"""Virus scanners for tests: ClamAV's daemon where the machine has it, and a small server that speaks its
protocol as clamd(8) describes it and clamd 1.4 does."""

from __future__ import annotations

import shutil
import socketserver
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.ports import free_port

CLAMD = shutil.which("clamd") or shutil.which("/usr/sbin/clamd")
# In two parts, or a scanner of this machine would take this file away.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
VIRUS = "Eicar-Test-Signature"
LIMIT = 2 * 1024**2  # of both: what a stream may have
PATIENCE = 60  # seconds


class Scanner(socketserver.ThreadingTCPServer):
    """``mode``: scan, mute (never answers), or broken (hangs up)."""

    allow_reuse_address = True
    daemon_threads = True
    mode = "scan"
    asked = 0

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.server_address[1]}"


class _Session(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        self.server.asked += 1
        if self.server.mode == "broken":
            return
        command = self.rfile.read(6)
        if command == b"zPING\0":
            if self.server.mode == "scan":
                self.wfile.write(b"PONG\0")
            return
        assert command + self.rfile.read(4) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", self.rfile.read(4))[0]:
            if len(content) + size > LIMIT:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
            content += self.rfile.read(size)
        if self.server.mode == "mute":
            time.sleep(30)
        said = f"{VIRUS} FOUND" if EICAR in content else "OK"
        self.wfile.write(f"stream: {said}\0".encode())


@contextmanager
def speaking() -> Iterator[Scanner]:
    with Scanner(("127.0.0.1", 0), _Session) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()


@contextmanager
def clamd(home: Path, *, tcp: bool) -> Iterator[str]:
    """Run the real one with one signature, which it knows by its content; yield its address."""
    assert CLAMD
    data = home / "signatures"
    data.mkdir(parents=True)
    (data / "test.ndb").write_text(f"{VIRUS}:0:*:{EICAR.hex()}\n")
    lines = [f"DatabaseDirectory {data}", "Foreground yes", f"StreamMaxLength {LIMIT}"]
    lines += ["AlertExceedsMax yes", "User root", f"TemporaryDirectory {home}"]
    if tcp:
        port = free_port()
        lines += [f"TCPSocket {port}", "TCPAddr 127.0.0.1"]
        address = f"tcp://127.0.0.1:{port}"
    else:
        lines.append(f"LocalSocket {home}/clamd.ctl")
        address = f"unix:{home}/clamd.ctl"
    (home / "clamd.conf").write_text("\n".join(lines) + "\n")
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [CLAMD, f"--config-file={home}/clamd.conf"], stdout=log, stderr=log
        )
        try:
            _wait(home / "log", process)
            yield address
        finally:
            process.kill()
            process.wait()


def _wait(log: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while "Self checking" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)
