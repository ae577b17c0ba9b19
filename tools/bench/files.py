"""How long it takes to verify a long record and to import a long table; the memory of the import."""

from __future__ import annotations

import json
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import UploadedFile
from django.db import connection

import vdraw
from expertpool.accounts.models import User
from expertpool.core.importing.runs import confirm_import, perform_import, start_import
from expertpool.core.models import ImportRun
from expertpool.experts.services.demo import demo_rows
from expertpool.experts.services.importing import ExpertImporter
from tools.bench.processes import in_child
from tools.bench.reporting import Reporter, peak_megabytes, timed
from vdraw.verify import find_difference_in_text

RECORD_CANDIDATES = 100_000
IMPORT_ROWS = 100_000


def measure_record(reporter: Reporter) -> None:
    """Verify the record of a draw with many candidates by the published checker."""
    text = _record(RECORD_CANDIDATES)

    def verify() -> None:
        difference = find_difference_in_text(text)
        if difference:
            raise RuntimeError(difference)

    seconds = timed(verify, runs=3, warm_up=False)
    megabytes = round(len(text) / 1024**2, 1)
    reporter.report(
        "verify_record", seconds, aim=3, candidates=RECORD_CANDIDATES, megabytes=megabytes
    )


def _record(count: int) -> str:
    random = Random(count)  # noqa: S311 (nobody's draw)
    nonce = random.randbytes(vdraw.NONCE_BYTES)
    groups = [vdraw.Group(f"g{at}", f"第 {at} 组", 5) for at in range(1, 5)]
    rule = vdraw.build_rule(
        draw_id="BENCH",
        projects=["BENCH"],
        groups=groups,
        nonce_commit=vdraw.commit_nonce(nonce),
        contributors=[],
        salt=random.randbytes(vdraw.RULE_SALT_BYTES).hex(),
        unit_cap=1,
    )
    candidates = (
        vdraw.Candidate(
            f"{random.getrandbits(256):064x}", _fits(random), f"U{random.randint(1, 2000)}"
        )
        for _ in range(count)
    )
    sealed = vdraw.seal_draw(rule, candidates)
    order = vdraw.order_candidates(sealed, [vdraw.Reveal(vdraw.SYSTEM_ROLE, nonce.hex())])
    first = vdraw.seat_first(order)
    end = vdraw.end_draw(first.state)
    said = {
        "at": "2026-12-01T09:00:00+08:00",
        "by": {"role": "system"},
        "via": "system",
        "reason_code": "complete",
    }
    told = (replace(event, further=said) for event in (*first.events, *end.events))
    return json.dumps(vdraw.build_record(order, vdraw.chain_events(order, told)).to_dict())


def _fits(random: Random) -> dict[str, int]:
    groups = random.sample(("g1", "g2", "g3", "g4"), random.choice((1, 1, 2)))
    return {group: random.choice((1, 2)) for group in groups}


def measure_import(reporter: Reporter, size: int, *, now: datetime, aim: float = 20) -> None:
    """Import tables of different lengths, each in a process of its own, and compare memory:
    ``growth`` is the peak of the longer one, of five times the rows, to that of the shorter."""
    peaks = []
    with TemporaryDirectory() as folder:
        for count in (IMPORT_ROWS // 5, IMPORT_ROWS):
            path = Path(folder, f"experts_{count}.xlsx")
            in_child(partial(_write_table, path, count, now))  # its memory is not the import's
            facts = in_child(partial(_import, path, now))
            seconds = [facts.pop("seconds")]
            goal = aim if count == IMPORT_ROWS else None
            reporter.report(f"import_{count}", seconds, aim=goal, size=size, rows=count, **facts)
            peaks.append(facts["peak_rss_mb"])
    reporter.note("import_memory", size=size, growth=round(peaks[1] / peaks[0], 2), aim=1.15)


def _write_table(path: Path, count: int, now: datetime) -> None:
    random = Random(count)  # noqa: S311 (people who do not exist)
    phone = [column.code for column in ExpertImporter.get_columns()].index("phone")
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [column.header for column in ExpertImporter.get_columns()])
        for at, cells in enumerate(demo_rows(random, count, now), 1):
            cells[phone] = f"1{70 + count % 7}{at:08d}"
            sheet.write_row(at, 0, [str(cell) for cell in cells])


def _import(path: Path, now: datetime) -> dict[str, Any]:
    """Upload, confirm and import as the pages and the worker do; runs in a process of its own."""
    base = peak_megabytes()
    admin = User.objects.get(username="admin")
    started = time.perf_counter()
    with path.open("rb") as stream:  # as Django hands a large upload over
        upload = UploadedFile(stream, path.name, size=path.stat().st_size)
        run = start_import(importer=ExpertImporter, upload=upload, options={}, actor=admin, now=now)
    preview = time.perf_counter() - started
    confirm_import(run=run, now=now)
    with _watching(run) as seen:
        started, worked = time.perf_counter(), _processor_seconds()
        perform_import(run_id=run.pk, now=now, progress=True)
        seconds = time.perf_counter() - started
        worked = _processor_seconds() - worked
    run.refresh_from_db()
    return {
        "seconds": seconds,
        "processor_s": round(worked, 2),
        "preview_s": round(preview, 2),
        "accepted": run.accepted,
        "refused": run.refused,
        "progress_steps_seen": len(seen),
        "peak_rss_mb": peak_megabytes(),
        "rss_before_mb": base,
    }


def _processor_seconds() -> float:
    """What this process and the readers that it has ended have worked: on a busy machine it says more
    than the clock. The database works beside."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@contextmanager
def _watching(run: ImportRun) -> Iterator[set[int]]:
    """Collect the numbers of done rows that others see meanwhile."""
    seen: set[int] = set()
    over = threading.Event()
    other = connection.copy()
    other.inc_thread_sharing()  # made here, used and closed by the thread

    def watch() -> None:
        with other.cursor() as cursor:
            while not over.wait(0.1):
                cursor.execute("SELECT done_rows FROM core_importrun WHERE id = %s", [run.pk])
                seen.add(cursor.fetchone()[0])
        other.close()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
