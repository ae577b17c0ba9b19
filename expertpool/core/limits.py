"""What somebody may do so many times in an hour: counted and noted by one of his requests at a time; and what
many strangers share, of whom none may use up what is meant for the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Model

from expertpool.core.aftermath import is_for_later, leave_behind
from expertpool.core.configuration import Setting
from expertpool.core.locks import lock_transaction, session_lock, try_session_lock, unlock_session


@contextmanager
def one_at_a_time(limit: Setting[Any], whose: Model) -> Iterator[None]:
    """Let one request of ``whose`` (a user; or a project, whoever asks) within, where it counts what
    ``limit`` bounds and notes one more; the others wait until that is written. Of many at once, each would
    have counted before any had noted.

    What is noted is seen by others when the transaction around it ends, or, of a refusal, after the
    transaction that is undone with it (`core.aftermath`): the lock is held until both are over.
    """
    name = f"{limit.code}:{whose._meta.label_lower}:{whose.pk}"
    with _alone(name, lambda: session_lock(name)):
        yield


@contextmanager
def _alone(name: str, take: Callable[[], None]) -> Iterator[None]:
    """Hold the lock ``name``, which ``take`` gets for the session, until all that is noted is written."""
    if connection.in_atomic_block and not is_for_later():
        # Nothing follows the transaction: its lock will do. A session's could not be given back in one
        # that a statement has broken.
        lock_transaction(name)
        yield
        return
    take()
    try:
        if connection.in_atomic_block:
            lock_transaction(name)
        yield
    finally:
        leave_behind(lambda: unlock_session(name))


class TooManyAtOnce(Exception):
    """Two of the same are under way: one that is worked on, and one that waits for it."""


@contextmanager
def one_and_the_next(name: str) -> Iterator[None]:
    """Let one request within at a time, and one more wait for it, as of somebody who presses twice; raises TooManyAtOnce
    for any other. A hundred of one person that all waited would hold the threads that answer everybody."""

    def take() -> None:
        turn = f"{name}:next"
        if not try_session_lock(turn):
            raise TooManyAtOnce
        try:
            session_lock(name)
        finally:
            unlock_session(turn)

    with _alone(name, take):
        yield


def leaves_some(limit: int, *, used: int, own: int, parts: int) -> bool:
    """Tell whether somebody who had ``own`` of the ``used`` may have one more of ``limit``, which he shares with
    others: half goes to whoever asks; of what is left nobody has more than one of ``parts``, and none is
    without one as long as there are any. So a few who take what they can lock out nobody who comes later."""
    left = limit - used
    return left > 0 and (2 * used < limit or own < max(1, left // parts))
