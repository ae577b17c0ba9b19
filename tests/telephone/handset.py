"""A telephone that the project did not write: baresip, told over its control port to take a call, press a key or hang up.

It keeps as a WAV file what it has heard, and says what it is given as one.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NUMBER = "13800138099"
PATIENCE = 60.0  # seconds for anything that is waited for: a busy machine starts it late
CONFIG = """sip_listen 127.0.0.1:{port}
net_interface 127.0.0.1
audio_player aufile,{heard}
audio_source aufile,{says}
ring_aufile none
ringback_aufile none
busy_aufile none
notfound_aufile none
error_aufile none
rtp_ports 20000-40000
module_path {modules}
module g711.so
module aufile.so
module ctrl_tcp.so
module_app account.so
module_app menu.so
ctrl_tcp_listen 127.0.0.1:{control}
"""


class Handset:
    """The telephone as the hand that holds it sees it."""

    def __init__(self, control: int, heard: Path) -> None:
        self.heard = heard
        self._line = _connected(control)
        self._kept = b""
        self.events: list[str] = []

    def tell(self, command: str, value: str = "") -> None:
        said = json.dumps({"command": command, "params": value, "token": "t"}).encode()
        self._line.sendall(b"%d:%s," % (len(said), said))

    def wait(self, event: str) -> None:
        """Wait until ``event`` was told, as CALL_INCOMING."""
        until = time.monotonic() + PATIENCE
        while event not in self.events:
            assert time.monotonic() < until, (event, self.events)
            self._read()
        self.events.remove(event)

    def close(self) -> None:
        self._line.close()

    def _read(self) -> None:
        try:
            self._kept += self._line.recv(65536)
        except TimeoutError:
            return
        while b":" in self._kept:
            head, _, rest = self._kept.partition(b":")
            if len(rest) <= int(head):
                return
            said: dict[str, Any] = json.loads(rest[: int(head)])
            self._kept = rest[int(head) + 1 :]
            if said.get("event"):
                self.events.append(said["type"])


def _connected(port: int) -> socket.socket:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            line = socket.create_connection(("127.0.0.1", port), 0.2)
        except OSError:
            assert time.monotonic() < until, "baresip does not start"
            time.sleep(0.05)
        else:
            return line


@contextmanager
def handset(folder: Path, *, port: int, control: int, says: Path) -> Iterator[Handset]:
    """Let baresip wait for calls to NUMBER at ``port``; whoever calls hears the WAV file ``says``."""
    heard = folder / "heard.wav"
    modules = next(Path("/usr/lib").glob("**/baresip/modules"))
    config = CONFIG.format(port=port, control=control, heard=heard, says=says, modules=modules)
    (folder / "config").write_text(config)
    (folder / "accounts").write_text(
        f"<sip:{NUMBER}@127.0.0.1:{port}>;regint=0;audio_codecs=PCMA\n"
    )
    (folder / "contacts").touch()
    log = (folder / "baresip.log").open("w")
    with log, subprocess.Popen(["baresip", "-f", str(folder)], stdout=log, stderr=log) as phone:
        try:
            held = Handset(control, heard)
            try:
                yield held
            finally:
                held.close()
        finally:
            phone.terminate()
            phone.wait(10)
