"""`make ha-test`: three hosts of the database under Patroni, etcd and HAProxy, the product on two homes, and every
fault that docs/operations/failover.md promises to survive. Prints figures; fails on what was lost, done twice or
stuck, on a gap that is too long, on a page that says more than to try again; and if the control loses nothing."""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from config.programs import give_to_account
from tests.ha.cluster import APPLICATION, OWNER, POOL, WRITTEN, Cluster
from tests.ha.faults import FAULTS, Bound, alone
from tests.ha.programs import Missing, find_programs
from tests.ports import free_port
from tests.torture.product import Product

HOMES = 2
SHORT = ["killed"]  # and one home
MISSING = 3  # the exit code where the programs cannot be had
SETTLING = 3.0  # seconds at work before each fault
BEGAN = time.monotonic()


def main() -> int:
    names = [fault.__name__ for fault in FAULTS]
    parser = argparse.ArgumentParser(prog="make ha-test")
    parser.add_argument("--times", type=int, default=1, help="how often each fault happens")
    parser.add_argument("--only", nargs="*", default=names, choices=names)
    parser.add_argument("--short", action="store_true", help="one fault, one home")
    parser.add_argument(
        "--postgres", type=Path, help="where PostgreSQL's programs are, else the embedded"
    )
    parser.add_argument(
        "--like", help="the address of a new database to copy, rather than migrate for a minute"
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    given = parser.parse_args()
    homes = 1 if given.short else HOMES
    if given.short:
        given.only = SHORT
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # everything is stopped, too
    for name in ("mail.log", "psycopg.pool"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", "Requiring AUTH")
    try:
        programs = find_programs(given.postgres)
    except Missing as missing:
        print(f"没有演练：{missing}")
        return MISSING
    _say(f"seed {given.seed}")
    with TemporaryDirectory(prefix="expertpool-ha-") as folder:
        Path(folder).chmod(0o755)
        place = Path(folder, "cluster")
        place.mkdir(mode=0o755)
        give_to_account(place)
        with Cluster(programs, place, homes).running() as cluster:
            _say("the cluster is whole")
            if given.like:
                cluster.copy(given.like)
                _say("the database is copied")
            found = _rehearse(cluster, Path(folder), given)
            for fault in found:
                print(fault)
            if found:
                print(cluster.told())
    _say("nothing lost, nothing twice, nothing stuck" if not found else f"{len(found)} faults")
    return bool(found)


def _say(text: str) -> None:
    print(f"{time.monotonic() - BEGAN:5.0f} s  {text}", flush=True)


def _rehearse(cluster: Cluster, folder: Path, given: argparse.Namespace) -> list[str]:
    environments = list(_environments(cluster, folder))
    os.environ |= environments[0]
    from tests.ha.office import Office
    from tests.ha.witnesses import Visitor, Written, at_work

    random = Random(given.seed)
    faults = [one for one in FAULTS if one.__name__ in given.only]
    order = random.sample(faults * given.times, len(faults) * given.times)
    found: list[str] = []
    with _products(environments, folder) as products, Office(random) as office:
        _say("the product serves")
        user, password = office.account()
        written = Written(cluster.url(APPLICATION, WRITTEN))
        visitors = [
            Visitor(f"http://127.0.0.1:{one['PORT']}", user, password) for one in environments
        ]
        witnesses = [*written.writers, *visitors, *office.witnesses]
        with at_work(witnesses):
            for fault in order:
                office.open_draw()
                time.sleep(SETTLING)
                began = time.monotonic()
                fault(cluster)
                cluster.wait_whole()
                over = time.monotonic()
                for product in products:
                    product.wait()
                back = time.monotonic() - over
                time.sleep(SETTLING)
                gap = written.gap(began)
                pages = [[told for at, told in one.answers if at > began] for one in visitors]
                away = [Counter(told for told in them if told) for them in pages]
                _say(
                    f"{fault.__name__:12} gap {gap:5.1f} s, whole after {over - began:5.1f} s, programs"
                    f" {back:4.1f} s later, pages {sum(map(len, pages))}, not answered: "
                    + (", ".join(str(dict(one)) for one in away if one) or "none")
                )
                found += _judged(fault.__name__, gap, FAULTS[fault], away)
        found += office.end()
        lost = written.lost()
        found += [f"row {number} was acknowledged and is lost" for number in lost]
        _say(
            f"{len(order)} faults, {written.count()} acknowledged commits, {len(lost)} lost,"
            f" {written.in_doubt()} there that were in doubt; {office.figures()}"
        )
    return found + _control(cluster)


def _judged(name: str, gap: float, bound: Bound, away: list[Counter[str]]) -> list[str]:
    from tests.ha.witnesses import AWAY

    found = [f"{name}: a gap of {gap:.1f} s"] if gap > bound.gap else []
    for told in away:
        if told[AWAY] > bound.away:
            found.append(f"{name}: {told[AWAY]} pages asked to try again")
        found += [f"{name}: {count} pages told {what}" for what, count in told.items() if what != AWAY]  # fmt: skip
    return found


def _control(cluster: Cluster) -> list[str]:
    """Without synchronous standbys the same fault loses what was acknowledged: the writers see it."""
    from tests.ha.witnesses import Written, at_work

    asynchronous = {"synchronous_mode": False, "synchronous_mode_strict": False}
    cluster.ask(cluster.leader(), "/config", "PATCH", **asynchronous)
    cluster.wait(
        lambda: not any(one["role"] == "quorum_standby" for one in cluster.members().values()),
        "still synchronous",
    )
    written = Written(cluster.url(APPLICATION, WRITTEN))
    with at_work(written.writers):
        alone(cluster)
        time.sleep(SETTLING)
    lost = len(written.lost())
    _say(f"control, asynchronous: {written.count()} acknowledged commits, {lost} lost")
    return [] if lost else ["the control lost nothing: what is looked for is not found"]


def _environments(cluster: Cluster, folder: Path) -> Iterator[dict[str, str]]:
    """Settings of each host of the product: its own home and HAProxy, the same keys."""
    keys = {f"{name}_KEY": secrets.token_hex(32) for name in ("SECRET", "FIELD", "INDEX", "SEAL")}
    for number in range(len(cluster.proxies)):
        yield {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DEBUG": "0",
            "EXPERTPOOL_ENV": os.devnull,
            "EXPERTPOOL_HOME": f"{folder}/home{number}",
            "PORT": str(free_port()),
            "WEB_PROCESSES": "1",
            "DATABASE_URL": cluster.url(APPLICATION, POOL, number),
            "DATABASE_OWNER_URL": cluster.url(OWNER, POOL, number),
            "DATABASE_POOL": "1",
            **keys,
        }


@contextmanager
def _products(environments: list[dict[str, str]], folder: Path) -> Iterator[list[Product]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(Product(os.environ | one, folder / f"output{number}").running())
            for number, one in enumerate(environments)
        ]


if __name__ == "__main__":
    sys.exit(main())
