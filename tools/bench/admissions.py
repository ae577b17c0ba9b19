"""How long it takes to take into the pool at once what an import has brought: `--only admission`."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from django.db import connection
from django.http import QueryDict

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.certificates.models import Certificate
from expertpool.core.bulk import Kept, start_run, work_off
from expertpool.core.models import BulkRun
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.services.admission import begin_admissions
from tools.bench.reporting import Reporter

COUNT = 5_000
AIM = 60  # seconds


def measure_admission(reporter: Reporter, size: int, *, now: datetime) -> None:
    """Let ``COUNT`` experts wait, and approve them all by one run of the list, as the worker does."""
    members = Expert.objects.filter(status=ExpertStatus.FORMAL).order_by("-pk")
    keys = list(members.values_list("pk", flat=True)[:COUNT])
    Expert.objects.filter(pk__in=keys).update(status=ExpertStatus.PENDING)
    begin_admissions(now=now)
    empty, actor = QueryDict(""), User.objects.get(username="admin")
    asked = Kept(actor, empty, empty)
    title = f"审核同意 {len(keys)} 位专家"
    run = start_run(action="experts.admit", title=title, keys=keys, asked=asked, back="", now=now)
    statements = 0

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        nonlocal statements
        statements += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        started, used = time.perf_counter(), time.process_time()
        work_off(run_id=run.pk, now=now)
        seconds, used = time.perf_counter() - started, time.process_time() - used
    run = BulkRun.objects.get(pk=run.pk)
    facts: dict[str, Any] = {
        "approved": len(run.made),
        "refused": len(run.refused),
        "certificates": Certificate.objects.filter(expert__in=run.made).count(),
        "entries": Entry.objects.filter(action="expert.approve").count(),
        "statements": statements,
        "processor_s": round(used, 1),
    }
    reporter.report("approve_at_once", [seconds], aim=AIM, size=size, **facts)
