"""Three hosts of the database and the HAProxy of each host of the product, on loopback (tests/ha/files.py)."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psutil
import psycopg

from config.programs import SYSTEM_ACCOUNT, give_to_account, is_root
from tests.ha.files import NAMES, PASSWORDS, SERVICES, Files
from tests.ha.programs import Programs
from tests.ports import free_ports

OWNER, APPLICATION, POOL, WRITTEN = "pool_owner", "pool_app", "pool", "written"
PASSWORD = "rehearsal"
PATIENCE = 180  # seconds; a machine may be busy


@dataclass
class Host:
    """A host of the database. Its Patroni reaches etcd through a gate of its own, which can be shut."""

    name: str
    folder: Path
    ports: dict[str, int]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def postmaster(self) -> psutil.Process | None:
        with suppress(OSError, ValueError, IndexError, psutil.Error):
            found = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
            if str(self.data) in found.cmdline():
                return found
        return None

    def family(self) -> list[psutil.Process]:
        """PostgreSQL and all that works for it."""
        found = self.postmaster()
        return [found, *found.children(recursive=True)] if found else []

    def machine(self) -> list[psutil.Process]:
        """What dies or hangs with the machine, etcd apart: its loss is a fault of its own."""
        patroni = self.running.get("patroni")
        alive = patroni is not None and patroni.poll() is None
        return ([psutil.Process(patroni.pid)] if alive and patroni else []) + self.family()

    def kill(self) -> None:
        for process in self.machine():
            with suppress(psutil.Error):
                process.kill()
        if patroni := self.running.pop("patroni", None):
            patroni.wait()


class Cluster:
    def __init__(self, programs: Programs, folder: Path, proxies: int) -> None:
        self._programs, self._folder = programs, folder
        ports = iter(free_ports(len(NAMES) * 5 + proxies))
        names = [*SERVICES.values(), "gate"]
        self.hosts = {
            name: Host(name, folder / name, {service: next(ports) for service in names})
            for name in NAMES
        }
        self._files = Files(programs, folder, {name: one.ports for name, one in self.hosts.items()})
        self.proxies = [next(ports) for _ in range(proxies)]
        self._proxies: list[subprocess.Popen[bytes]] = []
        self._environment = {
            key: value for key, value in os.environ.items() if not key.startswith("PG")
        } | {"LC_ALL": "C.UTF-8", "HOME": str(folder)}

    # --- Life -------------------------------------------------------------------------------

    @contextmanager
    def running(self) -> Iterator[Cluster]:
        try:
            self._prepare()
            for host in self.hosts.values():
                self.start(host, "etcd")
                self.start(host, "gate")
            for host in self.hosts.values():
                self.start(host, "patroni")
            for number, port in enumerate(self.proxies):
                config = self._write(f"haproxy{number}.cfg", self._files.haproxy(port))
                self._proxies.append(self._popen("haproxy", [self._programs.haproxy, "-db", "-f", config]))  # fmt: skip
            self.wait_whole()
            self._make_databases()
            yield self
        finally:
            self._end()

    def start(self, host: Host, service: str) -> None:
        """Start it on its host, as systemd does with what has ended."""
        commands: dict[str, list[str | Path]] = {
            "etcd": [self._programs.etcd],
            "gate": [self._programs.haproxy, "-db", "-f", host.folder / "gate.cfg"],
            "patroni": [self._programs.patroni / "patroni", host.folder / "patroni.yml"],
        }
        more = self._files.etcd(host.name) if service == "etcd" else {}
        host.running[service] = self._popen(f"{host.name}-{service}", commands[service], more)

    def stop(self, host: Host, service: str) -> None:
        process = host.running.pop(service)
        process.kill()
        process.wait()

    def _end(self) -> None:
        for process in self._proxies:
            process.kill()
        for host in self.hosts.values():
            for process in host.machine():
                with suppress(psutil.Error):
                    process.send_signal(signal.SIGCONT)
            host.kill()
            for service in [*host.running]:
                self.stop(host, service)
        for process in self._proxies:
            process.wait()
        for left in psutil.process_iter(["cmdline"]):  # what Patroni was about to start
            if any(str(self._folder) in word for word in left.info["cmdline"] or []):
                with suppress(psutil.Error):
                    left.kill()

    def _popen(
        self, name: str, command: list[str | Path], more: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        account: dict[str, Any] = {}
        if is_root():  # PostgreSQL refuses root
            account = {"user": SYSTEM_ACCOUNT, "group": SYSTEM_ACCOUNT, "extra_groups": []}
        found = self._programs.libraries
        is_haproxy = command[0] == self._programs.haproxy
        libraries = {"LD_LIBRARY_PATH": found} if found and is_haproxy else {}
        with (self._folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=self._environment | libraries | dict(more or {}),
                start_new_session=True,
                **account,
            )

    # --- What it is made of -----------------------------------------------------------------

    def _prepare(self) -> None:
        self._files.make_certificates()
        for host in self.hosts.values():
            host.folder.mkdir(mode=0o700)
            self._write(f"{host.name}/patroni.yml", self._files.patroni(host.name))
            self._write(f"{host.name}/gate.cfg", self._files.gate(host.name))
        give_to_account(self._folder)

    def _write(self, name: str, text: str) -> Path:
        path = self._folder / name
        path.write_text(text)
        return path

    def _make_databases(self) -> None:
        """What docs/operations/failover.md has the administrator type; and one for the writers."""
        statements = [
            f"CREATE ROLE {OWNER} LOGIN PASSWORD '{PASSWORD}'",
            f"CREATE ROLE {APPLICATION} LOGIN PASSWORD '{PASSWORD}'",
            f"CREATE DATABASE {POOL} OWNER {OWNER} ENCODING 'UTF8'",
            f"ALTER ROLE {APPLICATION} SET track_activities = off",
            f"CREATE DATABASE {WRITTEN} OWNER {APPLICATION}",
        ]
        with self.superuser() as connection:
            for statement in statements:
                connection.execute(statement)

    def copy(self, url: str) -> None:
        """Fill the product's database from the one at ``url``."""
        dump, postgres = self._folder.parent / "dump", self._programs.postgres
        bare = ["--no-owner", "--no-acl"]
        make = [postgres / "pg_dump", *bare, "--format=custom", f"--file={dump}", url]
        fill = [postgres / "pg_restore", *bare, "--single-transaction"]
        subprocess.run(make, check=True)
        subprocess.run([*fill, f"--dbname={self.url(OWNER, POOL)}", dump], check=True)

    # --- What it says -----------------------------------------------------------------------

    def superuser(self) -> psycopg.Connection[Any]:
        """A connection to the leader, on its own host."""
        leader = self.leader()
        return psycopg.connect(
            host=str(leader.folder),
            port=leader.ports["postgres"],
            user="postgres",
            password=PASSWORDS["POSTGRES"],
            dbname="postgres",
            autocommit=True,
        )

    def url(self, role: str, database: str, proxy: int = 0) -> str:
        """The address as an application host has it: its own HAProxy."""
        place = f"{role}:{PASSWORD}@127.0.0.1:{self.proxies[proxy]}"
        options = {"target_session_attrs": "read-write"}
        if self._files.has_tls:
            ca = self._files.tls / "ca.crt"
            options |= {"sslmode": "verify-ca", "sslrootcert": str(ca)}
        return f"postgres://{place}/{database}?{urlencode(options)}"

    def ask(self, host: Host, path: str, method: str = "GET", **content: Any) -> Any:
        tls = self._files.tls
        context = ssl.create_default_context(cafile=str(tls / "ca.crt"))
        context.load_cert_chain(tls / "node.crt", tls / "node.key")
        request = Request(
            f"https://127.0.0.1:{host.ports['patroni']}{path}",
            data=json.dumps(content).encode() if content else None,
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urlopen(  # noqa: S310 - our own address
            request, timeout=60 if content else 3, context=context
        ) as answer:
            told = answer.read().decode()
        return json.loads(told) if told.startswith("{") else told

    def members(self) -> dict[str, dict[str, Any]]:
        for host in self.hosts.values():
            with suppress(OSError):
                return {one["name"]: one for one in self.ask(host, "/cluster")["members"]}
        return {}

    def leads(self) -> Host | None:
        """The host that leads by its own word and by that of etcd."""
        for name, one in self.members().items():
            if one["role"] == "leader":
                return self.hosts[name]
        return None

    def leader(self) -> Host:
        self.wait(lambda: self.leads() is not None, "no leader")
        found = self.leads()
        return found or self.leader()

    def standbys(self) -> list[Host]:
        leader = self.leader()
        return [host for host in self.hosts.values() if host is not leader]

    def has(self, host: Host) -> int:
        """How much of the log a standby has; 0 while it does not answer."""
        with suppress(OSError, KeyError):
            place = self.ask(host, "/patroni")["xlog"]
            return max(place["received_location"] or 0, place["replayed_location"] or 0)
        return 0

    def is_whole(self) -> bool:
        """Tell whether there is a leader whom both others follow, from whom commits are asked."""
        states = sorted((one["role"], one["state"]) for one in self.members().values())
        return states == [("leader", "running"), *[("quorum_standby", "streaming")] * 2]

    def wait_whole(self) -> None:
        self.wait(self.is_whole, "the cluster is not whole")

    def wait(self, condition: Callable[[], object], otherwise: str) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"{otherwise}: {self.members()}\n{self.told()}"
            self._start_again()
            time.sleep(0.5)

    def _start_again(self) -> None:
        """What ended by itself, as systemd does: Patroni ends where etcd has not agreed on its version yet."""
        for host in self.hosts.values():
            for service, process in [*host.running.items()]:
                if process.poll() is not None:
                    self.start(host, service)

    def told(self) -> str:
        """The end of each log."""
        return "\n".join(
            f"== {log.name}\n{log.read_text(errors='replace')[-1500:]}"
            for log in sorted(self._folder.glob("*.log"))
        )
