"""Whether pages are answered: each web process notes so three times a minute, by one of the threads that answer.

Where the workers live and no page can be opened, nobody can answer an invitation: that time counts for
nobody (docs/decisions/0530). Notes are rows as those of duties are, which only this system can write: one
that goes on as long as there is no gap; and beside it one that says, after a gap, that pages are answered
again. Whoever gives the time of the gap back (`draws.services.outage`) lets the first go on. So the gap
is kept until then, whoever is started again meanwhile, and any process of any machine is enough.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from expertpool.core.duties import write_run
from expertpool.core.fields import is_vouched
from expertpool.core.models import DutyRun

# Four notes left out: a restart takes less. Whose deadline lies in that time loses his seat, so it is short.
LATE_AFTER = timedelta(seconds=90)
ANSWERED = "web.answers"  # without a gap that is still to be given back
AGAIN = "web.answers_again"  # after one


@transaction.atomic
def note_answering(*, now: datetime) -> None:
    """Note that pages are answered ``now``. After a gap, or where somebody else wrote the
    note, that is kept as it was."""
    run = DutyRun.objects.select_for_update().filter(name=ANSWERED).first()
    goes_on = run is None or (is_vouched(run) and now - run.at < LATE_AFTER)
    write_run(ANSWERED if goes_on else AGAIN, at=now)


def is_answering(*, now: datetime) -> bool:
    """Tell whether pages were answered lately; True where none ever were: the programs are
    of before there were notes."""
    runs = _notes()
    return not runs or any(now - run.at < LATE_AFTER for run in runs if is_vouched(run))


def last_answering() -> datetime | None:
    """Return when pages were answered last, as this system noted it; None: never."""
    return max((run.at for run in _notes() if is_vouched(run)), default=None)


def _notes() -> list[DutyRun]:
    return list(DutyRun.objects.filter(name__in=(ANSWERED, AGAIN)))


@transaction.atomic
def keep_gap(*, since: datetime) -> None:
    """Keep that the time ``since`` then is still to be given back, once pages are answered again: nothing was
    done in the time before the gap either."""
    run = DutyRun.objects.select_for_update().filter(name=ANSWERED).first()
    if run is not None and (run.at > since or not is_vouched(run)):
        write_run(ANSWERED, at=since)


@transaction.atomic
def end_gap(*, now: datetime) -> None:
    """Let the notes go on: the time of the gap was given back."""
    if DutyRun.objects.select_for_update().filter(name=ANSWERED).exists():
        write_run(ANSWERED, at=now)
