"""How long it takes to issue and print certificates at once: `--only certificates`."""

from __future__ import annotations

import os
import time
from datetime import datetime
from tempfile import TemporaryDirectory

from django.test.utils import override_settings

from expertpool.accounts.models import User
from expertpool.certificates.models import CertificateRun
from expertpool.certificates.queries.certificates import missing_for
from expertpool.certificates.services.runs import start_run, work_off
from tools.bench.reporting import Reporter

COUNT = 500
AIM = 10  # seconds, with the PDF of all


def measure_certificates(reporter: Reporter, size: int, *, now: datetime) -> None:
    """Issue certificates to experts who have none, and make their PDF, as the worker does."""
    actor = User.objects.get(username="admin")
    keys = list(missing_for(actor, now.date()).order_by("pk").values_list("pk", flat=True)[:COUNT])
    with TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
        run = start_run(kind="issue", keys=keys, actor=actor, now=now)
        started, used = time.perf_counter(), sum(os.times()[:4])
        work_off(run_id=run.pk, now=now)
        # With the processes that make the PDF: whatever else the machine does meanwhile is not counted.
        seconds, used = time.perf_counter() - started, sum(os.times()[:4]) - used
        run = CertificateRun.objects.get(pk=run.pk)
        facts = {"certificates": run.made, "pdf_bytes": len(run.file.read())}
    name, used = "issue_and_print_certificates", round(used, 1)
    reporter.report(name, [seconds], aim=AIM, size=size, processor_s=used, **facts)
