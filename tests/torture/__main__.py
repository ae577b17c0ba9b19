"""`make torture`: kill every part of the product by number, at random moments and again while it recovers, while
draws run and experts answer; then ask what was lost, done twice or left stuck. Prints figures and the seed; ends with 1
where anything was, or where what was killed was away for too long in the median (a machine with other work tells
nothing of that)."""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import signal
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.ports import free_port
from tests.torture.product import EMBEDDED, PATIENCE, Product

AGAIN = 0.3  # the share of faults that meet a product which has not recovered from the one before
LONGEST_PAUSE = 6.0  # seconds between two
BACK = 10  # seconds until all serves again, in the median; of a first start of everything more is allowed
BACK_OF = {"supervisor": 30}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make torture")
    parser.add_argument("--times", type=int, default=20, help="how often each part is hurt")
    parser.add_argument("--draws", type=int, default=12)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--only", nargs="*", default=EMBEDDED, choices=EMBEDDED)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the product is stopped, too
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", "Requiring AUTH")
    print(f"seed {given.seed}", flush=True)
    with TemporaryDirectory(prefix="expertpool-torture-") as folder:
        Path(folder).chmod(0o755)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DEBUG": "0",
            "EXPERTPOOL_ENV": os.devnull,
            "EXPERTPOOL_HOME": f"{folder}/home",
            **{
                f"{name}_KEY": secrets.token_hex(32)
                for name in ("SECRET", "FIELD", "INDEX", "SEAL")
            },
        }
        os.environ["PORT"] = str(free_port())
        product = Product(os.environ, Path(folder, "output"))
        with product.running():
            found = _torture(product, given)
        for fault in found:
            print(fault)
        if found:
            print(product.told()[-5000:])
        print("nothing lost, nothing twice, nothing stuck" if not found else f"{len(found)} faults")
        return bool(found)


def _torture(product: Product, given: argparse.Namespace) -> list[str]:
    import django

    django.setup()
    from django.db import connections
    from django.utils import timezone

    from expertpool.draws.models import Draw, Invitation
    from expertpool.draws.settings import QUIET_HOURS
    from expertpool.notifications.models import Message
    from tests.factories.siteconfig import configure
    from tests.fixtures import SMALL
    from tests.notifications.mail_server import MailServer
    from tests.torture import office

    random, seconds, answered = Random(given.seed), defaultdict(list), []
    for setting, value in SMALL.items():
        vars(setting)["default"] = value
    with MailServer() as mail:
        mail.configure()
        configure(QUIET_HOURS, None)
        office.open_draws(given.draws, seats=3, now=timezone.now(), reply_minutes=1)
        for fault in random.sample([*given.only] * given.times, len(given.only) * given.times):
            time.sleep(random.uniform(0, LONGEST_PAUSE))
            answered += office.one_answers(random)
            connections.close_all()
            product.hurt(fault, random)
            if random.random() < AGAIN:
                continue
            if fault in ("web", "deadlines", "others"):
                time.sleep(0.3)  # until the supervisor has seen it
            seconds[fault].append(product.wait())
        product.wait()
        office.rest(PATIENCE * 2)
        found = office.faults() + office.not_as_answered(answered)
        found += office.faults_of_letters(mail.accepted)
        found += _tell_waits(seconds)
        print(
            f"{len(given.only) * given.times} faults, {Draw.objects.count()} draws, {Invitation.objects.count()} lines,"
            f" {len(answered)} answers, {Message.objects.count()} messages, {len(mail.accepted)} letters taken"
        )
    return found


def _tell_waits(seconds: Mapping[str, list[float]]) -> list[str]:
    """Print how long each fault kept the product away; return which did for too long."""
    slow = []
    for fault, waits in sorted(seconds.items()):
        waits.sort()
        median, most = waits[len(waits) // 2], BACK_OF.get(fault, BACK)
        print(f"{fault:12} {len(waits):4} times, median {median:.1f} s, longest {waits[-1]:.1f} s")
        if median > most:
            slow.append(f"{fault}: {median:.1f} s in the median, {most} at most")
    return slow


if __name__ == "__main__":
    sys.exit(main())
