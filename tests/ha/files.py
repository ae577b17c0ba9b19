"""The files of deploy/ha for this run: its addresses, its paths, and what one machine cannot have."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from config.environment import BASE_DIR
from tests.ha.programs import Programs

SHIPPED = BASE_DIR / "deploy" / "ha"
NAMES = ("db1", "db2", "db3")
SERVICES = {"2379": "etcd", "2380": "peer", "8008": "patroni", "5432": "postgres"}
PASSWORDS = {
    name: f"{name.lower()}-of-the-rehearsal" for name in ("POSTGRES", "REPLICATOR", "REWINDER")
}


@dataclass(frozen=True)
class Files:
    """``ports`` by host and service; besides those of SERVICES each host has a ``gate`` to etcd."""

    programs: Programs
    folder: Path
    ports: Mapping[str, Mapping[str, int]]

    @property
    def tls(self) -> Path:
        return self.folder / "tls"

    def make_certificates(self) -> None:
        make = ["sh", SHIPPED / "certificates.sh", self.folder, "tls=127.0.0.1"]
        subprocess.run(make, check=True)

    @cached_property
    def has_tls(self) -> bool:
        """Tell whether PostgreSQL has TLS: the wheel's has none."""
        command = [self.programs.postgres / "pg_config", "--configure"]
        told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        return "ssl" in told

    def etcd(self, name: str) -> dict[str, str]:
        changes = {"/var/lib/etcd/expertpool": str(self.folder / name / "etcd")}
        lines = self._filled("etcd.env", name, changes).splitlines()
        pairs = [line.partition("=") for line in lines if not line.startswith("#")]
        return {key: value for key, _, value in pairs}

    def patroni(self, name: str) -> str:
        own = self.folder / name
        changes = {
            "10.8.0.11:2379,10.8.0.12:2379,10.8.0.13:2379": f"127.0.0.1:{self.ports[name]['gate']}",
            "  protocol: https\n": "  protocol: https\n  use_proxies: true\n",
            "/usr/lib/postgresql/17/bin": str(self.programs.postgres),
            "/var/lib/postgresql/17/expertpool": str(own / "data"),
            "/var/lib/postgresql/.pgpass-patroni": str(own / "pgpass"),
            "/var/run/postgresql": str(own),
            "10.8.0.0/24": "127.0.0.1/32",
            "mode: automatic": "mode: off",  # the watchdog of this machine is not ours
            "log_statement: none": "log_statement: none\n        shared_buffers: 32MB",
            **{f"@{key}_PASSWORD@": password for key, password in PASSWORDS.items()},
        }
        if not self.has_tls:
            verified = ", sslmode: verify-ca, sslrootcert: /etc/expertpool-ha/ca.crt"
            changes |= {'ssl: "on"': 'ssl: "off"', "hostssl": "host", verified: ""}
        return self._filled("patroni.yml", name, changes)

    def haproxy(self, port: int) -> str:
        changes = {
            "    user haproxy\n    group haproxy\n": "",
            "    log /dev/log local0 notice\n": "    log stdout format raw local0 notice\n",
            "127.0.0.1:5432": f"127.0.0.1:{port}",
        }
        for number, name in enumerate(NAMES, 1):
            old = f"10.8.0.1{number}:5432 check port "
            changes[f"{old}8008"] = f"{old}{self.ports[name]['patroni']}"
        return self._filled("haproxy.cfg", "", changes)

    def gate(self, name: str) -> str:
        """HAProxy's file for the way of one host to etcd, of nobody else."""
        servers = "\n".join(
            f"    server {other} 127.0.0.1:{self.ports[other]['etcd']} check inter 1s"
            for other in NAMES
        )
        return (
            "defaults\n    mode tcp\n    timeout connect 2s\n    timeout client 1h\n    timeout server 1h\n"
            f"listen etcd\n    bind 127.0.0.1:{self.ports[name]['gate']}\n    option redispatch\n"
            f"    default-server on-marked-down shutdown-sessions\n{servers}\n"
        )

    def _filled(self, file: str, name: str, changes: Mapping[str, str]) -> str:
        """Return ``file`` for the host ``name``, with ``changes``; what they replace has to be there."""
        text = (SHIPPED / file).read_text()
        if name:
            text = text.replace("@NAME@", name)
            text = text.replace("@ADDRESS@", f"10.8.0.1{NAMES.index(name) + 1}")
        for old, new in changes.items():
            assert old in text, f"deploy/ha/{file}: {old}"
            text = text.replace(old, new)
        for number, other in enumerate(NAMES, 1):
            for port, service in SERVICES.items():
                place = f"127.0.0.1:{self.ports[other][service]}"
                text = text.replace(f"10.8.0.1{number}:{port}", place)
        text = text.replace("/etc/expertpool-ha", str(self.tls))
        settings = "".join(line.partition("#")[0] for line in text.splitlines(keepends=True))
        assert "10.8.0" not in settings
        assert "@" not in settings
        return text
