"""Measuring in databases of its own, which are dropped at the end: nothing else is touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test.utils import override_settings, setup_databases, teardown_databases
from django.utils import timezone

from config.room import with_room
from expertpool.accounts.services.demo import ensure_demo_accounts
from expertpool.core.garbage import collect_seldom
from tools.bench.admissions import measure_admission
from tools.bench.assignments import measure_assignment
from tools.bench.campaigns import measure_campaign
from tools.bench.certificates import measure_certificates
from tools.bench.chains import measure_chains
from tools.bench.counting import measure_statistics
from tools.bench.delivery import measure_delivery
from tools.bench.draws import measure_draws
from tools.bench.files import measure_import, measure_record
from tools.bench.letters import measure_letters
from tools.bench.narrow import measure_narrow
from tools.bench.pages import measure_pages
from tools.bench.parts import DELIVERY, SOAK, URGENT
from tools.bench.pools import ensure_pool
from tools.bench.reporting import Reporter
from tools.bench.reviews import measure_review
from tools.bench.small import measure_small
from tools.bench.soak import measure_soak
from tools.bench.urgent import measure_urgent

DATABASE = "expertpool_bench"


def measure_file(file: Path) -> list[str]:
    """Measure import, draw, list and search with the experts of an .xlsx file; return what is beyond its aim."""
    reporter = Reporter(print)
    with _as_in_service(), _database(DATABASE, keep=False):
        with_room(measure_small)(reporter, file)
    return reporter.missed


def measure_sizes(
    sizes: Sequence[int], parts: Sequence[str], *, minutes: float, keep: bool
) -> list[str]:
    """Measure ``parts`` in a pool of each size, and how they grow; ``keep`` the pools. Return what is beyond its aim."""
    reporter = Reporter(print)
    own = connection.settings_dict["NAME"]
    with _as_in_service():
        for size in sizes:
            with _database(f"{own}_bench_{size}", keep=keep):
                _measure(reporter, size, parts, minutes=minutes)
    reporter.report_growth()
    return reporter.missed


def _as_in_service() -> override_settings:
    """DEBUG would write every query down and render templates with more care; circles are looked for as web and
    worker do."""
    collect_seldom()
    return override_settings(DEBUG=False, TEMPLATES=settings.TEMPLATES)


@contextmanager
def _database(name: str, *, keep: bool) -> Iterator[None]:
    connection.settings_dict["TEST"]["NAME"] = name
    databases = setup_databases(verbosity=0, interactive=False, keepdb=keep, serialized_aliases=())
    try:
        ensure_demo_accounts(now=timezone.now())
        yield
    finally:
        teardown_databases(databases, verbosity=0, keepdb=keep)


# What is as fast in any pool.
ALONE = {
    "record": measure_record,
    "assignment": measure_assignment,
    "review": measure_review,
    "chain": measure_chains,
}
BY_WORKERS = {DELIVERY: measure_delivery, URGENT: measure_urgent}
OF_A_POOL = {
    "narrow": measure_narrow,
    "import": measure_import,
    "certificates": measure_certificates,
    "admission": measure_admission,
    "campaign": measure_campaign,
    "statistics": measure_statistics,  # it adds to the past of the pool
}


@with_room  # as pages and jobs have it
def _measure(reporter: Reporter, size: int, parts: Sequence[str], *, minutes: float) -> None:
    now = timezone.now()
    reporter.note("pool", size=size, seconds=round(ensure_pool(size, now=now), 1))
    if "draws" in parts:
        measure_draws(reporter, size, now=now)
    if "pages" in parts:
        measure_pages(reporter, size)
    for name, measure_in in OF_A_POOL.items():
        if name in parts:
            measure_in(reporter, size, now=now)
    for name, measure in ALONE.items():
        if name in parts:
            measure(reporter)
    if "letters" in parts:
        measure_letters(reporter, now=now)
    if SOAK in parts:
        measure_soak(reporter, size, minutes=minutes)
    for name in sorted(BY_WORKERS.keys() & set(parts)):
        BY_WORKERS[name](reporter, size)
