"""What nobody asks for is done by a job that comes by itself, at its hour."""

from __future__ import annotations

from typing import Any

import pytest

from expertpool.accounts.services import sessions
from expertpool.backups.services import nightly
from expertpool.certificates.services import lookups, runs
from expertpool.core.jobs import app
from expertpool.experts.services import expiring
from expertpool.files import services as files
from expertpool.inspections.services import terms
from expertpool.joining.services import cleaning
from expertpool.monitoring.services import keeping
from expertpool.notifications.services import password_ends
from expertpool.operations.services import alerts, failures
from expertpool.privacy.services import answering, retaining
from expertpool.reports import tasks as reports
from expertpool.telephone.services import calls
from expertpool.workflow.services import leading, telling_approvals

EACH_MINUTE, TEN_MINUTES = "* * * * *", "*/10 * * * *"
# Of each job: when, and what it has to do, each part of it.
JOBS: dict[str, tuple[str, list[tuple[Any, str]]]] = {
    "workflow.remind": (TEN_MINUTES, [(telling_approvals, "remind")]),
    "workflow.tell_stuck": ("25 * * * *", [(telling_approvals, "tell_stuck")]),
    "workflow.end_notices": (EACH_MINUTE, [(leading, "end_notices")]),
    "experts.tell_expiring": ("20 8 * * *", [(expiring, "tell_expiring")]),
    "inspections.remind": ("40 8 * * *", [(terms, "remind"), (terms, "tell_suspended")]),
    "joining.clean": ("17 3 * * *", [(cleaning, "clean")]),
    "certificates.tidy": ("47 * * * *", [(runs, "remove_expired_runs"), (lookups, "forget_lookups")]),
    "backups.look": (TEN_MINUTES, [(nightly, "look")]),
    "backups.keep_journal": (EACH_MINUTE, [(nightly, "keep_journal")]),
    "operations.watch": (EACH_MINUTE, [(failures, "remove_made_good"), (alerts, "watch")]),
    "files.remove_orphans": ("43 3 * * *", [(files, "remove_orphans")]),
    "files.scan_held": ("*/5 * * * *", [(files, "scan_held")]),
    "privacy.remind": ("50 8 * * *", [(answering, "remind_of_requests")]),
    "privacy.retain": ("20 3 * * *", [(retaining, "retain")]),
    "monitoring.keep_months": ("23 * * * *", [(keeping, "keep_months")]),
    "monitoring.thin_out": ("53 3 * * *", [(keeping, "thin_out")]),
    "reports.write_months": ("37 4 1 * *", [(reports, "write_usual_months"), (reports, "tell_month")]),
    "reports.tally": (TEN_MINUTES, [(reports, "tally_all")]),
    "accounts.clear_sessions": ("41 3 * * *", [(sessions, "clear_sessions")]),
    "notifications.tell_ending_passwords": ("10 8 * * *", [(password_ends, "tell_ending_passwords")]),
    "telephone.remove_tapes": ("53 3 * * *", [(calls, "remove_tapes")]),
}  # fmt: skip


@pytest.mark.shows("EXP-44", "EXP-48", "EXP-49", "OVW-06", "OPS-01", "SYS-01")
@pytest.mark.parametrize("name", JOBS)
def test_it_comes_by_itself(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job stands in the registry of what is begun by the clock, and does all that is its own."""
    when, parts = JOBS[name]
    found = {one.task.name: one for one in app.periodic_registry.periodic_tasks.values()}
    assert found[name].cron == when
    done = []
    for module, part in parts:
        monkeypatch.setattr(module, part, lambda part=part, **_: done.append(part))
    found[name].task.func(timestamp=0)
    assert done == [part for _, part in parts]
