"""Jobs of experts; each calls one service."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.asking import perform
from expertpool.core.jobs import DEADLINES, HEAVY, UntilDone, app
from expertpool.experts.services import (
    accounts,
    admission,
    announcing,
    appeals,
    blacklist,
    expiring,
    leave,
    packs,
    removals,
    taking_away,
)


@app.task(name="experts.end_blacklist_entry", queue=DEADLINES, retry=UntilDone())
def end_blacklist_entry(entry_id: int) -> None:
    """End an entry of the blacklist on the day after its last."""
    blacklist.end_entry(entry_id=entry_id, now=timezone.now())


@app.task(name="experts.end_leave", queue=DEADLINES, retry=UntilDone())
def end_leave(leave_id: int) -> None:
    """End the leave that its expert ended the day before."""
    leave.end_taken_back(leave_id=leave_id, now=timezone.now())


@app.task(name="experts.tell_removal", queue=DEADLINES, retry=UntilDone())
def tell_removal(removal_id: int) -> None:
    """Tell the office what an expert asked the day before."""
    removals.tell_office(removal_id=removal_id, now=timezone.now())


@app.task(name="experts.tell_appeal", queue=DEADLINES, retry=UntilDone())
def tell_appeal(appeal_id: int) -> None:
    """Tell who decides of an appeal of the day before."""
    appeals.tell_office(appeal_id=appeal_id, now=timezone.now())


@app.task(name="experts.open_accounts", queue=HEAVY)
def open_accounts(asked_id: int) -> None:
    """Open the accounts of experts who were imported with that wish."""
    perform(asked_id, "experts.open_accounts", accounts.open_accounts, now=timezone.now())


@app.task(name="experts.begin_imported", queue=HEAVY)
def begin_imported() -> None:
    """Begin the approvals of those who were imported and wait."""
    admission.begin_admissions(now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="experts.begin_admissions", queueing_lock="experts.begin_admissions")
def begin_admissions(timestamp: int) -> None:
    """Every ten minutes: the same of whoever waits without, as since before there were such approvals."""
    admission.begin_admissions(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="experts.announce_changes", queueing_lock="experts.announce_changes")
def announce_changes(timestamp: int) -> None:
    """Every minute: tell those who answer for records what was changed."""
    announcing.announce_changes(now=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="experts.sweep_taken_away", queueing_lock="experts.sweep_taken_away")
def sweep_taken_away(timestamp: int) -> None:
    """Every five minutes: delete what experts took away, once that may be told."""
    taking_away.sweep(now=timezone.now())


@app.periodic(cron="20 8 * * *")
@app.task(name="experts.tell_expiring", queue=HEAVY, queueing_lock="experts.tell_expiring")
def tell_expiring(timestamp: int) -> None:
    """Each morning: tell of terms that end."""
    expiring.tell_expiring(now=timezone.now())


@app.task(name="experts.pack_imported", queue=HEAVY)
def pack_imported() -> None:
    """Put into the packs what was just imported, rather than in the course of a minute."""
    packs.pack_experts()


@app.periodic(cron="* * * * *")
@app.task(name="experts.pack_experts", queue=HEAVY, queueing_lock="experts.pack_experts")
def pack_experts(timestamp: int) -> None:
    """Every minute: put what was written of experts into the packs by which parts of it are found."""
    packs.repair_packs(now=timezone.now())
    packs.pack_experts()
