"""Jobs of the draws app: each takes ids and calls one service; running one twice changes nothing."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import DEADLINES, HEAVY, UntilDone, app, retry_external
from expertpool.draws.exceptions import DrawError
from expertpool.draws.services import (
    checking,
    clock,
    letters,
    names,
    overdue,
    presence,
    reminders,
    replies,
    sealing,
    sheet_files,
    shut_contacts,
    watching,
    written_replies,
)
from expertpool.draws.services.entropy import SystemEntropy

# What a service refuses for good: the project is archived, the draw void.
until_done = UntilDone(final=(DrawError,))


@app.task(name="draws.expire_invitation", queue=DEADLINES, retry=until_done)
def expire_invitation(invitation_id: int) -> None:
    """Count an invitation without an answer at its deadline as an exit."""
    replies.expire(invitation_id=invitation_id, now=timezone.now(), entropy=SystemEntropy())


@app.task(name="draws.take_reply", queue=DEADLINES, retry=until_done)
def take_reply(reply_id: int) -> None:
    """Answer an invitation as its expert wrote back by short message."""
    written_replies.take_reply(reply_id=reply_id, now=timezone.now(), entropy=SystemEntropy())


@app.task(name="draws.keep_clock", queue=DEADLINES, retry=until_done)
def keep_clock(invitation_id: int) -> None:
    """Start the clock of an invitation whose letter went out, or stop it when that came back."""
    clock.keep_clock(invitation_id=invitation_id)


@app.task(name="draws.send_otherwise", retry=until_done)
def send_otherwise(invitation_id: int) -> None:
    """Invite by another channel whom no letter reaches by those that were tried."""
    letters.send_otherwise(invitation_id=invitation_id, now=timezone.now(), entropy=SystemEntropy())


@app.task(name="draws.release_names", queue=DEADLINES, retry=until_done)
def release_names(draw_id: int) -> None:
    """Make the names of a draw readable once its reveal time has come and nobody has still to answer."""
    names.release(draw_id=draw_id, now=timezone.now())


@app.task(name="draws.open_when_present", queue=DEADLINES, retry=until_done)
def open_when_present(draw_id: int) -> None:
    """Make the names of a draw readable once all who sit have signed in at the place."""
    presence.open_when_present(draw_id=draw_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="draws.sweep", queue=DEADLINES, queueing_lock="draws.sweep")
def sweep(timestamp: int) -> None:
    """Every minute: find what should have happened in a draw and did not, tell it, do it."""
    overdue.sweep(now=timezone.now(), entropy=SystemEntropy())


@app.periodic(cron="* * * * *")
@app.task(name="draws.look", queueing_lock="draws.look")
def look(timestamp: int) -> None:
    """Every minute: look at the draws of which something was written, and tell which was altered."""
    watching.look_at_written(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="draws.remind", queueing_lock="draws.remind")
def remind(timestamp: int) -> None:
    """Every minute: remind whoever has not answered, and whose review comes near."""
    reminders.remind(now=timezone.now(), entropy=SystemEntropy())


@app.task(name="draws.check_record", queue=HEAVY, retry=retry_external)
def check_record(draw_id: int, anew: bool = False) -> None:
    """Verify what is stored of a draw, after each change of it; ``anew`` also without one."""
    checking.check_record(draw_id=draw_id, now=timezone.now(), anew=anew)


@app.periodic(cron="47 2 * * *")
@app.task(name="draws.check_kept", queueing_lock="draws.check_kept")
def check_kept(timestamp: int) -> None:
    """Every night: verify anew a slice of the draws that have ended."""
    checking.check_kept(now=timezone.now())


@app.task(name="draws.ask_for_values", retry=until_done)
def ask_for_values(draw_id: int) -> None:
    """Ask anew whoever has not given his value to a draw that waits for it."""
    sealing.ask_again_for_values(draw_id=draw_id, now=timezone.now())


@app.task(name="draws.store_sheet", queue=HEAVY, retry=retry_external)
def store_sheet(draw_id: int) -> None:
    """Keep the sheet of a draw that has ended and whose names are released."""
    sheet_files.store_sheet(draw_id=draw_id, now=timezone.now())


@app.task(name="draws.tell_shut", retry=until_done)
def tell_shut(draw_id: int) -> None:
    """Tell whoever watches that a contact of somebody who is asked does not open."""
    shut_contacts.tell_shut(draw_id=draw_id, now=timezone.now())


@app.task(name="draws.tell_gone", retry=until_done)
def tell_gone(draw_id: int) -> None:
    """Tell how many of those who sit in a draw have left the pool, once its names are public."""
    names.tell_gone(draw_id=draw_id, now=timezone.now())
