"""An application is changed by one at a time, and only as this system wrote it (docs/decisions/0193)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from expertpool.accounts.models import User
from expertpool.audit.queries import entries_for
from expertpool.audit.services import record
from expertpool.audit.services.proofs import Proofs
from expertpool.core.aftermath import leave_behind
from expertpool.joining.exceptions import Altered
from expertpool.joining.models import Application
from expertpool.joining.queries.applications import is_as_written

P = ParamSpec("P")
R = TypeVar("R")
ALTERED, HANDED_IN = "joining.altered", "joining.hand_in"
WENT_ON = (
    "joining.withdraw",
    "joining.approve",
    "joining.reject",
    "joining.return",
    "joining.erase",
)
AGAIN_AFTER = timedelta(days=1)


def locked(application: Application) -> Application:
    """Return ``application`` as it stands, locked until the transaction ends. Refuses (Altered) one that
    somebody else than this system has written."""
    row = lock(application.pk)
    if not is_as_written(row):
        raise Altered
    return row


def lock(pk: int) -> Application:
    """The same of one that may be altered."""
    rows = Application.objects.select_for_update(of=("self",)).select_related(
        "user", "consent", "recommendation__recommender"
    )
    return rows.get(pk=pk)


def waits_by_log(application: Application) -> bool:
    """Tell whether the last that the log has of ``application`` is that this version of it was handed in: an
    earlier row, put back by whoever owns the tables, was returned, corrected or decided since."""
    entries = entries_for(application).filter(action__in=(HANDED_IN, *WENT_ON))
    proofs = Proofs()
    # The newest says it as a rule: a long history is not read whole.
    for entry in entries.iterator(chunk_size=20):
        if entry.action in WENT_ON:  # whoever wrote it: it speaks against (docs/decisions/0135)
            return False
        if proofs.hold_for(entry):
            number = (entry.after or {}).get("版本", application.version)
            return bool(number == application.version)
    return False


def note_altered(application: Application, *, actor: User | None, now: datetime) -> None:
    """Log, once a day, that ``application`` was altered."""
    noted = entries_for(application).filter(action=ALTERED, at__gt=now - AGAIN_AFTER)
    if not noted.exists():
        record(ALTERED, actor=actor, now=now, subject=application)


def noting_altered(service: Callable[P, R]) -> Callable[P, R]:
    """Log that a ``service`` refused an altered application. Around an atomic one, never inside, where the
    entry would be undone with it."""

    @wraps(service)
    def noting(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return service(*args, **kwargs)
        except Altered:
            values: dict[str, object] = dict(kwargs)
            application, now, actor = values["application"], values["now"], values.get("actor")
            assert isinstance(application, Application)  # noqa: S101 (services of this app)
            assert isinstance(now, datetime)  # noqa: S101
            by = actor if isinstance(actor, User) else None
            leave_behind(lambda: note_altered(application, actor=by, now=now))
            raise

    return noting
