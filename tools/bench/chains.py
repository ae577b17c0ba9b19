"""How many commits a second the log takes when each waits for a standby: in one chain, and by department."""

from __future__ import annotations

import threading
import time

from django.db import connection, connections, transaction
from django.test.utils import override_settings
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.audit.services import record
from expertpool.audit.services.branches import join_branches
from expertpool.audit.services.chain import verify_chain
from tools.bench.reporting import Reporter

DEPARTMENTS, WRITERS = 8, 16
SECONDS = 4
AIM = 300  # commits a second of national load; one chain gives about a hundred
# What a standby within reach of synchronous replication costs (docs/operations/failover.md).
WAIT = 5  # milliseconds


def measure_chains(reporter: Reporter) -> None:
    """Write entries from threads, a commit each; then all of it is checked as one."""
    actors = [
        User.objects.create(
            username=f"chain-{n}",
            name=f"链{n}",
            department=Department.objects.create(name=f"链{n}"),
        )
        for n in range(DEPARTMENTS)
    ]
    for by_department in (False, True):
        with override_settings(LOG_BY_DEPARTMENT=by_department):
            rate = _commits_a_second(actors)
        started = time.perf_counter()
        join_branches(now=timezone.now())
        joined = time.perf_counter() - started
        reporter.note(
            "chain_by_department" if by_department else "chain",
            wait_ms=WAIT,
            writers=WRITERS,
            commits_a_second=round(rate),
            joined_s=round(joined, 3),
            **({"aim": AIM} if by_department else {}),
        )
    if broken := verify_chain():
        raise RuntimeError(broken.reason)


def _commits_a_second(actors: list[User]) -> float:
    counts, until = [0] * WRITERS, time.perf_counter() + SECONDS

    def write(number: int) -> None:
        try:
            with connection.cursor() as cursor:
                # A commit waits so long before its flush, whoever comes meanwhile is flushed with it: as with a standby.
                cursor.execute(f"SET commit_delay = {WAIT * 1000}; SET commit_siblings = 0")
            actor = actors[number % len(actors)]
            while time.perf_counter() < until:
                with transaction.atomic():
                    record("user.sign_in", actor=actor, now=timezone.now(), subject=actor)
                counts[number] += 1
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)
