"""`make bench --only backup`: a pool is backed up, restored on an empty home and compared, by the commands of the
product in homes of their own. Its pool is that of the other measurements, and a draw that ended has a record to replay.

By itself (`-m tools.bench.backups 100000`) this module fills the home of the environment.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import django

from config.database import connect_as_owner, database_running
from tools.bench.reporting import Reporter

AIM = 300  # seconds for all of it, of 100,000 experts
KEYS = ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY", "SEAL_KEY")
SEATS = 5
# What restoring says when it has compared.
SAID = ("行数一致", "操作日志的链条完整", "按记录重演，结果一致", "恢复完成")
PRODUCT = ("-m", "config.cli")


def measure_backups(sizes: Sequence[int]) -> int:
    """Measure each size; return the exit code: 1 where it took longer than ``AIM``. SystemExit where a command fails,
    or something was not found equal."""
    reporter = Reporter(print)
    return max([_measure(reporter, size) for size in sizes])


def _measure(reporter: Reporter, size: int) -> int:
    with TemporaryDirectory(prefix="expertpool-backup-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the account of the database enters it
        office = _environment(folder)
        filled, _ = _run(office | {"DEBUG": "1"}, "-m", "tools.bench.backups", str(size))
        reporter.note("pool", size=size, seconds=round(filled, 1))
        made, _ = _run(office, *PRODUCT, "backup")
        empty = office | {"EXPERTPOOL_HOME": str(folder / "restored")}
        restored, said = _run(empty, *PRODUCT, "restore", office["BACKUP_DIR"])
        if missing := [sentence for sentence in SAID if sentence not in said]:
            sys.exit(f"{missing}：\n{said}")
        megabytes = sum(path.stat().st_size for path in (folder / "backups").rglob("*")) // 2**20
    for part, seconds in (("backup", made), ("restore_and_compare", restored)):
        reporter.report(part, [seconds], size=size)
    seconds = made + restored
    reporter.note(
        "backup_all", size=size, seconds=round(seconds, 1), megabytes=megabytes, aim_s=AIM
    )
    return int(seconds > AIM)


def _environment(folder: Path) -> dict[str, str]:
    usual = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return usual | {
        "DEBUG": "0",
        "EXPERTPOOL_ENV": os.devnull,
        "EXPERTPOOL_HOME": str(folder / "office"),
        "BACKUP_DIR": str(folder / "backups"),
        **{key: secrets.token_hex(32) for key in KEYS},
    }


def _run(environment: Mapping[str, str], *arguments: str) -> tuple[float, str]:
    """Return how many seconds it took, from start to end of the program, and what it said."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}：\n{done.stdout}")
    return time.perf_counter() - began, done.stdout


def fill(size: int) -> None:
    """Make the tables of an empty database, a pool of ``size``, and a draw that has ended."""
    from django.core.management import call_command  # noqa: PLC0415 - needs the apps
    from django.utils import timezone  # noqa: PLC0415 - as above

    from expertpool.accounts.services.demo import ensure_demo_accounts  # noqa: PLC0415 - as above
    from tools.bench.pools import ensure_pool  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0, interactive=False)
    now = timezone.now()
    ensure_demo_accounts(now=now)
    ensure_pool(size, now=now)
    _end_draw()


def _end_draw() -> None:
    from django.utils import timezone  # noqa: PLC0415 - needs the apps

    from expertpool.draws.enums import ReplyVia  # noqa: PLC0415 - as above
    from expertpool.draws.models import Invitation  # noqa: PLC0415 - as above
    from expertpool.draws.services.entropy import SystemEntropy  # noqa: PLC0415 - as above
    from expertpool.draws.services.plan import GroupInput  # noqa: PLC0415 - as above
    from expertpool.draws.services.replies import answer  # noqa: PLC0415 - as above
    from expertpool.draws.services.sealing import start_draw  # noqa: PLC0415 - as above
    from tools.bench.plans import Staff, at_least, make_plan, make_project  # noqa: PLC0415 - as above

    staff, now, entropy = Staff.load(), timezone.now(), SystemEntropy()
    project = make_project("BACKUP", staff, days=5, now=now, avoiding=False)
    group = GroupInput("综合", SEATS, [{"all": [at_least(3)]}])
    make_plan(project, [group], staff, now=now, frequency_cap=None)
    draw = start_draw(project=project, actor=staff.operator, now=now, entropy=entropy)
    for line in Invitation.objects.filter(draw=draw):
        answer(invitation=line, accept=True, reason="", via=ReplyVia.LINK, now=now, entropy=entropy)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    connect_as_owner()  # it makes tables, and fills them past all guards
    with database_running():
        django.setup()
        fill(int(sys.argv[1]))
